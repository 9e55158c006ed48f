"""The search box in a browser: by the keyboard alone, on a phone, and without JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.browser.pages import picture

pytestmark = pytest.mark.django_db(transaction=True)


def test_by_the_keyboard_alone(world, sign_in_browser):
    case = world.complete_case()
    page = sign_in_browser(world.claire)
    box = page.get_by_role("combobox", name="Rechercher")

    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("mart")
    options = page.get_by_role("option")
    expect(options).to_have_count(1)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#recherche-etat")).to_have_text("1 proposition, flèches pour choisir")
    picture(page, "search-propositions")

    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "proposition-0")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "false")

    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(box).to_have_value("mart")

    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/dossiers/{case.public_id}/")


def test_enter_alone_shows_everything(world, sign_in_browser):
    world.complete_case()
    page = sign_in_browser(world.claire, width=375)
    page.keyboard.press("/")
    page.keyboard.type("matrin")  # two letters swapped
    expect(page.get_by_role("option")).to_have_count(1)
    panel = page.locator(".search-panel").bounding_box()
    header = page.locator(".app-header").bounding_box()
    assert panel["y"] >= header["y"] + header["height"] - 1
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= 375
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Dossiers")).to_be_visible()
    expect(page.get_by_role("link", name="MARTIN Paul")).to_be_visible()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0
    picture(page, "search-page", width=375)


def test_without_javascript(world, sign_in_browser):
    world.complete_case()
    page = sign_in_browser(world.claire, scripts=False)
    page.get_by_label("Rechercher : nom").fill("martin")
    page.get_by_label("Rechercher : nom").press("Enter")
    page.get_by_role("link", name="MARTIN Paul").click()
    expect(page.get_by_role("heading", name="MARTIN Paul").first).to_be_visible()
