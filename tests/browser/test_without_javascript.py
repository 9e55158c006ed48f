"""The forms work without JavaScript: a case is entered and an aid asked for by plain submissions.

The whole job passes so in test_journey.py; here is what stands beside it: menus, dialogs, dead controls.
"""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from ales.dates import format_month
from tests.browser.pages import fill, go, month_before, picture, press, save_step, scan, today
from tests.browser.walk import once, pages_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(sign_in_browser, world) -> Page:
    world.scale()
    return sign_in_browser(world.claire, scripts=False)


def test_a_case_is_entered_in_steps(page):
    go(page, "Dossiers")
    press(page, "Nouveau dossier")
    fill(page, {"Nom du locataire": "Martin", "Prénom": "Paul"})
    press(page, "Ouvrir le dossier")
    save_step(page, "Emploi")
    fill(
        page,
        {
            "Situation": "CDI",
            "Catégorie socioprofessionnelle": "Ouvriers",
            "Secteur": "Privé non agricole",
            "Effectif": "40",
        },
    )
    save_step(page, "Logement")
    fill(
        page,
        {
            "Bailleur": "Habitat d'Essai – ESH",
            "Adresse du logement": "12 rue des Lilas",
            "Code postal et commune": "38000 Grenoble",
            "APL ou AL": "138",
            "Dette de loyer": "7 130",
            "Dette arrêtée au": today(),
            "Premier mois impayé": "04/2025",
        },
    )
    page.get_by_label("Loyer (facultatif)", exact=True).fill("600")
    save_step(page, "Difficulté")
    fill(page, {"Événement à l’origine": "Baisse de ressources"})
    save_step(page, "Budget")
    # Without a script an empty row waits in the table, and a button computes.
    fill(page.locator("#ressources [data-formset-rows] > tr").first, {"Poste": "Salaire", "Montant": "1200"})
    press(page, "Recalculer")
    expect(page.locator(".indicator-card", has_text="Pendant la difficulté")).to_contain_text("38 %")
    picture(page, "80-budget-without-javascript")
    save_step(page, "Droits")
    press(page, "Marquer « sans objet »")
    save_step(page, "Récapitulatif")
    expect(page.get_by_text("Le dossier est complet")).to_be_visible()


def test_an_aid_is_asked_for(page, world):
    world.complete_case()
    go(page, "Dossiers")
    page.get_by_role("link", name="MARTIN Paul").click()
    press(page, "Demander une aide au maintien")
    row = page.locator(".monthly-rows .term-row").first
    row.get_by_label("Mois").select_option(label=format_month(month_before(8)))
    row.get_by_label("Justificatif").select_option(label="décompte")
    row.locator("input[type=file]").set_input_files(scan())
    picture(page, "81-aid-without-javascript")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Les mois et les montants sont enregistrés.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("277,20")
    press(page, "Préparer le protocole")
    fill(page, {"Fait à": "Grenoble"})
    press(page, "Éditer le protocole")
    expect(page.locator("a.file-name").first).to_be_visible()


def test_menus_and_dialogs_open(sign_in_browser, world):
    case = world.complete_case()
    page = sign_in_browser(world.claire, scripts=False, width=375)
    expect(page.get_by_role("button", name="Ouvrir le menu")).to_be_hidden()
    go(page, "Dossiers")
    page.get_by_role("button", name="Mon compte").focus()
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()
    expect(page.get_by_role("button", name="Sombre")).to_be_hidden()
    page.goto(reverse("cases:detail", args=[case.public_id]))
    press(page, "Clore")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    picture(page, "82-dialog-without-javascript")
    dialog.get_by_role("link", name="Annuler").click()
    expect(dialog).to_be_hidden()


@pytest.mark.slow
def test_no_control_that_would_do_nothing_is_shown(scene, signed_in):
    """What only scripts could answer is hidden: buttons that submit nothing, fields that nobody reads."""
    dead = 'button[type="button"]:not([aria-disabled="true"]):not([data-bs-toggle="dropdown"]):visible'
    found = []
    for actor, urls in once(pages_of(scene)).items():
        page = signed_in(actor, java_script_enabled=False).page
        for url in urls:
            page.goto(url)
            found += [f"{actor.role} {url}: {button.inner_text()}" for button in page.locator(dead).all()]
        page.context.close()
    assert found == []
