"""A real browser enrols and signs in with an application's code, then with a key; nothing is refused by the
content policy (the fixture fails on any complaint)."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from playwright.sync_api import Page, expect

from members.models import User
from members.sign_in.codes import LAST_STEP
from tests.browser.pages import plug_a_key_in
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(browser, live_server, settings, world, complaints) -> Page:
    """A page of a browser nobody is signed in to, with the second factor asked as in production."""
    settings.SECOND_FACTOR_REQUIRED = True
    # Keys need a name, not an address: browsers refuse them at http://127.0.0.1.
    base_url = live_server.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=base_url, locale="fr-FR", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints.watch(page)
    yield page
    context.close()


def type_password(page: Page, user: User) -> None:
    page.goto("/connexion/")
    page.get_by_label("Adresse électronique").fill(user.email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()


def sign_out(page: Page) -> None:
    page.goto("/deconnexion/")
    page.get_by_role("button", name="Se déconnecter").last.click()
    page.wait_for_url("**/connexion/")


def test_an_application_is_enrolled_then_asked(page, world):
    user = User.objects.get(pk=world.claire.user_id)
    type_password(page, user)
    expect(page.get_by_role("heading", level=1)).to_have_text("Protégez votre compte")
    page.get_by_role("link", name="Utiliser une application").click()
    qr_code = page.get_by_role("img", name="Code QR")
    assert qr_code.evaluate("image => image.naturalWidth") > 0
    secret = page.locator("#secret-key").inner_text()
    page.get_by_label("Code affiché").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.get_by_role("button", name="Activer").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    page.get_by_role("link", name="Je les ai rangés").click()
    page.wait_for_url("**/tableau-de-bord/")

    sign_out(page)
    # The enrolment's code is spent; rather than wait for the next half minute, the test forgets it.
    found = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    found.data[LAST_STEP] = 0
    found.save()
    type_password(page, user)
    page.get_by_label("Code à 6 chiffres").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/tableau-de-bord/")


def test_a_key_is_enrolled_then_asked(page, world):
    user = User.objects.get(pk=world.marc.user_id)
    plug_a_key_in(page)
    type_password(page, user)
    page.get_by_role("link", name="Utiliser une clé").click()
    page.get_by_label("Nom de la clé").fill("Clé du bureau")
    page.get_by_role("button", name="Enregistrer la clé").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    assert "une clé d’accès a été ajoutée" in mail.outbox[-1].body

    sign_out(page)
    type_password(page, user)
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    page.wait_for_url("**/tableau-de-bord/")
    page.goto("/compte/double-authentification/cles/")
    expect(page.get_by_text("Clé du bureau")).to_be_visible()
