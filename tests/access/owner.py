"""What the owner of the tables sees and does, inside the test's own transaction.

The suite's connection is the application's. A function of the owner, made for one module and dropped after
it, runs one statement past row security: a digest of every row, or a mark written into them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

FUNCTION = """
CREATE OR REPLACE FUNCTION access_test_as_owner(statement text) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS
$$ BEGIN RETURN QUERY EXECUTE statement; END $$
"""
COMMAND = """
CREATE OR REPLACE FUNCTION access_test_command(statement text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS
$$ BEGIN EXECUTE statement; END $$
"""
TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
)
#: Tables a refused request may touch: the session itself, and what asked (not what was asked about).
UNWATCHED = frozenset({"django_session", "django_migrations"})


@contextmanager
def owner_function(login: tuple[str, str]) -> Iterator[None]:
    """The function exists while this stands. Made on a connection of its own, and committed."""
    options = ("dbname", "host", "port")
    address = {key: value for key, value in connection.get_connection_params().items() if key in options}
    with psycopg.connect(**address, user=login[0], password=login[1] or None, autocommit=True) as owner:
        owner.execute(FUNCTION)
        owner.execute(COMMAND)
        try:
            yield
        finally:
            owner.execute("DROP FUNCTION access_test_as_owner(text), access_test_command(text)")


def as_owner(statement: str) -> list[str]:
    """Run one statement that returns one column of text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_test_as_owner(%s)", [statement])
        return [value for (value,) in cursor.fetchall()]


@contextmanager
def append_only_lifted() -> Iterator[None]:
    """The triggers that keep rows as they were written look away, as only the owner can tell them."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgname LIKE 'pgtrigger_append_only%'"
        )
        names = [name for (name,) in cursor.fetchall()]
        for verb in ("DISABLE", "ENABLE"):
            for name in names:
                # A block of its own: ALTER TABLE returns no row.
                as_owner_command(f"ALTER TABLE {name} {verb} TRIGGER USER")
            if verb == "DISABLE":
                yield


def as_owner_command(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_test_command(%s)", [statement])


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return [name for (name,) in cursor.fetchall()]


def digest(among: list[str] | None = None) -> dict[str, str]:
    """A fingerprint of every row of every table (or of `among`), seen past row security."""
    watched = [name for name in among or tables() if name not in UNWATCHED]
    parts = [
        f"SELECT '{name}=' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {name} t"
        for name in watched
    ]
    return dict(line.split("=", 1) for line in as_owner(" UNION ALL ".join(parts)))


def read_past_row_security(table: str, where: str = "true") -> list[str]:
    return as_owner(f"SELECT t::text FROM {table} t WHERE {where}")
