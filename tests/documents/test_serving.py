"""How a stored file leaves: in whole, by one range, or by the server in front."""

import uuid

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from ales import registry, tenancy
from ales.documents.models import StoredDocument
from ales.documents.serving import UnsatisfiableRangeError, asked_range

CONTENT = bytes(range(256)) * 1000


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-9", (0, 9)),
        ("bytes=90-", (90, 99)),
        ("bytes=90-1000", (90, 99)),
        ("bytes=-10", (90, 99)),
        ("bytes=-1000", (0, 99)),
        ("bytes=99-99", (99, 99)),
        # Ignored: the whole file is answered.
        ("", None),
        ("bytes=-", None),
        ("bytes=9-0", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-9", None),
        ("bytes=a-b", None),
        ("bytes=٠-٩", None),
        ("bytes=" + "9" * 40 + "-", None),
    ],
)
def test_what_a_range_asks_of_100_bytes(header, expected):
    assert asked_range(header, 100) == expected


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-1", 0)]
)
def test_a_range_outside_the_file(header, size):
    with pytest.raises(UnsatisfiableRangeError):
        asked_range(header, size)


@pytest.fixture
def document(world) -> StoredDocument:
    with tenancy.tenant(world.claire.context):
        document = StoredDocument(
            organisation_id=world.cil.pk,
            audience="SOCIAL",
            subject_kind="case",
            subject_id=uuid.uuid4(),
            kind="proof",
            title="Avis",
            file_name="avis d’échéance.pdf",
            content_type="application/pdf",
            size=len(CONTENT),
            sha256="f" * 64,
            created_by_id=world.claire.user_id,
        )
        document.file.save("avis.pdf", ContentFile(CONTENT), save=False)
        document.save(force_insert=True)
    yield document
    document.file.storage.delete(document.file.name)


def get(client, document, **headers):
    return client.get(reverse("documents:download", args=[document.public_id]), headers=headers)


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.django_db
def test_the_whole_file(world, sign_in, document):
    response = get(sign_in(world.claire), document)
    assert (response.status_code, body(response)) == (200, CONTENT)
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Length"] == str(len(CONTENT))
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "part", "said"),
    [
        ("bytes=10-19", slice(10, 20), "bytes 10-19/256000"),
        ("bytes=-5", slice(-5, None), "bytes 255995-255999/256000"),
        ("bytes=200000-", slice(200000, None), "bytes 200000-255999/256000"),
    ],
)
def test_a_part_of_it(world, sign_in, document, asked, part, said):
    response = get(sign_in(world.claire), document, range=asked)
    assert response.status_code == 206
    assert body(response) == CONTENT[part]
    assert response["Content-Range"] == said
    assert response["Content-Length"] == str(len(CONTENT[part]))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "no-store, private"


@pytest.mark.django_db
def test_a_part_that_is_not_there(world, sign_in, document):
    response = get(sign_in(world.claire), document, range="bytes=256000-")
    assert (response.status_code, body(response)) == (416, b"")
    assert response["Content-Range"] == "bytes */256000"


@pytest.mark.django_db
def test_a_part_of_another_version_is_the_whole(world, sign_in, document):
    client = sign_in(world.claire)
    other = get(client, document, range="bytes=0-1", **{"if-range": '"other"'})
    same = get(client, document, range="bytes=0-1", **{"if-range": other["ETag"]})
    assert (other.status_code, same.status_code) == (200, 206)
    assert (body(other), body(same)) == (CONTENT, CONTENT[:2])


@pytest.mark.django_db
def test_the_server_in_front_is_told_where(world, sign_in, document, settings):
    settings.ACCEL_REDIRECT_PREFIX = "/fichiers-internes/"
    response = get(sign_in(world.claire), document)
    assert (response.status_code, response.content) == (200, b"")
    assert response["X-Accel-Redirect"] == f"/fichiers-internes/{document.file.name}"
    assert response["Content-Type"] == "application/pdf"
    assert "avis%20d%E2%80%99%C3%A9ch%C3%A9ance.pdf" in response["Content-Disposition"]
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/fichiers-internes/"])
def test_a_stranger_is_told_nothing(world, sign_in, document, settings, prefix):
    settings.ACCEL_REDIRECT_PREFIX = prefix
    response = get(sign_in(world.denis), document, range="bytes=0-1")
    assert response.status_code == 404
    assert "X-Accel-Redirect" not in response


@pytest.mark.django_db
def test_each_opening_is_told_to_whoever_keeps_the_log(world, sign_in, document, monkeypatch):
    opened = []
    monkeypatch.setattr(
        registry,
        "document_opened",
        registry.Hook([lambda request, found: opened.append((request.actor.user_id, found.public_id))]),
    )
    for _time in range(2):
        body(get(sign_in(world.claire), document))
    get(sign_in(world.denis), document)
    assert opened == [(world.claire.user_id, document.public_id)] * 2
