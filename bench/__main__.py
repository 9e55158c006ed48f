"""`python -m bench --aids N` (make bench): a database of its own, N synthetic aids, then the pages timed.

The database `ales_bench` lies beside the product's on the same server and is filled by `manage.py volume`;
it is kept, and used again while it holds the same number of aids. Pages are measured in this process, through
all the middleware, as the application's login under row security. Prints a table, writes var/bench.json.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from ales import embedded

REPOSITORY = Path(__file__).resolve().parents[1]
DATABASE = "ales_bench"


def addresses() -> tuple[str, str]:
    """The application's and the owner's addresses of the benchmark's database."""
    application = os.environ.get("DATABASE_URL")
    if application:
        owner = os.environ.get("MIGRATION_DATABASE_URL") or application
    else:
        embedded.hold()
        application, owner = embedded.address("ales_app"), embedded.address("ales_migrator")
    return make_conninfo(application, dbname=DATABASE), make_conninfo(owner, dbname=DATABASE)


def held_aids(owner: str) -> int | None:
    """How many aids the benchmark's database holds; None when there is no such database or table."""
    try:
        with psycopg.connect(owner) as connection:
            return connection.execute("SELECT count(*) FROM aids_aidrequest").fetchone()[0]
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
        return None


def make_database(owner: str) -> None:
    """An empty database, whatever stood there."""
    home = "postgres" if os.environ.get("DATABASE_URL") else "ales"
    with psycopg.connect(make_conninfo(owner, dbname=home), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'")


def manage(*command: str) -> None:
    subprocess.run([sys.executable, "manage.py", *command], cwd=REPOSITORY, check=True)


def fill(owner: str, aids: int) -> float | None:
    """Seconds that the volume builders took; None when the rows were there already."""
    if held_aids(owner) == aids:
        manage("migrate", "--verbosity", "0")
        print(f"Base {DATABASE} : {aids} aides déjà là.")
        return None
    make_database(owner)
    manage("migrate", "--verbosity", "0")
    start = time.perf_counter()
    manage("volume", "--aids", str(aids))
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Mesure la vitesse des pages.")
    parser.add_argument("--aids", type=int, default=20_000, help="nombre d'aides (20 000)")
    parser.add_argument("--seconds", type=float, default=1.0, help="temps de mesure d'une page (1 s)")
    options = parser.parse_args()
    application, owner = addresses()
    os.environ |= {
        "DATABASE_URL": application,
        "MIGRATION_DATABASE_URL": owner,
        "DEBUG": "1",
        "DEMO": "1",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "ales.settings",
    }
    seconds = fill(owner, options.aids)
    measure = [sys.executable, "-m", "bench.pages", "--seconds", str(options.seconds)]
    if seconds is not None:
        measure += ["--filled-in", f"{seconds:.1f}"]
    return subprocess.run([*measure, "--aids", str(options.aids)], cwd=REPOSITORY, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
