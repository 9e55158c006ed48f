"""A landlord asks about a payment, the manager answers, the landlord confirms or asks again (DOMAIN §9)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.http import Http404

from ales import tenancy
from ales.errors import InvalidInputError, NotAllowedError
from payments.models import PaymentAdvice, PaymentQuery
from tests.payments.stories import payable_aid
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(world):
    return payable_aid(world)


@pytest.fixture
def advice(story):
    return story.paid()


def cancel(story, advice) -> None:
    """As the bank's return of the transfer leaves it."""
    with tenancy.tenant(story.world.theo.context):
        PaymentAdvice.objects.filter(pk=advice.pk).update(
            cancelled_on=date(2026, 6, 18), cancelled_reason="Compte clos"
        )


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"reason": "NOT_RECEIVED"}, None),
        ({"reason": "UNKNOWN_TENANT", "text": "Bail inconnu"}, None),
        ({"reason": "OTHER", "text": "Quel mois ?"}, None),
        ({"reason": "OTHER_AMOUNT", "amount_received": Decimal("554.40")}, None),
        ({"reason": "OTHER_AMOUNT", "amount_received": Decimal(0)}, None),
        ({"reason": ""}, "reason"),
        ({"reason": "AUTRE"}, "reason"),
        ({"reason": "OTHER", "text": "  "}, "text"),
        ({"reason": "OTHER", "text": "x" * 2001}, "text"),
        ({"reason": "OTHER_AMOUNT"}, "amount_received"),
        ({"reason": "OTHER_AMOUNT", "amount_received": Decimal("-1")}, "amount_received"),
        ({"reason": "OTHER_AMOUNT", "amount_received": Decimal("831.60")}, "amount_received"),
        ({"reason": "OTHER_AMOUNT", "amount_received": Decimal("9999999.99")}, None),
        ({"reason": "OTHER_AMOUNT", "amount_received": Decimal("10000000.00")}, "amount_received"),
    ],
)
def test_what_is_asked(story, advice, typed, field):
    if field is None:
        query = story.ask_query(advice, **typed)
        assert (query.organisation_id, query.landlord_id) == (advice.organisation_id, advice.landlord_id)
        return
    with pytest.raises(InvalidInputError) as refusal:
        story.ask_query(advice, **typed)
    assert list(refusal.value.faults) == [field]


def test_an_amount_without_its_reason_is_not_kept(story, advice):
    assert story.ask_query(advice, amount_received=Decimal("5.00")).amount_received is None


def test_asked_answered_confirmed(story, advice):
    query = story.ask_query(advice)
    with pytest.raises(NotAllowedError, match="attend une réponse"):
        story.confirm(advice)
    story.answer_query(query)
    assert story.fresh(query).answer == "Le virement est du 15."
    assert story.confirm(advice).received_by_id == story.world.lea.user_id
    with pytest.raises(NotAllowedError, match="déjà confirmée"):
        story.ask_query(advice)


def test_answered_then_asked_again(story, advice):
    story.answer_query(story.ask_query(advice))
    again = story.ask_query(advice, reason="OTHER", text="Toujours rien.")
    assert again.answered_at is None
    with tenancy.tenant(story.world.marc.context):
        assert advice.queries.count() == 2


def test_one_question_at_a_time(story, advice):
    story.ask_query(advice)
    with pytest.raises(NotAllowedError, match="attend une réponse"):
        story.ask_query(advice, reason="OTHER", text="Alors ?")
    with (
        tenancy.tenant(story.world.lea.context),
        pytest.raises(IntegrityError, match="query_one_open_an_advice"),
        transaction.atomic(),
    ):
        PaymentQuery.objects.create(
            organisation_id=advice.organisation_id,
            landlord_id=advice.landlord_id,
            advice=advice,
            reason="NOT_RECEIVED",
            asked_by_id=story.world.lea.user_id,
            asked_at=NOW,
        )


def test_a_question_is_answered_once_with_a_text(story, advice):
    query = story.ask_query(advice)
    for answer in ("", "   ", "x" * 2001):
        with pytest.raises(InvalidInputError) as refusal:
            story.answer_query(query, answer)
        assert list(refusal.value.faults) == ["answer"]
    story.answer_query(query)
    with pytest.raises(NotAllowedError, match="déjà sa réponse"):
        story.answer_query(query, "Autre chose.")
    assert story.fresh(query).answer == "Le virement est du 15."


def test_a_cancelled_advice_is_neither_confirmed_nor_asked_about(story, advice):
    cancel(story, advice)
    for act in (story.confirm, story.ask_query):
        with pytest.raises(NotAllowedError, match="La banque a rejeté ce virement"):
            act(advice)


@pytest.mark.parametrize("name", ["louis", "rachid", "sonia", "diane", "bruno"])
def test_strangers_find_no_advice_to_ask_about(story, advice, name):
    with pytest.raises(Http404):
        story.ask_query(advice, actor=getattr(story.world, name))


@pytest.mark.parametrize("name", ["marc", "theo", "anne"])
def test_others_who_see_the_advice_may_not_ask(story, advice, name):
    with pytest.raises(NotAllowedError, match="Seul un agent du bailleur"):
        story.ask_query(advice, actor=getattr(story.world, name))


@pytest.mark.parametrize("name", ["lea", "claire", "theo", "anne"])
def test_only_the_manager_answers(story, advice, name):
    query = story.ask_query(advice)
    with pytest.raises(NotAllowedError, match="Seul un responsable social"):
        story.answer_query(query, actor=getattr(story.world, name))


@pytest.mark.parametrize("name", ["diane", "rachid", "louis", "bruno"])
def test_strangers_find_no_question(story, advice, name):
    query = story.ask_query(advice)
    with pytest.raises(Http404):
        story.answer_query(query, actor=getattr(story.world, name))


def test_both_sides_are_written_to_without_a_name(story, advice, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        query = story.ask_query(advice, reason="OTHER", text="Secret du bailleur")
    with django_capture_on_commit_callbacks(execute=True):
        story.answer_query(query, "Secret du gérant")
    told = {tuple(message.to): message for message in mail.outbox}
    assert set(told) == {("marc@test.example",), ("lea@test.example",)}
    for message in told.values():
        assert advice.order_number in message.body
        for hidden in ("MARTIN", "Secret", "831", "Grenoble"):
            assert hidden not in message.subject + message.body


def test_a_broken_mail_server_undoes_nothing(story, advice, django_capture_on_commit_callbacks, monkeypatch):
    def broken(*_args, **_options):
        raise OSError("no server")

    monkeypatch.setattr("ales.mail.EmailMessage.send", broken)
    with django_capture_on_commit_callbacks(execute=True):
        query = story.ask_query(advice)
    assert story.fresh(query).answered_at is None
