"""/dossiers/: own organisation only, search, filters, pages."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from ales import tenancy
from cases import operations
from cases.models import TenantCase
from members.models import User
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db
URL = reverse("cases:list")


def make(actor, last_name, first_name="Zoé", **fields):
    with tenancy.tenant(actor.context):
        case = operations.create_case(
            actor=actor,
            key=uuid.uuid4(),
            last_name=last_name,
            first_name=first_name,
            referent_id=User.objects.get(pk=actor.user_id).public_id,
            opened_on=TODAY,
            at=NOW,
        )
        TenantCase.objects.filter(pk=case.pk).update(**fields)
    return case


def names(response) -> list[str]:
    assert "!! undefined" not in response.content.decode()
    return [row["tenant"] for row in response.context["rows"]]


@pytest.mark.parametrize(
    "typed", ["etienne", "ÉTIENNE", "zoe étienne", "  Étienne,  Zoé ", "D-2026-00001", "d-2026-00001 etienne"]
)
def test_search_ignores_accents_case_and_order(world, sign_in, typed):
    make(world.claire, "Étienne")
    make(world.claire, "Besson")
    assert names(sign_in(world.claire).get(URL, {"q": typed})) == ["ÉTIENNE Zoé"]


def test_search_finds_landlord_and_town(world, sign_in):
    world.complete_case()
    with tenancy.tenant(world.claire.context):
        operations.refresh_summary(TenantCase.objects.get())
    client = sign_in(world.claire)
    for typed in ("habitat d'essai", "grenoble", "L-4512"):
        assert names(client.get(URL, {"q": typed})) == ["MARTIN Paul"]


def test_latest_first_and_own_organisation_only(world, sign_in):
    now = timezone.now()
    make(world.claire, "Ancien", updated_at=now - dt.timedelta(days=5))
    make(world.cecile, "Nouveau", updated_at=now)
    make(world.denis, "Ailleurs")
    assert names(sign_in(world.marc).get(URL)) == ["NOUVEAU Zoé", "ANCIEN Zoé"]


def test_filters(world, sign_in):
    make(world.cecile, "Clos", state="CLOSED", closed_on=TODAY)
    world.complete_case()
    client = sign_in(world.claire)
    assert names(client.get(URL, {"etat": "CLOSED"})) == ["CLOS Zoé"]
    assert names(client.get(URL, {"referent": "moi"})) == ["MARTIN Paul"]
    cecile = User.objects.get(pk=world.cecile.user_id).public_id
    assert names(client.get(URL, {"referent": str(cecile)})) == ["CLOS Zoé"]
    assert names(client.get(URL, {"bailleur": str(world.landlord.public_id)})) == ["MARTIN Paul"]
    assert names(client.get(URL, {"lieu": "38"})) == ["MARTIN Paul"]
    assert names(client.get(URL, {"lieu": "GRENOBLE"})) == ["MARTIN Paul"]
    assert names(client.get(URL, {"lieu": "69"})) == []


@pytest.mark.parametrize("value", ["inconnu", "\x00", "x" * 10_000, "' OR 1=1 --"])
@pytest.mark.parametrize("name", ["q", "etat", "referent", "bailleur", "lieu", "apres"])
def test_a_filter_nobody_offers_breaks_nothing(world, sign_in, name, value):
    make(world.claire, "Étienne")
    assert sign_in(world.claire).get(URL, {name: value}).status_code == 200


def test_pages_follow_one_another(world, sign_in):
    now = timezone.now()
    with tenancy.tenant(world.claire.context):
        TenantCase.objects.bulk_create(
            TenantCase(
                organisation=world.cil,
                reference=f"D-2026-{number:05d}",
                referent_id=world.claire.user_id,
                created_by_id=world.claire.user_id,
                opened_on=TODAY,
                tenant_name=f"NOM {number:03d}",
                updated_at=now - dt.timedelta(minutes=number),
            )
            for number in range(60)
        )
    client = sign_in(world.claire)
    first = client.get(URL)
    assert len(names(first)) == 50
    second = client.get(URL + first.context["page"].next_url)
    assert names(second) == [f"NOM {number:03d}" for number in range(50, 60)]
    assert names(client.get(URL + second.context["page"].previous_url)) == names(first)


def test_number_of_queries(world, sign_in, django_assert_max_num_queries):
    for number in range(5):
        make(world.claire, f"Nom {number}")
    client = sign_in(world.claire)
    client.get(URL)
    with django_assert_max_num_queries(12):
        client.get(URL)


def test_empty_states(world, sign_in):
    client = sign_in(world.claire)
    assert "Aucun dossier pour l’instant" in client.get(URL).content.decode()
    assert "Aucun dossier ne correspond" in client.get(URL, {"q": "personne"}).content.decode()
