"""The dashboard and the choice of the active habilitation."""

import pytest
from django.urls import reverse
from django.utils import timezone

from ales import registry
from members.access import SESSION_KEY
from members.models import Membership
from members.roles import Role

pytestmark = pytest.mark.django_db

DASHBOARD = "/tableau-de-bord/"


def page(client, address: str = DASHBOARD) -> str:
    response = client.get(address)
    assert response.status_code == 200
    text = response.content.decode()
    assert "!! undefined" not in text
    return text


#: One query a card and a few of the house: the manager's seven cards make the longest page.
@pytest.mark.parametrize(
    ("who", "queries"),
    [("claire", 20), ("marc", 22), ("lea", 20), ("bruno", 20), ("anne", 20), ("theo", 20)],
)
def test_every_role_has_a_dashboard(world, sign_in, who, queries, django_assert_max_num_queries):
    actor = getattr(world, who)
    client = sign_in(actor)
    with django_assert_max_num_queries(queries):
        text = page(client)
    assert who.capitalize() in text
    assert actor.role_label in text


def test_a_stranger_is_sent_to_sign_in(client, db):
    assert client.get(DASHBOARD).headers["Location"] == f"/connexion/?next={DASHBOARD}"


def test_the_first_thing_to_do_is_named_by_its_own_card(world, sign_in, monkeypatch):
    cards = [
        registry.Card("Chiffres de l’année", "chart-bar", [{"text": "34 aides"}], "rien", order=10),
        registry.Card(
            "Fonds sous leur seuil", "banknotes", [{"text": "Un", "url": "/un/"}], "rien", order=20
        ),
    ]
    monkeypatch.setattr(registry, "dashboard_cards", registry.Hook([lambda request: cards]))
    assert "À faire en premier · Fonds sous leur seuil" in page(sign_in(world.anne))


def test_what_waits_comes_first_and_what_is_quiet_is_one_line(world, sign_in, monkeypatch):
    cards = [
        registry.Card("Plus tard", "clock", [{"text": "Deux", "url": "/deux/"}], "rien", order=60),
        registry.Card(
            "Urgent", "bell-alert", [{"text": "Un", "url": "/un/"}], "rien", order=10, tone="warning"
        ),
        registry.Card("Vide", "inbox", [], "Aucune coordonnée à confirmer."),
    ]
    monkeypatch.setattr(registry, "dashboard_cards", registry.Hook([lambda request: cards]))
    text = page(sign_in(world.claire))
    assert "À faire en premier · Urgent" in text
    assert (
        text.index('href="/un/"') < text.index('href="/deux/"') < text.index("Aucune coordonnée à confirmer.")
    )


def test_nothing_waiting_says_so(world, sign_in, monkeypatch):
    monkeypatch.setattr(registry, "dashboard_cards", registry.Hook())
    assert "Tout est à jour" in page(sign_in(world.claire))


class TestSwitch:
    def second(self, world, **fields) -> Membership:
        return Membership.objects.create(
            user_id=world.claire.user_id, organisation=world.other_cil, role=Role.SOCIAL_WORKER, **fields
        )

    def test_to_another_of_ones_own(self, world, sign_in):
        other = self.second(world)
        client = sign_in(world.claire)
        response = client.post(reverse("members:switch"), {"membership": str(other.public_id)}, follow=True)
        assert client.session[SESSION_KEY] == str(other.public_id)
        assert "Vous agissez maintenant au nom de Autre CIL" in response.content.decode()

    def test_never_to_somebody_elses(self, world, sign_in):
        client = sign_in(world.claire)
        client.post(reverse("members:switch"), {"membership": str(world.diane.membership_id)})
        assert client.session[SESSION_KEY] == str(world.claire.membership_id)

    def test_never_to_a_suspended_one(self, world, sign_in):
        other = self.second(world, suspended_at=timezone.now(), suspended_by_id=world.diane.user_id)
        client = sign_in(world.claire)
        client.post(reverse("members:switch"), {"membership": str(other.public_id)})
        assert client.session[SESSION_KEY] == str(world.claire.membership_id)

    @pytest.mark.parametrize("value", ["", "x", "0" * 36])
    def test_nonsense_is_told(self, world, sign_in, value):
        response = sign_in(world.claire).post(reverse("members:switch"), {"membership": value}, follow=True)
        assert "n’est pas ou plus la vôtre" in response.content.decode()

    def test_reading_does_not_switch(self, world, sign_in):
        assert sign_in(world.claire).get(reverse("members:switch")).status_code == 405


def test_a_suspended_habilitation_is_named(world, sign_in):
    client = sign_in(world.claire)
    Membership.objects.filter(public_id=world.claire.membership_id).update(
        suspended_at=timezone.now(), suspended_by_id=world.marc.user_id
    )
    response = client.get(DASHBOARD, follow=True)
    text = response.content.decode()
    assert response.status_code == 403
    assert "CIL de l&#x27;Essai" in text
    assert "suspendu" in text
    assert "!! undefined" not in text
