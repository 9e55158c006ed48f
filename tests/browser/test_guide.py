"""The guide in a real browser: axe at both widths and themes, and its pictures for desk and phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.audit import Audit

pytestmark = pytest.mark.django_db(transaction=True)


def test_contents_and_chapters_pass_axe_and_read_at_400_percent(world, signed_in):
    audit = Audit()
    watched = signed_in(world.marc, reduced_motion="reduce")
    for address in ("/guide/", "/guide/fonds/", "/guide/decider/"):
        watched.open(address)
        audit.look(watched.page, "guide")
        audit.reflow(watched.page, "guide")
    assert not audit.found, "\n".join(audit.found)
    assert not watched.complaints()


@pytest.mark.parametrize(("width", "file"), [(1280, "decision.webp"), (375, "decision-telephone.webp")])
def test_a_chapter_shows_the_picture_of_that_width(world, signed_in, width, file):
    page = signed_in(world.marc, viewport={"width": width, "height": 900}).page
    page.goto("/guide/decider/")
    picture = page.get_by_role("img", name="Écran de décision")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("image => image.currentSrc").endswith(file)
    assert picture.evaluate("image => image.naturalWidth") > 0


def test_help_beside_the_figures_leads_to_their_passage(world, signed_in):
    case = world.complete_case()
    page = signed_in(world.claire).page
    page.goto(f"/dossiers/{case.public_id}/etapes/budget/")
    page.get_by_role("link", name="En savoir plus : reste à vivre").click()
    page.wait_for_url("**/guide/saisir-le-budget/#indicateurs")
    expect(page.get_by_role("heading", name="Ce que disent les indicateurs")).to_be_in_viewport()
