"""/dossiers/<id>/: the case at a glance and what is done with it."""

import pytest
from django.urls import reverse

from ales import registry, tenancy
from ales.registry import Panel
from cases import operations
from members.models import User
from tests.cases.agreements import scan
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return world.complete_case()


def url(case, name="cases:detail"):
    return reverse(name, args=[case.public_id])


def page(client, case) -> str:
    answer = client.get(url(case))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "!! undefined" not in text
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_the_case_reads_at_a_glance(world, sign_in, case):
    text = page(sign_in(world.claire), case)
    for said in (
        "MARTIN Paul",
        "7 130,00 €",
        "462,00 €",
        "184,50 €",
        "38 %",
        "Habitat d&#x27;Essai",
        "Procédure d’expulsion",
        "Baisse de ressources",
        "Simulé",
        "18 droits sans objet",
    ):
        assert said in text, said


def test_number_of_queries(world, sign_in, case, django_assert_max_num_queries):
    client = sign_in(world.claire)
    client.get(url(case))
    with django_assert_max_num_queries(30):
        client.get(url(case))


def test_rooms_above_hang_panels_and_events(world, sign_in, case, monkeypatch):
    panel = Panel("Aides du dossier", "components/options.html", {"options": []})
    event = {"at": TODAY, "what": "Aide validée", "who": "Marc", "capacity": "responsable social"}
    monkeypatch.setattr(registry, "case_panels", [lambda request, case: [panel]])
    monkeypatch.setattr(registry, "case_events", [lambda request, case: [event]])
    text = page(sign_in(world.claire), case)
    assert "Aides du dossier" in text
    assert "Aide validée" in text


def test_closing_needs_a_reason_and_keeps_what_was_typed(world, sign_in, case):
    client = sign_in(world.claire)
    typed = {"closing_reason": "", "closed_on": "01/01/2199", "version": case.version}
    answer = client.post(url(case, "cases:close"), typed)
    assert answer.status_code == 422
    assert 'value="01/01/2199"' in answer.content.decode()
    good = {"closing_reason": "Dette soldée", "closed_on": "20/06/2026", "version": case.version}
    assert client.post(url(case, "cases:close"), good).status_code == 302
    assert "Dette soldée" in page(client, case)
    client.post(url(case, "cases:reopen"))
    assert "Dossier rouvert" in page(client, case)


def test_a_held_case_says_why_it_cannot_close(world, sign_in, case, monkeypatch):
    monkeypatch.setattr(registry, "case_locks", [lambda case: True])
    assert "Une aide est en cours" in page(sign_in(world.claire), case)


def test_changing_the_referent(world, sign_in, case):
    colleague = User.objects.get(pk=world.cecile.user_id)
    data = {"referent": str(colleague.public_id), "version": case.version}
    client = sign_in(world.claire)
    assert client.post(url(case, "cases:referent"), data).status_code == 302
    assert colleague.full_name in page(client, case)
    stranger = User.objects.get(pk=world.denis.user_id).public_id
    answer = client.post(url(case, "cases:referent"), {"referent": str(stranger), "version": 1})
    assert answer.status_code == 422


def test_joining_a_proof(world, sign_in, case):
    client = sign_in(world.claire)
    answer = client.post(url(case, "cases:documents"), {"title": "Bulletin de mai", "file": scan()})
    assert answer.status_code == 302
    assert "Bulletin de mai" in page(client, case)


def test_a_file_that_is_none_is_refused_at_its_field(world, sign_in, case):
    bad = scan("bulletin.png")
    answer = sign_in(world.claire).post(url(case, "cases:documents"), {"title": "Bulletin", "file": bad})
    assert answer.status_code == 422
    assert "file" in answer.context["form"].errors


def test_an_empty_case_shows_what_is_missing(world, sign_in):
    with tenancy.tenant(world.claire.context):
        case = operations.create_case(
            actor=world.claire,
            key="7f6b6a3e-58d5-4d0b-8f4f-1f3f7f6b6a3e",
            last_name="Nouveau",
            first_name="Léo",
            referent_id=User.objects.get(pk=world.claire.user_id).public_id,
            opened_on=TODAY,
            at=NOW,
        )
    text = page(sign_in(world.claire), case)
    assert "À compléter avant de demander une aide" in text
    assert "Décrivez le logement" in text
