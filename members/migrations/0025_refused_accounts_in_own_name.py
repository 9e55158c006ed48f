"""A treasurer alone, in their own name, notes that the bank refused an account or vouches for it; the journal
records both (DOMAIN §9)."""

from django.db import migrations

from ales.journal.attaching import journaled, trigger_names
from ales.row_security import TREASURER, both, either
from ales.tenancy import USER

TABLE = "members_bankdetails"
NAME = f"{TABLE}_vouched_in_own_name"
FORMER = {
    "columns": ("id", "landlord_id", "state", "entered_by_id", "decided_by_id"),
    "fingerprints": ("iban",),
}
CURRENT = FORMER | {"columns": (*FORMER["columns"], "bank_refused_on", "vouched_by_id")}

changed = either(
    "NEW.bank_refused_on IS DISTINCT FROM OLD.bank_refused_on",
    "NEW.vouched_by_id IS DISTINCT FROM OLD.vouched_by_id",
)
of_another = both("NEW.vouched_by_id IS NOT NULL", f"NEW.vouched_by_id IS DISTINCT FROM {USER}")
taken_back = both("OLD.bank_refused_on IS NOT NULL", "NEW.bank_refused_on IS NULL")
refused = both(changed, either(f"({TREASURER}) IS NOT TRUE", of_another, taken_back))
owner = f"(SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = '{TABLE}'::regclass)"


def dropped() -> list[str]:
    return [f"DROP TRIGGER {name} ON {TABLE}" for name in trigger_names(TABLE)]


class Migration(migrations.Migration):
    dependencies = [("members", "0024_accounts_refused_by_bank"), ("journal", "0002_chain")]
    operations = [
        migrations.RunSQL(
            [
                f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF current_user <> {owner} AND {refused} THEN"
                f" RAISE EXCEPTION '{TABLE}: not in one''s own name and capacity' USING ERRCODE = '42501';"
                " END IF; RETURN NULL; END $$",
                f"CREATE TRIGGER {NAME} AFTER UPDATE OF bank_refused_on, vouched_by_id ON {TABLE}"
                f" FOR EACH ROW EXECUTE FUNCTION {NAME}()",
            ],
            [f"DROP TRIGGER {NAME} ON {TABLE}", f"DROP FUNCTION {NAME}()"],
        ),
        migrations.RunSQL(dropped(), journaled(TABLE, **FORMER).sql),
        journaled(TABLE, **CURRENT),
    ]
