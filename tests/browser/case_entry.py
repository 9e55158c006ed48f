"""Claire enters S0's worked case in steps: what she types is kept, refused with a word, computed live."""

from playwright.sync_api import Page, expect

from tests.browser.pages import add_row, field_error, fill, go, picture, press, runs_scripts, save_step, today

NOTES = "Le ménage a repris contact après deux courriers."


def enters_a_case(page: Page) -> None:
    """From the dashboard to the page of the complete case."""
    opens_a_case(page)
    describes_the_home(page)
    explains_the_difficulty(page)
    types_the_budget(page)
    explains_the_entitlements(page)


def opens_a_case(page: Page) -> None:
    picture(page, "01-dashboard")
    go(page, "Dossiers")
    picture(page, "02-cases-empty")
    press(page, "Nouveau dossier")
    fill(page, {"Nom du locataire": "Martin", "Prénom": "Paul"})
    picture(page, "03-new-case")
    press(page, "Ouvrir le dossier")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ménage")

    tenant = page.locator("#personnes [data-formset-rows] > tr").first
    expect(tenant.get_by_label("Nom", exact=True)).to_have_value("Martin")
    fill(tenant, {"Date de naissance": "1/3/1984"})
    add_row(
        page,
        "Ajouter une personne",
        {
            "Place": "conjoint non titulaire",
            "Nom": "Martin",
            "Prénom": "Julie",
            "Date de naissance": "2/4/1986",
        },
    )
    for first_name, born in (("Tom", "5/5/2014"), ("Zoé", "6/6/2018")):
        add_row(
            page,
            "Ajouter une personne",
            {"Place": "enfant", "Nom": "Martin", "Prénom": first_name, "Date de naissance": born},
        )
    fill(page, {"Téléphone": "06 12 34 56 78"})
    picture(page, "04-household")
    picture(page, "04-household-375", width=375)
    save_step(page, "Emploi")

    fill(
        page.locator(".card-ales", has_text="Paul"),
        {
            "Situation": "CDI",
            "Catégorie socioprofessionnelle": "Ouvriers",
            "Nom de l’employeur": "Transports du Dauphiné",
            "Secteur": "Privé non agricole",
            "Effectif": "40",
            "Assujetti à la participation des employeurs": "Oui",
            "Contrat": "CDI",
            "Début": "01/09/2015",
        },
    )
    picture(page, "05-employment")
    save_step(page, "Logement")


def describes_the_home(page: Page) -> None:
    fill(
        page,
        {
            "Bailleur": "Habitat d'Essai – ESH",
            "Référence du locataire chez le bailleur": "L-4512",
            "Adresse du logement": "12 rue des Lilas",
            "Code postal et commune": "38000 Grenoble",
            "État du bail": "Procédure d’expulsion",
            "APL ou AL": "138",
            "Dette de loyer": "7 130",
            "Dette arrêtée au": today(),
        },
    )
    page.get_by_label("Loyer (facultatif)", exact=True).fill("-600")
    press(page, "Enregistrer et continuer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Logement")
    expect(field_error(page, "Loyer (facultatif)")).to_contain_text("au moins 0")
    # A refused field loses nothing of what stands beside it.
    expect(page.get_by_label("Loyer (facultatif)", exact=True)).to_have_value("-600")
    expect(page.get_by_label("Dette de loyer")).to_have_value("7 130")
    expect(page.get_by_label("Adresse du logement")).to_have_value("12 rue des Lilas")
    picture(page, "06-home-refused")
    page.get_by_label("Loyer (facultatif)", exact=True).fill("600")
    picture(page, "06-home-375", width=375)
    save_step(page, "Difficulté")


def explains_the_difficulty(page: Page) -> None:
    fill(page, {"Événement à l’origine": "Baisse de ressources", "Observations sociales": NOTES})
    if runs_scripts(page):
        leaves_and_comes_back(page)
    save_step(page, "Budget")


def leaves_and_comes_back(page: Page) -> None:
    expect(page.locator(".autosave-status")).to_contain_text("Enregistré à")
    # Claire leaves in the middle of the step; what she typed waits for her.
    address = page.url
    go(page, "Tableau de bord")
    expect(page.get_by_text("MARTIN Paul").first).to_be_visible()
    picture(page, "07-dashboard-with-draft")
    page.goto(address)
    expect(page.get_by_text("Saisie en cours")).to_be_visible()
    expect(page.get_by_label("Observations sociales")).to_have_value(NOTES)
    picture(page, "07-difficulty-resumed")


def types_the_budget(page: Page) -> None:
    row = add_row(page, "Ajouter une ressource", {"Poste": "Salaire", "Montant": "1 200"})
    assert row.get_by_label("Montant").input_value() == "1 200"
    if not runs_scripts(page):
        press(page, "Recalculer")
    # 462 € of 1,200 €: 38.5 %, printed truncated; (1,200 − 462) / 4 persons = 184.50 €.
    indicators = page.locator(".indicator-card", has_text="Pendant la difficulté")
    expect(indicators).to_contain_text("38 %")
    expect(indicators).to_contain_text("738,00")
    expect(indicators).to_contain_text("184,50")
    indicators.locator("summary").first.click()
    expect(indicators.locator(".explanation-formula").first).to_be_visible()
    picture(page, "08-budget")
    picture(page, "08-budget-375", width=375)
    save_step(page, "Droits")


def explains_the_entitlements(page: Page) -> None:
    fill(page, {"APL, ALF ou ALS": "Ouvert", "APL, ALF ou ALS, date": today()})
    press(page, "Marquer « sans objet » ce qui reste à expliquer")
    expect(page.get_by_label("FSL accès", exact=True)).to_have_value("NOT_APPLICABLE")
    expect(page.get_by_label("APL, ALF ou ALS", exact=True)).to_have_value("ACTIVATED")
    picture(page, "09-entitlements")
    save_step(page, "Récapitulatif")
    # A point that no step required is listed here, and leads to its step.
    picture(page, "10-summary-missing")
    page.get_by_role("link", name="Indiquez le premier mois impayé").click()
    fill(page, {"Premier mois impayé": "04/2025"})
    press(page, "Enregistrer et continuer")
    page.get_by_role("link", name="Récapitulatif").click()
    expect(page.get_by_text("Le dossier est complet")).to_be_visible()
    picture(page, "10-summary")
    press(page, "Voir le dossier")
    expect(page.get_by_role("heading", level=1)).to_have_text("MARTIN Paul")
    picture(page, "11-case")
    picture(page, "11-case-375", width=375)
