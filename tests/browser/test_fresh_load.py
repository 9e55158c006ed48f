"""Every exchange of fragments leaves the page as a fresh load shows it, and the keyboard where it was."""

import re
from functools import partial
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from ales import tenancy
from ales.documents import production
from ales.works import operations as works
from ales.works import running
from ales.works.models import Work
from payments import bank_account, operations
from payments.rules.banking_days import next_banking_day
from tests.aids.stories import draft, submitted
from tests.browser.fresh import expect_fresh, expect_same, focused, markup, settled
from tests.documents.test_social_security_number import NIR, WARNING, a_letter
from tests.payments.bank import Movement, camt_053
from tests.payments.stories import payable_aid, sent

pytestmark = pytest.mark.django_db(transaction=True)

TEMPLATES = Path(__file__).parents[2] / "templates"

#: Templates that exchange fragments, and the test of this file that compares them with a fresh load.
EXCHANGES = {
    "components/filter_bar.html": "test_a_filtered_list",
    "components/file_link.html": "test_a_file_being_produced",
    "payments/_order_filters.html": "test_a_filtered_list",
    "cases/steps/budget.html": "test_a_budget_being_typed",
    "aids/edit.html": "test_the_amounts_of_a_request",
    "payments/request_payment.html": "test_the_total_to_pay",
    "members/bank_details_form.html": "test_the_bank_of_an_account",
    "history/section.html": "test_a_history",
    "history/_entries.html": "test_a_history",
    "payments/_statement_progress.html": "test_a_statement_being_applied",
    "forms/widgets/upload.html": "test_a_doubtful_file",
    "search/box.html": "test_what_is_proposed",
    "layout/header.html": "test_the_bell",
    "payments/batch_detail.html": "test_a_batch_whose_file_is_produced",
    "works/_progress.html": "test_a_long_work",
    "works/_notice.html": "test_a_long_work",
}


HEADER = re.compile("/(notifications|travaux)/")


def test_every_exchange_is_compared():
    exchanging = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if re.search(r"\bhx-(get|post)=", path.read_text())
    }
    assert exchanging == set(EXCHANGES)
    assert set(EXCHANGES.values()) <= set(globals())


def exchanged(page: Page, act) -> None:
    """Do it and wait for the answer to be in the page; what the header asks by itself isn't it."""
    with page.expect_response(
        lambda answer: "hx-request" in answer.request.headers and not HEADER.search(answer.url)
    ):
        act()
    settled(page)


@pytest.mark.parametrize(
    ("who", "address", "wanted", "other"),
    [
        ("claire", "/dossiers/", "martin", "zzz"),
        ("claire", "/aides/", "martin", "zzz"),
        ("lea", "/bailleur/", "martin", "zzz"),
        ("anne", "/adherents/", "autre", "zzz"),
        ("anne", "/utilisateurs/", "test", "zzz"),
        ("theo", "/paiements/", "martin", "zzz"),
    ],
)
def test_a_filtered_list(world, sign_in_browser, who, address, wanted, other):
    story = payable_aid(world)
    story.request()
    page = sign_in_browser(getattr(world, who))
    page.goto(address)
    field = page.locator("main input[name=q]:not([type=hidden])")
    for text in (other, wanted):
        exchanged(page, partial(field.fill, text))
        assert focused(page) == field.get_attribute("id")
        expect_fresh(page)


def test_a_file_being_produced(world, sign_in_browser, monkeypatch):
    story = payable_aid(world)
    page = sign_in_browser(world.theo)
    monkeypatch.setattr(production, "nudge", lambda public_id, *, expires=None: None)
    order = story.request()
    page.goto(f"/paiements/{order.public_id}/")
    expect(page.locator(".file-link [role=status]")).to_be_visible()
    with tenancy.tenant(world.theo.context):
        production.produce(order.job.public_id)
    expect(page.locator("a.file-name")).to_be_visible()
    expect_fresh(page)


def test_a_budget_being_typed(world, sign_in_browser):
    case = world.complete_case()
    page = sign_in_browser(world.claire)
    page.goto(f"/dossiers/{case.public_id}/etapes/budget/")
    amount = page.locator("#ressources [data-formset-rows] > tr").first.get_by_label("Montant")
    exchanged(page, lambda: amount.fill("1 350,50"))
    assert focused(page) == amount.get_attribute("id")
    expect(page.locator(".autosave-status")).to_contain_text("Enregistré à")
    expect_fresh(page, "[hx-post*='/calcul/']")


def test_the_amounts_of_a_request(world, sign_in_browser):
    world.scale()
    aid = draft(world.claire, world.complete_case())
    page = sign_in_browser(world.claire)
    page.goto(f"/aides/{aid.public_id}/saisie/")
    amount = page.locator(".monthly-rows .term-row").first.get_by_label("Montant demandé")
    exchanged(page, lambda: amount.fill("200"))
    assert focused(page) == amount.get_attribute("id")
    swapped = markup(page, "#calcul")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_url(f"**/aides/{aid.public_id}/")
    page.goto(f"/aides/{aid.public_id}/saisie/")
    expect_same(swapped, markup(page, "#calcul"))


def test_the_total_to_pay(world, sign_in_browser):
    story = payable_aid(world)
    page = sign_in_browser(world.marc)
    page.goto(f"/aides/{story.aid.public_id}/paiement/")
    box = page.get_by_label("avril 2026")
    exchanged(page, box.uncheck)
    expect(page.locator("#total")).to_contain_text("554,40")
    exchanged(page, box.check)
    assert box.evaluate("box => box === document.activeElement")
    expect_fresh(page)


def test_the_bank_of_an_account(world, sign_in_browser):
    page = sign_in_browser(world.anne)
    page.goto(f"/adherents/{world.landlord.public_id}/coordonnees-bancaires/saisir/")
    iban = page.locator("#id_iban")
    exchanged(page, lambda: iban.fill("FR1420041010050500013M02606"))
    assert focused(page) == "id_iban"
    swapped = markup(page, ".bank-place")
    # Without the account's holder nothing is written: the page comes back with what was typed.
    page.locator("form", has=iban).evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_load_state()
    expect(page.locator("#id_iban_error, .is-invalid, .error-summary").first).to_be_visible()
    expect_same(swapped, markup(page, ".bank-place"))


def test_a_history(world, sign_in_browser):
    case = world.complete_case()
    page = sign_in_browser(world.claire)
    page.goto(f"/dossiers/{case.public_id}/")
    link = page.get_by_role("link", name="Voir qui a changé quoi")
    address = link.get_attribute("href")
    exchanged(page, link.click)
    swapped = markup(page, ".history-list")
    page.goto(address)
    expect_same(swapped, markup(page, ".history-list"))


def test_a_statement_being_applied(world, sign_in_browser):
    story = payable_aid(world)
    now = timezone.now()
    order = sent(story, story.sign(story.request(at=now), at=now), at=now)
    content = camt_053(
        [Movement(order.end_to_end_id, order.amount, counterparty="HABITAT D'ESSAI")],
        iban=bank_account.debtor().iban,
        day=timezone.localdate(now),
    )
    page = sign_in_browser(world.theo)
    page.goto("/paiements/releves/")
    upload = {"name": "releve.xml", "mimeType": "application/xml", "buffer": content}
    page.get_by_label("Fichier de la banque").set_input_files(upload)
    page.get_by_role("button", name="Lire le relevé").click()
    page.get_by_role("button", name="Appliquer le relevé").click()
    expect(page.get_by_text("Relevé appliqué")).to_be_visible()
    expect_fresh(page)


def test_a_doubtful_file(world, sign_in_browser):
    case = world.complete_case()
    page = sign_in_browser(world.claire)
    page.goto(f"/dossiers/{case.public_id}/documents/")
    chosen = page.locator("input[type=file]").first
    content = a_letter(f"Assuré n° {NIR}, Grenoble")
    attestation = {"name": "attestation.pdf", "mimeType": "application/pdf", "buffer": content}
    exchanged(page, lambda: chosen.set_input_files(attestation))
    expect(page.locator(".upload-check")).to_contain_text(WARNING)
    swapped = markup(page, ".upload-check")
    # Sent without the confirmation, it comes back with the same warning.
    page.get_by_role("button", name="Joindre").first.click()
    page.wait_for_load_state()
    expect_same(swapped, markup(page, ".upload-check"))


def test_what_is_proposed(world, sign_in_browser):
    world.complete_case()
    page = sign_in_browser(world.claire)
    box = page.get_by_role("combobox", name="Rechercher")
    exchanged(page, partial(box.fill, "martin"))
    assert focused(page) == "recherche"
    expect(page.get_by_role("option")).to_have_count(1)
    proposed = page.get_by_role("option").evaluate_all("found => found.map((each) => each.pathname)")
    page.goto("/recherche/?q=martin")
    links = page.locator(".search-list a")
    assert proposed == links.evaluate_all("found => found.map((each) => each.pathname)")


def test_the_bell(world, sign_in_browser):
    world.scale()
    submitted(world.claire, world.complete_case())
    page = sign_in_browser(world.marc)
    settled(page)
    expect_fresh(page, ".app-header")


def test_a_batch_whose_file_is_produced(world, sign_in_browser, monkeypatch):
    story = payable_aid(world)
    now = timezone.now()
    order = story.sign(story.request(at=now), at=now)
    page = sign_in_browser(world.theo)
    monkeypatch.setattr(production, "nudge", lambda public_id, *, expires=None: None)
    with tenancy.tenant(world.theo.context):
        batch = operations.prepare_batch(
            actor=world.theo,
            order_ids=[order.public_id],
            execution_on=next_banking_day(timezone.localdate(now)),
            at=now,
        )
    page.goto(f"/paiements/bordereaux/{batch.public_id}/")
    expect(page.get_by_role("button", name="Noter la remise")).to_have_attribute("aria-disabled", "true")
    with tenancy.tenant(world.theo.context):
        production.produce(batch.file_job.public_id)
    expect(page.get_by_role("link", name="Noter la remise")).to_be_visible()
    expect_fresh(page, "#gestes")


def test_a_long_work(world, sign_in_browser, monkeypatch):
    for module in (works, running):
        monkeypatch.setattr(module, "nudge", lambda public_id, **options: None)
    world.complete_case()
    page = sign_in_browser(world.claire)
    page.goto("/dossiers/")
    page.get_by_role("button", name="CSV").click()
    expect(page.locator(".work-progress")).to_be_visible()
    expect(page.locator("#works-notice")).to_contain_text("Export Dossiers, CSV")
    with tenancy.tenant(world.claire.context):
        work = Work.objects.get()
    running.run(work.public_id)
    expect(page.get_by_role("link", name="Télécharger")).to_be_visible()
    expect_fresh(page)
