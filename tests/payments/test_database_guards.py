"""What the database refuses by itself, whatever the code above it does (DOMAIN §6, §9).

A row is added at its beginning and in one's own name; only a treasurer records what came back and touches a
closed period; nobody asks more back than was paid.
"""

import datetime as dt
import uuid
from contextlib import suppress
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, connection, models, transaction

from ales import tenancy
from ales.money import ZERO
from members.models import BankDetails
from payments import bank_account, operations
from payments.models import (
    AccountingPeriod,
    BankStatement,
    PaymentAdvice,
    PaymentBatch,
    PaymentOrder,
    PaymentOrderLine,
    PaymentQuery,
    PaymentRecovery,
    PaymentRecoveryLine,
    StatementLine,
)
from payments.operations.accounting import close_period, next_start
from tests.payments.bank import Movement, camt_053
from tests.payments.stories import AMOUNT, payable_aid, sent
from tests.payments.test_concurrency import together
from tests.world import NOW, TODAY

pytestmark = pytest.mark.database

#: Columns of a copy that can't be those of its row: nothing to point at twice, numbers and keys taken.
APART = {
    "job_id": lambda: None,
    "file_job_id": lambda: None,
    "statement_job_id": lambda: None,
    "public_id": uuid.uuid4,
    "sequence": lambda: 1000,
    "position": lambda: 1000,
    "sha256": lambda: "0" * 64,
    "end_to_end_id": lambda: "ALES-OP-1000",
    "message_id": lambda: "ALES-BV-1000",
    "payment_information_id": lambda: "ALES-BV-1000-1",
}


def decided(by: str, at: str, **others) -> dict:
    """Columns of a decision already taken, by Théo."""
    return {f"{by}_id": "theo", at: NOW, **others}


#: Model, who adds the row, and the columns of one that isn't at its beginning or not in one's own name.
LIES = [
    (PaymentOrder, "marc", decided("signed_by", "signed_at", state="signed")),
    (PaymentOrder, "marc", decided("signed_by", "signed_at")),
    (
        PaymentOrder,
        "marc",
        decided("signed_by", "signed_at", state="executed", executed_by_id="theo", executed_on=TODAY),
    ),
    (PaymentOrder, "marc", decided("given_up_by", "given_up_at", state="given_up", given_up_reason="X")),
    (PaymentOrder, "marc", decided("given_up_by", "given_up_at")),
    (PaymentOrder, "marc", {"requested_by_id": "claire"}),
    (PaymentOrder, "marc", {"barred_ids": []}),
    (PaymentOrderLine, "marc", {"is_live": False}),
    (PaymentBatch, "theo", decided("sent_by", "sent_at", state="sent")),
    (PaymentBatch, "theo", decided("cancelled_by", "cancelled_at", cancelled_reason="X")),
    (PaymentBatch, "theo", {"created_by_id": "anne"}),
    (PaymentAdvice, "theo", {"received_on": TODAY, "received_by_id": "lea"}),
    (PaymentAdvice, "theo", {"cancelled_on": TODAY, "cancelled_reason": "X"}),
    (PaymentQuery, "lea", {"answer": "X", "answered_by_id": "marc", "answered_at": NOW}),
    (PaymentQuery, "lea", {"asked_by_id": "marc"}),
    (PaymentRecovery, "marc", decided("settled_by", "settled_at", state="RECEIVED", received_on=TODAY)),
    (PaymentRecovery, "marc", {"asked_by_id": "claire"}),
    (BankStatement, "theo", decided("decided_by", "decided_at", state="APPLYING")),
    (BankStatement, "theo", {"imported_by_id": "anne"}),
    (StatementLine, "theo", decided("settled_by", "settled_at")),
    (StatementLine, "theo", {"settled_at": NOW}),
    (AccountingPeriod, "theo", {"closed_by_id": "anne"}),
    (BankDetails, "anne", decided("decided_by", "decided_at", state="CONFIRMED")),
    (BankDetails, "anne", {"entered_by_id": "theo"}),
    (BankDetails, "lea", {"entered_by_id": "anne"}),
]
#: What a row of the scene has that a new one hasn't.
BEGINNING = {
    PaymentOrder: {"state": "to_sign", "signed_by_id": None, "signed_at": None, "executed_by_id": None}
    | {"executed_on": None},
    PaymentBatch: {"state": "prepared", "sent_by_id": None, "sent_at": None},
    BankDetails: {"state": "PROPOSED", "decided_by_id": None, "decided_at": None},
}


def accounts(world) -> dict[type[models.Model], models.Model]:
    """An honest row of each kind, made by the operations."""
    story = payable_aid(world, split=True)
    advice = story.paid()
    story.ask_query(advice)
    story.ask_recovery(advice.order)
    in_batch = payable_aid(world, with_bank=False)
    order = sent(in_batch, in_batch.sign(in_batch.request()))
    content = camt_053(
        [Movement(order.end_to_end_id, order.amount)], iban=bank_account.debtor().iban, day=TODAY
    )
    with tenancy.tenant(world.theo.context):
        operations.import_statement(actor=world.theo, content=content, file_name="releve.xml", at=NOW)
        close_period(actor=world.theo, starts_on=next_start(), ends_on=TODAY, at=NOW + dt.timedelta(days=1))
        return {model: model.objects.earliest("pk") for model, *_rest in LIES}


def add(world, model, who, row, columns) -> None:
    """Insert a copy of the row with these columns as this person; a person's name stands for their id."""
    actor = getattr(world, who)
    own = next((name for name in OWN if hasattr(row, name)), None)
    values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields[1:]}
    values |= {name: made() for name, made in APART.items() if name in values} | BEGINNING.get(model, {})
    values |= ({own: actor.user_id} if own else {}) | columns
    for name, value in values.items():
        if name.endswith("_by_id") and isinstance(value, str):
            values[name] = getattr(world, value).user_id
    with tenancy.tenant(actor.context), transaction.atomic():
        model(**values).save(force_insert=True)


#: Columns that name who added the row.
OWN = ("requested_by_id", "created_by_id", "asked_by_id", "imported_by_id", "closed_by_id", "entered_by_id")


@pytest.mark.django_db
def test_a_row_is_added_at_its_beginning_and_in_ones_own_name(world):
    rows = accounts(world)
    for model, who, columns in LIES:
        # The same row without the lie passes the policy; a constraint may find that it is one too many.
        with suppress(IntegrityError):
            add(world, model, who, rows[model], {})
        with pytest.raises(ProgrammingError, match=f'security policy for table "{model._meta.db_table}"'):
            add(world, model, who, rows[model], columns)


# --- Who settles ------------------------------------------------------------------------------------------


@pytest.fixture
def story(world):
    return payable_aid(world, split=True)


def settle(story, recovery, who: str, settled_by: str, **columns) -> int:
    """Update the recovery past the operations; how many rows."""
    world = story.world
    with tenancy.tenant(getattr(world, who).context), transaction.atomic():
        return PaymentRecovery.objects.filter(pk=recovery.pk).update(
            settled_by_id=getattr(world, settled_by).user_id, settled_at=NOW, **columns
        )


RECEIVED = {"state": "RECEIVED", "received_on": TODAY}
DROPPED = {"state": "DROPPED", "settlement_reason": "Liquidation"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "by", "columns"),
    [
        ("anne", "anne", RECEIVED),
        ("anne", "theo", RECEIVED),
        ("theo", "anne", RECEIVED),
        ("anne", "theo", DROPPED),
    ],
)
def test_the_database_lets_only_a_treasurer_receive_and_in_their_own_name(story, who, by, columns):
    recovery = story.ask_recovery(story.paid().order)
    with pytest.raises(ProgrammingError, match="not in one's own name and capacity"):
        settle(story, recovery, who, by, **columns)
    assert settle(story, recovery, "anne", "anne", **DROPPED) == 1


@pytest.mark.django_db
def test_a_recovery_is_settled_once(story):
    order = story.paid().order
    dropped = story.drop(story.ask_recovery(order))
    received = story.receive(story.ask_recovery(order))
    for recovery, columns in ((dropped, RECEIVED), (received, DROPPED | {"received_on": None})):
        with pytest.raises(IntegrityError, match="settled already"):
            settle(story, recovery, "theo", "theo", **columns)


@pytest.mark.django_db
def test_only_a_treasurer_touches_a_closed_period(world):
    period = accounts(world)[AccountingPeriod]

    def touch(actor) -> int:
        with tenancy.tenant(actor.context):
            return AccountingPeriod.objects.filter(pk=period.pk).update(job_id=period.job_id)

    assert (touch(world.anne), touch(world.theo)) == (0, 1)


# --- No more back than was paid ---------------------------------------------------------------------------


def ask_back(story, order, *amounts: Decimal) -> None:
    """A recovery of the first term and fund written past the operations, a line an amount."""
    world = story.world
    with tenancy.tenant(world.marc.context), transaction.atomic():
        drawn = order.lines.order_by("term__month", "fund_id").first()
        last = PaymentRecovery.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
        recovery = PaymentRecovery.objects.create(
            organisation_id=order.organisation_id,
            landlord_id=order.landlord_id,
            order=order,
            request_id=order.request_id,
            order_number=order.number,
            year=order.year,
            # Two at once take two numbers.
            sequence=last + 1 + uuid.uuid4().int % 1_000_000,
            amount=sum(amounts, ZERO),
            months=[],
            cause="TENANT_LEFT",
            reason="X",
            asked_by_id=world.marc.user_id,
        )
        for amount in amounts:
            PaymentRecoveryLine.objects.create(
                organisation_id=order.organisation_id,
                recovery=recovery,
                term_id=drawn.term_id,
                fund_id=drawn.fund_id,
                amount=amount,
            )


HALF = AMOUNT / 2


@pytest.mark.django_db
def test_the_database_refuses_more_back_than_was_paid(story):
    order = story.paid().order
    with pytest.raises(IntegrityError, match="more asked back than the order paid"):
        ask_back(story, order, HALF + Decimal("0.01"))
    story.drop(story.ask_recovery(order, "277.20"))
    ask_back(story, order, HALF)
    with pytest.raises(IntegrityError, match="more asked back than the order paid"):
        ask_back(story, order, Decimal("0.01"))


@pytest.mark.django_db(transaction=True)
def test_two_sessions_at_once_never_ask_more_back_than_was_paid(story):
    """Past every lock of the operations: the trigger's own is enough."""
    order = story.paid().order
    refused = []

    def ask() -> None:
        try:
            ask_back(story, order, HALF / 3)
        except IntegrityError as error:
            refused.append(str(error).split(":")[0])

    together(*[ask] * 6)
    assert refused == ["payments_paymentrecoveryline"] * 3
    with tenancy.tenant(story.world.theo.context), connection.cursor() as cursor:
        cursor.execute("SELECT sum(amount) FROM payments_paymentrecoveryline")
        assert cursor.fetchone() == (HALF,)
