"""What the aids will use of a fund, by the month of payment, and what is asked for (aids/forecast.py)."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from aids import forecast
from aids import operations as ops
from ales import tenancy
from cases.models import TenantCase
from tests.aids.stories import decisions, draft, submitted
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db
MONTHS = (dt.date(2026, 4, 1), dt.date(2026, 5, 1))


def household(world: World) -> TenantCase:
    """A family of its own each time: one family has a month paid once."""
    case = world.complete_case()
    with tenancy.tenant(world.claire.context):
        case.persons.filter(position="TENANT").update(last_name=f"Martin{case.pk}")
    return case


@pytest.fixture
def validated(world: World):
    """Two past months granted on the CIL's fund, and one request each still asked for and drafted."""
    world.scale()
    fund = world.fund("10000")
    aid = submitted(world.claire, household(world), months=MONTHS)
    with tenancy.tenant(world.marc.context):
        ops.validate(
            actor=world.marc, request_id=aid.public_id, version=None, decisions=decisions(aid, fund), at=NOW
        )
    return fund


def expected(actor, fund, today=TODAY):
    with tenancy.tenant(actor.context):
        fund.refresh_from_db()
        return forecast.payments_expected(actor, fund, today)


def test_what_is_due_is_expected_this_month(world, validated):
    found = expected(world.anne, validated)
    assert list(found) == [dt.date(2026, 6, 1)]
    assert found[dt.date(2026, 6, 1)] == validated.to_pay > 0


def test_a_coming_term_is_expected_in_its_own_month(world, validated):
    found = expected(world.anne, validated, dt.date(2026, 4, 20))
    assert list(found) == list(MONTHS)
    assert sum(found.values()) == validated.to_pay


def test_another_organisations_aids_are_not_told(world, validated):
    assert expected(world.marc, validated)
    assert expected(world.diane, validated) == {}


def test_the_code_alone_tells_nobody_of_another_organisations_aids(world, validated):
    """Row security held open for the organisation whose aids they are."""
    with tenancy.tenant(world.marc.context):
        assert forecast.payments_expected(world.marc, validated, TODAY)
        assert forecast.payments_expected(world.diane, validated, TODAY) == {}


def test_another_fund_expects_nothing_of_these(world, validated):
    assert expected(world.anne, world.fund("500", owner=world.landlord, kind="LANDLORD")) == {}


def test_what_is_asked_for(world, validated):
    asked = submitted(world.claire, household(world), months=MONTHS)
    drafted = draft(world.claire, household(world), months=MONTHS[:1])
    with tenancy.tenant(world.anne.context):
        to_decide, in_entry = forecast.demands(world.anne, validated, TODAY)
    assert (to_decide.requests, to_decide.amount) == (1, asked.asked_amount)
    assert (in_entry.requests, in_entry.amount) == (1, drafted.asked_amount)


def test_a_landlords_fund_counts_its_tenants(world, validated):
    fund = world.fund("500", owner=world.landlord, kind="LANDLORD")
    other = world.fund("500", owner=world.other_landlord, kind="LANDLORD")
    submitted(world.claire, household(world), months=MONTHS)
    with tenancy.tenant(world.anne.context):
        assert forecast.demands(world.anne, fund, TODAY)[0].requests == 1
        assert forecast.demands(world.anne, other, TODAY)[0].requests == 0


def test_a_fund_too_old_is_asked_nothing(world, validated):
    with tenancy.tenant(world.anne.context):
        assert forecast.demands(world.anne, world.fund("10", year=2024), TODAY) == []


def test_the_page_of_the_fund_tells_both(world, validated, sign_in):
    submitted(world.claire, household(world), months=MONTHS)
    text = sign_in(world.anne).get(reverse("members:fund", args=[validated.public_id])).content.decode()
    assert "!! undefined" not in text
    assert "Demandes soumises, à décider (1)" in text
    assert "Resterait si tout était accordé" in text


def test_what_others_draw_is_told_as_one_sum(world, validated, sign_in):
    """The landlord's manager reads neither the aids nor their months, only what is left to pay."""
    with tenancy.tenant(world.anne.context):
        validated.refresh_from_db()
    fund = world.fund("5000", owner=world.landlord, kind="LANDLORD")
    aid = submitted(world.claire, household(world), months=MONTHS)
    with tenancy.tenant(world.marc.context):
        ops.validate(
            actor=world.marc, request_id=aid.public_id, version=None, decisions=decisions(aid, fund), at=NOW
        )
        fund.refresh_from_db()
    text = sign_in(world.rachid).get(reverse("members:fund", args=[fund.public_id])).content.decode()
    assert "Aides suivies par d’autres organismes" in text
    assert fund.to_pay > Decimal(0)
