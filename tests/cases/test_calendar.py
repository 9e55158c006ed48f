"""The calendar of a référent: what stands in it, who reads it, and an address that dies when it should."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from ales import tenancy
from cases import operations as cases
from cases import protocols
from cases.models import TenantCase, Undertaking
from members import calendar
from members.models import CalendarAddress, Membership
from tests.cases.agreements import prepared

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
FEED = "members:calendar_feed"


@pytest.fixture
def case(world):
    return world.complete_case()


@pytest.fixture
def shared(world, case):
    """A case of Claire's, shared until a day a month from now."""
    with tenancy.tenant(world.claire.context):
        return cases.share_case(
            actor=world.claire,
            case_id=case.public_id,
            typed=cases.ShareInput(
                world.other_cil.public_id, "READ", TODAY() + dt.timedelta(days=30), "Relais"
            ),
            at=timezone.now(),
        )


def renewed(actor) -> str:
    with tenancy.tenant(actor.context):
        address = calendar.renew(actor=actor, at=timezone.now())
    return reverse(FEED, args=[address.rpartition("/")[2].removesuffix(".ics")])


def events(client, path) -> list:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(response.content).walk("VEVENT"))


def test_whole_days_with_reference_and_address_only(world, case, shared, client):
    (event,) = events(client, renewed(world.claire))
    assert event.decoded("dtstart") == shared.ends_on
    assert event.decoded("dtend") == shared.ends_on + dt.timedelta(days=1)
    assert str(event["summary"]) == f"Fin de partage – dossier {case.reference}"
    assert str(event["url"]).endswith(reverse("cases:detail", args=[case.public_id]))
    text = client.get(renewed(world.claire)).content.decode()
    for hidden in ("MARTIN", "Martin", "Autre CIL", "Relais", "Grenoble"):
        assert hidden not in text


def test_follow_up_dates_without_what_was_agreed(world, case, client):
    protocol = prepared(world, case)
    agreed = {
        "case": case,
        "organisation": world.cil,
        "party": "REFERENT",
        "text": "Revoir le budget",
        "due_on": TODAY() + dt.timedelta(days=10),
        "is_follow_up": True,
    }
    with tenancy.tenant(world.claire.context):
        Undertaking.objects.create(protocol=protocol, **agreed)
        assert calendar.entries(world.claire, TODAY()) == [], "a draft agrees to nothing"
        protocols.issue(actor=world.claire, protocol_id=protocol.public_id, at=timezone.now())
    (event,) = events(client, renewed(world.claire))
    assert event.decoded("dtstart") == agreed["due_on"]
    assert str(event["summary"]) == f"Suivi – dossier {case.reference}"
    assert "Revoir" not in event.to_ical().decode()


def test_an_anonymisation_announced(world, case, client):
    day = TODAY() - dt.timedelta(days=5)
    with tenancy.tenant(world.marc.context):
        TenantCase.objects.filter(pk=case.pk).update(
            retention_noticed_on=day, updated_at=timezone.now() - dt.timedelta(days=10)
        )
    (event,) = events(client, renewed(world.claire))
    assert event.decoded("dtstart") == day + dt.timedelta(days=60)
    assert str(event["summary"]) == f"Anonymisation – dossier {case.reference}"


def test_the_same_event_keeps_its_identifier(world, shared, client):
    path = renewed(world.claire)
    assert events(client, path)[0]["uid"] == events(client, path)[0]["uid"]


@pytest.mark.parametrize("who", ["cecile", "marc", "denis", "diane", "sonia", "lea", "anne", "theo", "bruno"])
def test_nobody_elses_dates(world, shared, client, who):
    assert events(client, renewed(getattr(world, who))) == []


class TestAddress:
    def test_renewed_the_former_is_dead(self, world, client):
        former = renewed(world.claire)
        latter = renewed(world.claire)
        assert client.get(former).status_code == 404
        assert client.get(latter).status_code == 200

    def test_deleted_from_the_page(self, world, sign_in, client):
        page = sign_in(world.claire)
        shown = page.post(reverse("members:calendar_renew")).content.decode()
        assert ".ics" in shown
        assert "!! undefined" not in shown
        assert ".ics" not in page.get(reverse("members:calendar")).content.decode(), "shown once"
        path = renewed(world.claire)
        page.post(reverse("members:calendar_revoke"))
        assert client.get(path).status_code == 404

    def test_dies_with_the_habilitation(self, world, client):
        path = renewed(world.claire)
        Membership.objects.filter(public_id=world.claire.membership_id).update(
            suspended_at=timezone.now(), suspended_by_id=world.marc.user_id
        )
        assert client.get(path).status_code == 404

    def test_only_its_hash_is_kept_and_only_its_person_reads_it(self, world, client):
        token = renewed(world.claire).rpartition("/")[2].removesuffix(".ics")
        with tenancy.tenant(world.claire.context):
            kept = CalendarAddress.objects.get().token_hash
        assert token not in kept
        with tenancy.tenant(world.marc.context):
            assert not CalendarAddress.objects.exists()
            assert CalendarAddress.objects.all().delete()[0] == 0

    def test_costs_the_same_for_many(self, world, shared, client, django_assert_max_num_queries):
        path = renewed(world.claire)
        with django_assert_max_num_queries(24):
            client.get(path)
