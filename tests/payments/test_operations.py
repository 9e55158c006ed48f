"""What asking, signing, executing, giving up and confirming write, and what they refuse (DOMAIN §9)."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.http import Http404

from ales import tenancy
from ales.documents.models import ProductionJob
from ales.errors import InvalidInputError, NotAllowedError, StalePageError
from members import bank_details
from members.access import actor_of
from members.models import Membership
from payments import operations
from payments.models import PaymentAdvice, PaymentOrder, PaymentOrderLine
from tests.payments.stories import AMOUNT, OTHER_IBAN, payable_aid
from tests.world import NOW, TODAY, person

pytestmark = pytest.mark.django_db

TOTAL = Decimal("831.60")


@pytest.fixture
def story(world):
    return payable_aid(world)


# --- Asking ---------------------------------------------------------------------------------------


def test_a_request_writes_a_numbered_order_and_takes_the_terms(story):
    order = story.request()
    assert order.number == "OP-2026-000001"
    assert (order.state, order.amount, order.end_to_end_id) == ("to_sign", TOTAL, "ALES-OP-2026-000001")
    assert {term.state for term in story.terms()} == {"ORDERED"}
    assert story.fresh(story.aid).state == "in_payment"
    assert set(order.barred_ids) == {story.world.claire.user_id, story.world.marc.user_id}


def test_the_frozen_data_say_everything_an_order_prints(world):
    frozen = payable_aid(world, split=True).request().frozen
    assert frozen["landlord"] == {"name": "Habitat d'Essai", "siret": "55208131766522", "address": ""}
    assert (frozen["account_holder"], frozen["iban"], frozen["bic"]) == (
        "Habitat d'Essai",
        "FR1420041010050500013M02606",
        "PSSTFRPPLIL",
    )
    assert frozen["amount_in_words"] == "huit cent trente et un euros et soixante centimes"
    assert [term["month"] for term in frozen["terms"]] == ["mars 2026", "avril 2026", "mai 2026"]
    assert [(line["debit"], line["credit"], line["amount"]) for line in frozen["imputations"]] == [
        ("4672", "512", "415.80"),
        ("4672", "512", "415.80"),
    ]
    assert sum(Decimal(line["amount"]) for line in frozen["lines"]) == TOTAL
    assert len(frozen["evidence"]) == 4  # the decision and the proof of each term
    assert frozen["asked_by"]["name"] == "Marc Test"


def test_lines_follow_the_allocations(world):
    order = payable_aid(world, split=True).request()
    with tenancy.tenant(world.theo.context):
        amounts = list(order.lines.values_list("amount", flat=True))
    assert amounts == [Decimal("138.60")] * 6


def test_some_terms_now_the_others_later(story):
    first, *others = story.term_ids
    assert story.request([first]).amount == AMOUNT
    second = story.request(others)
    assert (second.number, second.amount) == ("OP-2026-000002", AMOUNT * 2)


def test_a_term_is_asked_for_once(story):
    first = story.term_ids[0]
    story.request([first])
    with pytest.raises(InvalidInputError, match="mars 2026") as refused:
        story.request(story.term_ids)
    assert list(refused.value.faults) == ["terms"]
    with tenancy.tenant(story.world.theo.context):
        assert PaymentOrder.objects.count() == 1


def test_the_database_refuses_a_second_live_line(story):
    order = story.request()
    with tenancy.tenant(story.world.marc.context):
        line = order.lines.first()
        line.pk = None
        with pytest.raises(IntegrityError, match="order_line_one_live"), transaction.atomic():
            line.save(force_insert=True)


@pytest.mark.parametrize("chosen", ["none", "foreign"])
def test_terms_are_of_this_aid(story, world, chosen):
    terms = (
        []
        if chosen == "none"
        else payable_aid(world, months=(dt.date(2026, 7, 1),), with_bank=False).term_ids
    )
    with pytest.raises(InvalidInputError) as refused:
        story.request(terms)
    assert list(refused.value.faults) == ["terms"]


def test_a_stale_page_is_refused(story):
    with pytest.raises(StalePageError):
        story.request(version=story.aid.version - 1)


def test_another_organisation_finds_no_aid(story):
    with pytest.raises(Http404):
        story.request(actor=story.world.diane)


def test_without_bank_details_the_refusal_says_what_to_do(world):
    story = payable_aid(world, with_bank=False)
    with pytest.raises(InvalidInputError, match="demandez à l’équipe ALES de les saisir"):
        story.request()
    assert {term.state for term in story.terms()} == {"GRANTED"}


def test_a_change_of_iban_suspends_payments_until_a_second_person_decides(story):
    world = story.world
    asked = story.request(story.term_ids[:1])
    proposed = story.change_account()
    with pytest.raises(InvalidInputError, match="attendent une seconde personne"):
        story.request(story.term_ids[1:])
    with pytest.raises(NotAllowedError, match="attendent une seconde personne"):
        story.sign(asked)
    with tenancy.tenant(world.theo.context):
        bank_details.confirm(actor=world.theo, details_id=proposed.public_id, at=NOW)
    assert story.request(story.term_ids[1:]).iban == OTHER_IBAN
    with pytest.raises(NotAllowedError, match="ont changé depuis la demande"):
        story.sign(asked)


# --- Signing --------------------------------------------------------------------------------------


def test_the_treasurer_signs(story):
    order = story.fresh(story.sign(story.request()))
    assert (order.state, order.signed_by_id, order.signed_at) == ("signed", story.world.theo.user_id, NOW)


def _treasurer_too(actor, world):
    """The same person with a second habilitation, of treasurer."""
    return actor_of(
        Membership.objects.create(user_id=actor.user_id, organisation=world.ales, role="TREASURER")
    )


@pytest.mark.parametrize(
    ("name", "reason"), [("claire", "saisi ou modifié cette demande"), ("marc", "demandé ce paiement")]
)
def test_author_and_requester_never_sign(story, name, reason):
    order = story.request()
    with pytest.raises(NotAllowedError, match=reason):
        story.sign(order, actor=_treasurer_too(getattr(story.world, name), story.world))


def test_the_validator_never_signs_when_another_asked(story):
    other = person("martine", story.world.cil, "MANAGER")
    order = story.request(actor=other)
    with pytest.raises(NotAllowedError, match="validé cette aide"):
        story.sign(order, actor=_treasurer_too(story.world.marc, story.world))


def test_the_order_of_a_stopped_aid_is_not_signed(story):
    order = story.request()
    story.stop()
    with pytest.raises(NotAllowedError, match="L’aide est arrêtée : abandonnez cet ordre"):
        story.sign(order)


@pytest.mark.database
def test_the_database_refuses_a_barred_signer(story):
    order = story.request()
    with (
        tenancy.tenant(story.world.theo.context),
        pytest.raises(IntegrityError, match="order_signer_is_not_barred"),
        transaction.atomic(),
    ):
        PaymentOrder.objects.filter(pk=order.pk).update(
            state="signed", signed_by_id=story.world.marc.user_id, signed_at=NOW
        )


@pytest.mark.database
@pytest.mark.parametrize(
    ("who", "signer"), [("anne", "anne"), ("anne", "theo"), ("marc", "theo"), ("theo", "anne")]
)
def test_the_database_lets_only_a_treasurer_sign_and_in_their_own_name(story, who, signer):
    order = story.request()
    with (
        tenancy.tenant(getattr(story.world, who).context),
        pytest.raises(ProgrammingError, match="not in one's own name and capacity"),
        transaction.atomic(),
    ):
        # Signed by somebody whom no check of the row bars.
        PaymentOrder.objects.filter(pk=order.pk).update(
            state="signed", signed_by_id=getattr(story.world, signer).user_id, signed_at=NOW
        )


@pytest.mark.database
@pytest.mark.parametrize(("who", "executor"), [("anne", "anne"), ("marc", "theo"), ("theo", "anne")])
def test_the_database_lets_only_a_treasurer_record_an_execution_in_their_own_name(story, who, executor):
    order = story.sign(story.request())
    with (
        tenancy.tenant(getattr(story.world, who).context),
        pytest.raises(ProgrammingError, match="not in one's own name and capacity"),
        transaction.atomic(),
    ):
        PaymentOrder.objects.filter(pk=order.pk).update(
            state="executed", executed_by_id=getattr(story.world, executor).user_id, executed_on=TODAY
        )


@pytest.mark.database
@pytest.mark.parametrize("change", [{"amount": Decimal("1")}, {"iban": OTHER_IBAN}, {"barred_ids": []}])
def test_the_application_cannot_rewrite_what_is_signed(story, change):
    order = story.request()
    with (
        tenancy.tenant(story.world.theo.context),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        PaymentOrder.objects.filter(pk=order.pk).update(**change)


# --- Execution ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason"), [("claire", "saisi ou modifié cette demande"), ("marc", "demandé ce paiement")]
)
def test_author_and_requester_never_record_the_execution(story, name, reason):
    order = story.sign(story.request())
    with pytest.raises(NotAllowedError, match=f"doit constater le virement : vous avez {reason}"):
        story.execute(order, actor=_treasurer_too(getattr(story.world, name), story.world))
    assert story.fresh(order).state == "signed"


@pytest.mark.database
def test_the_database_refuses_a_barred_executor(story):
    order = story.sign(story.request())
    with (
        tenancy.tenant(story.world.theo.context),
        pytest.raises(IntegrityError, match="order_executor_is_not_barred"),
        transaction.atomic(),
    ):
        PaymentOrder.objects.filter(pk=order.pk).update(
            state="executed", executed_by_id=story.world.marc.user_id, executed_on=TODAY
        )


def test_execution_pays_the_funds_the_terms_and_settles_the_aid(world):
    story = payable_aid(world, split=True)
    advice = story.paid()
    assert {(term.state, term.paid_on) for term in story.terms()} == {("PAID", TODAY)}
    aid = story.fresh(story.aid)
    assert (aid.state, aid.paid_amount) == ("settled", TOTAL)
    for fund in map(story.fresh, story.funds):
        assert (fund.paid, fund.to_pay) == (Decimal("415.80"), Decimal("0.00"))
    assert (advice.amount, advice.landlord_id) == (TOTAL, world.landlord.pk)
    assert [row["label"] for row in advice.months] == ["mars 2026", "avril 2026", "mai 2026"]


def test_the_aid_waits_until_its_last_term_is_paid(story):
    story.execute(story.sign(story.request(story.term_ids[:2])))
    assert story.fresh(story.aid).state == "in_payment"
    story.execute(story.sign(story.request(story.term_ids[2:])))
    assert story.fresh(story.aid).state == "settled"


@pytest.mark.parametrize(
    ("day", "reason"),
    [(dt.date(2026, 6, 16), "à venir"), (dt.date(2026, 6, 14), "ne peut pas être antérieur")],
)
def test_the_bank_pays_between_the_signature_and_today(story, day, reason):
    order = story.sign(story.request())
    with pytest.raises(InvalidInputError, match=reason) as refused:
        story.execute(order, on=day)
    assert list(refused.value.faults) == ["executed_on"]
    assert story.fresh(order).state == "signed"


def test_an_account_changed_after_the_signature_does_not_hide_a_transfer_made(story):
    order = story.sign(story.request())
    story.change_account()
    with pytest.raises(InvalidInputError, match="confirmez le compte qui a été payé") as refused:
        story.execute(order)
    assert list(refused.value.faults) == ["account_confirmed"]
    assert story.fresh(order).state == "signed"
    assert story.execute(order, account_confirmed=True).amount == TOTAL


# --- Giving up ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "signed"), [("theo", False), ("theo", True), ("marc", False)])
def test_given_up_then_asked_again(story, signed, name):
    order = story.request()
    if signed:
        story.sign(order)
    story.give_up(order, actor=getattr(story.world, name))
    assert {term.state for term in story.terms()} == {"GRANTED"}
    assert story.fresh(story.aid).state == "validated"
    assert story.fresh(story.funds[0]).to_pay == TOTAL
    again = story.request()
    assert again.number == "OP-2026-000002"
    assert story.execute(story.sign(again)).amount == TOTAL
    assert story.fresh(order).state == "given_up"


def test_giving_up_needs_a_reason(story):
    order = story.request()
    with pytest.raises(InvalidInputError) as refused:
        story.give_up(order, reason="  ")
    assert list(refused.value.faults) == ["reason"]
    with pytest.raises(InvalidInputError, match="dépasse 500 caractères"):
        story.give_up(order, reason="x" * 501)
    story.give_up(order, reason="x" * 500)
    assert story.fresh(order).given_up_reason == "x" * 500


def test_a_signed_order_is_the_treasurer_s_to_give_up(story):
    """The bank may have the transfer: asked again by the manager, the terms would be paid twice."""
    order = story.sign(story.request())
    with pytest.raises(NotAllowedError, match="seul le trésorier peut l’abandonner"):
        story.give_up(order, actor=story.world.marc)
    with pytest.raises(InvalidInputError) as refused:
        story.give_up(order, reason="", not_executed=False)
    assert set(refused.value.faults) == {"reason", "not_executed"}
    assert {term.state for term in story.terms()} == {"ORDERED"}
    story.give_up(order)
    assert story.fresh(order).state == "given_up"


def test_the_order_of_a_stopped_aid_given_up_gives_the_money_back(story):
    order = story.sign(story.request())
    story.stop()
    story.give_up(order)
    assert {term.state for term in story.terms()}.isdisjoint({"GRANTED", "ORDERED"})
    assert story.fresh(story.funds[0]).to_pay == 0


# --- Every move, state and role -------------------------------------------------------------------


def _order_in(story, state: str) -> PaymentOrder:
    order = story.request()
    if state == "given_up":
        story.give_up(order)
    if state in {"signed", "executed"}:
        story.sign(order)
    if state == "executed":
        story.execute(order)
    return order


MOVES = {
    "sign": lambda story, order, actor: story.sign(order, actor=actor),
    "execute": lambda story, order, actor: story.execute(order, actor=actor),
    "give_up": lambda story, order, actor: story.give_up(order, actor=actor),
}
#: What each move answers in each state to who may do it.
ANSWERS = {
    ("sign", "to_sign"): "",
    ("sign", "signed"): "déjà signé",
    ("sign", "executed"): "déjà exécuté",
    ("sign", "given_up"): "abandonné",
    ("execute", "to_sign"): "pas encore signé",
    ("execute", "signed"): "",
    ("execute", "executed"): "déjà exécuté",
    ("execute", "given_up"): "abandonné",
    ("give_up", "to_sign"): "",
    ("give_up", "signed"): "",
    ("give_up", "executed"): "déjà exécuté",
    ("give_up", "given_up"): "abandonné",
}
#: Who may not, whatever the state: the reason, or None where the order isn't even seen (404).
REFUSED = {
    "sign": {"marc": "Seul le trésorier", "anne": "Seul le trésorier"},
    "execute": {"marc": "Seul le trésorier", "anne": "Seul le trésorier"},
    "give_up": {"anne": "Seuls le trésorier et le responsable"},
}
STRANGERS = ("claire", "diane", "lea", "sonia", "rachid", "bruno")


@pytest.mark.parametrize(("move", "state"), ANSWERS)
def test_each_move_in_each_state(story, move, state):
    order = _order_in(story, state)
    reason = ANSWERS[move, state]
    if not reason:
        MOVES[move](story, order, story.world.theo)
        assert story.fresh(order).state != state
        return
    with pytest.raises(NotAllowedError, match=reason):
        MOVES[move](story, order, story.world.theo)
    assert story.fresh(order).state == state


@pytest.mark.parametrize("state", ["to_sign", "signed"])
@pytest.mark.parametrize("move", MOVES)
def test_each_move_by_each_other_role(story, move, state):
    order = _order_in(story, state)
    for name, reason in REFUSED[move].items():
        with pytest.raises(NotAllowedError, match=reason):
            MOVES[move](story, order, getattr(story.world, name))
    for name in STRANGERS:
        with pytest.raises(Http404):
            MOVES[move](story, order, getattr(story.world, name))
    assert story.fresh(order).state == state


# --- The landlord's receipt -----------------------------------------------------------------------


def _confirm(story, advice, actor, day=TODAY, at=NOW):
    with tenancy.tenant(actor.context):
        return operations.confirm_receipt(actor=actor, advice_id=advice.public_id, received_on=day, at=at)


def test_the_agent_confirms_once(story):
    advice = story.paid()
    _confirm(story, advice, story.world.lea)
    advice = story.fresh(advice)
    assert (advice.received_on, advice.received_by_id) == (TODAY, story.world.lea.user_id)
    with pytest.raises(NotAllowedError, match="déjà confirmée"):
        _confirm(story, advice, story.world.lea)


@pytest.mark.parametrize(
    ("day", "reason"), [(dt.date(2026, 6, 16), "à venir"), (dt.date(2026, 6, 14), "avant")]
)
def test_money_arrives_between_the_execution_and_today(story, day, reason):
    advice = story.paid()
    with pytest.raises(InvalidInputError, match=reason):
        _confirm(story, advice, story.world.lea, day)


@pytest.mark.parametrize(
    ("name", "error"), [("louis", Http404), ("sonia", Http404), ("theo", NotAllowedError)]
)
def test_nobody_else_confirms(story, name, error):
    advice = story.paid()
    with pytest.raises(error):
        _confirm(story, advice, getattr(story.world, name))


@pytest.mark.database
def test_the_agent_cannot_rewrite_the_advice(story):
    advice = story.paid()
    with (
        tenancy.tenant(story.world.lea.context),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        PaymentAdvice.objects.filter(pk=advice.pk).update(amount=Decimal("1"))


# --- What each capacity reads by row security alone -----------------------------------------------


@pytest.mark.database
def test_row_security_alone_hides_orders_and_their_documents(story):
    story.paid()
    world = story.world
    for actor in (world.lea, world.louis, world.claire, world.sonia, world.rachid, world.diane, world.bruno):
        with tenancy.tenant(actor.context):
            assert not PaymentOrder.objects.exists(), actor.name
            assert not PaymentOrderLine.objects.exists(), actor.name
            assert not ProductionJob.objects.filter(kind="payment_order").exists(), actor.name
    for actor in (world.marc, world.theo, world.anne):
        with tenancy.tenant(actor.context):
            assert PaymentOrder.objects.count() == 1
            assert ProductionJob.objects.filter(kind="payment_order").count() == 3


@pytest.mark.database
def test_row_security_alone_gives_advices_to_their_landlord(story):
    story.paid()
    world = story.world
    seen = {}
    for name in ("lea", "louis", "sonia", "rachid", "claire", "marc", "theo", "diane", "bruno"):
        with tenancy.tenant(getattr(world, name).context):
            seen[name] = (
                PaymentAdvice.objects.count(),
                ProductionJob.objects.filter(kind="payment_advice").count(),
            )
    assert {name for name, counts in seen.items() if counts == (1, 1)} == {"lea", "claire", "marc", "theo"}
    assert {
        counts for name, counts in seen.items() if name in {"louis", "sonia", "rachid", "diane", "bruno"}
    } == {(0, 0)}
