"""Two people write the same page at once, each in their browser: both versions stand side by side."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.pages import fill, picture, press

pytestmark = pytest.mark.django_db(transaction=True)


def _types(page: Page, rent: str, **fields: str) -> None:
    page.get_by_label("Loyer (facultatif)", exact=True).fill(rent)
    fill(page, fields)
    press(page, "Enregistrer et continuer")


@pytest.mark.parametrize("scripts", [True, pytest.param(False, id="without scripts", marks=pytest.mark.slow)])
def test_a_step_written_by_two_people(scripts, sign_in_browser, world):
    case = world.complete_case()
    address = reverse("cases:step", args=[case.public_id, "logement"])
    claire = sign_in_browser(world.claire, scripts=scripts)
    marc = sign_in_browser(world.marc, scripts=scripts)
    for page in (claire, marc):
        page.goto(address)
    _types(marc, "650", **{"Référence du locataire chez le bailleur": "L-77"})
    expect(marc.get_by_role("heading", level=1)).to_have_text("Difficulté")
    _types(claire, "610", **{"Adresse du logement": "14 rue des Lilas"})

    expect(claire.get_by_role("heading", level=1)).to_have_text("Deux versions à rapprocher")
    expect(claire.locator("main")).to_contain_text("Marc Test l’a enregistrée")
    picture(claire, "91-two-versions")
    picture(claire, "91-two-versions-375", width=375)
    # What one of them alone changed is proposed; what both changed is asked.
    expect(claire.get_by_role("group", name="Adresse").get_by_label("Votre saisie")).to_be_checked()
    expect(claire.get_by_role("group", name="Référence").get_by_label("Version enregistrée")).to_be_checked()
    press(claire, "Enregistrer ces choix")
    summary = claire.locator("[data-error-summary]")
    expect(summary).to_contain_text("Loyer")
    picture(claire, "92-choice-missing")
    claire.get_by_role("group", name="Loyer").get_by_label("Version enregistrée").check()
    press(claire, "Enregistrer ces choix")
    expect(claire.get_by_role("heading", level=1)).to_have_text("Difficulté")
    claire.goto(address)
    for label, value in (
        ("Loyer (facultatif)", "650,00"),
        ("Adresse du logement", "14 rue des Lilas"),
        ("Référence du locataire chez le bailleur (facultatif)", "L-77"),
    ):
        expect(claire.get_by_label(label, exact=True)).to_have_value(value)
