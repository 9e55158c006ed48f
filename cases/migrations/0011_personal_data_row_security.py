"""The rights of the person: read with the file, added to, never changed."""

from django.db import migrations

from ales.row_security import OWN_SOCIAL, follow_parent, protect


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_personal_data")]
    operations = [
        protect("cases_datarequest", read=OWN_SOCIAL, insert=OWN_SOCIAL),
        follow_parent("cases_datarequest", "case_id", "cases_tenantcase"),
    ]
