"""Uploads under clamd: only « OK » is clean; silence, errors and limits are not."""

import socket
import tempfile
import time
import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ales import tenancy
from ales.documents import scanning, uploads
from ales.documents.models import StoredDocument
from ales.errors import InvalidInputError
from tests.documents import fake_clamd
from tests.documents.test_uploads import a_pdf, an_image


def upload(content: bytes | None = None, name: str = "avis.pdf") -> uploads.CleanFile:
    return uploads.clean_upload(SimpleUploadedFile(name, content or a_pdf()))


def refusal(**options) -> str:
    with pytest.raises(InvalidInputError) as refused:
        upload(**options)
    (message,) = refused.value.faults["file"]
    return message


def test_without_clamd_nothing_is_asked(settings):
    settings.CLAMD_URL = ""
    assert upload().content_type == "application/pdf"


@pytest.mark.parametrize("over", ["tcp", "unix"])
def test_what_was_sent_is_scanned_whole(settings, over):
    content = a_pdf(pages=60) + b"%" + b"x" * 200_000 + b"\n%%EOF\n"
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "clamd.ctl")) if over == "unix" else ""
        with fake_clamd.running(path=path) as (server, url):
            settings.CLAMD_URL = url
            upload(content)
    assert server.received == [content]


@pytest.mark.parametrize(
    "answer",
    [
        b"stream: Eicar-Test-Signature FOUND\0",
        b"stream: Heuristics.Encrypted.PDF FOUND\0",  # AlertEncrypted
        b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0",  # AlertExceedsMax
    ],
)
def test_what_clamd_finds_is_refused(settings, answer):
    with fake_clamd.running(answer) as (_server, url):
        settings.CLAMD_URL = url
        assert "antivirus" in refusal()


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"",
        b"stream: OK",
        b"stream: OK - almost\0",
        b"stream: \0",
        b"\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"x" * 5000,
    ],
)
def test_anything_but_ok_is_not_clean(settings, answer):
    with fake_clamd.running(answer) as (_server, url):
        settings.CLAMD_URL = url
        assert "n’a pas pu être vérifié" in refusal()


def test_nobody_at_the_address_is_not_clean(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        settings.CLAMD_URL = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        assert "n’a pas pu être vérifié" in refusal()
    settings.CLAMD_URL = "unix:///nowhere/clamd.ctl"
    assert "n’a pas pu être vérifié" in refusal()


def test_a_clamd_that_says_nothing_is_not_waited_for(settings):
    settings.CLAMD_TIMEOUT = 0.2
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        settings.CLAMD_URL = f"tcp://127.0.0.1:{mute.getsockname()[1]}"
        start = time.monotonic()
        assert "n’a pas pu être vérifié" in refusal()
        assert time.monotonic() - start < 5


def test_what_is_no_document_is_refused_before_clamd_is_asked(settings):
    with fake_clamd.running() as (server, url):
        settings.CLAMD_URL = url
        assert "antivirus" not in refusal(content=b"<html>", name="page.pdf")
    assert server.received == []


def test_pictures_are_scanned_too(settings):
    with fake_clamd.running(b"stream: Eicar FOUND\0") as (_server, url):
        settings.CLAMD_URL = url
        assert "antivirus" in refusal(content=an_image("PNG"), name="photo.png")


@pytest.mark.parametrize("url", ["", "http://clamd", "unix:", "unix://relative/path", "tcp://", "clamd:3310"])
def test_an_address_at_fault_is_named(url):
    with pytest.raises(ValueError, match="CLAMD_URL"):
        scanning.address_of(url)


@pytest.mark.django_db
def test_the_page_comes_back_with_what_was_typed(world, sign_in, settings):
    case = world.complete_case()
    settings.CLAMD_URL = "unix:///nowhere/clamd.ctl"
    data = {"title": "Quittance de mai", "file": SimpleUploadedFile("quittance.pdf", a_pdf())}
    response = sign_in(world.claire).post(reverse("cases:documents", args=[case.public_id]), data)
    assert response.status_code == 422
    assert "n’a pas pu être vérifié" in response.content.decode()
    assert 'value="Quittance de mai"' in response.content.decode()
    with tenancy.tenant(world.claire.context):
        assert not StoredDocument.objects.about("case", case.public_id).exists()


@pytest.mark.django_db
def test_nothing_is_stored_of_a_file_refused(world, settings):
    with fake_clamd.running(b"stream: Eicar FOUND\0") as (_server, url):
        settings.CLAMD_URL = url
        with tenancy.tenant(world.claire.context), pytest.raises(InvalidInputError):
            uploads.store_upload(
                SimpleUploadedFile("avis.pdf", a_pdf()),
                organisation_id=world.cil.pk,
                audience="SOCIAL",
                subject_kind="case",
                subject_id=uuid.uuid4(),
                kind="proof",
                title="Avis",
                created_by_id=world.claire.user_id,
            )
        with tenancy.tenant(world.claire.context):
            assert not StoredDocument.objects.exists()
