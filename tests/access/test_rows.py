"""Rows in the database: none points across, all follow a handover, and the planner keeps its index."""

import pytest
from django.db import connection

from aids.models import AidRequest
from ales import tenancy
from cases.models import TenantCase
from payments.models import PaymentOrder
from tests.access.owner import append_only_lifted, as_owner

pytestmark = [pytest.mark.django_db, pytest.mark.database]

#: Columns that make a row part of another organisation's row, by what they point at.
PARENTS = {
    "case_id": "cases_tenantcase",
    "request_id": "aids_aidrequest",
    "order_id": "payments_paymentorder",
    "term_id": "aids_rentterm",
}
#: Rows whose column of that name is no foreign key, or whose organisation is another's on purpose.
APART = {
    ("cases_protocol", "request_id"): "the aid's room lies above: its public id, no foreign key",
    ("payments_statementline", "order_id"): "a bank's statement is the association's, of no organisation",
    ("aids_rentterm", "case_id"): "it follows its request, which follows the case",
}


def rows(sql: str, *parameters) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def test_every_row_of_a_case_carries_its_organisation():
    """A table with a case, a request, a term or an order has the composite key that follows a handover."""
    columns = rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_name = ANY(%s) AND table_name NOT IN"
        # The history keeps each row as it was, under the organisation it was then.
        " (SELECT table_name FROM information_schema.columns WHERE column_name = 'pgh_id')",
        list(PARENTS),
    )
    assert len(columns) > 15
    composite = {
        (table, column)
        for table, column, updates in rows(
            "SELECT c.conrelid::regclass::text, a.attname, c.confupdtype FROM pg_constraint c"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " JOIN pg_attribute o ON o.attrelid = c.conrelid AND o.attnum = c.conkey[2]"
            " WHERE c.contype = 'f' AND cardinality(c.conkey) = 2 AND o.attname = 'organisation_id'"
        )
        if updates == "c"
    }
    assert {pair for pair in columns if pair not in composite} == set(APART)


def test_a_handover_takes_every_row_along(scene):
    """The organisation of a case changes in one statement: all its rows change with it (DOMAIN §3)."""
    case, ours, theirs = scene.a.executed_order.request.case_id, scene.a.world.cil.pk, scene.b.world.cil.pk
    tables = [
        table
        for table, column in rows(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND column_name = 'case_id'"
        )
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    # The events are append-only by trigger, and the cascade rewrites them: only the owner may look away.
    with append_only_lifted():
        as_owner(
            f"UPDATE cases_tenantcase SET organisation_id = {theirs}, reference = 'D-2026-99999'"
            f" WHERE id = {case} RETURNING id::text"
        )
    of_the_case = {table: f"case_id = {case}" for table in tables}
    request = f"(SELECT id FROM aids_aidrequest WHERE case_id = {case})"
    of_the_case |= dict.fromkeys(
        ("aids_aidevent", "aids_fundallocation", "payments_paymentorder", "payments_paymentadvice"),
        f"request_id IN {request}",
    )
    moved = 0
    for table, where in of_the_case.items():
        owners = as_owner(f"SELECT organisation_id::text FROM {table} WHERE {where}")
        assert set(owners) <= {str(theirs)}, (table, ours)
        moved += len(owners)
    assert moved > 10
    with tenancy.tenant(scene.b.world.claire.context):
        assert TenantCase.objects.visible_to(scene.b.world.claire).filter(pk=case).exists()
    with tenancy.tenant(scene.a.world.claire.context):
        assert not TenantCase.objects.filter(pk=case).exists()


@pytest.mark.parametrize(
    ("model", "who", "order"),
    [
        (TenantCase, "claire", ("-updated_at", "-id")),
        (AidRequest, "marc", ("-updated_at", "-id")),
        (AidRequest, "lea", ("-updated_at", "-id")),
        (PaymentOrder, "marc", ("-year", "-sequence")),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_the_lists_keep_their_index(scene, model, who, order):
    """Under the tenant's context, with the code's filter, the planner can read the list off its index.

    Few rows would make it read the whole table anyway: that choice is taken from it. A policy the planner
    can't see through would leave it no other (PITFALLS: 273 to 454 times slower).
    """
    actor = getattr(scene.world, who)
    with tenancy.tenant(actor.context):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        rows = model.objects
        # The list of cases reads the organisation's own; those shared are fetched apart.
        rows = rows.followed_by(actor) if model is TenantCase else rows.visible_to(actor)
        plan = rows.order_by(*order)[:51].explain()
    assert "Seq Scan" not in plan, plan
    assert "Sort" not in plan, plan
    assert "Index" in plan, plan
