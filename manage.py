#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL the embedded PostgreSQL runs as long as the command does."""

import os
import signal
import sys

from django.core.management import execute_from_command_line

from ales import embedded

# Commands that need no database: nothing is started for them.
OFFLINE = frozenset(
    {"--help", "--version", "collectstatic", "compilemessages", "help", "makemessages", "startapp", "version"}
)
# Commands that make, fill or empty tables sign in as their owner.
OWNER = frozenset(
    {
        "createcachetable",
        "dbshell",
        "demo",
        "flush",
        "loaddata",
        "makemigrations",
        "migrate",
        "pgtrigger",
        "sqlflush",
        "sqlmigrate",
        "sqlsequencereset",
        "volume",
    }
)


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ales.settings")
    if command in OWNER:
        os.environ.setdefault("ALES_DATABASE_ROLE", "migrator")
    offline = command in OFFLINE or not {"--help", "-h", "--accounts"}.isdisjoint(sys.argv)
    if not offline and not os.environ.get("DATABASE_URL"):
        # A polite end runs the exit handlers, so that the last one stops the server.
        signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
        try:
            embedded.hold()
        except embedded.EmbeddedError as error:
            sys.exit(f"manage.py: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
