"""The person's file on paper, as its pages read (GDPR art. 12 and 15: intelligible, in plain language)."""

import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from ales import tenancy
from ales.documents.models import ProductionJob
from cases.models import TenantCase
from cases.personal_data import export
from tests.payments.stories import payable_aid

pytestmark = pytest.mark.django_db


@pytest.fixture
def payload(world, sign_in):
    """A file with an aid paid, opened by Claire, frozen as the manager's export would."""
    story = payable_aid(world)
    story.execute(story.sign(story.request()))
    with tenancy.tenant(world.claire.context):
        case = TenantCase.objects.get()
    sign_in(world.claire).get(reverse("cases:detail", args=[case.public_id]))
    with tenancy.tenant(world.marc.context):
        return export.payload_of(case, world.marc, timezone.now())


@pytest.fixture
def text(payload) -> str:
    job = ProductionJob(payload=payload, title="Données personnelles", created_at=timezone.now())
    content = export.pdf_builder.build(job)
    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_the_pages_tell_the_story_in_order(text):
    """What the family said first, then what was asked for it, then what was paid."""
    order = ("Personne du ménage", "Ligne du budget", "Demande d’aide", "Ordre de paiement", "Qui a ouvert")
    places = [text.find(said.replace("’", "'")) if said not in text else text.find(said) for said in order]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize(
    "said",
    ["1er mars 1984", "Zoé", "12 rue des Lilas", "1 200,00 €", "831,60 €", "Salaire", "responsable social"],
)
def test_the_pages_say_it_in_french(text, said):
    assert said in text


@pytest.mark.parametrize(
    "code",
    ["SALARY", "MANAGER", "in_payment", "831.60", "{", "[", "FR1420041010050500013M02606", "QUEUED", "None"],
)
def test_no_code_of_the_program_and_no_account_of_the_landlord_is_printed(text, code):
    assert code not in text


@pytest.mark.parametrize("label", ["Request", "Snapshot", "Person ", "Order ", "Job"])
def test_every_label_is_french(text, label):
    assert label not in text


def test_the_opening_is_told_with_its_reader(text):
    assert re.search(r"Claire Test, travailleur social.{0,60}Dossier consulté", text)


def test_both_files_leave_the_landlords_account_out(payload):
    """Somebody else's data: the landlord may be a person (GDPR art. 15.4)."""
    said = export.json_bytes(payload).decode()
    assert "FR1420041010050500013M02606" not in said
