"""The manager reads the log of the organisation's own files; everybody adds lines in their own name only.

Nobody changes or deletes a line. What is older than twelve months goes through `audit_purge`, which the
owner runs on the application's behalf and which refuses a younger date (DOMAIN §14).
"""

from django.db import migrations

from ales.row_security import MANAGER, both, own, protect
from ales.tenancy import CAPACITY, ORGANISATION, USER

IN_OWN_NAME = both(
    f"capacity = {CAPACITY}",
    f"user_id IS NOT DISTINCT FROM {USER}",
    f"organisation_id IS NOT DISTINCT FROM {ORGANISATION}",
)

PURGE = """
CREATE FUNCTION audit_purge(before date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE deleted bigint;
BEGIN
    IF before IS NULL OR before > (now() AT TIME ZONE 'Europe/Paris')::date - interval '12 months' THEN
        RAISE EXCEPTION 'the access log is kept for twelve months: % is too recent', before;
    END IF;
    DELETE FROM audit_accesslog WHERE at < before::timestamp AT TIME ZONE 'Europe/Paris';
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        protect("audit_accesslog", read=both(own("subject_organisation_id"), MANAGER), insert=IN_OWN_NAME),
        migrations.RunSQL(PURGE, "DROP FUNCTION audit_purge(date);"),
    ]
