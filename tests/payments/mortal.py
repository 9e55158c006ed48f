"""A journey of the money in processes that die, run by test_faults.py: `main(JSON)`.

For each line read ("before", "after" or "live") a child goes on with the journey from wherever the database
stands, and gives itself SIGKILL just before or just after its first commit of a step; its exit status is
written back. The product knows nothing of it: `BaseDatabaseWrapper._commit` is wrapped here.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper

from aids.operations import stop
from ales import tenancy
from ales.documents import production
from members import funds
from members.access import Actor, actor_of
from members.models import FundEntry, Membership
from payments import operations
from payments.models import (
    BankStatement,
    PaymentAdvice,
    PaymentBatch,
    PaymentOrder,
    PaymentRecovery,
)
from tests.payments.bank import statement_of
from tests.world import NOW, TODAY

GIFT = UUID("7d9e2f5c-25d1-4a51-9a6e-3f6f6c1c0001")
MOVE = UUID("7d9e2f5c-25d1-4a51-9a6e-3f6f6c1c0002")
RECOVERED = Decimal("100.00")
REASON = "Motif de la machine"


# --- Death --------------------------------------------------------------------------------------------------

#: Commits left before the fatal one; None where nobody dies.
left: int | None = None


@contextmanager
def mortal(*, spare: int = 0) -> Iterator[None]:
    """Inside, the first commit after `spare` others is fatal."""
    global left  # noqa: PLW0603
    left = spare
    try:
        yield
    finally:
        left = None


def die_around_commits(moment: str) -> None:
    commit = BaseDatabaseWrapper._commit

    def dying_commit(self) -> None:
        global left  # noqa: PLW0603
        is_fatal = left == 0
        if is_fatal and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        commit(self)
        if is_fatal and moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        if left:
            left -= 1

    BaseDatabaseWrapper._commit = dying_commit


# --- The journey --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Journey:
    """One aid of three terms on two funds, and who moves its money."""

    marc: Actor
    theo: Actor
    anne: Actor
    lea: Actor
    aid: UUID
    terms: list[UUID]
    funds: list[int]

    @classmethod
    def read(cls, text: str) -> "Journey":
        told = json.loads(text)
        memberships = Membership.objects.select_related("user", "organisation")
        people = {
            name: actor_of(memberships.get(public_id=told[name])) for name in ("marc", "theo", "anne", "lea")
        }
        terms = [UUID(term) for term in told["terms"]]
        return cls(**people, aid=UUID(told["aid"]), terms=terms, funds=told["funds"])

    def act(self, actor: Actor, operation: Callable, **what) -> None:
        with mortal(), tenancy.tenant(actor.context):
            operation(actor=actor, at=NOW, **what)

    def first(self, model, **which):
        """The row as it stands, read as the treasurer."""
        with tenancy.tenant(self.theo.context):
            return model.objects.filter(**which).first()

    def order(self, number: int) -> PaymentOrder | None:
        return self.first(PaymentOrder, sequence=number)

    def ask(self, number: int, term: int) -> None:
        if self.order(number) is None:
            self.act(
                self.marc,
                operations.request_payment,
                request_id=self.aid,
                term_ids=[self.terms[term]],
            )

    def sign(self, number: int) -> None:
        order = self.order(number)
        if order.state == "to_sign":
            self.act(self.theo, operations.sign, order_id=order.public_id)

    def batch(self) -> None:
        if self.first(PaymentBatch) is None:
            ids = [self.order(1).public_id]
            self.act(self.theo, operations.prepare_batch, order_ids=ids, execution_on=TODAY)

    def file(self) -> None:
        with tenancy.tenant(self.theo.context):
            job = PaymentBatch.objects.select_related("file_job").get().file_job
        if job.state != "DONE":
            # Once around the lease, then around the file itself.
            with mortal(spare=1 if job.attempts else 0):
                production.produce(job.public_id)

    def send(self) -> None:
        batch = self.first(PaymentBatch)
        if batch.state == "prepared":
            self.act(self.theo, operations.mark_sent, batch_id=batch.public_id)

    def statement(self) -> None:
        if self.first(BankStatement) is None:
            with tenancy.tenant(self.theo.context):
                document = PaymentBatch.objects.get().file_job.document
            with document.file.open("rb") as file:
                content = statement_of(file.read(), day=TODAY)
            self.act(self.theo, operations.import_statement, content=content, file_name="releve.xml")

    def apply(self) -> None:
        statement = self.first(BankStatement)
        if statement.state == "READ":
            self.act(self.theo, operations.start_applying, statement_id=statement.public_id)
        while self.first(BankStatement).state == "APPLYING":
            self.act(self.theo, operations.apply_lines, statement_id=statement.public_id)

    def receive(self) -> None:
        advice = self.first(PaymentAdvice, order__sequence=1)
        if advice.received_on is None:
            self.act(self.lea, operations.confirm_receipt, advice_id=advice.public_id, received_on=TODAY)

    def give_back(self) -> None:
        order = self.order(1)
        if order.state == "executed":
            self.act(
                self.theo,
                operations.reject,
                order_id=order.public_id,
                rejected_on=TODAY,
                code="MS03",
                receipt_mistaken=True,
            )

    def ask_again(self) -> None:
        order = self.order(1)
        if not order.rejection_outcome:
            self.act(self.marc, operations.reorder, order_id=order.public_id, reason=REASON)

    def execute_by_hand(self) -> None:
        order = self.order(2)
        if order.state == "signed":
            self.act(self.theo, operations.record_execution, order_id=order.public_id, executed_on=TODAY)

    def recover(self) -> None:
        if self.first(PaymentRecovery) is None:
            self.act(
                self.marc,
                operations.ask_recovery,
                order_id=self.order(2).public_id,
                amounts={self.terms[0]: RECOVERED},
                cause="TENANT_LEFT",
                reason=REASON,
            )
        recovery = self.first(PaymentRecovery)
        if recovery.state == "ASKED":
            self.act(self.theo, operations.record_recovery, recovery_id=recovery.public_id, received_on=TODAY)

    def stop(self) -> None:
        order = self.order(3)
        if order.state == "given_up":
            return
        with tenancy.tenant(self.theo.context):
            state = PaymentOrder.objects.select_related("request").get(pk=order.pk).request.state
        if state != "stopped":
            self.act(self.marc, stop, request_id=self.aid, version=None, cause="TENANT_LEFT", reason=REASON)
        self.act(self.theo, operations.give_up, order_id=order.public_id, reason=REASON)

    def move_funds(self) -> None:
        """A contribution and a transfer, each under the key of its form."""
        common = {"label": "Machine", "value_date": TODAY}
        source, into = self.funds
        for form, operation, what in (
            (GIFT, funds.contribute, {"fund_id": source, "amount": Decimal("500.00")}),
            (
                MOVE,
                funds.transfer,
                {"from_fund_id": source, "to_fund_id": into, "amount": Decimal("25.00")},
            ),
        ):
            if self.first(FundEntry, cause_id=form) is None:
                with mortal(), tenancy.tenant(self.anne.context):
                    operation(actor=self.anne, cause_id=form, **common, **what)

    def walk(self) -> None:
        """Every step that isn't done yet."""
        self.ask(1, term=0)
        self.sign(1)
        self.batch()
        self.file()
        self.send()
        self.statement()
        self.apply()
        self.receive()
        self.give_back()
        self.ask_again()
        self.sign(2)
        self.execute_by_hand()
        self.recover()
        self.ask(3, term=1)
        self.stop()
        self.move_funds()


# --- A child a line -----------------------------------------------------------------------------------------


def main(told: str) -> None:
    """The parent never touches the database: each child has a connection of its own."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            status = 1
            try:
                if (moment := line.strip()) != "live":
                    die_around_commits(moment)
                Journey.read(told).walk()
                status = 0
            except Exception:
                traceback.print_exc()
            os._exit(status)
        _pid, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
