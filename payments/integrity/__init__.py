"""Invariants of the money, asked of the whole database: what `manage.py check_ledger` finds (DOMAIN §6, §9).

Constraints, triggers and locks make most of these impossible; this is the third look, which believes none of
them. Each check tells a line of text for each row at fault: numbers, references and euros, never a name.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from ales import tenancy
from ales.tenancy import TenantContext
from members.roles import Role
from payments.integrity import files, ledger, orders
from payments.integrity.check import Check

__all__ = ["BOOKS", "CHECKS", "FILES", "Check", "Finding", "findings"]

#: What the rows say of one another: seconds, whatever the age of the base.
BOOKS = (*ledger.CHECKS, *orders.CHECKS, *files.ROWS)
#: Each file is read: as long as there are files.
FILES = files.CHECKS
CHECKS = (*BOOKS, *FILES)

#: The association reads every row of money, and no social file (DOMAIN §3).
AUDITOR = TenantContext(user_id=None, organisation_id=None, capacity=Role.ASSOCIATION_ADMIN)

#: Rows told of one check: a broken ledger must not fill the mail of the night.
SHOWN = 50


@dataclass(frozen=True)
class Finding:
    """A check and its rows at fault, the first `SHOWN` of them; `count` tells how many there are."""

    check: Check
    count: int
    rows: tuple[str, ...]


def findings(checks: Iterable[Check] = CHECKS) -> list[Finding]:
    """Each check in turn, with what it found, in one transaction."""
    with tenancy.tenant(AUDITOR):
        return [_finding(check) for check in checks]


def _finding(check: Check) -> Finding:
    if check.walk:
        rows = list(check.walk())
        return Finding(check, len(rows), tuple(rows[:SHOWN]))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT fault, count(*) OVER () FROM ({check.query}) AS found (fault) LIMIT {SHOWN}")
        found = cursor.fetchall()
    return Finding(check, found[0][1] if found else 0, tuple(row[0] for row in found))
