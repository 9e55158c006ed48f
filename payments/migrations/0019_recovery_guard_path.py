"""The guard of recoveries looks for its tables where they are, never first among a session's temporary ones."""

from django.db import migrations

GUARD = "ALTER FUNCTION payments_recovered_within_paid() SET search_path = pg_catalog, public"


class Migration(migrations.Migration):
    dependencies = [("payments", "0018_typographic_apostrophes")]
    operations = [migrations.RunSQL(sql=f"{GUARD}, pg_temp", reverse_sql=GUARD)]
