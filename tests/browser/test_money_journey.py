"""The life of a euro, in a browser: asked, ordered, signed, in a batch, in a bank file, executed or rejected
by the statement, confirmed by the landlord."""

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import Page, expect

from payments import integrity
from payments.rules import sepa
from tests.browser.pages import page_text, picture
from tests.browser.test_batches import confirms_who_they_are, downloaded
from tests.payments.bank import statement_of
from tests.payments.stories import payable_aid

pytestmark = pytest.mark.django_db(transaction=True)


def asks_for_the_payment(page: Page, story) -> None:
    page.goto(f"/aides/{story.aid.public_id}/paiement/")
    page.get_by_role("button", name="Demander le paiement").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ordre OP-")


def signs_everything(page: Page) -> None:
    page.goto("/paiements/")
    page.get_by_label("Choisir tous les ordres de la page").check()
    page.get_by_role("button", name="Signer la sélection").click()
    confirms_who_they_are(page)
    page.get_by_label("J’ai vérifié").check()
    page.get_by_role("button", name="Signer 2 ordres").click()


def sends_a_batch(page: Page) -> bytes:
    page.get_by_role("link", name="Préparer un bordereau").click()
    page.get_by_role("button", name="Préparer le bordereau").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bordereau BV-")
    content = downloaded(page)
    page.get_by_role("link", name="Noter la remise à la banque").click()
    page.get_by_label("J’ai déposé ce fichier").check()
    page.get_by_role("button", name="Noter la remise").click()
    return content


def applies(page: Page, content: bytes) -> None:
    page.goto("/paiements/releves/")
    page.get_by_label("Fichier de la banque").set_input_files(
        {"name": "releve.xml", "mimeType": "application/xml", "buffer": content}
    )
    page.get_by_role("button", name="Lire le relevé").click()
    picture(page, "70-statement")
    page.get_by_role("button", name="Appliquer le relevé").click()
    expect(page.get_by_text("Relevé appliqué")).to_be_visible()


def test_from_the_request_to_the_landlords_account(world, sign_in_browser):
    stories = [payable_aid(world, with_bank=rank == 0, reference=f"A-2026-9{rank}") for rank in range(2)]
    for story in stories:
        asks_for_the_payment(sign_in_browser(world.marc), story)
    page = sign_in_browser(world.theo)
    signs_everything(page)
    content = sends_a_batch(page)
    assert sepa.validate(content, "09") == []
    references = [f"ALES-OP-{localdate().year}-{number:06d}" for number in (1, 2)]
    applies(page, statement_of(content, day=localdate(), rejected={references[1]: "AC04"}))
    # The same file again: the same statement, and nothing twice.
    page.goto("/paiements/")
    page.get_by_role("link", name="exécuté").first.click()
    assert "OP-" in page_text(page)

    page = sign_in_browser(world.lea)
    page.goto("/bailleur/receptions/")
    page.get_by_role("link", name="Confirmer").first.click()
    page.get_by_role("button", name="Confirmer la réception").click()
    expect(page.get_by_text("confirmé par Lea Test")).to_be_visible()
    picture(page, "71-receipt")

    page = sign_in_browser(world.marc)
    page.goto("/paiements/?etat=rejected")
    page.get_by_role("link", name="OP-").first.click()
    expect(page.get_by_text("le compte est clôturé").first).to_be_visible()
    picture(page, "72-rejected")
    states = {story.fresh(story.aid).state for story in stories}
    assert states == {"settled", "in_payment"}
    assert [finding for finding in integrity.findings() if finding.count] == []
