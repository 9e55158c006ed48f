"""A frozen case stays with its organisation: the wall behind `may_propose_handover` (DOMAIN §14)."""

from django.db import migrations

from ales.row_security import stays_while


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_personal_data_row_security")]
    operations = [
        stays_while(
            "cases_tenantcase",
            "OLD.limited_on IS NOT NULL",
            "Ce dossier est gelé : il ne change pas d’organisme tant que la limitation n’est pas levée.",
            because="frozen",
        ),
    ]
