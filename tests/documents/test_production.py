"""The production queue: wanted once, produced once, whatever dies on the way."""

import uuid

import pytest

from ales import registry, tenancy
from ales.documents import production
from ales.documents.models import JobState, ProductionJob, StoredDocument
from ales.documents.production import FileBuilder

KIND = "test-note"


@pytest.fixture(autouse=True)
def builder(monkeypatch):
    """A builder whose file is the payload's text."""
    made = FileBuilder(lambda payload: payload["text"].encode(), "text/plain")
    monkeypatch.setitem(registry.document_builders, KIND, made)
    return made


def want(actor, **changes) -> ProductionJob:
    values = {
        "kind": KIND,
        "subject_kind": "case",
        "subject_id": uuid.UUID(int=1),
        "unique_key": "note-1",
        "payload": {"text": "bonjour"},
        "title": "Note",
        "file_name": "note.txt",
        "organisation_id": actor.organisation_id,
        "audience": "SOCIAL",
        "created_by_id": actor.user_id,
    }
    with tenancy.tenant(actor.context):
        return production.enqueue(**(values | changes))


def reread(job: ProductionJob) -> ProductionJob:
    with tenancy.tenant(tenancy.WORKER):
        return ProductionJob.objects.select_related("document").get(pk=job.pk)


def documents() -> list[StoredDocument]:
    with tenancy.tenant(tenancy.WORKER):
        return list(StoredDocument.objects.all())


def stored_bytes(document: StoredDocument) -> bytes:
    with document.file.open("rb") as stored:
        return stored.read()


def test_the_same_key_gives_the_same_job(world):
    first = want(world.claire)
    again = want(world.claire, payload={"text": "autre"})
    assert again == first
    assert reread(first).payload == {"text": "bonjour"}


def test_produced_once_however_often_it_is_delivered(world):
    job = want(world.claire)
    assert [production.produce(job.public_id) for _ in range(3)] == [True, False, False]
    (document,) = documents()
    job = reread(job)
    assert (job.state, job.document, job.attempts) == (JobState.DONE, document, 1)
    assert stored_bytes(document) == b"bonjour"
