"""A transfer the bank rejects or gives back: what it writes, and the choice that follows (DOMAIN §9)."""

import datetime as dt
from decimal import Decimal

import pytest

from ales import tenancy
from ales.errors import InvalidInputError, NotAllowedError
from members.models import FundEntry
from payments import operations
from payments.models import PaymentOrder
from tests.payments.stories import AMOUNT, payable_aid, sent
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db

TOTAL = Decimal("831.60")
TOMORROW = TODAY + dt.timedelta(days=1)


@pytest.fixture
def story(world):
    return payable_aid(world)


def reorder(story, order, *, actor=None, reason="Nouveau RIB confirmé") -> PaymentOrder:
    actor = actor or story.world.marc
    with tenancy.tenant(actor.context):
        return operations.reorder(actor=actor, order_id=order.public_id, reason=reason, at=NOW)


def release(story, order, *, actor=None, reason="Locataire parti") -> PaymentOrder:
    actor = actor or story.world.marc
    with tenancy.tenant(actor.context):
        return operations.release_rejected(actor=actor, order_id=order.public_id, reason=reason, at=NOW)


def executed(story) -> PaymentOrder:
    return story.fresh(story.paid().order)


def entries(story) -> list[tuple[str, Decimal]]:
    with tenancy.tenant(story.world.theo.context):
        found = FundEntry.objects.filter(fund=story.funds[0]).order_by("created_at")
        return list(found.values_list("kind", "amount"))[2:]  # after the contribution and the commitment


# --- The reject -----------------------------------------------------------------------------------


def test_a_sent_order_rejected_writes_nothing_in_the_ledger(story):
    order = sent(story, story.sign(story.request()))
    story.reject(order)
    order = story.fresh(order)
    assert (order.state, order.rejected_on, order.rejected_code) == ("rejected", TODAY, "MS03")
    assert order.executed_on is None
    assert entries(story) == []
    assert {term.state for term in story.terms()} == {"ORDERED"}
    assert story.fresh(story.aid).state == "in_payment"


def test_an_executed_order_returned_is_committed_and_to_pay_again(story):
    order = executed(story)
    assert story.fresh(story.aid).state == "settled"
    story.reject(order)
    assert entries(story) == [("PAYMENT", TOTAL), ("RECOVERY", TOTAL), ("COMMITMENT", TOTAL)]
    fund = story.fresh(story.funds[0])
    assert (fund.to_pay, fund.available) == (TOTAL, Decimal("10000") - TOTAL)
    aid = story.fresh(story.aid)
    assert (aid.state, aid.paid_amount, aid.closed_at) == ("in_payment", 0, None)
    assert {(term.state, term.paid_on) for term in story.terms()} == {("ORDERED", None)}


def test_the_landlord_reads_that_the_advice_is_cancelled(story):
    advice = story.paid()
    story.reject(story.fresh(advice.order))
    advice = story.fresh(advice, story.world.lea)
    assert advice.cancelled_on == TODAY
    assert (
        advice.cancelled_reason == "Virement rejeté par la banque (MS03 : la banque ne donne pas de raison)"
    )
    with tenancy.tenant(story.world.lea.context), pytest.raises(NotAllowedError, match="rien à confirmer"):
        operations.confirm_receipt(
            actor=story.world.lea, advice_id=advice.public_id, received_on=TODAY, at=NOW
        )


def test_a_confirmed_payment_is_rejected_only_when_declared(story):
    advice = story.paid()
    with tenancy.tenant(story.world.lea.context):
        operations.confirm_receipt(
            actor=story.world.lea, advice_id=advice.public_id, received_on=TODAY, at=NOW
        )
    order = story.fresh(advice.order)
    with pytest.raises(InvalidInputError, match="a confirmé avoir reçu") as refused:
        story.reject(order)
    assert list(refused.value.faults) == ["receipt_mistaken"]
    assert story.fresh(order).state == "executed"
    story.reject(order, receipt_mistaken=True)
    assert story.fresh(order).state == "rejected"


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"on": TOMORROW}, "rejected_on"),
        ({"on": TODAY - dt.timedelta(days=1)}, "rejected_on"),
        ({"code": "x" * 141}, "code"),
    ],
    ids=["to come", "before the transfer", "too long"],
)
def test_a_reject_says_what_is_wrong(story, options, field):
    order = executed(story)
    with pytest.raises(InvalidInputError) as refused:
        story.reject(order, **options)
    assert list(refused.value.faults) == [field]
    assert story.fresh(order).state == "executed"


def test_a_reject_is_recorded_once(story):
    order = executed(story)
    story.reject(order)
    with pytest.raises(NotAllowedError, match="a rejeté le virement"):
        story.reject(order)
    assert len(entries(story)) == 3


def test_an_order_not_sent_is_not_rejected(story):
    with pytest.raises(NotAllowedError, match="déjà signé"):
        story.reject(story.sign(story.request()))


def test_only_the_treasurer_records_a_reject(story):
    order = executed(story)
    with pytest.raises(NotAllowedError, match="Seul le trésorier"):
        story.reject(order, actor=story.world.marc)


# --- Asked again ----------------------------------------------------------------------------------


@pytest.mark.parametrize("was_executed", [False, True])
def test_asked_again_it_is_a_new_order_that_can_be_paid(story, was_executed):
    order = executed(story) if was_executed else sent(story, story.sign(story.request()))
    story.reject(order)
    again = reorder(story, order)
    assert (again.number, again.state, again.amount) == ("OP-2026-000002", "to_sign", TOTAL)
    assert again.replaces_id == order.pk
    order = story.fresh(order)
    assert (order.rejection_outcome, order.rejection_reason) == ("REORDERED", "Nouveau RIB confirmé")
    story.execute(story.sign(again))
    fund = story.fresh(story.funds[0])
    assert (fund.to_pay, fund.available) == (0, Decimal("10000") - TOTAL)
    aid = story.fresh(story.aid)
    assert (aid.state, aid.paid_amount) == ("settled", TOTAL)


def test_with_the_account_on_hold_the_money_waits(story):
    order = executed(story)
    story.reject(order)
    story.change_account()
    with pytest.raises(InvalidInputError, match="attendent une seconde personne"):
        reorder(story, order)
    order = story.fresh(order)
    assert (order.state, order.rejection_outcome) == ("rejected", "")
    assert {term.state for term in story.terms()} == {"ORDERED"}


def test_of_a_stopped_aid_the_money_can_only_be_released(story):
    first, *_others = story.term_ids
    order = sent(story, story.sign(story.request([first])))
    story.stop()
    story.reject(order)
    with pytest.raises(NotAllowedError, match="L’aide est arrêtée"):
        reorder(story, order)
    release(story, order)
    assert story.fresh(story.aid).state == "stopped"
    assert story.fresh(story.funds[0]).to_pay == 0


# --- Given back -----------------------------------------------------------------------------------


@pytest.mark.parametrize("was_executed", [False, True])
@pytest.mark.parametrize("who", ["marc", "theo"])
def test_given_back_the_money_is_available_again(story, was_executed, who):
    order = executed(story) if was_executed else sent(story, story.sign(story.request()))
    story.reject(order)
    release(story, order, actor=getattr(story.world, who))
    fund = story.fresh(story.funds[0])
    assert (fund.to_pay, fund.available) == (0, Decimal("10000"))
    assert {term.state for term in story.terms()} == {"RELEASED"}
    aid = story.fresh(story.aid)
    assert (aid.state, aid.paid_amount) == ("settled", 0)
    assert aid.closed_at == NOW


def test_terms_still_granted_keep_the_aid_open(story):
    first, *_others = story.term_ids
    order = sent(story, story.sign(story.request([first])))
    story.reject(order)
    release(story, order)
    assert story.fresh(story.aid).state == "validated"
    assert story.fresh(story.funds[0]).to_pay == AMOUNT * 2


@pytest.mark.parametrize("decide", [reorder, release])
def test_the_choice_is_made_once_and_with_a_reason(story, decide):
    order = executed(story)
    story.reject(order)
    with pytest.raises(InvalidInputError) as refused:
        decide(story, order, reason="  ")
    assert list(refused.value.faults) == ["reason"]
    decide(story, order)
    for again in (reorder, release):
        with pytest.raises(NotAllowedError, match="déjà décidée"):
            again(story, order)


def test_another_organisation_decides_nothing(story):
    order = executed(story)
    story.reject(order)
    for actor in (story.world.theo, story.world.anne):
        with pytest.raises(NotAllowedError):
            reorder(story, order, actor=actor)
    with pytest.raises(NotAllowedError):
        release(story, order, actor=story.world.anne)


def test_the_aid_and_the_order_tell_it(story):
    order = executed(story)
    story.reject(order)
    release(story, order)
    with tenancy.tenant(story.world.marc.context):
        told = list(story.aid.events.order_by("id").values_list("text", "reason"))[-2:]
    assert [text.split(" : ")[0] for text, _reason in told] == [
        "Virement rejeté par la banque",
        "Rendu aux fonds",
    ]
    assert [reason for _text, reason in told] == [
        "MS03 : la banque ne donne pas de raison",
        "Locataire parti",
    ]


# --- Its pages ------------------------------------------------------------------------------------


def test_the_manager_decides_from_the_dashboard(story, sign_in):
    order = story.reject(sent(story, story.sign(story.request())))
    client = sign_in(story.world.marc)
    board = client.get("/tableau-de-bord/").content.decode()
    assert "Virements rejetés : à décider" in board
    address = f"/paiements/{order.public_id}/"
    assert address in board
    page = client.get(address).content.decode()
    for shown in ("MS03 : la banque ne donne pas de raison", "Redemander le paiement"):
        assert shown in page
    assert "!! undefined" not in page
    answer = client.post(f"{address}redemander/", {"reason": "La banque s’est trompée"}, follow=True)
    text = answer.content.decode()
    assert "Paiement redemandé" in text
    assert "OP-2026-000002" in text


def test_the_treasurer_types_a_reject(story, sign_in):
    order = sent(story, story.sign(story.request()))
    client = sign_in(story.world.theo)
    answer = client.post(
        f"/paiements/{order.public_id}/rejet/", {"rejected_on": "2026-06-15", "code": "ac04"}, follow=True
    )
    assert "AC04 : le compte est clôturé" in answer.content.decode()
    assert story.fresh(order).rejected_code == "AC04"


def test_the_landlord_sees_the_payment_cancelled(story, sign_in):
    advice = story.paid()
    story.reject(story.fresh(advice.order))
    text = sign_in(story.world.lea).get(f"/bailleur/aides/{story.aid.public_id}/").content.decode()
    assert "rejeté par la banque" in text
    assert "MS03 : la banque ne donne pas de raison" in text
    assert "Confirmer la réception" not in text
