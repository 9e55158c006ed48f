"""What impatient and distracted people do with a browser: twice, too late, backwards."""

import pytest
from playwright.sync_api import expect

from tests.aids import stories
from tests.browser.pages import add_row, fill, go, picture, press, save_step

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_double_click_opens_one_case(sign_in_browser, world):
    page = sign_in_browser(world.claire)
    go(page, "Dossiers")
    press(page, "Nouveau dossier")
    fill(page, {"Nom du locataire": "Martin", "Prénom": "Paul"})
    page.get_by_role("button", name="Ouvrir le dossier").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ménage")
    go(page, "Dossiers")
    expect(page.get_by_role("link", name="MARTIN Paul")).to_have_count(1)


def test_a_step_saved_again_after_the_back_button_keeps_one_of_each(sign_in_browser, world):
    page = sign_in_browser(world.claire)
    go(page, "Dossiers")
    press(page, "Nouveau dossier")
    fill(page, {"Nom du locataire": "Martin", "Prénom": "Paul"})
    press(page, "Ouvrir le dossier")
    add_row(page, "Ajouter une personne", {"Place": "enfant", "Nom": "Martin", "Prénom": "Tom"})
    save_step(page, "Emploi")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ménage")
    save_step(page, "Emploi")
    page.get_by_role("link", name="Ménage").click()
    expect(page.locator("#personnes [data-formset-rows] > tr")).to_have_count(2)


def test_two_tabs_on_one_step_never_overwrite_each_other(sign_in_browser, world):
    case = world.complete_case()
    first = sign_in_browser(world.claire)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"/dossiers/{case.public_id}/etapes/logement/")
    second.get_by_label("Adresse du logement").fill("14 rue des Lilas")
    save_step(second, "Difficulté")
    first.get_by_label("Adresse du logement").fill("16 rue des Lilas")
    press(first, "Enregistrer et continuer")
    # The late tab is told so; what was typed in it stays on its screen, what was saved stays saved.
    expect(first.get_by_role("heading", level=1)).to_have_text("Deux versions à rapprocher")
    point = first.get_by_role("group", name="Adresse du logement")
    expect(point).to_contain_text("16 rue des Lilas")
    expect(point).to_contain_text("14 rue des Lilas")
    picture(first, "90-stale-step")
    second.goto(f"/dossiers/{case.public_id}/")
    expect(second.locator("main")).to_contain_text("14 rue des Lilas")


def test_a_request_is_decided_once(sign_in_browser, world):
    world.scale()
    world.fund("10000")
    aid = stories.submitted(world.claire, world.complete_case())
    first = sign_in_browser(world.marc)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"/aides/{aid.public_id}/decision/")
    press(first, "Accorder et engager l’argent")
    expect(first.get_by_text("L’aide est accordée")).to_be_visible()
    # The other tab still shows the request as waiting: refusing it there changes nothing.
    fill(second, {"Motif du refus": "Trop tard."})
    press(second, "Refuser la demande")
    expect(second.locator("#messages")).not_to_be_empty()
    picture(second, "91-decided-elsewhere")
    second.goto(f"/aides/{aid.public_id}/")
    expect(second.locator(".page-lead")).to_contain_text("validée")


def test_a_double_click_submits_once(sign_in_browser, world):
    world.scale()
    case = world.complete_case()
    aid = stories.draft(world.claire, case)
    stories.sign_protocol(world.claire, aid)
    page = sign_in_browser(world.claire)
    page.goto(f"/aides/{aid.public_id}/")
    page.get_by_role("button", name="Soumettre").dblclick()
    expect(page.locator(".page-lead")).to_contain_text("à décider")
    expect(page.locator(".timeline").get_by_text("Demande soumise")).to_have_count(1)


def test_a_file_of_the_wrong_kind_is_refused_at_its_field(sign_in_browser, world):
    world.scale()
    aid = stories.draft(world.claire, world.complete_case())
    page = sign_in_browser(world.claire)
    page.goto(f"/aides/{aid.public_id}/saisie/")
    page.locator("#id_proof_0").set_input_files(
        {"name": "decompte.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 <html>not a PDF</html>"}
    )
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#id_proof_0_error")).to_be_visible()
    picture(page, "92-wrong-file")
