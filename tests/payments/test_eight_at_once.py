"""Eight people at the same orders at the same moment: one effect each, and no deadlock (DESIGN §2.3)."""

import random
from collections import Counter
from contextlib import suppress
from functools import partial

import pytest
from django.http import Http404

from ales import tenancy
from ales.documents import production
from ales.errors import Refusal
from payments import operations
from payments.models import PaymentBatch, PaymentOrder
from tests.payments.stories import MONTHS, payable_aid
from tests.payments.test_concurrency import nothing_is_wrong, together
from tests.world import NOW, TODAY

pytestmark = [pytest.mark.slow, pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def signed(world):
    """Three aids of one landlord, and their signed orders."""
    stories = [
        payable_aid(world, months=(MONTHS[0],), with_bank=rank == 0, reference=f"A-{rank}")
        for rank in range(3)
    ]
    return [(story, story.sign(story.request())) for story in stories]


def test_eight_people_at_one_order_have_one_effect(world):
    story = payable_aid(world)
    order = story.request()
    assert together(*[lambda: story.sign(order)] * 8) == ["NotAllowedError"] * 7
    batches = together(*[lambda: prepare(world, [order])] * 8)
    assert len(batches) == 7
    with tenancy.tenant(world.theo.context):
        batch = PaymentBatch.objects.select_related("file_job").get()
    production.produce(batch.file_job.public_id)
    assert together(*[lambda: send(world, batch)] * 8) == ["NotAllowedError"] * 7
    assert together(*[lambda: story.execute(order)] * 8) == ["NotAllowedError"] * 7
    assert together(*[lambda: story.reject(order)] * 8) == ["NotAllowedError"] * 7
    assert len(together(*[lambda: reorder(story, order)] * 8)) == 7
    assert Counter(state for (state,) in all_orders(world)) == {"rejected": 1, "to_sign": 1}
    fund = story.fresh(story.funds[0])
    assert (fund.paid, fund.recovered, fund.to_pay) == (order.amount, order.amount, order.amount)
    nothing_is_wrong()


@pytest.mark.parametrize("seed", range(4))
def test_eight_people_doing_everything_at_once_break_nothing(world, signed, seed):
    """Batches of the same orders, executions, rejects, abandons: whoever comes second is refused, and nobody
    waits for ever for a lock that another holds."""
    chance = random.Random(seed)
    orders = [order for _story, order in signed]

    def hand() -> None:
        for _move in range(6):
            story, order = chance.choice(signed)
            chosen = chance.sample(orders, 2)
            moves = [
                partial(prepare, world, chosen),
                partial(send_all, world),
                partial(story.execute, order),
                partial(story.reject, order),
                partial(story.give_up, order),
                partial(reorder, story, order),
            ]
            with suppress(Refusal, Http404):
                chance.choice(moves)()

    together(*[hand] * 8)
    # Something was done: at the least, nobody's order is where all were.
    assert {state for (state,) in all_orders(world)} != {"signed"}
    nothing_is_wrong()


def prepare(world, orders) -> PaymentBatch:
    with tenancy.tenant(world.theo.context):
        return operations.prepare_batch(
            actor=world.theo, order_ids=[order.public_id for order in orders], execution_on=TODAY, at=NOW
        )


def send(world, batch) -> None:
    with tenancy.tenant(world.theo.context):
        operations.mark_sent(actor=world.theo, batch_id=batch.public_id, at=NOW)


def send_all(world) -> None:
    with tenancy.tenant(world.theo.context):
        batches = list(PaymentBatch.objects.select_related("file_job"))
    for batch in batches:
        production.produce(batch.file_job.public_id)
        send(world, batch)


def reorder(story, order) -> None:
    with tenancy.tenant(story.world.marc.context):
        operations.reorder(actor=story.world.marc, order_id=order.public_id, reason="Compte clos", at=NOW)


def all_orders(world) -> list[tuple[str]]:
    with tenancy.tenant(world.theo.context):
        return list(PaymentOrder.objects.values_list("state"))
