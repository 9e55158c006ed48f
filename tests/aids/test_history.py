"""The changes of a request on screen, for its organisation and for the association's staff."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from aids.models import RentTerm
from ales import tenancy
from tests.aids import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def aid(world):
    world.scale()
    return stories.draft(world.claire, world.complete_case())


def fragment(client, aid) -> str:
    response = client.get(reverse("aids:history", args=[aid.public_id]), HTTP_HX_REQUEST="true")
    assert response.status_code == 200
    text = response.content.decode()
    assert "!! undefined" not in text
    return text


@pytest.mark.parametrize("who", ["claire", "marc", "anne", "theo"])
def test_a_term_reduced_is_told(world, aid, sign_in, who):
    with tenancy.tenant(world.claire.context):
        term = RentTerm.objects.get(request=aid, month=dt.date(2026, 4, 1))
        RentTerm.objects.filter(pk=term.pk).update(asked=Decimal("10"))
    first = fragment(sign_in(getattr(world, who)), aid).split("history-entry")[1]
    assert "Échéance : avril 2026" in first
    assert "<dt>Demandé</dt>" in first
    assert "<ins>10,00\u00a0€</ins>" in first
    assert first.count("<dt>") == 1


@pytest.mark.parametrize(("who", "status"), [("denis", 404), ("diane", 404), ("lea", 403), ("bruno", 403)])
def test_others_read_nothing_of_it(world, aid, sign_in, who, status):
    url = reverse("aids:history", args=[aid.public_id])
    assert sign_in(getattr(world, who)).get(url).status_code == status


def test_the_landlord_s_agent_sees_no_row(world, aid):
    with tenancy.tenant(world.lea.context):
        assert not RentTerm.pgh_event_model.objects.exists()


def test_the_page_offers_it(world, aid, sign_in):
    for actor in (world.claire, world.anne):
        text = sign_in(actor).get(reverse("aids:detail", args=[aid.public_id])).content.decode()
        assert f'hx-get="{reverse("aids:history", args=[aid.public_id])}"' in text
