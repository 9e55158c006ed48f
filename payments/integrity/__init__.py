"""Invariants of the money, asked of the whole database: what `manage.py check_ledger` finds (DOMAIN §6, §9).

Constraints, triggers and locks make most of these impossible; this is the third look, which believes none of
them. Each check is one query that returns a line of text for each row at fault: numbers, references and
euros, never a name.
"""

from dataclasses import dataclass

from django.db import connection

from ales import tenancy
from ales.tenancy import TenantContext
from members.roles import Role
from payments.integrity import ledger, orders
from payments.integrity.check import Check

__all__ = ["CHECKS", "Check", "Finding", "findings"]

CHECKS = (*ledger.CHECKS, *orders.CHECKS)

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


def findings() -> list[Finding]:
    """Every check in turn, with what it found, in one transaction."""
    found = []
    with tenancy.tenant(AUDITOR), connection.cursor() as cursor:
        for check in CHECKS:
            cursor.execute(
                f"SELECT fault, count(*) OVER () FROM ({check.query}) AS found (fault) LIMIT {SHOWN}"
            )
            rows = cursor.fetchall()
            found.append(Finding(check, rows[0][1] if rows else 0, tuple(row[0] for row in rows)))
    return found
