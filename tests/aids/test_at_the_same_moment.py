"""Two people at the same moment, through real connections: one wins, the other is told (DESIGN §2.3)."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection

from aids import operations as ops
from aids.models import AidRequest, FundAllocation
from ales import tenancy
from ales.errors import InvalidInputError, Refusal, StalePageError
from members.models import Fund
from members.roles import Role
from tests.aids import stories
from tests.world import NOW, person

pytestmark = pytest.mark.django_db(transaction=True)


def together(*steps: Callable[[], object]) -> list[object]:
    """Run the steps at once, each on its own connection; what each returned or was refused with."""
    start, results = threading.Barrier(len(steps)), [None] * len(steps)

    def run(index: int, step: Callable[[], object]) -> None:
        try:
            start.wait(timeout=10)
            results[index] = step()
        except Refusal as refusal:
            results[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


def deciding(manager, request, fund) -> Callable[[], AidRequest]:
    with tenancy.tenant(manager.context):
        decisions = stories.decisions(request, fund)

    def decide() -> AidRequest:
        with tenancy.tenant(manager.context):
            return ops.validate(
                actor=manager,
                request_id=request.public_id,
                version=request.version,
                decisions=decisions,
                at=NOW,
            )

    return decide


def test_two_managers_decide_at_once_and_one_wins(world):
    world.scale()
    fund = world.fund()
    mina = person("mina", world.cil, Role.MANAGER)
    request = stories.submitted(world.claire, world.complete_case())

    def refuse() -> AidRequest:
        with tenancy.tenant(mina.context):
            return ops.reject(
                actor=mina, request_id=request.public_id, version=request.version, reason="Non.", at=NOW
            )

    results = together(deciding(world.marc, request, fund), refuse)
    winners = [result for result in results if isinstance(result, AidRequest)]
    assert len(winners) == 1
    assert sum(isinstance(result, StalePageError) for result in results) == 1
    with tenancy.tenant(world.marc.context):
        assert AidRequest.objects.get(pk=request.pk).state == winners[0].state


def test_two_requests_on_one_fund_never_overdraw_it(world):
    world.scale()
    fund = world.fund("1000")
    mina = person("mina", world.cil, Role.MANAGER)
    requests = [stories.submitted(world.claire, _another_household(world, rank)) for rank in (1, 2)]
    results = together(
        deciding(world.marc, requests[0], fund),
        deciding(mina, requests[1], fund),
    )
    assert sum(isinstance(result, AidRequest) for result in results) == 1
    assert sum(isinstance(result, InvalidInputError) for result in results) == 1
    with tenancy.tenant(world.marc.context):
        assert Fund.objects.get(pk=fund.pk).available == Decimal("168.40")
        assert FundAllocation.objects.count() == 3


def test_two_people_enter_the_same_aid_at_once_and_one_draft_is_made(world):
    world.scale()
    case = world.complete_case()

    def enter(actor) -> Callable[[], AidRequest]:
        def create() -> AidRequest:
            with tenancy.tenant(actor.context):
                return ops.create_request(actor=actor, case_id=case.public_id, purpose="MAINTIEN", at=NOW)

        return create

    results = together(enter(world.claire), enter(world.cecile))
    assert sum(isinstance(result, AidRequest) for result in results) == 1


def _another_household(world, rank: int):
    """A complete case of people who share a name but not a birth date."""
    case = world.complete_case()
    with tenancy.tenant(world.claire.context):
        case.persons.filter(position="TENANT").update(birth_date=f"19{70 + rank}-01-01")
    return case
