"""The history of a social file is the file's: own social workers and managers only, and it follows it."""

from django.db import migrations

from ales.row_security import OWN_SOCIAL, protect_history

ROWS = (
    "household",
    "person",
    "employment",
    "tenancy",
    "budgetsnapshot",
    "budgetline",
    "entitlement",
    "protocol",
    "undertaking",
)

# The case's own rows follow by composite foreign keys; its history has none, and is closed to the application.
UPDATES = "\n".join(
    f"    UPDATE cases_{row}change SET organisation_id = NEW.organisation_id WHERE case_id = NEW.id;"
    for row in ROWS
)
FOLLOW = f"""
CREATE FUNCTION cases_history_follows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE cases_tenantcasechange SET organisation_id = NEW.organisation_id
        WHERE pgh_obj_id = NEW.id AND organisation_id <> NEW.organisation_id;
{UPDATES}
    RETURN NULL;
END $$;
CREATE TRIGGER zz_history_follows AFTER UPDATE OF organisation_id ON cases_tenantcase
    FOR EACH ROW WHEN (OLD.organisation_id <> NEW.organisation_id) EXECUTE FUNCTION cases_history_follows();
"""
REVERSE = "DROP TRIGGER zz_history_follows ON cases_tenantcase; DROP FUNCTION cases_history_follows();"


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_history"), ("ales", "0002_history_context")]
    operations = [
        *(protect_history(f"cases_{row}change", read=OWN_SOCIAL) for row in ("tenantcase", *ROWS)),
        migrations.RunSQL(FOLLOW, REVERSE),
    ]
