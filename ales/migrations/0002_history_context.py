"""The table pghistory keeps contexts in stays empty and closed: ours lie in each row of history."""

from django.db import migrations

from ales.row_security import protect


class Migration(migrations.Migration):
    dependencies = [("ales", "0001_initial"), ("pghistory", "0007_auto_20250421_0444")]
    operations = [protect("pghistory_context", read="false")]
