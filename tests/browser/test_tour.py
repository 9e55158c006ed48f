"""The tour of the first visit in a real browser: what it points at, keyboard, focus, both widths, axe."""

import pytest
from playwright.sync_api import Page, expect

from members.models import Membership
from members.tour import begin_again, steps_for
from tests.browser.audit import Audit

pytestmark = pytest.mark.django_db(transaction=True)

DASHBOARD = "/tableau-de-bord/"
PHONE = {"width": 375, "height": 812}


@pytest.fixture
def first_visit(signed_in):
    """`first_visit(actor)` is their dashboard, the tour just opened."""

    def arrive(actor, **options):
        begin_again(actor=actor)
        watched = signed_in(actor, reduced_motion="reduce", **options)
        watched.open(DASHBOARD)
        return watched

    return arrive


def step(page: Page, title: str):
    return page.get_by_role("dialog", name=title)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("who", ["claire", "marc", "lea", "bruno", "anne", "theo"])
def test_every_step_points_at_something_in_sight_and_takes_the_focus(world, first_visit, who, viewport):
    actor = getattr(world, who)
    watched = first_visit(actor, viewport=viewport)
    page = watched.page
    steps = steps_for(actor)
    for number, expected in enumerate(steps):
        expect(step(page, str(expected["title"]))).to_be_in_viewport(ratio=1)
        expect(page.locator(".tour h2:focus")).to_have_text(str(expected["title"]))
        expect(page.locator(".tour-pointed")).to_have_count(1)
        expect(page.locator(".tour-pointed")).to_be_in_viewport()
        if number < len(steps) - 1:
            page.get_by_role("button", name="Suivant").click()
    page.get_by_role("button", name="Terminer").click()
    expect(page.locator(".tour")).to_be_hidden()
    expect(page.locator(".tour-pointed")).to_have_count(0)
    assert not watched.complaints()


def test_one_goes_back_and_leaves_by_keyboard(world, first_visit):
    page = first_visit(world.claire).page
    first, second = (str(found["title"]) for found in steps_for(world.claire)[:2])
    page.get_by_role("button", name="Suivant").press("Enter")
    expect(step(page, second)).to_be_visible()
    page.get_by_role("button", name="Précédent").press("Enter")
    expect(step(page, first)).to_be_visible()
    with page.expect_response("**/visite/fin/"):
        page.keyboard.press("Escape")
    expect(page.locator(".tour")).to_be_hidden()
    expect(page.locator("main")).to_be_focused()
    assert Membership.objects.get(public_id=world.claire.membership_id).toured_at
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[data-tour]")).to_have_count(0)


def test_it_holds_nothing_back(world, first_visit):
    """Tab goes out of it, and the page answers while it is open; left alone, it comes back."""
    page = first_visit(world.claire).page
    skip = page.get_by_role("button", name="Passer la visite")
    expect(skip).to_be_visible()
    for _ in range(8):
        page.keyboard.press("Tab")
    assert not page.evaluate("document.querySelector('.tour').contains(document.activeElement)")
    page.get_by_role("navigation", name="Navigation principale").get_by_role("link", name="Dossiers").click()
    page.wait_for_url("**/dossiers/")
    page.goto(DASHBOARD)
    expect(skip).to_be_visible()


def test_open_it_passes_axe_and_reads_at_400_percent(world, first_visit):
    audit = Audit()
    page = first_visit(world.marc).page
    expect(page.get_by_role("button", name="Suivant")).to_be_visible()
    audit.look(page, "tour")
    audit.reflow(page, "tour")
    assert not audit.found, "\n".join(audit.found)


def test_without_javascript_a_card_says_the_same_and_is_put_away(world, sign_in_browser):
    begin_again(actor=world.lea)
    page = sign_in_browser(world.lea, scripts=False)
    card = page.get_by_role("region", name="Premiers pas")
    for found in steps_for(world.lea):
        expect(card.get_by_role("link", name=str(found["title"]))).to_be_visible()
    card.get_by_role("button", name="Ranger ces premiers pas").click()
    page.wait_for_url("**" + DASHBOARD)
    expect(card).to_have_count(0)
