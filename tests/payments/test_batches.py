"""Bulk signature and batches: what they do, what they refuse, and that twice is once."""

import datetime as dt
import hashlib
import uuid
from decimal import Decimal

import pytest
from django.test import override_settings

from aids.models import AidRequest
from ales import tenancy
from ales.documents import production
from ales.documents.models import JobState, ProductionJob
from ales.errors import InvalidInputError, NotAllowedError, StalePageError
from members import bank_details
from members.access import actor_of
from members.models import Membership, Organisation
from payments import bank_account, holds, operations, permissions
from payments.documents import batch as batch_document
from payments.models import PaymentBatch, PaymentOrder
from payments.rules import sepa
from tests.payments.stories import AMOUNT, OTHER_IBAN, batched, payable_aid
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db

TUESDAY = dt.date(2026, 6, 16)


@pytest.fixture
def stories(world):
    """Three aids of one landlord, one term each of 277.20 €."""
    return [payable_aid(world, months=(dt.date(2026, 3, 1),), with_bank=rank == 0) for rank in range(3)]


@pytest.fixture
def signed(stories):
    return [story.sign(story.request()) for story in stories]


def sign_many(world, orders, *, actor=None):
    actor = actor or world.theo
    with tenancy.tenant(actor.context):
        return operations.sign_many(actor=actor, order_ids=[order.public_id for order in orders], at=NOW)


def prepare(world, orders, *, actor=None, on=TUESDAY) -> PaymentBatch:
    actor = actor or world.theo
    with tenancy.tenant(actor.context):
        return operations.prepare_batch(
            actor=actor, order_ids=[order.public_id for order in orders], execution_on=on, at=NOW
        )


def send(world, batch, *, actor=None, **options) -> PaymentBatch:
    actor = actor or world.theo
    with tenancy.tenant(actor.context):
        return operations.mark_sent(actor=actor, batch_id=batch.public_id, at=NOW, **options)


def cancel(world, batch, *, actor=None, reason="Erreur de date", not_sent=True) -> PaymentBatch:
    actor = actor or world.theo
    with tenancy.tenant(actor.context):
        return operations.cancel_batch(
            actor=actor, batch_id=batch.public_id, reason=reason, not_sent=not_sent, at=NOW
        )


def states(world, orders) -> list[str]:
    with tenancy.tenant(world.theo.context):
        kept = PaymentOrder.objects.filter(pk__in=[order.pk for order in orders])
        return list(kept.order_by("sequence").values_list("state", flat=True))


def second_treasurer(world, who):
    """Another treasurer's habilitation of a person who has other ones."""
    with tenancy.tenant(None):
        membership = Membership.objects.create(user_id=who.user_id, organisation=world.ales, role="TREASURER")
    return actor_of(membership)


# --- Signing several ------------------------------------------------------------------------------


def test_each_order_is_signed_by_itself(world, stories):
    orders = [story.request() for story in stories]
    stories[1].stop()
    signatures = sign_many(world, orders)
    assert [signature.is_done for signature in signatures] == [True, False, True]
    assert "arrêtée" in signatures[1].reason
    assert states(world, orders) == ["signed", "to_sign", "signed"]


def test_a_double_click_signs_once(world, stories):
    orders = [story.request() for story in stories]
    sign_many(world, orders)
    again = sign_many(world, orders)
    assert [signature.is_earlier for signature in again] == [True] * 3
    assert not any(signature.is_done for signature in again)
    with tenancy.tenant(world.theo.context):
        assert ProductionJob.objects.filter(unique_key__endswith=":signed").count() == 3


def test_an_order_signed_by_its_author_is_reported(world, stories):
    orders = [story.request() for story in stories]
    marc = second_treasurer(world, world.marc)
    signatures = sign_many(world, orders, actor=marc)
    assert all("Une autre personne doit signer" in signature.reason for signature in signatures)
    assert states(world, orders) == ["to_sign"] * 3


def test_nobody_else_signs_several(world, stories):
    signatures = sign_many(world, [stories[0].request()], actor=world.anne)
    assert signatures[0].reason == "Seul le trésorier signe les ordres de paiement."


def test_nothing_or_too_much_is_refused(world):
    for ids in ([], [uuid.uuid4() for _ in range(operations.MOST_AT_ONCE + 1)]):
        with tenancy.tenant(world.theo.context), pytest.raises(InvalidInputError):
            operations.sign_many(actor=world.theo, order_ids=ids, at=NOW)


# --- On hold --------------------------------------------------------------------------------------


def _suspend(story):
    with tenancy.tenant(None):
        Organisation.objects.filter(pk=story.aid.landlord_id).update(is_active=False)


def _change_and_confirm(story):
    details = story.change_account()
    with tenancy.tenant(story.world.theo.context):
        bank_details.confirm(actor=story.world.theo, details_id=details.public_id, at=NOW)


@pytest.mark.parametrize(
    ("happens", "says"),
    [
        (lambda story: story.stop(), "arrêtée"),
        (lambda story: story.change_account(), "seconde personne"),
        (_change_and_confirm, "a changé"),
        (_suspend, "suspendu"),
    ],
    ids=["stopped", "proposed", "replaced", "suspended"],
)
def test_a_hold_is_the_same_everywhere(world, happens, says):
    """Python's reason, the database's filter, the verdicts of signature and of batch agree."""
    story = payable_aid(world)
    waiting, order = story.request(story.term_ids[:1]), story.sign(story.request(story.term_ids[1:2]))
    with tenancy.tenant(world.theo.context):
        assert not PaymentOrder.objects.on_hold().exists()
    happens(story)
    with tenancy.tenant(world.theo.context):
        held = PaymentOrder.objects.on_hold().select_related("request", "landlord").order_by("sequence")
        assert [found.pk for found in held] == [waiting.pk, order.pk]
        assert all(says in reason for reason in holds.reasons(list(held)).values())
        assert len(holds.reasons(list(held))) == 2
        assert not permissions.sign_verdict(world.theo, held[0])
        assert says in permissions.batch_refusals(world.theo, [held[1]])[order.pk]
    with pytest.raises(InvalidInputError, match=says):
        prepare(world, [order])


# --- Preparing ------------------------------------------------------------------------------------


def test_a_batch_holds_its_orders_and_its_file_s_data(world, signed):
    batch = prepare(world, signed)
    assert batch.number == "BV-2026-000001"
    assert (batch.message_id, batch.payment_information_id) == (
        "ALES-BV-2026-000001",
        "ALES-BV-2026-000001-1",
    )
    assert (batch.orders_count, batch.control_sum) == (3, AMOUNT * 3)
    assert states(world, signed) == ["batched"] * 3
    content = batch_document.build_file(batch.frozen)
    assert sepa.validate(content, "09") == []
    assert sepa.read_totals(content) == (3, AMOUNT * 3)
    assert hashlib.sha256(content).hexdigest() == batch.frozen["sha256"]
    text = content.decode()
    assert "ALES A-2026-" in text
    assert "REF L-4512" in text
    assert "MARTIN" not in text.upper().replace("SAINT-MARTIN", "")
    assert "MARTIN" not in str(batch.frozen).upper()


def test_the_file_is_produced_once_and_kept_with_its_hash(world, signed):
    batch = prepare(world, signed)
    assert production.produce(batch.file_job.public_id)
    assert not production.produce(batch.file_job.public_id)
    with tenancy.tenant(world.theo.context):
        document = ProductionJob.objects.get(pk=batch.file_job_id).document
        with document.file.open() as kept:
            content = kept.read()
    assert document.sha256 == batch.frozen["sha256"] == hashlib.sha256(content).hexdigest()
    assert document.content_type == "application/xml"
    assert content == batch_document.build_file(batch.frozen)


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "0" * 64},
        {"control_sum": "831.61"},
        {"orders_count": 4},
    ],
)
def test_a_file_that_is_not_the_prepared_one_is_not_produced(world, signed, change):
    batch = prepare(world, signed)
    with pytest.raises(batch_document.BatchFileError):
        batch_document.build_file(batch.frozen | change)


@override_settings(BANK_FILE_SCHEMA="pain.001.001.03")
def test_the_older_schema(world, signed):
    batch = prepare(world, signed)
    assert sepa.validate(batch_document.build_file(batch.frozen), "03") == []


def test_numbers_have_no_gap(world, signed):
    with pytest.raises(InvalidInputError):
        prepare(world, signed, on=dt.date(2026, 6, 14))
    assert [prepare(world, [order]).sequence for order in signed] == [1, 2, 3]


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (TODAY - dt.timedelta(days=1), "est passé"),
        (dt.date(2026, 6, 20), "22 juin 2026"),
        (dt.date(2027, 6, 15), "trop loin"),
    ],
)
def test_an_execution_day_that_cannot_be(world, signed, day, says):
    with pytest.raises(InvalidInputError) as refusal:
        prepare(world, signed, on=day)
    assert says in refusal.value.faults["execution_on"][0]


def test_one_order_that_cannot_go_refuses_the_whole_batch(world, stories):
    orders = [stories[0].sign(stories[0].request()), stories[1].request()]
    with pytest.raises(InvalidInputError) as refusal:
        prepare(world, orders)
    assert refusal.value.faults["orders"] == [f"{orders[1].number} : L’ordre n’est pas encore signé."]
    assert states(world, orders) == ["signed", "to_sign"]


def test_an_order_twice_in_batches(world, signed):
    prepare(world, signed)
    with pytest.raises(InvalidInputError, match="dans un bordereau"):
        prepare(world, signed)
    with tenancy.tenant(world.theo.context):
        assert PaymentBatch.objects.count() == 1


def test_an_order_that_is_not_there_makes_the_page_stale(world, signed):
    with tenancy.tenant(world.theo.context), pytest.raises(StalePageError):
        operations.prepare_batch(
            actor=world.theo,
            order_ids=[signed[0].public_id, uuid.uuid4()],
            execution_on=TUESDAY,
            at=NOW,
        )


def test_who_asked_for_the_payment_sends_it_not(world, signed):
    marc = second_treasurer(world, world.marc)
    with pytest.raises(InvalidInputError, match="vous avez demandé ce paiement"):
        prepare(world, signed, actor=marc)


@pytest.mark.parametrize("name", ["anne", "marc", "claire", "lea", "bruno"])
def test_nobody_else_prepares(world, signed, name):
    with pytest.raises(NotAllowedError):
        prepare(world, signed, actor=getattr(world, name))


def test_the_lines_must_make_the_amount(world, signed):
    with tenancy.tenant(world.theo.context):
        signed[0].lines.update(is_live=False)
    with pytest.raises(InvalidInputError, match="ne font pas son montant"):
        prepare(world, signed)


def test_a_name_the_bank_cannot_write_is_named(world):
    story = payable_aid(world, months=(dt.date(2026, 3, 1),))
    with tenancy.tenant(world.marc.context):
        AidRequest.objects.filter(pk=story.aid.pk).update(landlord_reference="Λ-12")
    order = story.sign(story.request())
    with pytest.raises(InvalidInputError, match="Λ"):
        prepare(world, [order])


# --- The association's account --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"BANK_ACCOUNT_IBAN": ""}, "n’est pas configuré"),
        ({"BANK_ACCOUNT_IBAN": "FR7630006000011234567890180"}, "n’est pas un IBAN"),
        ({"BANK_ACCOUNT_BIC": "TROP"}, "BIC"),
        ({"BANK_FILE_SCHEMA": "pain.001.001.02"}, "BANK_FILE_SCHEMA"),
        ({"BANK_ACCOUNT_NAME": ""}, "nom de l’association"),
    ],
)
def test_a_wrong_account_prepares_nothing(world, signed, settings, says):
    with override_settings(**settings), pytest.raises(NotAllowedError, match=says):
        prepare(world, signed)


def test_a_wrong_account_is_an_error_at_start():
    assert bank_account.check_bank_account(None) == []
    with override_settings(BANK_ACCOUNT_IBAN="FR76 3000 6000 0112 3456 7890 180"):
        assert [error.id for error in bank_account.check_bank_account(None)] == ["payments.E001"]
    with override_settings(BANK_ACCOUNT_IBAN="", BANK_ACCOUNT_BIC=""):
        assert bank_account.check_bank_account(None) == []


def test_blanks_of_the_account_are_left_out():
    spaced = " ".join(OTHER_IBAN[start : start + 4] for start in range(0, len(OTHER_IBAN), 4))
    with override_settings(BANK_ACCOUNT_IBAN=spaced.lower()):
        assert bank_account.debtor().iban == OTHER_IBAN
        assert bank_account.problem() == ""


# --- Sending and cancelling -----------------------------------------------------------------------


@pytest.fixture
def batch(world, signed):
    """Prepared, its file produced."""
    return batched(world, signed)


def test_a_batch_is_sent_with_its_orders(world, signed, batch):
    sent = send(world, batch)
    assert (sent.state, sent.sent_by_id, sent.sent_at) == ("sent", world.theo.user_id, NOW)
    assert states(world, signed) == ["sent"] * 3
    assert "sent" in sent.statement_job.unique_key


def test_a_sent_order_is_executed_and_not_given_up(world, stories, signed, batch):
    send(world, batch)
    with pytest.raises(NotAllowedError, match="est transmis"):
        stories[0].give_up(signed[0])
    stories[0].execute(signed[0])
    assert states(world, signed) == ["executed", "sent", "sent"]


def test_an_order_of_a_batch_is_not_given_up(world, stories, signed, batch):
    with pytest.raises(NotAllowedError, match="bordereau"):
        stories[0].give_up(signed[0])


def test_a_batch_without_its_file_is_not_sent(world, signed):
    with pytest.raises(NotAllowedError, match="en cours de production"):
        send(world, prepare(world, signed))


def test_a_batch_is_sent_once(world, batch):
    send(world, batch)
    for again in (send, cancel):
        with pytest.raises(NotAllowedError, match="déjà transmis"):
            again(world, batch)


def test_an_order_put_on_hold_since_stops_the_sending(world, stories, signed, batch):
    stories[2].stop()
    with pytest.raises(InvalidInputError) as refusal:
        send(world, batch)
    assert signed[2].number in refusal.value.faults["already_gone"][0]
    assert states(world, signed) == ["batched"] * 3
    send(world, batch, already_gone=True)
    assert states(world, signed) == ["sent"] * 3


def test_who_asked_for_a_payment_in_it_sends_no_batch(world, batch):
    marc = second_treasurer(world, world.marc)
    with pytest.raises(NotAllowedError, match="Une autre personne doit transmettre"):
        send(world, batch, actor=marc)


def test_a_cancelled_batch_frees_its_orders_and_keeps_its_number(world, signed, batch):
    cancelled = cancel(world, batch)
    assert (cancelled.state, cancelled.cancelled_reason) == ("cancelled", "Erreur de date")
    assert states(world, signed) == ["signed"] * 3
    with tenancy.tenant(world.theo.context):
        assert not cancelled.orders.exists()
    assert prepare(world, signed).number == "BV-2026-000002"
    with pytest.raises(NotAllowedError, match="est annulé"):
        cancel(world, batch)


def test_a_cancellation_says_why_and_that_the_bank_has_nothing(world, batch):
    with pytest.raises(InvalidInputError) as refusal:
        cancel(world, batch, reason="  ", not_sent=False)
    assert set(refusal.value.faults) == {"reason", "not_sent"}
    with pytest.raises(InvalidInputError, match="dépasse 500 caractères"):
        cancel(world, batch, reason="x" * 501)


def test_a_stopped_order_leaves_its_batch_then_is_given_up(world, stories, signed, batch):
    stories[0].stop()
    cancel(world, batch)
    stories[0].give_up(signed[0])
    again = prepare(world, signed[1:])
    assert again.control_sum == AMOUNT * 2 == Decimal("554.40")


def test_the_statement_prints_totals_and_visas(world, signed, batch):
    printed = batch_document.context(batch.frozen | {"state": "prepared", "happenings": {}})
    assert [(group["count"], group["total"]) for group in printed["landlords"]] == [(3, printed["total"])]
    assert printed["visas"] == [{"by": "Theo Test", "count": 3, "last": printed["visas"][0]["last"]}]
    assert printed["file"]["sha256"] == batch.frozen["sha256"]


def test_jobs_of_a_batch_are_the_association_s(world, batch):
    with tenancy.tenant(world.marc.context):
        assert not ProductionJob.objects.filter(subject_kind="payment_batch").exists()
        assert not PaymentBatch.objects.exists()
    with tenancy.tenant(world.anne.context):
        kept = ProductionJob.objects.filter(subject_kind="payment_batch", state=JobState.DONE)
        assert [job.audience for job in kept] == ["ASSOCIATION"]


def test_who_only_reads_batches_is_refused_them(world, signed):
    """Row security lets nobody else lock the row: that is a refusal, not a fault."""
    batch = prepare(world, signed)
    for move in (send, cancel):
        with pytest.raises(NotAllowedError):
            move(world, batch, actor=world.anne)
    assert states(world, signed) == ["batched"] * 3
