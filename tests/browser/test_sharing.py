"""A case shared, read by the other side, taken back in its dialog, then handed over, in a browser."""

import datetime as dt

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_case_is_shared_then_handed_over(world, sign_in_browser):
    case = world.complete_case()
    address = f"/dossiers/{case.public_id}/"

    page = sign_in_browser(world.marc)
    page.goto(address)
    page.get_by_role("link", name="Gérer le partage").click()
    page.get_by_label("Organisme").select_option(label="Autre CIL")
    page.get_by_label("Jusqu’au").fill(f"{localdate() + dt.timedelta(days=90):%d/%m/%Y}")
    page.get_by_label("Motif").fill("Le ménage cherche un logement dans le Rhône")
    page.get_by_role("button", name="Partager le dossier").click()
    expect(page.get_by_text("Dossier partagé avec Autre CIL.")).to_be_visible()

    reader = sign_in_browser(world.denis, width=375)
    reader.goto("/dossiers/")
    reader.get_by_role("link", name="1 dossier partagé avec nous").click()
    reader.get_by_role("link", name="MARTIN Paul").click()
    expect(reader.get_by_text("Dossier partagé par CIL de l'Essai")).to_be_visible()
    overflow = reader.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0

    page.get_by_role("button", name="Retirer").click()
    page.get_by_role("button", name="Retirer le partage").click()
    expect(page.get_by_text("Partage avec Autre CIL retiré.")).to_be_visible()
    reader.goto("/dossiers/?suivi=partage")
    expect(reader.get_by_text("Aucun dossier partagé")).to_be_visible()

    page.goto(address)
    page.get_by_role("link", name="Transférer à un autre organisme").click()
    page.get_by_label("Organisme").select_option(label="Autre CIL")
    page.get_by_label("Motif").fill("Relogement dans le Rhône")
    page.get_by_role("button", name="Proposer le transfert").click()
    expect(page.get_by_text("Relogement dans le Rhône")).to_be_visible()

    receiver = sign_in_browser(world.diane)
    receiver.get_by_role("link", name=f"Dossier {case.reference}").click()
    receiver.get_by_label("Référent dans votre organisme").select_option(label="Denis Test")
    receiver.get_by_role("button", name="Reprendre le dossier").click()
    expect(receiver.get_by_text(f"auparavant {case.reference}")).to_be_visible()
