"""Row security as migration operations, reversible, forced, and written in one way everywhere."""

from django.db import migrations

from ales.tenancy import CAPACITY, ORGANISATION, USER

SOCIAL = f"{CAPACITY} IN ('SOCIAL_WORKER', 'MANAGER')"
MANAGER = f"{CAPACITY} = 'MANAGER'"
LANDLORD_AGENT = f"{CAPACITY} = 'LANDLORD_AGENT'"
ASSOCIATION_ADMIN = f"{CAPACITY} = 'ASSOCIATION_ADMIN'"
TREASURER = f"{CAPACITY} = 'TREASURER'"
ASSOCIATION = f"{CAPACITY} IN ('ASSOCIATION_ADMIN', 'TREASURER')"
BOARD = f"{CAPACITY} = 'BOARD_MEMBER'"
WORKER = f"{CAPACITY} = 'WORKER'"
ANYONE_KNOWN = f"{CAPACITY} IS NOT NULL"


def own(column: str = "organisation_id") -> str:
    """SQL: the row's `column` is the active organisation."""
    return f"{column} = {ORGANISATION}"


def both(*conditions: str) -> str:
    return "(" + " AND ".join(conditions) + ")"


def either(*conditions: str) -> str:
    return "(" + " OR ".join(conditions) + ")"


OWN_SOCIAL = both(own(), SOCIAL)


def protect(
    table: str, *, read: str, insert: str | None = None, update: str | None = None, delete: str | None = None
):
    """Operations that force row security on `table`, one policy a verb; a verb left out is refused.

    Args are SQL conditions on the row. `update` holds for the row before and after the change.
    """
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    ]
    policies = [("read", "SELECT", f"USING ({read})")]
    if insert:
        policies.append(("insert", "INSERT", f"WITH CHECK ({insert})"))
    if update:
        policies.append(("update", "UPDATE", f"USING ({update}) WITH CHECK ({update})"))
    if delete:
        policies.append(("delete", "DELETE", f"USING ({delete})"))
    statements += [
        f"CREATE POLICY {table}_{name} ON {table} FOR {verb} {rule}" for name, verb, rule in policies
    ]
    reverse = [f"DROP POLICY {table}_{name} ON {table}" for name, _, _ in policies]
    reverse += [
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]
    return migrations.RunSQL(sql=statements, reverse_sql=reverse)


def follow_parent(table: str, column: str, parent: str):
    """Composite foreign key: the row's organisation is its parent's, and follows a handover.

    Foreign keys ignore row security, so without it a row of mine could point at a foreign parent.
    """
    name = f"{table}_{column}_same_organisation"
    return migrations.RunSQL(
        sql=[
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}, organisation_id)"
            f" REFERENCES {parent} (id, organisation_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED"
        ],
        reverse_sql=[f"ALTER TABLE {table} DROP CONSTRAINT {name}"],
    )


def protect_history(table: str, *, read: str):
    """Row security of a table of history: written by its owner's tracking functions only (ales/history)."""
    owner = f"current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = '{table}'::regclass)"
    return protect(table, read=read, insert=owner)


def change_policy(table: str, name: str, *, rule: str, former: str):
    """Operation that gives an existing policy of `table` another condition; back to `former`.

    `name` is the verb `protect` named it by: read, insert, update or delete.
    """
    clauses = {
        "read": "USING ({0})",
        "insert": "WITH CHECK ({0})",
        "update": "USING ({0}) WITH CHECK ({0})",
        "delete": "USING ({0})",
    }

    def statement(condition: str) -> str:
        return f"ALTER POLICY {table}_{name} ON {table} {clauses[name].format(condition)}"

    return migrations.RunSQL(sql=statement(rule), reverse_sql=statement(former))


def documents_follow(table: str, subject_kind: str):
    """Files and production jobs about the rows of `table` change organisation with them (a handover)."""
    return migrations.RunSQL(
        sql=[
            f"CREATE TRIGGER {table}_documents_follow AFTER UPDATE OF organisation_id ON {table} FOR EACH ROW"
            " WHEN (OLD.organisation_id IS DISTINCT FROM NEW.organisation_id)"
            f" EXECUTE FUNCTION documents_follow_subject('{subject_kind}')"
        ],
        reverse_sql=[f"DROP TRIGGER {table}_documents_follow ON {table}"],
    )


def stays_while(table: str, condition: str, message: str, *, because: str = ""):
    """A row of `table` that meets `condition` (SQL on OLD) refuses to change organisation: `message`, in
    French, is shown to the person (SQLSTATE AL409). A second condition of a table is named `because`."""
    name = f"{table}_stays_{because}".rstrip("_")
    quoted = message.replace("'", "''")
    return migrations.RunSQL(
        sql=[
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{quoted}' USING ERRCODE = 'AL409'; END $$",
            f"CREATE TRIGGER {name} BEFORE UPDATE OF organisation_id ON {table} FOR EACH ROW"
            f" WHEN (OLD.organisation_id IS DISTINCT FROM NEW.organisation_id AND {condition})"
            f" EXECUTE FUNCTION {name}()",
        ],
        reverse_sql=[f"DROP TRIGGER {name} ON {table}", f"DROP FUNCTION {name}()"],
    )


def in_own_name(table: str, *, states: tuple[str, ...], names: tuple[str, ...], capacity: str = TREASURER):
    """A row of `table` moves into one of `states` only in that `capacity` (SQL), and a changed column of
    `names` is the person of the transaction. The owner of the table passes: migrations, erasure.

    After the update, so that the row's own checks speak first.
    """
    name = f"{table}_in_own_name"
    moved = f"NEW.state IS DISTINCT FROM OLD.state AND NEW.state IN ({', '.join(map(repr, states))})"
    others = [
        both(f"NEW.{each} IS DISTINCT FROM OLD.{each}", f"NEW.{each} IS DISTINCT FROM {USER}")
        for each in names
    ]
    refused = either(both(moved, f"({capacity}) IS NOT TRUE"), *others)
    owner = f"(SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = '{table}'::regclass)"
    return migrations.RunSQL(
        sql=[
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF current_user <> {owner} AND {refused} THEN"
            f" RAISE EXCEPTION '{table}: not in one''s own name and capacity' USING ERRCODE = '42501';"
            " END IF; RETURN NULL; END $$",
            f"CREATE TRIGGER {name} AFTER UPDATE OF state, {', '.join(names)} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {name}()",
        ],
        reverse_sql=[f"DROP TRIGGER {name} ON {table}", f"DROP FUNCTION {name}()"],
    )
