"""What the dashboard says of my cases."""

import datetime as dt

import pytest
from django.test import RequestFactory
from django.utils import timezone

from ales import tenancy
from cases import hooks
from cases.models import TenantCase, Undertaking
from tests.cases.agreements import issued

pytestmark = pytest.mark.django_db


def cards(actor) -> dict[str, list[dict]]:
    request = RequestFactory().get("/tableau-de-bord/")
    request.actor = actor
    with tenancy.tenant(actor.context):
        return {card.title: card.rows for card in hooks.dashboard_cards(request)}


def test_a_silent_case_is_to_take_up_again_by_its_referent(world):
    case = world.complete_case()
    with tenancy.tenant(world.claire.context):
        TenantCase.objects.filter(pk=case.pk).update(updated_at=timezone.now() - dt.timedelta(days=31))
    assert [row["text"] for row in cards(world.claire)["Dossiers à reprendre"]] == ["MARTIN Paul"]
    assert cards(world.cecile)["Dossiers à reprendre"] == []


def test_a_fresh_case_is_not(world):
    world.complete_case()
    assert cards(world.claire)["Dossiers à reprendre"] == []


def test_an_incomplete_case_says_its_first_point(world):
    case = world.complete_case()
    assert cards(world.claire)["Dossiers à compléter"] == []
    with tenancy.tenant(world.claire.context):
        case.entitlements.all().delete()
    (row,) = cards(world.claire)["Dossiers à compléter"]
    assert "18 droits" in row["detail"]


def test_follow_up_dates_to_come(world):
    issued(world, world.complete_case())
    with tenancy.tenant(world.claire.context):
        first = Undertaking.objects.filter(is_follow_up=True).order_by("due_on").first()
        Undertaking.objects.filter(pk=first.pk).update(due_on=timezone.localdate() + dt.timedelta(days=5))
    (row,) = cards(world.claire)["Suivis à venir"]
    assert "Premier rendez-vous" in row["detail"]
    assert cards(world.cecile)["Suivis à venir"] == []


@pytest.mark.parametrize("who", ["lea", "anne", "theo", "bruno"])
def test_others_have_no_card(world, who):
    assert cards(getattr(world, who)) == {}
