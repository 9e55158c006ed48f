"""The demo's way back from the bank, told on six signed orders."""

import datetime as dt
from collections import Counter

import pytest

from ales import tenancy
from ales.demo import act_as
from payments import demo_statements
from payments.models import BankStatement, PaymentOrder
from tests.payments.stories import payable_aid

pytestmark = pytest.mark.django_db


def test_the_demo_shows_each_end_of_a_transfer(world, monkeypatch):
    monkeypatch.setattr(demo_statements, "demo_actor", lambda name: world.theo)
    for rank in range(demo_statements.TAKEN):
        month = dt.date(2026, 5, 1)
        story = payable_aid(world, months=(month,), with_bank=rank == 0, reference=f"A-{rank}")
        story.sign(story.request())
    said = []
    demo_statements.build(said.append)
    demo_statements.build(said.append)
    act_as(world.theo.context)
    with tenancy.tenant(world.theo.context):
        states = Counter(PaymentOrder.objects.values_list("state", "rejection_outcome"))
        statements = Counter(BankStatement.objects.values_list("state", flat=True))
    assert states == {
        ("executed", ""): 3,
        ("rejected", ""): 1,
        ("rejected", "RELEASED"): 1,
        ("sent", ""): 1,
    }
    assert statements == {"APPLIED": 1, "READ": 1}
    assert len(said) == 1
