"""The sizes the product answers for: a long work of each kind, time and memory bounded, its result whole."""

import csv
import re
import time
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Sum

from aids.calculation import frozen_inputs
from aids.models import AidComputation, AidRequest
from ales import tenancy
from ales.works.models import Outcome, WorkLine, WorkState
from cases.models import TenantCase
from members.models import Fund, Organisation
from tests.access.owner import as_owner, owner_function
from tests.aids.stories import submitted
from tests.works.conftest import ask_export, ask_import, confirm, plan_bulk, run_to_end

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROWS, REQUESTS, LINES = 100_000, 1000, 5000
#: A clone's key is the original's, that far along.
APART = 1_000_000
CLEAR_PEAK = Path("/proc/self/clear_refs")


def clone(models: list[type], number: int) -> None:
    """`number` copies of every row of these tables, which point at each other's copies; as their owner."""
    tables = {model._meta.db_table for model in models}
    for model in models:
        columns, values = [], []
        for field in model._meta.local_concrete_fields:
            if getattr(field, "generated", False):
                continue
            name = field.column
            columns.append(f'"{name}"')
            if field.primary_key or (field.is_relation and field.related_model._meta.db_table in tables):
                values.append(f'"{name}" + n::bigint * {APART}')
            elif name == "public_id":
                values.append("gen_random_uuid()")
            elif name in ("reference", "last_name"):
                values.append(f"\"{name}\" || ' ' || n")
            else:
                values.append(f'"{name}"')
        table = model._meta.db_table
        as_owner(
            f"WITH made AS (INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
            f" FROM {table}, generate_series(1, {number}) n RETURNING 1) SELECT count(*)::text FROM made"
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def megabytes(name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found.group(1)) / 1024 if found else 0.0


@pytest.fixture(autouse=True)
def as_the_owner(transactional_db, owner_login):
    with owner_function(owner_login):
        yield


@pytest.fixture
def measured(capsys):
    """`measured(what, work)`: seconds and megabytes beyond those held before, printed."""
    start, held = time.monotonic(), megabytes("VmRSS")
    if CLEAR_PEAK.exists():
        CLEAR_PEAK.write_text("5")

    def stop(what: str) -> tuple[float, float]:
        seconds, more = time.monotonic() - start, megabytes("VmHWM") - held
        with capsys.disabled():
            print(f"\n{what}: {seconds:.1f} s, {more:.0f} MB")
        return seconds, more

    return stop


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_export_of_a_hundred_thousand_rows(world, format, measured):
    world.complete_case()
    clone([TenantCase], ROWS - 1)
    with tenancy.tenant(world.claire.context):
        assert TenantCase.objects.count() == ROWS
    work = ask_export(world.claire, "dossiers", format=format)
    work = run_to_end(world.claire, work)
    seconds, more = measured(f"export of {ROWS} rows, {format}, with the making of the rows")
    assert (work.state, work.total, work.done) == (WorkState.DONE, ROWS, ROWS)
    assert more < 80
    assert seconds < 240
    if format == "csv":
        with work.file.open("rb") as file:
            text = (line.decode("utf-8-sig") for line in file)
            references = {row["Référence"] for row in csv.DictReader(text, delimiter=";")}
        assert len(references) == ROWS


FILE = [
    "cases.TenantCase", "cases.Household", "cases.Person", "cases.Employment", "cases.Tenancy",
    "cases.BudgetSnapshot", "cases.BudgetLine", "cases.Entitlement",
    "aids.AidRequest", "aids.RentTerm", "aids.AidComputation",
]  # fmt: skip


def _submitted_as_they_are(actor) -> None:
    """Each clone's own name in what was frozen at its submission: another name is a file that changed."""
    with tenancy.tenant(actor.context):
        cases = {case.pk: case for case in TenantCase.objects.with_file()}
        rows = list(AidComputation.objects.select_related("request"))
        for row in rows:
            row.inputs = frozen_inputs(cases[row.request.case_id])
        AidComputation.objects.bulk_update(rows, ["inputs"], batch_size=500)


@pytest.mark.parametrize(
    ("action", "answers", "state"),
    [("refuser", {"reason": "Hors barème."}, "rejected"), ("valider", {"fund": ""}, "validated")],
)
def test_a_decision_on_a_thousand_requests(world, measured, action, answers, state):
    world.scale()
    fund = world.fund("1000000")
    submitted(world.claire, world.complete_case())
    clone([apps.get_model(name) for name in FILE], REQUESTS - 1)
    _submitted_as_they_are(world.claire)
    start = time.monotonic()
    work = plan_bulk(world.marc, action, filters="etat=submitted")
    planned = time.monotonic() - start
    assert (work.total, work.refused) == (REQUESTS, 0)
    assert planned < 60
    work = run_to_end(world.marc, confirm(world.marc, work, **answers))
    seconds, more = measured(f"{REQUESTS} requests {state}, planned in {planned:.1f} s")
    assert (work.state, work.done, work.refused) == (WorkState.DONE, REQUESTS, 0)
    with tenancy.tenant(world.marc.context):
        decided = AidRequest.objects.filter(state=state)
        assert decided.count() == REQUESTS
        granted = decided.aggregate(euros=Sum("granted_amount"))["euros"]
        committed = Fund.objects.get(pk=fund.pk).committed
    assert committed == (granted or 0), "every euro granted is committed, once"
    assert more < 150
    assert seconds < 900


def test_an_import_of_five_thousand_lines(world, measured):
    rows = ["Nom;Genre;Commune;Adhérent"]
    rows += [f"Organisme {n};{'CIL' if n % 50 else 'mairie'};Grenoble;oui" for n in range(1, LINES + 1)]
    work = run_to_end(world.anne, ask_import(world.anne, "organismes", "\n".join(rows).encode()))
    tried, _more = measured(f"{LINES} lines tried")
    assert (work.state, work.total, work.refused) == (WorkState.TO_CONFIRM, LINES, LINES // 50)
    before = Organisation.objects.count()
    work = run_to_end(world.anne, confirm(world.anne, work))
    seconds, more = measured(f"{LINES} lines tried, then written")
    assert (work.state, work.done, work.refused) == (WorkState.DONE, LINES, LINES // 50)
    assert Organisation.objects.count() - before == LINES - LINES // 50
    with tenancy.tenant(world.anne.context):
        assert not WorkLine.objects.filter(work=work, outcome=Outcome.WAITING).exists()
    assert more < 100
    assert tried < 600
    assert seconds < 1200
