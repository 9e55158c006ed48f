"""Tells PostgreSQL whose transaction this is, and in which capacity (DESIGN §2.6).

The context lives in three settings local to the transaction, so it cannot leak to the next client
of a pooled connection. Policies read them through the expressions below; without a context those
are NULL and every protected table is empty.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

# SQL expressions for policies. Plain settings, so that the planner can use the tenant's index.
ORGANISATION = "NULLIF(current_setting('ales.organisation_id', true), '')::bigint"
USER = "NULLIF(current_setting('ales.user_id', true), '')::bigint"
CAPACITY = "NULLIF(current_setting('ales.capacity', true), '')"

#: Capacity of the production queue: it sees jobs and documents, never a case.
WORKER_CAPACITY = "WORKER"


@dataclass(frozen=True)
class TenantContext:
    """Who acts: ids of the user and of the active organisation, and the role's code."""

    user_id: int | None
    organisation_id: int | None
    capacity: str


WORKER = TenantContext(user_id=None, organisation_id=None, capacity=WORKER_CAPACITY)


class OutsideTransactionError(RuntimeError):
    """A context set outside a transaction would be forgotten at once."""


def enter(context: TenantContext | None) -> None:
    """Set `context` for the rest of the current transaction; None clears it. One query."""
    if not connection.in_atomic_block:
        raise OutsideTransactionError("tenancy.enter() needs an open transaction")
    values = (
        (str(context.user_id or ""), str(context.organisation_id or ""), context.capacity)
        if context
        else ("", "", "")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('ales.user_id', %s, true), set_config('ales.organisation_id', %s, true),"
            " set_config('ales.capacity', %s, true)",
            values,
        )


def current() -> TenantContext | None:
    """The context of this transaction, as PostgreSQL knows it; one query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {USER}, {ORGANISATION}, {CAPACITY}")
        user_id, organisation_id, capacity = cursor.fetchone()
    return TenantContext(user_id, organisation_id, capacity) if capacity else None


@contextmanager
def tenant(context: TenantContext | None) -> Iterator[None]:
    """A transaction (or savepoint) run as `context`; the former context returns when it ends well.

    When it ends in an error PostgreSQL itself restores the former value with the savepoint.
    """
    with transaction.atomic():
        former = current()
        enter(context)
        yield
        enter(former)
