"""Tells PostgreSQL whose transaction this is, and in which capacity (DESIGN §2.6).

The context lives in settings local to the transaction, so it cannot leak to the next client
of a pooled connection. Policies read them through the expressions below; without a context those
are NULL and every protected table is empty.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.db import connection, transaction

# SQL expressions for policies. Plain settings, so that the planner can use the tenant's index.
ORGANISATION = "NULLIF(current_setting('ales.organisation_id', true), '')::bigint"
USER = "NULLIF(current_setting('ales.user_id', true), '')::bigint"
CAPACITY = "NULLIF(current_setting('ales.capacity', true), '')"

_MEMBERSHIP = (
    "(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'membership')::uuid"
)
_REQUEST = "NULLIF(current_setting('pghistory.context_id', true), '')::uuid"
_SETTINGS = (
    "ales.user_id",
    "ales.organisation_id",
    "ales.capacity",
    "pghistory.context_id",
    "pghistory.context_metadata",
)

#: Capacity of the production queue: it sees jobs and documents, never a case.
WORKER_CAPACITY = "WORKER"


@dataclass(frozen=True)
class TenantContext:
    """Who acts: ids of the user and of the active organisation, the role's code, and for the history the
    habilitation and the request that the changes belong to."""

    user_id: int | None
    organisation_id: int | None
    capacity: str
    membership_id: UUID | None = None
    request_id: UUID | None = field(default=None, compare=False)


WORKER = TenantContext(user_id=None, organisation_id=None, capacity=WORKER_CAPACITY)


class OutsideTransactionError(RuntimeError):
    """A context set outside a transaction would be forgotten at once."""


def enter(context: TenantContext | None) -> None:
    """Set `context` for the rest of the current transaction; None clears it. One query."""
    if not connection.in_atomic_block:
        raise OutsideTransactionError("tenancy.enter() needs an open transaction")
    settings = (
        {
            "ales.user_id": str(context.user_id or ""),
            "ales.organisation_id": str(context.organisation_id or ""),
            "ales.capacity": context.capacity,
            # Whom the history names is whom row security obeys: both are set here, together.
            "pghistory.context_id": str(context.request_id or uuid4()),
            "pghistory.context_metadata": _metadata(context),
        }
        if context
        else dict.fromkeys(_SETTINGS, "")
    )
    calls = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [text for pair in settings.items() for text in pair])


def _metadata(context: TenantContext) -> str:
    """What a row of history says of its author: ids and a code, never a name (PITFALLS, journal)."""
    return json.dumps(
        {
            "user": context.user_id,
            "organisation": context.organisation_id,
            "membership": str(context.membership_id) if context.membership_id else None,
            "capacity": context.capacity,
        }
    )


def current() -> TenantContext | None:
    """The context of this transaction, as PostgreSQL knows it; one query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {USER}, {ORGANISATION}, {CAPACITY}, {_MEMBERSHIP}, {_REQUEST}")
        user_id, organisation_id, capacity, membership_id, request_id = cursor.fetchone()
    return TenantContext(user_id, organisation_id, capacity, membership_id, request_id) if capacity else None


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
