"""After the transfer, in a browser: a difference, its answer and the receipt; then money that comes back."""

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import expect

from tests.browser.pages import fill, page_text, pdf_text, picture, press
from tests.payments.stories import payable_aid

pytestmark = pytest.mark.django_db(transaction=True)


def no_sideways_scroll(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_a_difference_is_asked_answered_and_confirmed(world, sign_in_browser):
    story = payable_aid(world)
    story.paid()

    landlord = sign_in_browser(world.lea, width=375)
    landlord.goto("/bailleur/")
    picture(landlord, "landlord-list-375")
    landlord.get_by_role("link", name="MARTIN Paul").click()
    picture(landlord, "landlord-aid-375")
    press(landlord, "Signaler un écart")
    landlord.get_by_label("Le montant reçu est différent").check()
    press(landlord, "Envoyer la question")
    expect(landlord.get_by_text("Indiquez le montant reçu sur votre compte.").first).to_be_visible()
    picture(landlord, "query-ask-375")
    fill(landlord, {"Montant reçu sur votre compte": "800,00", "Précisions": "Relevé du 16 juin."})
    press(landlord, "Envoyer la question")
    expect(landlord.get_by_text("Votre question est posée")).to_be_visible()
    expect(landlord.get_by_role("link", name="Confirmer la réception")).to_have_count(0)
    picture(landlord, "landlord-asked-375")

    manager = sign_in_browser(world.marc)
    expect(manager.get_by_role("heading", name="Questions des bailleurs")).to_be_visible()
    manager.goto("/paiements/questions/")
    picture(manager, "query-list-1280")
    picture(manager, "query-list-375", width=375)
    manager.get_by_role("link", name="Le montant reçu est différent").click()
    picture(manager, "query-answer-1280")
    fill(manager, {"Votre réponse": "Le solde de 31,60 € est viré le 20 juin."})
    press(manager, "Envoyer la réponse")
    expect(manager.get_by_text("Réponse envoyée")).to_be_visible()
    picture(manager, "query-answered-1280")
    picture(manager, "query-answered-375", width=375)

    landlord.reload()
    expect(landlord.get_by_text("Le solde de 31,60 €")).to_be_visible()
    no_sideways_scroll(landlord)
    picture(landlord, "landlord-answered-375")
    picture(landlord, "landlord-answered-1280", width=1280)
    press(landlord, "Confirmer la réception")
    press(landlord, "Confirmer la réception")
    expect(landlord.get_by_text("confirmé par Lea Test")).to_be_visible()


def test_money_comes_back(world, sign_in_browser):
    story = payable_aid(world, split=True)
    advice = story.paid()
    number = f"RC-{localdate().year}-000001"

    manager = sign_in_browser(world.marc)
    manager.goto(f"/aides/{story.aid.public_id}/")
    picture(manager, "aid-paid-1280")
    press(manager, f"Demander un remboursement sur {advice.order_number}")
    fill(manager, {"À rendre pour mars 2026": "300", "Motif": "Parti le 3 mars."})
    manager.get_by_label("Cause, écrite au bailleur").select_option(
        label="Départ du locataire avant l’échéance"
    )
    press(manager, "Demander le remboursement")
    expect(manager.get_by_text("Au plus 277,20").first).to_be_visible()
    picture(manager, "recovery-ask-1280")
    picture(manager, "recovery-ask-375", width=375)
    fill(manager, {"À rendre pour mars 2026": "100,01"})
    press(manager, "Demander le remboursement")
    expect(manager.get_by_role("heading", level=1)).to_have_text(f"Recouvrement {number}")
    picture(manager, "recovery-asked-1280")
    picture(manager, "recovery-asked-375", width=375)

    landlord = sign_in_browser(world.lea, width=375)
    landlord.goto(f"/bailleur/aides/{story.aid.public_id}/")
    expect(landlord.get_by_text(f"Référence à rappeler dans votre virement : {number}")).to_be_visible()
    no_sideways_scroll(landlord)
    picture(landlord, "landlord-recovery-375")
    letter = landlord.get_by_role("link", name=f"Demande de remboursement {number}")
    text = pdf_text(landlord, letter)
    for told in (number, "cent euros et un centime", f"ALES-{advice.order_number}", "départ du locataire"):
        assert told in text
    assert "Parti le 3 mars" not in text

    treasurer = sign_in_browser(world.theo)
    picture(treasurer, "treasurer-dashboard-1280")
    treasurer.goto("/paiements/recouvrements/")
    picture(treasurer, "recovery-list-1280")
    picture(treasurer, "recovery-list-375", width=375)
    treasurer.get_by_role("link", name=number).click()
    press(treasurer, "Constater le remboursement")
    fill(treasurer, {"Reçu sur le compte": f"{localdate():%d/%m/%Y}"})
    picture(treasurer, "recovery-record-1280")
    press(treasurer, "Enregistrer le remboursement")
    expect(treasurer.get_by_text("de nouveau disponible sur ses fonds")).to_be_visible()
    picture(treasurer, "recovery-received-1280")
    treasurer.goto(f"/aides/{story.aid.public_id}/")
    assert "recouvrés" in page_text(treasurer)
    picture(treasurer, "aid-recovered-1280")


def test_an_aid_is_stopped_with_its_cause(world, sign_in_browser):
    story = payable_aid(world, split=True)
    first, second, _third = story.term_ids
    story.execute(story.sign(story.request([first])))
    story.request([second])

    manager = sign_in_browser(world.marc)
    manager.goto(f"/aides/{story.aid.public_id}/")
    press(manager, "Arrêter l’aide")
    for told in ("Rendu aux fonds", "En cours de paiement", "Déjà payé"):
        expect(manager.get_by_role("heading", name=told)).to_be_visible()
    picture(manager, "stop-1280")
    picture(manager, "stop-375", width=375)
    fill(manager, {"Cause de l’arrêt": "Départ du locataire", "Pourquoi": "Parti sans laisser d’adresse."})
    press(manager, "Arrêter l’aide")
    expect(manager.get_by_text("Aide arrêtée (départ du locataire) : 277,20")).to_be_visible()
    picture(manager, "stopped-1280")
