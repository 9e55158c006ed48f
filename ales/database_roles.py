"""The three database logins of DESIGN §2.6 and the database they share, on any PostgreSQL server.

Run as `python -m ales.database_roles` with three addresses in the environment: SUPERUSER_DATABASE_URL (who
creates), MIGRATION_DATABASE_URL and DATABASE_URL (whose passwords the new logins get). BACKUP_DATABASE_URL is
optional: without it the backup login has no password and can't sign in over the network. The embedded server
uses the same function.
"""

import os
import sys
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

DATABASE = "ales"
MIGRATOR = "ales_migrator"
APPLICATION = "ales_app"
BACKUP = "ales_backup"
ROLES = (MIGRATOR, APPLICATION, BACKUP)

# The database in which the creations wait for one another: advisory locks are per database.
MEETING_PLACE = "postgres"
_LOCK = 0x414C4553  # "ALES"
_BUILTIN_LOCALES_SINCE = 170000

_COMMON = "LOGIN NOSUPERUSER NOREPLICATION"
_ATTRIBUTES = {
    # Owns the tables; bypasses row security for backfills, COPY and the flush of tests; makes test databases.
    MIGRATOR: f"{_COMMON} CREATEDB CREATEROLE BYPASSRLS",
    APPLICATION: f"{_COMMON} NOCREATEDB NOCREATEROLE NOBYPASSRLS",
    BACKUP: f"{_COMMON} NOCREATEDB NOCREATEROLE BYPASSRLS",
}


def ensure_roles(
    superuser_conninfo: str, *, passwords: Mapping[str, str] | None = None, database: str = DATABASE
) -> None:
    """Create or mend the three logins and the database; may be run again and at the same time by others.

    `passwords` goes from login to password; a login that isn't named keeps the password it has.
    Raises psycopg.Error when the server refuses.
    """
    passwords = passwords or {}
    with psycopg.connect(superuser_conninfo, dbname=MEETING_PLACE, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        for role in ROLES:
            _ensure_role(connection, role, passwords.get(role))
        _execute(connection, "GRANT pg_read_all_data TO {}", BACKUP)
        _ensure_database(connection, database)


def _ensure_role(connection: psycopg.Connection[Any], role: str, password: str | None) -> None:
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        _execute(connection, "CREATE ROLE {}", role)
    _execute(connection, "ALTER ROLE {} " + _ATTRIBUTES[role], role)
    if password:
        # Hashed here, so that the clear password can't reach the server's log.
        verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier.decode()))
        )


def _ensure_database(connection: psycopg.Connection[Any], database: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        if connection.info.server_version >= _BUILTIN_LOCALES_SINCE:
            locale = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'"
        else:
            locale = "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
        create = "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' " + locale
        _execute(connection, create, database, MIGRATOR)
    _execute(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    for role in (APPLICATION, BACKUP):
        _execute(connection, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", database, role)


def _execute(connection: psycopg.Connection[Any], statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _from_environment(environ: Mapping[str, str]) -> tuple[str, dict[str, str], str]:
    """(superuser's address, passwords by login, database), or a ValueError naming the variable to mend."""
    superuser = environ.get("SUPERUSER_DATABASE_URL")
    if not superuser:
        raise ValueError("SUPERUSER_DATABASE_URL is not set.")
    passwords, databases = {}, {}
    for variable, role in (
        ("MIGRATION_DATABASE_URL", MIGRATOR),
        ("DATABASE_URL", APPLICATION),
        ("BACKUP_DATABASE_URL", BACKUP),
    ):
        url = environ.get(variable)
        if not url:
            if role == BACKUP:
                continue
            raise ValueError(f"{variable} is not set.")
        parts = conninfo_to_dict(url)
        if parts.get("user") != role:
            raise ValueError(f"{variable} must name the login {role}, not {parts.get('user')!r}.")
        if parts.get("password"):
            passwords[role] = str(parts["password"])
        databases[variable] = str(parts.get("dbname") or role)
    if len(set(databases.values())) != 1:
        raise ValueError(f"These addresses name different databases: {databases}.")
    return superuser, passwords, databases["DATABASE_URL"]


def main() -> int:
    try:
        superuser, passwords, database = _from_environment(os.environ)
        ensure_roles(superuser, passwords=passwords, database=database)
    except (ValueError, psycopg.Error) as error:
        print(f"database_roles: {error}", file=sys.stderr)
        return 1
    print(f"Logins {', '.join(ROLES)} and database {database} are ready.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
