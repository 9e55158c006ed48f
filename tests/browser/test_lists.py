"""A person arranges their list: sorts it, drops a column, names a view and opens it first."""

import pytest
from playwright.sync_api import expect

from ales import tenancy
from tests.browser.pages import picture

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_list_is_arranged_and_found_again(world, sign_in_browser):
    first, second = world.complete_case(), world.complete_case()
    with tenancy.tenant(world.claire.context):
        type(first).objects.filter(pk=second.pk).update(tenant_name="Énard Zoé")
    page = sign_in_browser(world.claire)
    page.goto("/dossiers/")
    rows = page.locator("tbody .row-link")

    page.get_by_role("link", name="Locataire").click()
    expect(page.get_by_role("columnheader", name="Locataire")).to_have_attribute("aria-sort", "ascending")
    expect(rows.first).to_have_text("Énard Zoé")
    page.locator("#id_etat").select_option("OPEN")
    page.wait_for_url("**tri=locataire**etat=OPEN**")
    expect(rows.first).to_have_text("Énard Zoé")

    page.get_by_text("Colonnes", exact=True).click()
    picture(page, "list-columns")
    page.get_by_role("checkbox", name="Bailleur").uncheck()
    page.get_by_role("button", name="Afficher ces colonnes").click()
    expect(page.get_by_role("columnheader", name="Bailleur")).to_have_count(0)
    expect(rows.first).to_have_text("Énard Zoé")

    page.get_by_text("Vues", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Garder ces filtres")).to_be_hidden()
    page.keyboard.press("Enter")
    page.get_by_label("Garder ces filtres").fill("Mes ouverts")
    page.get_by_role("button", name="Garder").click()
    view = page.get_by_role("navigation", name="Vues enregistrées").get_by_role("link", name="Mes ouverts")
    expect(view).to_have_attribute("aria-current", "page")

    page.get_by_text("Vues", exact=True).click()
    picture(page, "list-views")
    page.get_by_role("button", name="Ouvrir d’abord Mes ouverts").click()
    page.goto("/dossiers/")
    expect(view).to_have_attribute("aria-current", "page")
    page.set_viewport_size({"width": 375, "height": 812})
    page.get_by_text("Vues", exact=True).click()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0
    picture(page, "list-views-phone", width=375)
