"""A long work left, announced, and found again."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from ales import tenancy
from ales.works import lines, operations, running
from ales.works.models import Work
from tests.aids.stories import submitted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def by_hand(monkeypatch):
    """No worker: the test does each slice when it wants to, a line at a time."""
    for module in (operations, running):
        monkeypatch.setattr(module, "nudge", lambda public_id, **options: None)
    monkeypatch.setattr(lines, "STEP", 1)
    monkeypatch.setattr(running, "SLICE", -1)


def work_of(actor) -> Work:
    with tenancy.tenant(actor.context):
        return Work.objects.get()


def test_an_export_left_and_announced(world, sign_in_browser):
    case = world.complete_case()
    page = sign_in_browser(world.claire)
    page.goto("/dossiers/?etat=OPEN")
    page.get_by_role("button", name="CSV").click()
    expect(page.get_by_role("heading", name="Export Dossiers, CSV")).to_be_visible()
    expect(page.get_by_text("bientôt commencé")).to_be_visible()
    page.goto("/tableau-de-bord/")
    expect(page.locator("#works-notice")).to_contain_text("Export Dossiers, CSV")
    running.run(work_of(world.claire).public_id)
    # Told without a reload.
    page.get_by_role("link", name="Export Dossiers, CSV : prêt").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger").click()
    assert case.reference in download.value.path().read_text(encoding="utf-8-sig")
    page.goto("/travaux/")
    expect(page.get_by_role("link", name="Export Dossiers, CSV")).to_be_visible()


def test_a_decision_on_many_left_and_found_again(world, sign_in_browser):
    world.scale()
    for name in ("Un", "Deux", "Trois"):
        case = world.complete_case()
        with tenancy.tenant(world.claire.context):
            case.persons.filter(position="TENANT").update(last_name=name)
        submitted(world.claire, case, months=(dt.date(2026, 4, 1),))
    page = sign_in_browser(world.marc)
    page.goto("/aides/?etat=submitted")
    refuse = page.get_by_role("button", name="Refuser")
    expect(refuse).to_be_disabled()
    page.get_by_label("Choisir toutes les demandes de la page").check()
    expect(page.get_by_text("3 demandes choisies, 831,60")).to_be_visible()
    refuse.click()
    expect(page.get_by_text("3 lignes, pour")).to_be_visible()
    page.get_by_label("Motif du refus").fill("Hors barème.")
    page.get_by_role("button", name="Refuser (3 lignes)").click()
    running.run(work_of(world.marc).public_id)
    expect(page.get_by_text("1 sur 3")).to_be_visible()

    page.goto("/tableau-de-bord/")
    phone = sign_in_browser(world.marc, width=375)
    phone.goto("/travaux/")
    phone.get_by_role("link", name="Refuser des demandes d’aide").click()
    expect(phone.get_by_text("1 sur 3")).to_be_visible()
    for _slice in range(3):
        running.run(work_of(world.marc).public_id)
    # The bar gives way to the report by itself.
    expect(phone.get_by_text("Refusée : la lettre au ménage se prépare.")).to_have_count(3)
    assert phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_without_scripts(world, sign_in_browser):
    world.complete_case()
    page = sign_in_browser(world.claire, scripts=False)
    page.goto("/dossiers/")
    page.get_by_role("button", name="XLSX").click()
    running.run(work_of(world.claire).public_id)
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger").click()
    assert download.value.path().read_bytes().startswith(b"PK")
