"""The tour of the first visit: once a habilitation, put away for good, seen again when asked."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Membership
from members.roles import Role
from members.tour import begin_again, end, steps_for

PEOPLE = ("claire", "marc", "lea", "bruno", "anne", "theo")
DASHBOARD = "/tableau-de-bord/"
FEWEST, MOST = 4, 6


@pytest.fixture
def toured(world):
    """`toured(actor)` is the moment that habilitation put the tour away, or None."""
    return lambda actor: Membership.objects.get(public_id=actor.membership_id).toured_at


@pytest.mark.parametrize("who", PEOPLE)
def test_each_role_has_four_to_six_steps_that_lead_somewhere(world, sign_in, who):
    actor = getattr(world, who)
    steps = steps_for(actor)
    assert FEWEST <= len(steps) <= MOST
    client = sign_in(actor)
    for step in steps:
        assert client.get(step["url"]).status_code == 200, step


def test_a_first_visit_shows_the_tour_with_and_without_javascript(world, sign_in):
    begin_again(actor=world.claire)
    page = sign_in(world.claire).get(DASHBOARD).content.decode()
    assert "!! undefined" not in page
    hidden = re.findall(r"<noscript>(.*?)</noscript>", page, re.DOTALL)
    card = next(text for text in hidden if "Premiers pas" in text)
    assert 'action="/visite/fin/"' in card
    for step in steps_for(world.claire):
        assert page.count(str(step["title"])) >= 2, "in the card and in the tour"


def test_put_away_it_is_gone_for_that_habilitation_alone(world, sign_in, toured):
    second = Membership.objects.create(
        user_id=world.claire.user_id, organisation=world.cil, role=Role.MANAGER
    )
    begin_again(actor=world.claire)
    client = sign_in(world.claire)
    answer = client.post(reverse("members:tour_end"))
    assert (answer.status_code, answer["Location"]) == (302, DASHBOARD)
    assert toured(world.claire) is not None
    assert "data-tour" not in client.get(DASHBOARD).content.decode()
    client.post(reverse("members:switch"), {"membership": second.public_id})
    assert "data-tour" in client.get(DASHBOARD).content.decode()


def test_nobody_else_loses_their_tour(world, sign_in, toured):
    for actor in (world.claire, world.cecile):
        begin_again(actor=actor)
    sign_in(world.claire).post(reverse("members:tour_end"))
    assert toured(world.cecile) is None


def test_it_is_seen_again_when_asked_from_the_guide(world, sign_in, toured):
    client = sign_in(world.marc)
    assert "data-tour" not in client.get(DASHBOARD).content.decode()
    assert f'action="{reverse("members:tour_again")}"' in client.get("/guide/").content.decode()
    client.post(reverse("members:tour_again"))
    assert toured(world.marc) is None
    assert "data-tour" in client.get(DASHBOARD).content.decode()


def test_it_changes_by_post_only(world, sign_in, toured):
    client = sign_in(world.claire)
    before = toured(world.claire)
    for name in ("members:tour_end", "members:tour_again"):
        assert client.get(reverse(name)).status_code == 405
    assert toured(world.claire) == before


def test_ended_twice_the_first_day_stays(world, toured):
    first = toured(world.claire)
    end(actor=world.claire, at=timezone.now())
    assert toured(world.claire) == first


def test_the_history_of_an_organisation_keeps_nothing_of_it(world, django_assert_num_queries):
    """Who looked at a tour is nobody's business: one update, no line in the history."""
    changes = Membership.pgh_event_model.objects.filter(pgh_obj__public_id=world.claire.membership_id)
    before = changes.count()
    with django_assert_num_queries(1):
        begin_again(actor=world.claire)
    assert changes.count() == before
