"""The demo tells a question answered and one waiting, money that came back and money awaited."""

import pytest
from django.db import transaction

from ales import tenancy
from payments import demo_follow_up
from payments.models import PaymentQuery, PaymentRecovery
from tests.payments.stories import payable_aid

pytestmark = pytest.mark.django_db


def test_what_follows_two_payments(world):
    for rank in range(2):
        payable_aid(world, with_bank=rank == 0, reference=f"A-2026-9{rank}").paid()
    told = []
    with transaction.atomic():
        demo_follow_up.build(
            told.append,
            managers={world.cil.pk: world.marc},
            agents={world.landlord.pk: world.lea},
            treasurer=world.theo,
        )
    assert told
    with tenancy.tenant(world.theo.context):
        assert sorted(query.answered_at is None for query in PaymentQuery.objects.all()) == [False, True]
        assert sorted(PaymentRecovery.objects.values_list("state", flat=True)) == ["ASKED", "RECEIVED"]
