"""The export of a person's file names who opened it: for the organisation's manager alone."""

from django.db import migrations

from ales.row_security import MANAGER, both, own

RULE = both(own(), MANAGER, "audience = 'MANAGER'")
TABLES = ("documents_storeddocument", "documents_productionjob")


class Migration(migrations.Migration):
    dependencies = [("documents", "0006_manager_audience")]
    operations = [
        migrations.RunSQL(
            [f"CREATE POLICY {table}_read_manager ON {table} FOR SELECT USING ({RULE})" for table in TABLES],
            [f"DROP POLICY {table}_read_manager ON {table}" for table in TABLES],
        )
    ]
