"""Several orders signed, put in a batch, and its file downloaded twice, in a browser."""

import hashlib

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import Page, expect

from payments.rules import sepa
from tests.browser.pages import page_text, pdf_text, picture
from tests.payments.stories import payable_aid
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def confirms_who_they_are(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmer votre identité")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()


def downloaded(page: Page) -> bytes:
    address = page.get_by_role("link", name="Fichier de virements").get_attribute("href")
    answer = page.request.get(address)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/xml")
    return answer.body()


def test_from_the_worklist_to_the_bank(world, sign_in_browser):
    stories = [payable_aid(world, with_bank=rank == 0) for rank in range(3)]
    orders = [story.request() for story in stories]

    page = sign_in_browser(world.theo)
    page.goto("/paiements/")
    expect(page.get_by_role("button", name="Signer la sélection")).to_be_disabled()
    page.get_by_label("Choisir tous les ordres de la page").check()
    page.get_by_label(f"Choisir {orders[2].number}").uncheck()
    expect(page.locator("[data-selection-total]")).to_have_text("2 ordres choisis, 1 663,20 €")
    picture(page, "60-worklist")
    page.get_by_role("button", name="Signer la sélection").click()

    confirms_who_they_are(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Signer 2 ordres")
    assert "2 ordres, 1 bailleur" in page_text(page)
    picture(page, "61-sign-many")
    page.get_by_label("J’ai vérifié").check()
    page.get_by_role("button", name="Signer 2 ordres").click()
    expect(page.get_by_text("Votre visa est porté sur 2 ordres")).to_be_visible()
    picture(page, "62-sign-report")

    page.get_by_role("link", name="Préparer un bordereau").click()
    assert "2 ordres, 1 bailleur" in page_text(page)
    picture(page, "63-batch-prepare")
    page.get_by_role("button", name="Préparer le bordereau").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Bordereau BV-{localdate().year}-000001")
    content = downloaded(page)
    assert sepa.validate(content, "09") == []
    assert sepa.read_totals(content)[0] == 2
    assert hashlib.sha256(content).hexdigest() in page_text(page)
    statement = pdf_text(page, page.get_by_role("link", name="Bordereau BV-").first)
    for words in ("1 663,20 €", hashlib.sha256(content).hexdigest(), "Habitat d'Essai", "Theo Test"):
        assert words in statement
    assert "MARTIN" not in statement
    picture(page, "64-batch")

    page.get_by_role("link", name="Noter la remise à la banque").click()
    page.get_by_label("J’ai déposé ce fichier").check()
    page.get_by_role("button", name="Noter la remise").click()
    expect(page.get_by_text("attendent le relevé de la banque")).to_be_visible()
    assert downloaded(page) == content
    picture(page, "65-batch-sent")
    page.goto("/paiements/?etat=sent")
    expect(page.get_by_role("row", name=orders[0].number)).to_be_visible()
