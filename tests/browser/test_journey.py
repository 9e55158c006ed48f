"""The main job from the dashboard of each person, as a newcomer would click through it.

Claire enters the case and the aid, Marc decides and asks for the payment, Anne and Théo open the landlord's
account, Théo signs and pays, Léa receives. The amounts are those of S0's case (DOMAIN §4).
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest
from playwright.sync_api import Page, expect

from ales.dates import format_month
from members.access import Actor
from tests.browser.case_entry import enters_a_case
from tests.browser.keyboard import only_the_keyboard
from tests.browser.pages import (
    add_row,
    fill,
    go,
    month_before,
    page_text,
    pdf_text,
    picture,
    press,
    runs_scripts,
    scan,
    today,
)
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

IBAN = "FR14 2004 1010 0505 0001 3M02 606"


@pytest.fixture(
    params=[
        "mouse",
        pytest.param("keyboard", marks=pytest.mark.slow),
        pytest.param("without scripts", marks=pytest.mark.slow),
    ]
)
def sign_in(request, sign_in_browser) -> Iterator[Callable[[Actor], Page]]:
    """The whole journey three times: as people point, by the keyboard alone, and where no script runs."""
    with only_the_keyboard() if request.param == "keyboard" else nullcontext():
        yield lambda actor: sign_in_browser(actor, scripts=request.param != "without scripts")


def test_an_aid_from_entry_to_the_landlord(sign_in: Callable[[Actor], Page], world):
    world.scale()
    fund = world.fund("10000")

    claire = sign_in(world.claire)
    enters_a_case(claire)
    asks_for_an_aid(claire)
    secret = signs_a_protocol(claire)
    submits(claire)
    secret |= {"case": case_address(claire), "aid": claire.url}

    marc = sign_in(world.marc)
    sends_back(marc)
    answers(claire)
    grants(marc, fund.name)

    anne, theo = sign_in(world.anne), sign_in(world.theo)
    enters_the_account(anne)
    confirms_the_account(theo)
    asks_for_the_payment(marc)
    secret |= pays(theo)

    lea = sign_in(world.lea)
    receives(lea)
    sees_nothing_else(lea, secret)
    reads_the_figures(anne)
    reads_the_story(claire)


# --- Claire: the aid, the protocol ------------------------------------------------------------------------


def asks_for_an_aid(page: Page) -> None:
    press(page, "Demander une aide au maintien")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mois et montants")
    expect(page.get_by_role("radio", name="Maintien")).to_be_checked()
    rows = page.locator(".monthly-rows .term-row")
    for index in range(3):
        rows.nth(index).get_by_label("Mois").select_option(label=format_month(month_before(3 - index)))
        rows.nth(index).get_by_label("Justificatif").select_option(label="décompte")
        rows.nth(index).locator("input[type=file]").set_input_files(scan(f"decompte-{index + 1}.png"))
    if runs_scripts(page):
        sees_the_figures_live(page)
    picture(page, "12-aid-entry")
    picture(page, "12-aid-entry-375", width=375)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Les mois et les montants sont enregistrés.")).to_be_visible()
    text = page_text(page)
    for figure in ("831,60", "277,20"):
        assert figure in text, f"« {figure} » isn't on the page of the aid"


def sees_the_figures_live(page: Page) -> None:
    live = page.locator("#calcul")
    for figure in ("831,60", "462,00", "277,20", "60 %", "6 298,40"):
        expect(live.locator(".figures")).to_contain_text(figure)
    # The explanation is open, down to what its own figures open into.
    formula = live.locator("details.explanation", has_text="Plafond mensuel de l’aide").last
    formula.locator("summary").first.click()
    expect(formula).to_contain_text("Taux")
    # It stays open when the figures are computed again.
    rows = page.locator(".monthly-rows .term-row")
    rows.first.get_by_label("Montant demandé").fill("277")
    expect(live).to_contain_text("831,40")
    expect(formula.locator(".explanation-body").first).to_be_visible()
    rows.first.get_by_label("Montant demandé").fill("")
    expect(live).to_contain_text("831,60")


def signs_a_protocol(page: Page) -> dict[str, str]:
    """Returns addresses that a landlord mustn't open."""
    proof = page.locator("td[data-label=Justificatif] a").first.get_attribute("href")
    # What is missing is listed before, and the button says so.
    missing = page.locator(".alert-ales", has_text="Avant de soumettre")
    expect(missing).to_contain_text("protocole")
    expect(page.get_by_role("button", name="Soumettre")).to_have_attribute("aria-disabled", "true")
    picture(page, "13-aid-missing")
    press(page, "Préparer le protocole")
    expect(page.get_by_role("heading", level=1)).to_have_text("Protocole d’accord")
    add_row(
        page,
        "Ajouter un engagement",
        {
            "Qui s’engage": "le ménage",
            "Engagement": "Reprendre le loyer résiduel au 5 du mois",
            "Échéance": today(),
        },
    )
    fill(page, {"Fait à": "Grenoble", "Plan d’apurement, par mois": "120"})
    picture(page, "14-protocol")
    # One button saves what was typed and issues: nothing typed is left out of the document.
    press(page, "Éditer le protocole")
    document = page.locator("a.file-name").first
    expect(document).to_be_visible()
    picture(page, "15-protocol-issued")
    text = pdf_text(page, document)
    for words in (
        "Martin",
        "Habitat d'Essai",
        "CIL de l'Essai",
        "Claire Test",
        "277,20 €",
        "831,60 €",
        "462,00 €",
        "60 %",
        "6 298,40 €",
        "sous réserve",
        "subvention",
        "prêt",
        "Reprendre le loyer résiduel",
    ):
        assert words.lower() in text.lower(), f"« {words} » isn't in the protocol"
    fill(page, {"Signé le": today()})
    page.locator("input[type=file]").set_input_files(scan("protocole-signe.png"))
    press(page, "Déposer l’exemplaire signé")
    expect(page.get_by_text(f"Signé le {today()}")).to_be_visible()
    picture(page, "16-protocol-signed")
    files = page.locator("a.file-name")
    return {
        "proof": proof,
        "protocol": page.url,
        "protocol document": files.nth(0).get_attribute("href"),
        "signed protocol": files.nth(1).get_attribute("href"),
    }


def case_address(page: Page) -> str:
    return page.get_by_role("link", name="Dossier D-").first.get_attribute("href")


def submits(page: Page) -> None:
    press(page, "Ouvrir la demande d’aide")
    expect(page.get_by_text("Tout est prêt")).to_be_visible()
    press(page, "Soumettre")
    expect(page.get_by_text("La demande est soumise")).to_be_visible()
    picture(page, "17-aid-submitted")


# --- Marc, manager ----------------------------------------------------------------------------------------


def sends_back(page: Page) -> None:
    expect(page.locator("main")).to_contain_text("MARTIN Paul")
    picture(page, "20-manager-dashboard")
    go(page, "À décider")
    picture(page, "21-queue")
    page.get_by_role("link", name="MARTIN Paul").click()
    text = page_text(page)
    for words in (
        "MARTIN Julie",
        "831,60 €",
        "277,20 €",
        "10 000,00 €",
        "Transports du Dauphiné",
        "Claire Test",
    ):
        assert words.lower() in text.lower(), f"« {words} » isn't on the decision screen"
    picture(page, "22-decision")
    picture(page, "22-decision-375", width=375)
    form = page.locator("form", has=page.get_by_role("button", name="Renvoyer"))
    fill(form, {"Partie": "justificatifs", "À compléter": "Le décompte du dernier mois est illisible."})
    form.get_by_role("button", name="Renvoyer").click()
    expect(page.get_by_text("La demande est renvoyée")).to_be_visible()


def answers(page: Page) -> None:
    go(page, "Tableau de bord")
    expect(page.locator("main")).to_contain_text("À compléter")
    picture(page, "23-dashboard-returned")
    page.get_by_role("main").get_by_role("link", name="MARTIN Paul").first.click()
    picture(page, "24-aid-returned")
    press(page, "Répondre aux points")
    fill(page, {"Ce qui a été fait": "Décompte numérisé à nouveau et joint."})
    picture(page, "25-points")
    press(page, "Enregistrer les réponses")
    expect(page.get_by_text("Tout est prêt")).to_be_visible()
    press(page, "Soumettre")
    expect(page.get_by_text("La demande est soumise")).to_be_visible()


def grants(page: Page, fund: str) -> None:
    go(page, "À décider")
    page.get_by_role("link", name="MARTIN Paul").click()
    form = page.locator("form", has=page.get_by_role("button", name="Accorder et engager l’argent"))
    chosen = form.get_by_label("Fonds", exact=False).first.locator("option:checked")
    assert fund in chosen.inner_text()
    press(page, "Accorder et engager l’argent")
    expect(page.get_by_text("L’aide est accordée")).to_be_visible()
    picture(page, "26-granted")
    letter = pdf_text(page, page.locator("a.file-name").first)
    assert "831,60 €" in letter
    assert "Habitat d'Essai" in letter


# --- The landlord's account, then the payment -------------------------------------------------------------


def enters_the_account(page: Page) -> None:
    picture(page, "30-admin-dashboard")
    go(page, "Adhérents")
    page.get_by_role("link", name="Habitat d'Essai").first.click()
    picture(page, "31-organisation")
    page.locator(".card-ales", has_text="Coordonnées bancaires").get_by_role("link").click()
    press(page, "Saisir de nouvelles coordonnées")
    fill(page, {"IBAN": IBAN, "BIC": "PSSTFRPPLIL"})
    if runs_scripts(page):
        expect(page.get_by_text("LA BANQUE POSTALE")).to_be_visible()
    page.get_by_label("RIB", exact=True).set_input_files(scan("rib.png"))
    picture(page, "32-bank-details")
    page.get_by_role("main").get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Le trésorier doit maintenant les confirmer")).to_be_visible()


def confirms_the_account(page: Page) -> None:
    go(page, "Tableau de bord")
    picture(page, "33-treasurer-dashboard")
    page.get_by_role("main").get_by_role("link", name="Habitat d'Essai").first.click()
    picture(page, "34-bank-details-awaiting")
    press(page, "Confirmer")
    page.get_by_role("dialog").get_by_role("button", name="Confirmer").click()
    # Who they are first, which serves for the signature of `pays` too; then the page again.
    fill(page, {"Mot de passe": PASSWORD})
    press(page, "Confirmer")
    expect(page.get_by_role("heading", level=1)).to_contain_text("oordonnées")
    press(page, "Confirmer")
    page.get_by_role("dialog").get_by_role("button", name="Confirmer").click()
    expect(page.get_by_text("sont confirmées")).to_be_visible()


def asks_for_the_payment(page: Page) -> None:
    go(page, "Tableau de bord")
    picture(page, "35-manager-dashboard-granted")
    page.get_by_role("main").get_by_role("link", name="MARTIN Paul").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Demander le paiement")
    for box in page.get_by_role("checkbox").all():
        box.check()
    expect(page.locator("#total")).to_contain_text("831,60")
    picture(page, "36-request-payment")
    page.get_by_role("main").get_by_role("button", name="Demander le paiement").click()
    expect(page.locator("main")).to_contain_text("OP-")
    picture(page, "37-payment-asked")


def pays(page: Page) -> dict[str, str]:
    """Théo signs and records the execution; returns addresses a landlord mustn't open."""
    go(page, "Tableau de bord")
    picture(page, "40-treasurer-orders")
    page.get_by_role("main").get_by_role("link", name="OP-").first.click()
    address = page.url
    picture(page, "41-order")
    document = page.locator("a.file-name").first
    text = pdf_text(page, document)
    number = page.get_by_role("heading", level=1).inner_text().removeprefix("Ordre ")
    for words in (
        number,
        "831,60 €",
        "huit cent trente et un euros et soixante centimes",
        IBAN,
        "Habitat d'Essai",
    ):
        assert words in text, f"« {words} » isn't in the order"
    press(page, "Signer l’ordre")
    page.get_by_role("checkbox").check()
    picture(page, "42-sign")
    press(page, "Signer l’ordre")
    expect(page.get_by_text("signé : il peut être transmis à la banque")).to_be_visible()
    signed = pdf_text(page, page.locator("a.file-name").first)
    assert "Théo Test" in signed or "Theo Test" in signed
    press(page, "Constater le virement")
    fill(page, {"Date d’exécution": today()})
    picture(page, "43-execution")
    press(page, "Enregistrer l’exécution")
    expect(page.get_by_text("les échéances sont payées")).to_be_visible()
    picture(page, "44-order-executed")
    return {"order": address, "order document": page.locator("a.file-name").first.get_attribute("href")}


# --- Léa, landlord's agent --------------------------------------------------------------------------------


def receives(page: Page) -> None:
    picture(page, "50-landlord-dashboard")
    go(page, "Aides de nos locataires")
    picture(page, "51-tenant-aids")
    page.get_by_role("link", name="MARTIN Paul").click()
    text = page_text(page)
    for index in (1, 2, 3):
        assert format_month(month_before(index)) in text.lower()
    assert "277,20 €" in text
    assert "831,60 €" in text
    assert "Fonds" not in text
    assert "L-4512" in text
    picture(page, "52-tenant-aid")
    picture(page, "52-tenant-aid-375", width=375)
    advice = pdf_text(page, page.locator("a.file-name").first)
    assert "831,60 €" in advice
    assert "L-4512" in advice
    assert "Fonds" not in advice
    press(page, "Confirmer la réception")
    fill(page, {"Reçu sur votre compte le": today()})
    picture(page, "53-receipt")
    page.get_by_role("button", name="Confirmer la réception").click()
    expect(page.locator("main")).to_contain_text("confirmé par")


def sees_nothing_else(page: Page, addresses: dict[str, str]) -> None:
    assert len(addresses) == 8
    for what, address in addresses.items():
        status = page.request.get(address).status
        assert status in (403, 404), f"the landlord's agent opens the {what}: {status}"


# --- The association, and the story -----------------------------------------------------------------------


def reads_the_figures(page: Page) -> None:
    go(page, "Demandes d’aide")
    row = page.locator("tr", has_text="MARTIN Paul")
    expect(row).to_contain_text("soldée")
    expect(row).to_contain_text("831,60")
    go(page, "Statistiques")
    stats = page.locator(".grid-stats").first
    expect(stats).to_contain_text("1")
    expect(stats).to_contain_text("831,60")
    picture(page, "60-statistics")


def reads_the_story(page: Page) -> None:
    go(page, "Demandes d’aide")
    page.get_by_role("link", name="MARTIN Paul").click()
    expect(page.locator(".page-lead")).to_contain_text("soldée")
    story = page.locator(".timeline")
    for who, capacity in (("Claire Test", "travailleur social"), ("Marc Test", "responsable social")):
        expect(story).to_contain_text(who)
        expect(story).to_contain_text(capacity)
    picture(page, "61-story")
