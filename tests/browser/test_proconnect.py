"""A real browser goes to the provider and back: the button, the policy's exception, the pages after."""

import pytest
from playwright.sync_api import Page, expect

from members.models import User
from tests.browser.pages import picture
from tests.members.sign_in.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fake(settings, live_server):
    made = FakeProvider()
    settings.PROCONNECT = made.config()
    settings.SITE_URL = live_server.url
    settings.SECOND_FACTOR_REQUIRED = True
    yield made
    made.close()


@pytest.fixture
def page(browser, live_server, fake, world, complaints) -> Page:
    context = browser.new_context(base_url=live_server.url, locale="fr-FR")
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints.watch(page)
    yield page
    context.close()


def press_the_button(page: Page) -> None:
    page.goto("/connexion/")
    picture(page, "95-proconnect-button")
    page.get_by_role("button", name="S’identifier avec ProConnect").click()


def test_a_person_known_to_both_comes_in(page, world, fake):
    fake.email, fake.amr = User.objects.get(pk=world.marc.user_id).email, ["mfa"]
    press_the_button(page)
    page.wait_for_url("**/tableau-de-bord/")
    expect(page.get_by_text(world.marc.organisation_name).first).to_be_visible()


def test_without_a_factor_there_ours_is_enrolled_first(page, world, fake):
    fake.email = User.objects.get(pk=world.marc.user_id).email
    press_the_button(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Protégez votre compte")
    page.goto("/dossiers/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Protégez votre compte")


def test_an_unknown_person_is_told_why(page, fake, complaints):
    fake.email = "inconnue@test.example"
    press_the_button(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous n’êtes pas connecté")
    expect(page.get_by_role("alert")).to_contain_text("Aucun compte")
    picture(page, "96-proconnect-refused")
    page.get_by_role("link", name="Revenir à la connexion").click()
    page.wait_for_url("**/connexion/")
    # Chromium reports the refusal's status as an error; it is the answer.
    complaints[:] = [heard for heard in complaints if "status of 403" not in heard]
