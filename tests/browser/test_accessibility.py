"""Every page passes axe, for each role, light and dark, on a desk and on a phone, and reads at 400 % zoom."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.urls import reverse
from playwright.sync_api import Page, expect

from members.models import User
from members.sign_in import encryption
from tests.access.matrix import DOORS
from tests.browser.audit import Audit
from tests.browser.walk import pages_of

pytestmark = pytest.mark.django_db(transaction=True)

#: Answers without a page, or with one that a person reaches by a link of their own (test_content_policy.py).
NO_PAGE = {
    *("health", "home", "mfa_download_recovery_codes", "mfa_edit_webauthn", "mfa_remove_webauthn"),
    *("proconnect_begin", "proconnect_back", "account_devices_end_others", "account_device_end"),
}


def check(audit: Audit, page: Page, who: str) -> None:
    """Audit the page unless it is a fragment, or built as one already seen."""
    if page.title() and audit.is_new(page):
        audit.look(page, who)
        audit.reflow(page, who)


def report(audit: Audit) -> None:
    print(f"{len(audit.shapes)} pages of different shapes, {audit.runs} runs of axe")
    assert not audit.found, "\n".join(audit.found)


@pytest.mark.slow
def test_every_page_of_every_role_passes_axe(scene, signed_in):
    audit = Audit()
    for actor, urls in pages_of(scene).items():
        watched = signed_in(actor, reduced_motion="reduce")
        for url in urls:
            watched.open(url)
            check(audit, watched.page, str(actor.role))
        watched.page.context.close()
    report(audit)


@pytest.mark.slow
def test_the_doors_pass_axe(world, new_context, signed_in):
    """Sign-in, one's own account, errors, and the gallery of components."""
    audit = Audit()
    user = User.objects.get(pk=world.marc.user_id)
    totp = {"secret": encryption.encrypt(generate_totp_secret())}
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=totp)
    stranger = new_context(reduced_motion="reduce").new_page()
    person = signed_in(world.marc, reduced_motion="reduce").page
    for door in DOORS:
        if door.name in NO_PAGE:
            continue
        url = reverse(door.name, args=door.arguments)
        for page, who in ((stranger, "nobody"), (person, "MANAGER")):
            # Signing out by its address would close the others.
            if who == "MANAGER" and door.name == "account_logout":
                continue
            answer = page.context.request.get(url)
            if answer.status in (200, 404) and "text/html" in answer.headers["content-type"]:
                page.goto(url)
                check(audit, page, who)
    person.goto(reverse("aids:scale_create"))
    check(audit, person, "MANAGER, refused")
    report(audit)


@pytest.mark.slow
def test_pages_that_answer_a_submission_pass_axe(scene, signed_in):
    """Forms sent back with their faults, and the two versions of what two people wrote at once."""
    audit = Audit()
    world = scene.world
    page = signed_in(world.claire, reduced_motion="reduce").page
    housing = reverse("cases:step", args=[scene.a.case.public_id, "logement"])
    for url, button in (
        (reverse("cases:new"), "Ouvrir le dossier"),
        (housing, "Enregistrer et continuer"),
        (reverse("aids:edit", args=[scene.a.draft.public_id]), "Enregistrer"),
    ):
        page.goto(url)
        for field in page.locator("main input.w-money:visible, main input[name=last_name]").all():
            field.fill("pas un montant" if "w-money" in field.get_attribute("class") else "")
        page.get_by_role("main").get_by_role("button", name=button).click()
        expect(page.locator("[data-error-summary]")).to_be_visible()
        check(audit, page, "SOCIAL_WORKER, refused")
    page.goto(housing)
    page.get_by_role("button", name="Abandonner cette saisie").click()
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(housing)
    for tab, rent in ((other, "650"), (page, "610")):
        tab.get_by_label("Loyer (facultatif)", exact=True).fill(rent)
        tab.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Deux versions à rapprocher")
    check(audit, page, "SOCIAL_WORKER, two versions")
    report(audit)


def test_the_menus_pass_axe(world, signed_in):
    """What opens over the page: the account's menu, and the navigation on a phone."""
    audit = Audit()
    page = signed_in(world.marc, reduced_motion="reduce").page
    page.goto("/tableau-de-bord/")
    page.get_by_role("button", name="Mon compte").click()
    audit.look(page, "account menu")
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto("/tableau-de-bord/")
    page.get_by_role("button", name="Ouvrir le menu").click()
    expect(page.get_by_role("dialog", name="Menu")).to_be_visible()
    audit.look(page, "navigation", widths=(375,))
    report(audit)


def test_the_audit_finds_what_is_wrong(world, signed_in):
    """A page spoiled on purpose is reported: the tests above can fail."""
    audit = Audit()
    page = signed_in(world.marc, reduced_motion="reduce").page
    page.goto("/tableau-de-bord/")
    page.evaluate(
        """() => {
          const main = document.querySelector("main");
          main.innerHTML += '<button></button><h6>Trop bas</h6>';
          const wide = main.appendChild(document.createElement("p"));
          wide.textContent = "x".repeat(500);
        }"""
    )
    audit.look(page, "spoiled")
    audit.reflow(page, "spoiled")
    rules = ("button-name", "heading-order", "at 400 %")
    assert [rule for rule in rules if not any(rule in text for text in audit.found)] == []


def test_a_page_is_reached_and_left_by_keyboard(world, signed_in):
    """The first Tab shows the way to the content; what has the focus shows it."""
    page = signed_in(world.marc).page
    page.goto("/dossiers/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Aller au contenu")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
    assert width >= 2


def test_filters_say_what_they_found_and_keep_the_focus(world, signed_in):
    page = signed_in(world.marc).page
    page.goto("/dossiers/")
    search = page.locator("main").get_by_label("Recherche").first
    search.click()
    search.press_sequentially("introuvable")
    expect(page.locator("#annonces")).to_have_text("Aucun dossier ne correspond")
    expect(search).to_be_focused()


def test_focus_goes_on_from_what_took_the_place(world, signed_in):
    """A link that is replaced by what it asked for doesn't send the reader back to the top."""
    page = signed_in(world.anne).page
    page.goto(reverse("members:organisation", args=[world.cil.public_id]))
    link = page.get_by_role("link", name="Voir qui a changé quoi")
    link.focus()
    page.keyboard.press("Enter")
    expect(link).to_be_hidden()
    expect(page.locator(".history-place :focus, .history-place:focus")).to_have_count(1)


def test_the_theme_is_chosen_kept_and_shown_from_the_first_paint(world, signed_in):
    """Dark stays dark on the next page, before anything is drawn; « Auto » follows the device."""
    page = signed_in(world.marc, color_scheme="light").page
    page.goto("/tableau-de-bord/")
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="Mon compte").click()
    page.get_by_role("button", name="Sombre").click()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    expect(page.get_by_role("button", name="Sombre")).to_have_attribute("aria-pressed", "true")
    page.add_init_script(
        "new MutationObserver((_, watch) => { if (document.body) {"
        " window.themeAtBody = document.documentElement.dataset.bsTheme; watch.disconnect(); } })"
        ".observe(document, { childList: true, subtree: true });"
    )
    page.goto("/dossiers/")
    assert page.evaluate("window.themeAtBody") == "dark"
    page.get_by_role("button", name="Mon compte").click()
    page.get_by_role("button", name="Auto").click()
    expect(html).to_have_attribute("data-bs-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(html).to_have_attribute("data-bs-theme", "dark")


def test_less_motion_for_those_who_ask(world, signed_in):
    page = signed_in(world.marc, reduced_motion="reduce").page
    page.goto("/composants/")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter((element) => { const style = getComputedStyle(element);"
        " return style.transitionDuration.split(', ').some((time) => parseFloat(time) > 0)"
        " || style.animationIterationCount.includes('infinite'); }).length"
    )
    assert moving == 0
