"""Beside the straight way: a manager's own entry, a refusal with its letter."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.aids import stories
from tests.browser.pages import field_error, fill, go, pdf_text, picture, press

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_manager_never_decides_an_own_entry(sign_in_browser: Callable[..., Page], world):
    world.scale()
    world.fund("10000")
    stories.submitted(world.marc, world.complete_case(world.marc))

    page = sign_in_browser(world.marc)
    go(page, "À décider")
    page.get_by_role("link", name="MARTIN Paul").click()
    for button in ("Accorder et engager l’argent", "Refuser la demande"):
        refused = page.get_by_role("button", name=button)
        expect(refused).to_have_attribute("aria-disabled", "true")
        expect(page.locator(".action", has=refused).locator(".action-reason")).not_to_be_empty()
    expect(page.locator("main")).to_contain_text("Vous ne pouvez pas décider cette demande")
    picture(page, "70-own-entry")


def test_a_refusal_ends_with_a_letter(sign_in_browser: Callable[..., Page], world):
    world.scale()
    stories.submitted(world.claire, world.complete_case())
    reason = "Le décompte du bailleur est antérieur à l’apurement de mai."

    page = sign_in_browser(world.marc)
    press(page, "Ouvrir")
    page.get_by_role("button", name="Refuser la demande").click()
    expect(field_error(page, "Motif du refus")).to_be_visible()
    fill(page, {"Motif du refus": reason})
    page.get_by_role("button", name="Refuser la demande").click()
    expect(page.get_by_text("La demande est refusée")).to_be_visible()
    expect(page.locator(".page-lead")).to_contain_text("refusée")
    picture(page, "71-refused")
    letter = pdf_text(page, page.locator("a.file-name").first)
    assert reason in letter
    assert "831,60 €" in letter
    assert "Marc Test" in letter
    # Claire reads the reason; the association too, without the social file.
    claire = sign_in_browser(world.claire)
    press(claire, "Ouvrir")
    expect(claire.locator("main")).to_contain_text(reason)
    anne = sign_in_browser(world.anne)
    go(anne, "Demandes d’aide")
    anne.get_by_role("link", name="MARTIN Paul").click()
    expect(anne.locator("main")).to_contain_text(reason)
    expect(anne.locator("main")).not_to_contain_text("Disponible par personne")
