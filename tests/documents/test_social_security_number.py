"""A file that seems to hold a NIR is warned of, and stored only once confirmed (DOMAIN §14)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from weasyprint import HTML

from ales import tenancy
from ales.documents.models import StoredDocument
from ales.documents.pdf_text import text_of
from tests.documents.test_uploads import a_pdf, an_image

NIR = "1 84 03 76 123 456 63"
WARNING = "numéro de sécurité sociale semble figurer"


def a_letter(text: str) -> bytes:
    return HTML(string=f"<p>{text}</p>").write_pdf()


def with_number() -> SimpleUploadedFile:
    return SimpleUploadedFile("attestation.pdf", a_letter(f"Assuré n° {NIR}, Grenoble"))


def test_the_text_layer_is_read():
    assert NIR in text_of(a_letter(f"Assuré n° {NIR}, Grenoble"))


def test_a_file_without_text_has_none():
    assert text_of(a_pdf()) == ""
    assert text_of(b"%PDF-1.7 nothing that can be read") == ""


@pytest.fixture
def case(world):
    return world.complete_case()


def documents_of(world):
    with tenancy.tenant(world.claire.context):
        return list(StoredDocument.objects.values_list("title", flat=True))


def test_a_chosen_file_is_checked_before_it_is_sent(world, sign_in):
    url = reverse("documents:check") + "?champ=file"
    answer = sign_in(world.claire).post(url, {"file": with_number()})
    assert WARNING in answer.text
    assert 'name="file_malgre_numero"' in answer.text
    assert "!! undefined" not in answer.text
    assert documents_of(world) == []


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("quittance.pdf", a_pdf(), ""),
        ("photo.jpg", an_image("JPEG"), ""),
        ("page.pdf", b"<html>", "ni un PDF"),
    ],
)
def test_what_is_said_of_other_files(world, sign_in, name, content, expected):
    url = reverse("documents:check") + "?champ=file"
    answer = sign_in(world.claire).post(url, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 200
    assert expected in answer.text
    assert bool(answer.content) == bool(expected)


def test_the_check_is_for_people_signed_in(client, db):
    answer = client.post(reverse("documents:check") + "?champ=file", {"file": with_number()})
    assert answer.status_code == 302


def test_a_doubtful_file_is_not_filed_until_confirmed(world, sign_in, case):
    url = reverse("cases:documents", args=[case.public_id])
    client = sign_in(world.claire)
    refused = client.post(url, {"title": "Attestation", "file": with_number()})
    assert refused.status_code == 422
    assert WARNING in refused.text
    assert documents_of(world) == []

    confirmed = {"title": "Attestation", "file": with_number(), "file_malgre_numero": "1"}
    assert client.post(url, confirmed).status_code == 302
    assert documents_of(world) == ["Attestation"]


def test_a_plain_file_is_filed_at_once(world, sign_in, case):
    url = reverse("cases:documents", args=[case.public_id])
    file = SimpleUploadedFile("quittance.pdf", a_letter("Quittance de mars, 462,00 €"))
    assert sign_in(world.claire).post(url, {"title": "Quittance", "file": file}).status_code == 302
    assert documents_of(world) == ["Quittance"]
