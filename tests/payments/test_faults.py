"""Money when things break: processes killed around each commit, messages three times and out of order, the
database gone at each statement of a request. The end is the same: one number, one file, one effect.
"""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.urls import reverse
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from ales import registry, tenancy
from ales.documents import production
from ales.documents.models import JobState, ProductionJob, StoredDocument
from ales.journal import verification
from members.models import Fund, FundEntry
from payments import operations, tasks
from payments.models import BankStatement, PaymentBatch, PaymentOrder
from payments.rules.banking_days import next_banking_day
from tests.documents.test_worker import Worker, time_passes, var, wait_for  # noqa: F401
from tests.payments.bank import statement_of
from tests.payments.mortal import RECOVERED
from tests.payments.stories import AMOUNT, MONTHS, batched, payable_aid
from tests.payments.test_concurrency import nothing_is_wrong, together

pytestmark = [
    pytest.mark.slow,
    pytest.mark.database,
    pytest.mark.queue,
    pytest.mark.django_db(transaction=True),
]

REPOSITORY = Path(__file__).resolve().parents[2]
START = "import sys, django; django.setup(); from tests.payments.mortal import main; main(sys.argv[1])"


def money(story) -> dict[str, tuple]:
    """What the story's funds hold."""
    with tenancy.tenant(story.world.theo.context):
        funds = Fund.objects.filter(pk__in=[fund.pk for fund in story.funds]).order_by("pk")
        names = (
            "contributed",
            "transferred_in",
            "transferred_out",
            "committed",
            "released",
            "paid",
            "recovered",
        )
        return {fund.kind: tuple(getattr(fund, name) for name in names) for fund in funds}


# --- Processes killed ---------------------------------------------------------------------------------------


@contextmanager
def mortals(story, folder: Path, *, into: Fund) -> Iterator[subprocess.Popen]:
    """A process that plays the journey of `mortal.py`, a child a line."""
    login, world = connection.settings_dict, story.world
    told = {
        **{name: str(getattr(world, name).membership_id) for name in ("marc", "theo", "anne", "lea")},
        "aid": str(story.aid.public_id),
        "terms": [str(term) for term in story.term_ids],
        # Money moves between two years of one member's funds.
        "funds": [story.funds[0].pk, into.pk],
    }
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"} | {
        "ALES_VAR": str(folder),
        "DATABASE_URL": make_conninfo(
            host=login["HOST"],
            port=login["PORT"] or None,
            user=login["USER"],
            password=login["PASSWORD"],
            dbname=login["NAME"],
        ),
        "DJANGO_SETTINGS_MODULE": "ales.settings",
        "DEBUG": "1",
        "DEMO": "1",
        "PYTHONPATH": str(REPOSITORY),
    }
    with subprocess.Popen(
        [sys.executable, "-c", START, json.dumps(told)],
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        yield process
        process.stdin.close()


def life(process: subprocess.Popen, moment: str) -> int:
    """How a child ends that dies at this moment: 0 when it reached the end of the journey alive."""
    process.stdin.write(f"{moment}\n")
    return int(process.stdout.readline())


def test_a_journey_of_processes_killed_before_and_after_each_commit(world, tmp_path):
    story = payable_aid(world, split=True)
    following = world.fund("0", year=2027)
    deaths = Counter()
    with mortals(story, tmp_path, into=following) as process:
        for moment in ("before", "after") * 60:
            status = life(process, moment)
            if status == 0:
                break
            assert status == -signal.SIGKILL
            deaths[moment] += 1
            nothing_is_wrong()
            time_passes()
        assert life(process, "live") == 0
    # Each commit of the journey has killed two processes.
    assert deaths == {"before": 21, "after": 21}
    nothing_is_wrong()
    with tenancy.tenant(verification.READER):
        assert list(verification.Verification().findings()) == []

    part, back = 3 * AMOUNT / 2, AMOUNT / 2
    zero = Decimal("0.00")
    assert money(story) == {
        "EMPLOYER": (
            Decimal("10500.00"),
            zero,
            Decimal("25.00"),
            part + back,
            2 * back,
            2 * back,
            back + RECOVERED / 2,
        ),
        "LANDLORD": (
            Decimal("10000.00"),
            zero,
            zero,
            part + back,
            2 * back,
            2 * back,
            back + RECOVERED / 2,
        ),
    }
    assert story.fresh(following).transferred_in == Decimal("25.00")
    with tenancy.tenant(world.theo.context):
        orders = PaymentOrder.objects.order_by("sequence").values_list(
            "sequence", "state", "rejection_outcome"
        )
        assert list(orders) == [(1, "rejected", "REORDERED"), (2, "executed", ""), (3, "given_up", "")]
        batch = PaymentBatch.objects.select_related("file_job__document").get()
        statement = BankStatement.objects.get()
        entries = Counter(FundEntry.objects.values_list("kind", flat=True))
    assert entries == {
        "CONTRIBUTION": 3,
        "TRANSFER_OUT": 1,
        "TRANSFER_IN": 1,
        "COMMITMENT": 4,
        "RELEASE": 4,
        "PAYMENT": 4,
        "RECOVERY": 4,
    }
    # One file, still the pure function of its frozen data.
    job, document = batch.file_job, batch.file_job.document
    content = (tmp_path / "files" / document.file.name).read_bytes()
    assert content == registry.document_builders[job.kind].build(job)
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert document.public_id == job.public_id
    assert (batch.number, statement.state) == (f"BV-{batch.year}-000001", "APPLIED")


# --- Messages -----------------------------------------------------------------------------------------------


def test_messages_three_times_and_out_of_order_give_one_file_each(world, var):  # noqa: F811
    """Two workers and two sweepers, and each message of the queue three times, shuffled."""
    now = timezone.now()
    orders = [
        story.sign(story.request(at=now), at=now)
        for story in (payable_aid(world), payable_aid(world, with_bank=False, reference="A-2"))
    ]
    batch = wanted_by(world, orders)
    with tenancy.tenant(tenancy.WORKER):
        wanted = list(ProductionJob.objects.values_list("public_id", flat=True))
    messages = wanted * 3
    random.Random(4).shuffle(messages)
    for public_id in messages:
        production.nudge(public_id)
    time_passes()
    together(production.sweep, production.sweep)
    workers = [Worker(var), Worker(var)]
    try:
        wait_for(lambda: all(state == JobState.DONE for state in states_of(wanted)), workers[0])
    finally:
        for worker in workers:
            worker.stop()
    with tenancy.tenant(tenancy.WORKER):
        documents = list(StoredDocument.objects.all())
    assert sorted(document.public_id for document in documents) == sorted(wanted)
    for document in documents:
        content = (var / "files" / document.file.name).read_bytes()
        assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert len([path for path in (var / "files").rglob("*") if path.is_file()]) == len(wanted)
    with tenancy.tenant(world.theo.context):
        assert PaymentBatch.objects.get(pk=batch.pk).file_job.state == JobState.DONE


def wanted_by(world, orders) -> PaymentBatch:
    now = timezone.now()
    with tenancy.tenant(world.theo.context):
        return operations.prepare_batch(
            actor=world.theo,
            order_ids=[order.public_id for order in orders],
            execution_on=next_banking_day(timezone.localdate()),
            at=now,
        )


def states_of(jobs) -> list[str]:
    with tenancy.tenant(tenancy.WORKER):
        return list(ProductionJob.objects.filter(public_id__in=jobs).values_list("state", flat=True))


def test_a_statement_told_to_apply_many_times_pays_once(world, monkeypatch):
    """The task of a large statement, delivered three times to four workers at once, after its own end too."""
    now = timezone.now()
    stories = [
        payable_aid(world, months=(MONTHS[0],), with_bank=rank == 0, reference=f"A-{rank}")
        for rank in range(4)
    ]
    batch = batched(world, [story.sign(story.request(at=now), at=now) for story in stories], at=now)
    with tenancy.tenant(world.theo.context):
        operations.mark_sent(actor=world.theo, batch_id=batch.public_id, at=now)
        with PaymentBatch.objects.get(pk=batch.pk).file_job.document.file.open("rb") as file:
            content = statement_of(file.read(), day=now.date())
        statement, _is_new = operations.import_statement(
            actor=world.theo, content=content, file_name="releve.xml", at=now
        )
        operations.start_applying(actor=world.theo, statement_id=statement.public_id, at=now)
    # A group a line, so that deliveries meet in the middle of the statement.
    monkeypatch.setattr(operations, "apply_lines", partial(operations.apply_lines, most=1))
    ids = str(statement.public_id), str(world.theo.membership_id)
    assert together(*[lambda: tasks.apply_statement(*ids)] * 4) == []
    for _again in range(3):
        tasks.apply_statement(*ids)
    with tenancy.tenant(world.theo.context):
        assert BankStatement.objects.get(pk=statement.pk).state == "APPLIED"
        assert set(PaymentOrder.objects.values_list("state", flat=True)) == {"executed"}
        assert FundEntry.objects.filter(kind="PAYMENT").count() == 4
    nothing_is_wrong()


# --- The database goes away ---------------------------------------------------------------------------------


class Restart:
    """Ends every connection to the database before the nth statement or commit made through ours."""

    def __init__(self, nth: int) -> None:
        self.left = nth

    def before_statement(self, execute, sql, params, many, context):
        self.tick()
        return execute(sql, params, many, context)

    def tick(self) -> None:
        self.left -= 1
        if self.left == 0:
            with psycopg.connect(**address(), autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND usename = current_user"
                    " AND pid <> pg_backend_pid()"
                )


def address() -> dict[str, str]:
    names = ("dbname", "host", "port", "user", "password")
    return {name: value for name, value in connection.get_connection_params().items() if name in names}


@contextmanager
def restarted(monkeypatch, nth: int) -> Iterator[Restart]:
    restart, commit = Restart(nth), BaseDatabaseWrapper._commit

    def cut_commit(self) -> None:
        restart.tick()
        commit(self)

    with monkeypatch.context() as patch, connection.execute_wrapper(restart.before_statement):
        patch.setattr(BaseDatabaseWrapper, "_commit", cut_commit)
        yield restart
    connection.close()


MOVES = {
    "sign": {"read": "on"},
    "execution": {"executed_on": timezone.localdate().strftime("%d/%m/%Y")},
}


@pytest.mark.parametrize("move", sorted(MOVES))
def test_a_database_restarted_at_any_statement_of_a_request_leaves_all_or_nothing(
    world, sign_in, monkeypatch, move
):
    now = timezone.now()
    story = payable_aid(world)
    order = story.request(at=now)
    if move == "execution":
        story.sign(order, at=now)
    client = sign_in(world.theo)
    client.raise_request_exception = False
    url = reverse(f"payments:{move}", args=[order.public_id])
    before, state, failures = money(story), story.fresh(order).state, 0
    for nth in range(1, 400):
        with restarted(monkeypatch, nth) as restart:
            answer = client.post(url, MOVES[move])
        if restart.left > 0:
            break
        failures += answer.status_code == 503
        if story.fresh(order).state != state:
            # Cut after its commit: the person sees an error, and the order as it now is.
            break
        assert money(story) == before
        nothing_is_wrong()
    assert failures > 20
    client.post(url, MOVES[move])
    assert story.fresh(order).state == {"sign": "signed", "execution": "executed"}[move]
    paid = order.amount if move == "execution" else 0
    assert story.fresh(story.funds[0]).paid == paid
    nothing_is_wrong()
