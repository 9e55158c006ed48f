"""Sign-in by e-mail and password; accounts come from invitations only."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from members.models import User
from tests.world import World

pytestmark = pytest.mark.django_db

ADDRESS = "/connexion/"
RESET = "/compte/mot-de-passe/oublie/"
PASSWORD = "secret-of-the-tests"


@pytest.fixture
def claire(world: World) -> User:
    user = User.objects.get(pk=world.claire.user_id)
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    return user


def sign_in(client, login: str, password: str):
    return client.post(ADDRESS, {"login": login, "password": password})


@pytest.mark.parametrize("login", ["claire@test.example", "Claire@Test.Example"])
def test_with_email_and_password(claire, client, login):
    assert sign_in(client, login, PASSWORD).headers["Location"] == "/tableau-de-bord/"


def test_leads_back_to_the_page_asked_for(claire, client):
    response = client.post(f"{ADDRESS}?next=/compte/", {"login": claire.email, "password": PASSWORD})
    assert response.headers["Location"] == "/compte/"


def test_never_to_another_site(claire, client):
    response = client.post(
        f"{ADDRESS}?next=https://evil.example/", {"login": claire.email, "password": PASSWORD}
    )
    assert response.headers["Location"] == "/tableau-de-bord/"


def refusal(client, login: str, password: str = "wrong-password-here") -> list[str]:
    response = sign_in(client, login, password)
    assert response.status_code == 200
    return re.findall(
        r'<div class="[^"]*(?:error|alert)[^"]*".*?</div>', response.content.decode(), re.DOTALL
    )


def test_an_unknown_address_and_a_wrong_password_answer_the_same(claire, client):
    wrong = refusal(client, claire.email)
    unknown = refusal(client, "nobody@test.example")
    assert wrong == unknown != []


def test_a_closed_account_answers_like_an_unknown_address(claire, client):
    unknown = refusal(client, "nobody@test.example")
    User.objects.filter(pk=claire.pk).update(is_active=False)
    assert refusal(client, claire.email) == unknown
    assert refusal(client, claire.email, PASSWORD) == unknown


def test_nobody_signs_up(client, db):
    page = client.get("/compte/inscription/").content.decode()
    assert "invitation" in page.lower()
    client.post(
        "/compte/inscription/", {"email": "x@test.example", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert not User.objects.exists()


def test_a_forgotten_password_is_replaced_through_the_mail(claire, client):
    client.post(RESET, {"email": claire.email})
    (message,) = mail.outbox
    assert message.subject == "[ALES] Choisir un nouveau mot de passe"
    assert "Bonjour" in message.body
    link = re.search(r"https?://[^/]+(/\S+)", message.body)[1]
    page = client.get(link, follow=True)
    new = "un-nouveau-mot-de-passe"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert sign_in(client, claire.email, new).headers["Location"] == "/tableau-de-bord/"


def test_an_unknown_address_gets_the_same_answer_for_a_forgotten_password(claire, client):
    known = client.post(RESET, {"email": claire.email})
    unknown = client.post(RESET, {"email": "nobody@test.example"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )


class TestDemoAccounts:
    def test_are_listed_in_the_demo(self, client, db, settings):
        text = client.get(ADDRESS).content.decode()
        assert 'data-demo-email="travailleur-social@demo.example"' in text
        assert "!! undefined" not in text

    def test_are_not_listed_outside_it(self, client, db, settings):
        settings.DEMO = False
        text = client.get(ADDRESS).content.decode()
        assert "demo.example" not in text
        assert "!! undefined" not in text
