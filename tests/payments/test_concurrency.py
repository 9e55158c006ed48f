"""Two people, or two clicks, at the same moment: paid once, and never to an account being changed."""

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection, transaction

from ales import tenancy
from ales.errors import Refusal
from members import bank_details
from members.models import FundEntry
from members.roles import Role
from payments import bank_account, integrity, operations
from payments.models import BankStatement, PaymentOrder, PaymentRecovery
from tests.aids.stories import pdf_upload
from tests.payments.bank import Movement, camt_053
from tests.payments.stories import payable_aid, sent
from tests.world import NOW, TODAY, person

pytestmark = pytest.mark.django_db(transaction=True)


def nothing_is_wrong() -> None:
    """Every check of `manage.py check_ledger` but of the files, which other processes keep elsewhere."""
    assert [finding for finding in integrity.findings(integrity.BOOKS) if finding.count] == []


def together(*actions: Callable[[], object]) -> list[str]:
    """Run each in a thread and a connection of its own, at once; the refusals by kind."""
    start, refused = threading.Barrier(len(actions)), []

    def run(action: Callable[[], object]) -> None:
        try:
            start.wait(timeout=20)
            action()
        except Refusal as refusal:
            refused.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return refused


@pytest.fixture
def story(world):
    return payable_aid(world)


def test_a_payment_asked_twice_is_asked_once(story):
    term_ids = story.term_ids
    assert together(*[lambda: story.request(term_ids)] * 2) == ["InvalidInputError"]
    with tenancy.tenant(story.world.theo.context):
        assert [order.number for order in PaymentOrder.objects.all()] == ["OP-2026-000001"]


def test_an_order_executed_twice_is_paid_once(story):
    order = story.sign(story.request())
    assert together(*[lambda: story.execute(order)] * 2) == ["NotAllowedError"]
    assert story.fresh(story.funds[0]).paid == order.amount


def test_an_order_signed_and_given_up_ends_in_one_state(story):
    order = story.request()
    refused = together(lambda: story.sign(order), lambda: story.give_up(order))
    assert story.fresh(order).state == "given_up"
    assert refused in ([], ["NotAllowedError"])
    assert {term.state for term in story.terms()} == {"GRANTED"}


def test_an_order_executed_and_given_up_is_one_or_the_other(story):
    order = story.sign(story.request())
    assert together(lambda: story.execute(order), lambda: story.give_up(order)) == ["NotAllowedError"]
    paid = story.fresh(story.funds[0]).paid
    assert (story.fresh(order).state, paid) in {("executed", order.amount), ("given_up", 0)}


def test_nothing_is_signed_while_other_bank_details_are_being_entered(story):
    """The signature waits for the entry to be committed, then sees it."""
    world, order = story.world, story.request()
    entered, refused = threading.Event(), []

    def sign() -> None:
        entered.wait(timeout=20)
        try:
            story.sign(order)
        except Refusal as refusal:
            refused.append(refusal.message)
        finally:
            connection.close()

    signing = threading.Thread(target=sign)
    signing.start()
    with transaction.atomic(), tenancy.tenant(world.anne.context):
        bank_details.enter(
            actor=world.anne,
            landlord_id=world.landlord.pk,
            account_holder="Habitat d'Essai",
            iban="FR7630006000011234567890189",
            proof=pdf_upload("rib.pdf"),
            at=NOW,
        )
        entered.set()
        signing.join(timeout=1)
    signing.join(timeout=20)
    assert len(refused) == 1
    assert "attendent une seconde personne" in refused[0]
    assert story.fresh(order).state == "to_sign"


def test_two_recoveries_of_one_term_never_exceed_what_was_paid(story):
    advice = story.paid()
    with tenancy.tenant(story.world.theo.context):
        order = PaymentOrder.objects.get(pk=advice.order_id)
    refused = together(*[lambda: story.ask_recovery(order, "200.00")] * 3)
    assert refused == ["InvalidInputError"] * 2
    with tenancy.tenant(story.world.theo.context):
        assert [recovery.number for recovery in PaymentRecovery.objects.all()] == ["RC-2026-000001"]


def test_a_recovery_received_twice_comes_back_once(story):
    advice = story.paid()
    with tenancy.tenant(story.world.theo.context):
        order = PaymentOrder.objects.get(pk=advice.order_id)
    recovery = story.ask_recovery(order, "100.00")
    assert together(*[lambda: story.receive(recovery)] * 2) == ["NotAllowedError"]
    assert story.fresh(story.funds[0]).recovered == 100


def test_a_question_asked_twice_is_asked_once(story):
    advice = story.paid()
    assert together(*[lambda: story.ask_query(advice)] * 2) == ["NotAllowedError"]


def test_a_receipt_confirmed_and_questioned_is_one_or_the_other(story):
    advice = story.paid()
    refused = together(lambda: story.confirm(advice), lambda: story.ask_query(advice))
    assert refused == ["NotAllowedError"]
    with tenancy.tenant(story.world.lea.context):
        assert advice.queries.exists() is (story.fresh(advice).received_on is None)


def test_two_treasurers_applying_one_statement_pay_each_order_once(world):
    """Théo and Tina press « Appliquer » together; a third records one of the orders by hand meanwhile."""
    tina = person("tina", world.ales, Role.TREASURER)
    stories = [
        payable_aid(world, months=(dt.date(2026, 5, 1),), with_bank=rank == 0, reference=f"A-{rank}")
        for rank in range(3)
    ]
    orders = [sent(story, story.sign(story.request())) for story in stories]
    movements = [Movement(order.end_to_end_id, order.amount) for order in orders]
    content = camt_053(movements, iban=bank_account.debtor().iban, day=TODAY)
    with tenancy.tenant(world.theo.context):
        statement, _is_new = operations.import_statement(
            actor=world.theo, content=content, file_name="releve.xml", at=NOW
        )

    def apply(actor):
        with tenancy.tenant(actor.context):
            operations.apply_statement(actor=actor, statement_id=statement.public_id, at=NOW)

    refused = together(lambda: apply(world.theo), lambda: apply(tina), lambda: stories[1].execute(orders[1]))
    assert refused in ([], ["NotAllowedError"])
    assert [story.fresh(order).state for story, order in zip(stories, orders, strict=True)] == [
        "executed"
    ] * 3
    with tenancy.tenant(world.theo.context):
        assert FundEntry.objects.filter(kind="PAYMENT").count() == 3
        assert BankStatement.objects.get().state == "APPLIED"


def test_one_file_sent_twice_together_is_one_statement(world):
    content = camt_053([Movement("R", Decimal("1.00"))], iban=bank_account.debtor().iban, day=TODAY)

    def bring_in():
        with tenancy.tenant(world.theo.context):
            operations.import_statement(actor=world.theo, content=content, file_name="releve.xml", at=NOW)

    assert together(bring_in, bring_in) == []
    with tenancy.tenant(world.theo.context):
        assert BankStatement.objects.count() == 1
