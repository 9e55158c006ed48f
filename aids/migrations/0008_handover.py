"""Aids follow their case to another organisation, files included; not while a manager is deciding on one."""

from django.db import migrations

from ales.row_security import documents_follow, stays_while


class Migration(migrations.Migration):
    dependencies = [("aids", "0007_sharing"), ("cases", "0009_handover")]
    operations = [
        stays_while(
            "aids_aidrequest",
            "OLD.state = 'submitted'",
            "Une demande d’aide attend une décision : le dossier ne peut pas changer d’organisme.",
        ),
        documents_follow("aids_aidrequest", "aid_request"),
    ]
