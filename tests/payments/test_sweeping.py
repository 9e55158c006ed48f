"""A statement whose message is lost is taken up again by the queue, in the name of who applied it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ales import tenancy
from ales.schedule import CELERY_BEAT_SCHEDULE
from members.models import Membership
from payments import bank_account, operations, tasks
from payments.models import BankStatement
from tests.payments.bank import Movement, camt_053
from tests.payments.stories import payable_aid, sent
from tests.world import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.queue]

LONG_AGO = tasks.SILENCE + timedelta(seconds=1)


@pytest.fixture
def messages(monkeypatch) -> list[list[str]]:
    """What would go to the broker; nothing of it arrives."""
    sent_on = []

    def lose(name, *, args, **options):
        assert name == tasks.APPLY_TASK
        sent_on.append(args)

    monkeypatch.setattr(tasks.app, "send_task", lose)
    return sent_on


@pytest.fixture
def applying(world, messages, django_capture_on_commit_callbacks) -> BankStatement:
    """Two lines, started by Théo long ago; its message is lost."""
    stories = [payable_aid(world, with_bank=rank == 0, reference=f"A-{rank}") for rank in range(2)]
    orders = [sent(story, story.sign(story.request())) for story in stories]
    movements = [Movement(order.end_to_end_id, order.amount) for order in orders]
    content = camt_053(movements, iban=bank_account.debtor().iban, day=TODAY)
    with django_capture_on_commit_callbacks(execute=True), tenancy.tenant(world.theo.context):
        statement, _is_new = operations.import_statement(
            actor=world.theo, content=content, file_name="releve.xml", at=NOW
        )
        operations.start_applying(
            actor=world.theo, statement_id=statement.public_id, at=timezone.now() - LONG_AGO
        )
        tasks.send_on_commit(statement.public_id, world.theo)
    assert messages.pop() == [str(statement.public_id), str(world.theo.membership_id)]
    return statement


def test_the_sweeper_is_on_the_schedule():
    names = [entry["task"] for entry in CELERY_BEAT_SCHEDULE.values()]
    assert tasks.sweep_statements.name in names


def test_a_lost_message_is_sent_again_and_the_statement_applied(world, applying, messages):
    assert tasks.sweep_statements() == 1
    tasks.apply_statement(*messages.pop())
    with tenancy.tenant(world.theo.context):
        statement = BankStatement.objects.get()
        assert (statement.state, statement.decided_by_id) == ("APPLIED", world.theo.user_id)
        assert set(statement.lines.values_list("settled_by_id", flat=True)) == {world.theo.user_id}
    assert tasks.sweep_statements() == 0


def test_a_worker_lost_half_way_is_followed(world, applying, messages):
    at = timezone.now() - LONG_AGO
    with tenancy.tenant(world.theo.context):
        operations.apply_lines(actor=world.theo, statement_id=applying.public_id, at=at, most=1)
    assert tasks.sweep_statements() == 1
    tasks.apply_statement(*messages.pop())
    with tenancy.tenant(world.theo.context):
        assert BankStatement.objects.get().state == "APPLIED"


def test_one_that_is_being_written_is_left_to_its_worker(world, applying, messages):
    with tenancy.tenant(world.theo.context):
        operations.apply_lines(actor=world.theo, statement_id=applying.public_id, at=timezone.now(), most=1)
    assert (tasks.sweep_statements(), messages) == (0, [])


def test_nobody_goes_on_in_the_name_of_a_former_treasurer(world, applying, messages):
    Membership.objects.filter(public_id=world.theo.membership_id).update(
        suspended_at=NOW, suspended_by_id=world.anne.user_id
    )
    assert (tasks.sweep_statements(), messages) == (1, [])
