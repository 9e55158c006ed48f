"""Aids stopped before the causes were listed: their reason stays in the timeline, the cause is « autre »."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("aids", "0010_stop_cause")]
    operations = [
        migrations.RunSQL(
            "UPDATE aids_aidrequest SET stop_cause = 'OTHER' WHERE state = 'stopped'", migrations.RunSQL.noop
        )
    ]
