"""The order and the advice on paper: what they print, and what they must not (DOMAIN §3, §9)."""

import io

import pytest
from pypdf import PdfReader

from ales import registry, tenancy
from ales.documents.models import ProductionJob
from tests.payments.stories import payable_aid

pytestmark = pytest.mark.django_db

IBAN = "FR14 2004 1010 0505 0001 3M02 606"
WORDS = "huit cent trente et un euros et soixante centimes"


def text_of(job: ProductionJob) -> str:
    """The PDF's text, spaces made one."""
    content = registry.document_builders[job.kind].build(job)
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def job_of(story, order, state: str) -> ProductionJob:
    with tenancy.tenant(story.world.theo.context):
        return ProductionJob.objects.get(unique_key=f"payment_order:{order.public_id}:{state}")


@pytest.fixture
def story(world):
    return payable_aid(world, split=True)


def test_the_order_to_sign_prints_all_that_is_signed(story):
    order = story.request()
    text = text_of(job_of(story, order, "to_sign"))
    for expected in (
        "OP-2026-000001",
        "ALES-OP-2026-000001",
        IBAN,
        "PSSTFRPPLIL",
        WORDS,
        "831,60",
        "Habitat d'Essai",
        "552 081 317 66522",
        story.aid.reference,
        "mars 2026",
        "Fonds CIL de l'Essai",
        "4672",
        "512",
        "Avis d’échéance – mai 2026",
        "Marc Test",
        "Visa du trésorier",
    ):
        assert expected in text, expected
    assert "À VISER" in text.upper()
    assert "Théo" not in text
    assert "!! undefined" not in text


def test_the_signed_order_bears_the_visa(story):
    order = story.sign(story.request())
    text = text_of(job_of(story, order, "signed"))
    assert "Theo Test" in text
    assert "visé le 15 juin 2026 à 12:00" in text  # Paris
    assert order.job == job_of(story, order, "signed")


def test_the_executed_order_bears_its_date(story):
    order = story.sign(story.request())
    story.execute(order)
    assert "constatée par Theo Test" in text_of(job_of(story, order, "executed"))


def test_the_order_given_up_says_not_to_pay(story):
    order = story.give_up(story.request(), reason="RIB faux")
    text = text_of(job_of(story, order, "given_up"))
    assert "ne doit pas être payé" in text
    assert "RIB faux" in text


def test_the_advice_names_neither_fund_nor_evidence(story):
    advice = story.paid()
    text = text_of(advice.job)
    for expected in ("OP-2026-000001", IBAN, WORDS, "L-4512", "MARTIN Paul", "Avril 2026", "15 juin 2026"):
        assert expected in text, expected
    for hidden in ("Fonds", "6571", "4672", "Avis d’échéance", "Marc", "Claire", "Protocole", "arriéré"):
        assert hidden not in text, hidden
    for hidden in ("fund", "evidence", "imputations", "asked_by", "decided_by"):
        assert hidden not in str(advice.job.payload), hidden


@pytest.mark.parametrize("kind", ["order", "advice"])
def test_a_document_is_a_pure_function_of_its_data(story, kind):
    job = story.paid().job if kind == "advice" else story.request().job
    builder = registry.document_builders[job.kind]
    assert builder.build(job) == builder.build(job)


@pytest.mark.parametrize("kind", ["order", "advice"])
def test_an_ordinary_document_holds_on_one_page(story, kind):
    job = story.paid().job if kind == "advice" else story.request().job
    content = registry.document_builders[job.kind].build(job)
    assert len(PdfReader(io.BytesIO(content)).pages) == 1


def test_a_long_list_of_evidence_stays_within_two_pages(story):
    job = story.request().job
    job.payload["evidence"] *= 4
    content = registry.document_builders[job.kind].build(job)
    assert len(PdfReader(io.BytesIO(content)).pages) <= 2
