"""What the pages of the money say of it: the state of what was rejected, paid or cancelled, and what may be
done of it now."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from ales import tenancy
from ales.documents.production import store, take_lease
from ales.errors import InvalidInputError
from members.models import Organisation
from payments import operations
from payments.documents import batch as batch_document
from payments.models import PaymentBatch
from payments.rules.banking_days import next_banking_day
from tests.payments.bank import Movement, camt_053
from tests.payments.stories import Story, batched, payable_aid, sent
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db

ACCOUNT = "FR09300010079400000ALES0978"
MONTHS = (dt.date(2026, 4, 1), dt.date(2026, 5, 1))


@pytest.fixture(autouse=True)
def account(settings):
    settings.BANK_ACCOUNT_NAME = "ALES"
    settings.BANK_ACCOUNT_IBAN = ACCOUNT
    settings.BANK_ACCOUNT_BIC = "BDFEFRPP"


@pytest.fixture
def story(world) -> Story:
    return payable_aid(world, months=MONTHS)


@pytest.fixture
def page(sign_in):
    """`page(actor, address)`: the answer's text on one line."""

    def ask(actor, address: str, status: int = 200) -> str:
        answer = sign_in(actor).get(address)
        assert answer.status_code == status
        text = answer.content.decode()
        assert "!! undefined" not in text
        return re.sub(r"\s+", " ", text)

    return ask


def cancelled(world, batch) -> PaymentBatch:
    with tenancy.tenant(world.theo.context):
        return operations.cancel_batch(
            actor=world.theo, batch_id=batch.public_id, reason="Erreur de date", not_sent=True, at=NOW
        )


# --- A line of another amount ---------------------------------------------------------------------


@pytest.fixture
def other_amount(world, story):
    """A line that names an order of 554.40 € and moves 554.41 €."""
    order = sent(story, story.sign(story.request()))
    content = camt_053(
        [Movement(order.end_to_end_id, order.amount + Decimal("0.01"))], iban=ACCOUNT, day=TODAY
    )
    with tenancy.tenant(world.theo.context):
        statement, _is_new = operations.import_statement(
            actor=world.theo, content=content, file_name="releve.xml", at=NOW
        )
        operations.apply_statement(actor=world.theo, statement_id=statement.public_id, at=NOW)
        return order, statement.lines.get()


def test_a_line_of_another_amount_settles_no_order(world, story, other_amount):
    order, line = other_amount
    with (
        tenancy.tenant(world.theo.context),
        pytest.raises(InvalidInputError, match="ce n’est pas ce virement"),
    ):
        operations.settle_with_order(actor=world.theo, line_id=line.public_id, number=order.number, at=NOW)
    assert story.fresh(order).state == "sent"


def test_a_line_of_another_amount_says_so_instead_of_offering_the_order(world, other_amount, page):
    order, line = other_amount
    text = page(world.theo, f"/paiements/releves/lignes/{line.public_id}/")
    assert "Un ordre ne se constate qu’à son montant" in text
    assert order.number in text
    assert "Constater l’exécution" not in text
    assert f'value="{order.number}"' not in text
    assert "Classer la ligne" in text


def test_a_csv_is_called_by_its_files_name(world, story, page):
    rows = "date;libelle;reference;montant\n2026-06-15;VIR;INCONNU;-277,20\n"
    with tenancy.tenant(world.theo.context):
        statement, _is_new = operations.import_statement(
            actor=world.theo, content=rows.encode(), file_name="releve-juin.csv", at=NOW
        )
    assert str(statement) == "releve-juin"
    assert "CSV-" not in page(world.theo, "/paiements/releves/")


# --- Batches --------------------------------------------------------------------------------------


def test_the_batchs_buttons_follow_its_file(world, story, sign_in, page):
    with tenancy.tenant(world.theo.context):
        batch = operations.prepare_batch(
            actor=world.theo,
            order_ids=[story.sign(story.request()).public_id],
            execution_on=next_banking_day(TODAY),
            at=NOW,
        )
    address = reverse("payments:batch", args=[batch.public_id])
    polls = f'id="gestes" hx-get="{address}" hx-trigger="every 2s" hx-select="#gestes"'
    waiting = page(world.theo, address)
    assert polls in waiting
    assert "en cours de production" in waiting
    job = take_lease(batch.file_job.public_id)
    store(job, batch_document.build_file(job.payload))
    ready = page(world.theo, address)
    assert 'id="gestes"' in ready
    assert polls not in ready
    assert reverse("payments:batch_send", args=[batch.public_id]) in ready


def test_a_cancelled_batchs_file_is_withdrawn(world, story, page):
    batch = batched(world, [story.sign(story.request())])
    with tenancy.tenant(world.theo.context):
        document = (
            PaymentBatch.objects.select_related("file_job__document").get(pk=batch.pk).file_job.document
        )
    address = f"/documents/{document.public_id}/"
    page_of_batch = reverse("payments:batch", args=[batch.public_id])
    assert address in page(world.theo, page_of_batch)
    cancelled(world, batch)
    assert "ne doit pas être remis à la banque" in page(world.theo, address, status=410)
    told = page(world.theo, page_of_batch)
    assert address not in told
    assert "Ce fichier ne se télécharge plus" in told


def test_the_nearest_batch_comes_first(world, story, page):
    first, second = story.term_ids
    days = [TODAY + dt.timedelta(days=20), TODAY + dt.timedelta(days=7)]
    batches = []
    for term, day in zip((first, second), days, strict=True):
        order = story.sign(story.request([term]))
        with tenancy.tenant(world.theo.context):
            batches.append(
                operations.prepare_batch(
                    actor=world.theo, order_ids=[order.public_id], execution_on=next_banking_day(day), at=NOW
                )
            )
    payable_aid(world, with_bank=False).request()
    text = page(world.theo, "/tableau-de-bord/")
    assert "À faire en premier · Bordereaux à transmettre" in text
    assert text.index(batches[1].number) < text.index(batches[0].number)


# --- Orders ---------------------------------------------------------------------------------------


def test_the_tab_of_all_tells_their_number(story, world, page):
    first, second = story.term_ids
    story.sign(story.request([first]))
    story.request([second])
    text = page(world.theo, "/paiements/")
    assert re.search(r'Tous</span> <span class="payment-tab-count">2</span> <span[^>]*>554,40 €', text)


def test_an_order_says_what_became_of_its_amount(story, world, page):
    first, second = story.term_ids
    waiting = story.request([first])
    paid = story.execute(story.sign(story.request([second]))).order
    headings = {
        order: re.findall(r"<h2[^>]*>([^<]+)</h2>", page(world.theo, f"/paiements/{order.public_id}/"))
        for order in (waiting, paid)
    }
    assert "À payer" in headings[waiting]
    assert "À payer" not in headings[paid]
    assert "Payé" in headings[paid]


def test_months_of_a_rejected_order_say_so_until_somebody_decides(story, world, page):
    order = sent(story, story.sign(story.request(story.term_ids[:1])))
    address = f"/aides/{story.aid.public_id}/"
    assert "paiement demandé" in page(world.marc, address)
    story.reject(order)
    for actor in (world.marc, world.anne):
        text = page(actor, address)
        assert "virement rejeté" in text
        assert "paiement demandé" not in text
    with tenancy.tenant(world.marc.context):
        operations.release_rejected(actor=world.marc, order_id=order.public_id, reason="Parti", at=NOW)
    assert "virement rejeté" not in page(world.marc, address)


def test_the_recovery_letter_says_who_to_write_to_and_where_to_pay(story, world):
    with tenancy.tenant(None):
        Organisation.objects.filter(pk=world.landlord.pk).update(
            address="15 avenue de la République", postal_code="91120", town="Palaiseau"
        )
    recovery = story.ask_recovery(story.fresh(story.paid().order), "100.00")
    payload = recovery.job.payload
    assert payload["postal_lines"] == ["Habitat d'Essai", "15 avenue de la République", "91120 Palaiseau"]
    assert payload["account"] == {"name": "ALES", "iban": ACCOUNT, "bic": "BDFEFRPP"}
