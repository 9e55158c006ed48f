"""Paid money that must come back: an entry of its own, no edit, never more than was paid (DOMAIN §6)."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction
from django.http import Http404

from ales import tenancy
from ales.documents.production import produce
from ales.errors import InvalidInputError, NotAllowedError, StalePageError
from members.models import FundEntry
from payments import operations
from payments.models import PaymentAdvice, PaymentOrder, PaymentRecovery, PaymentRecoveryLine
from tests.access.asking import ask
from tests.payments.stories import AMOUNT, payable_aid
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(world):
    return payable_aid(world, split=True)


@pytest.fixture
def order(story) -> PaymentOrder:
    story.paid()
    with tenancy.tenant(story.world.theo.context):
        return PaymentOrder.objects.get()


def lines(story, recovery) -> list[tuple[int, Decimal]]:
    with tenancy.tenant(story.world.theo.context):
        found = recovery.lines.order_by("term__month", "fund_id")
        return list(found.values_list("fund_id", "amount"))


def recovered(story) -> list[Decimal]:
    return [story.fresh(fund).recovered for fund in story.funds]


# --- Asking ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        (("277.20",), ["138.60", "138.60"]),
        (("100.00",), ["50.00", "50.00"]),
        (("0.01",), ["0.01"]),
        (("0.03", "0", "277.20"), ["0.02", "0.01", "138.60", "138.60"]),
        (("277.20", "277.20", "277.20"), ["138.60"] * 6),
    ],
)
def test_what_is_asked_is_split_over_the_funds_of_each_term(story, order, amounts, expected):
    recovery = story.ask_recovery(order, *amounts)
    assert [amount for _fund, amount in lines(story, recovery)] == [Decimal(text) for text in expected]
    assert recovery.amount == sum(map(Decimal, amounts))
    assert recovery.number == "RC-2026-000001"
    assert recovered(story) == [0, 0]


@pytest.mark.parametrize(
    ("amounts", "options", "field"),
    [
        (("277.21",), {}, "amounts"),
        (("-1",), {}, "amounts"),
        (("10.001",), {}, "amounts"),
        (("0",), {}, ""),
        (("10",), {"cause": ""}, "cause"),
        (("10",), {"cause": "AUTRE"}, "cause"),
        (("10",), {"reason": "  "}, "reason"),
        (("10",), {"reason": "x" * 501}, "reason"),
    ],
)
def test_what_cannot_be_asked(story, order, amounts, options, field):
    with pytest.raises(InvalidInputError) as refusal:
        story.ask_recovery(order, *amounts, **options)
    assert [name.split(".")[0] for name in refusal.value.faults] == [field]
    with tenancy.tenant(story.world.theo.context):
        assert not PaymentRecovery.objects.exists()


def test_a_term_of_another_order_cannot_be_asked(story, order):
    with tenancy.tenant(story.world.marc.context), pytest.raises(InvalidInputError, match="pas de cet ordre"):
        operations.ask_recovery(
            actor=story.world.marc,
            order_id=order.public_id,
            amounts={uuid.uuid4(): Decimal("10")},
            cause="OTHER",
            reason="Erreur",
            at=NOW,
        )


def test_several_terms_of_another_order_are_told_in_the_plural(story, order):
    fault = "2 échéances choisies ne sont pas de cet ordre"
    with tenancy.tenant(story.world.marc.context), pytest.raises(InvalidInputError, match=fault):
        operations.ask_recovery(
            actor=story.world.marc,
            order_id=order.public_id,
            amounts={uuid.uuid4(): Decimal("10"), uuid.uuid4(): Decimal("10")},
            cause="OTHER",
            reason="Erreur",
            at=NOW,
        )


def test_what_is_coming_back_is_not_asked_twice(story, order):
    story.ask_recovery(order, "200.00")
    with pytest.raises(InvalidInputError, match="Au plus 77,20"):
        story.ask_recovery(order, "77.21")
    story.receive(story.ask_recovery(order, "77.20"))
    with pytest.raises(InvalidInputError, match="Au plus 0,00"):
        story.ask_recovery(order, "0.01")


def test_what_was_dropped_may_be_asked_again(story, order):
    story.drop(story.ask_recovery(order, "277.20"))
    assert story.ask_recovery(order, "277.20").number == "RC-2026-000002"


def test_a_second_click_is_a_stale_page(story, order):
    story.ask_recovery(order, "50.00", version=0)
    with pytest.raises(StalePageError):
        story.ask_recovery(order, "50.00", version=0)
    story.ask_recovery(order, "50.00", version=1)


@pytest.mark.parametrize("state", ["to_sign", "signed", "given_up"])
def test_only_an_executed_order_is_recovered(story, state):
    order = story.request()
    if state == "signed":
        order = story.sign(order)
    if state == "given_up":
        order = story.give_up(order)
    with pytest.raises(NotAllowedError, match="Seul un ordre exécuté"):
        story.ask_recovery(order, "10.00")


@pytest.mark.parametrize("name", ["marc", "anne", "theo"])
def test_the_manager_and_the_association_ask(story, order, name):
    actor = getattr(story.world, name)
    assert story.ask_recovery(order, "10.00", actor=actor).asked_by_id == actor.user_id


@pytest.mark.parametrize("name", ["claire", "diane", "lea", "rachid", "bruno"])
def test_nobody_else_finds_the_order(story, order, name):
    with pytest.raises(Http404):
        story.ask_recovery(order, "10.00", actor=getattr(story.world, name))


# --- Received -------------------------------------------------------------------------------------


def test_what_comes_back_is_an_entry_of_each_fund_and_the_payment_stays(story, order):
    recovery = story.ask_recovery(order, "100.01")
    before = [(term.state, term.granted, term.paid_on) for term in story.terms()]
    story.receive(recovery, on=TODAY)
    with tenancy.tenant(story.world.theo.context):
        entries = FundEntry.objects.filter(kind="RECOVERY").order_by("fund_id")
        told = [(e.fund_id, e.amount, e.cause_kind, e.cause_id, e.value_date) for e in entries]
    cause = ("payment_recovery", recovery.public_id, TODAY)
    assert told == [
        (story.funds[0].pk, Decimal("50.01"), *cause),
        (story.funds[1].pk, Decimal("50.00"), *cause),
    ]
    assert [(term.state, term.granted, term.paid_on) for term in story.terms()] == before
    aid = story.fresh(story.aid)
    assert (aid.state, aid.paid_amount, aid.recovered_amount) == (
        "settled",
        Decimal("831.60"),
        Decimal("100.01"),
    )


def test_the_fund_may_be_used_again_for_what_came_back(story, order):
    fund = story.fresh(story.funds[0])
    story.receive(story.ask_recovery(order))
    after = story.fresh(fund)
    assert after.available - fund.available == AMOUNT * 3 / 2
    assert (after.paid, after.to_pay) == (fund.paid, fund.to_pay)


@pytest.mark.parametrize(
    ("on", "fault"),
    [(TODAY + dt.timedelta(days=1), "à venir"), (TODAY - dt.timedelta(days=1), "pas pu revenir")],
)
def test_the_day_lies_between_the_payment_and_today(story, order, on, fault):
    recovery = story.ask_recovery(order, "10.00")
    with pytest.raises(InvalidInputError, match=fault):
        story.receive(recovery, on=on)
    assert recovered(story) == [0, 0]


def test_received_or_dropped_once(story, order):
    received, dropped = story.ask_recovery(order, "10.00"), story.ask_recovery(order, "10.00")
    story.receive(received)
    story.drop(dropped)
    for recovery in (received, dropped):
        for settle in (story.receive, story.drop):
            with pytest.raises(NotAllowedError, match="n’attend plus rien"):
                settle(recovery)
    assert sum(recovered(story)) == 10


def test_a_dropped_recovery_keeps_why(story, order):
    recovery = story.ask_recovery(order, "10.00")
    with pytest.raises(InvalidInputError):
        story.drop(recovery, reason=" ")
    story.drop(recovery, actor=story.world.anne)
    assert story.fresh(recovery).settlement_reason == "Bailleur en liquidation"


@pytest.mark.parametrize("name", ["marc", "anne", "lea"])
def test_only_the_treasurer_records(story, order, name):
    recovery = story.ask_recovery(order, "10.00")
    with pytest.raises(NotAllowedError, match="Seul le trésorier"):
        story.receive(recovery, actor=getattr(story.world, name))


@pytest.mark.parametrize("name", ["marc", "lea"])
def test_only_the_association_drops(story, order, name):
    recovery = story.ask_recovery(order, "10.00")
    with pytest.raises(NotAllowedError, match="Seule l’association"):
        story.drop(recovery, actor=getattr(story.world, name))


@pytest.mark.parametrize("name", ["claire", "diane", "louis", "rachid", "bruno"])
def test_strangers_find_no_recovery(story, order, name):
    recovery = story.ask_recovery(order, "10.00")
    for settle in (story.receive, story.drop):
        with pytest.raises(Http404):
            settle(recovery, actor=getattr(story.world, name))


# --- The database's own wall ----------------------------------------------------------------------


def test_the_landlord_reads_its_recovery_but_not_the_funds(story, order):
    recovery = story.ask_recovery(order, "10.00")
    with tenancy.tenant(story.world.lea.context):
        assert list(PaymentRecovery.objects.values_list("pk", flat=True)) == [recovery.pk]
        assert not PaymentRecoveryLine.objects.exists()
        assert PaymentRecovery.objects.filter(pk=recovery.pk).update(state="DROPPED") == 0
    with tenancy.tenant(story.world.louis.context):
        assert not PaymentRecovery.objects.exists()


def test_an_amount_asked_is_never_edited(story, order):
    recovery = story.ask_recovery(order, "10.00")
    with tenancy.tenant(story.world.theo.context):
        for rows in (PaymentRecovery.objects.filter(pk=recovery.pk), recovery.lines.all()):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                rows.update(amount=1)


# --- The letter -----------------------------------------------------------------------------------


def test_the_letter_says_no_more_than_the_advice(story, order):
    recovery = story.ask_recovery(order, "100.00", reason="Secret du ménage")
    payload = recovery.job.payload
    assert payload["number"] == "RC-2026-000001"
    assert payload["amount"] == "100.00"
    assert payload["cause"] == "départ du locataire avant l’échéance"
    with tenancy.tenant(story.world.theo.context):
        told = PaymentAdvice.objects.get(order=order).job.payload["request"]
    assert payload["request"] == told
    text = str(payload)
    for hidden in ("Secret", "Fonds CIL", "12 rue des Lilas", order.iban):
        assert hidden not in text


@pytest.mark.parametrize(("name", "reads"), [("lea", True), ("marc", True), ("theo", True), ("louis", False)])
def test_who_reads_the_letter(story, order, sign_in, name, reads):
    job = story.ask_recovery(order, "10.00").job
    produce(job.public_id)
    client = sign_in(getattr(story.world, name))
    answer = ask(client, "get", f"/documents/{job.public_id}/")
    assert answer.status == (200 if reads else 404)
