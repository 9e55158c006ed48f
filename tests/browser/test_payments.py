"""From the ticked terms to the confirmed receipt, in a browser."""

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import expect

from tests.payments.stories import payable_aid
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_aid_is_paid(world, sign_in_browser):
    story = payable_aid(world)
    number = f"OP-{localdate().year}-000001"

    page = sign_in_browser(world.marc)
    page.goto(f"/aides/{story.aid.public_id}/paiement/")
    expect(page.locator("#total")).to_contain_text("831,60")
    page.get_by_label("avril 2026").uncheck()
    expect(page.locator("#total")).to_contain_text("cinq cent cinquante-quatre euros et quarante centimes")
    page.get_by_role("button", name="Demander le paiement").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Ordre {number}")

    page = sign_in_browser(world.theo)
    page.get_by_role("link", name=number).first.click()
    page.get_by_role("link", name="Signer l’ordre").click()
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()
    page.get_by_label("J’ai vérifié").check()
    page.get_by_role("button", name="Signer l’ordre").click()
    expect(page.get_by_text("il peut être transmis à la banque")).to_be_visible()
    page.get_by_role("link", name="Constater le virement").click()
    page.get_by_label("Date d’exécution").fill(f"{localdate():%d/%m/%Y}")
    page.get_by_role("button", name="Enregistrer l’exécution").click()
    expect(page.get_by_text("Virement exécuté par la banque")).to_be_visible()

    page = sign_in_browser(world.lea, width=375)
    page.goto("/bailleur/")
    page.get_by_role("link", name="MARTIN Paul").click()
    page.get_by_role("link", name="Confirmer la réception").click()
    page.get_by_role("button", name="Confirmer la réception").click()
    expect(page.get_by_text("confirmé par Lea Test")).to_be_visible()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0
