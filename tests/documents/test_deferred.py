"""Documents produced the first time somebody opens them."""

import uuid

import pytest
from django.urls import reverse

from ales import registry, tenancy
from ales.documents import production
from ales.documents.links import file_of_job
from ales.documents.models import JobState, ProductionJob
from ales.documents.production import FileBuilder

pytestmark = pytest.mark.django_db

KIND = "test-note"


@pytest.fixture(autouse=True)
def builder(monkeypatch):
    made = FileBuilder(lambda payload: payload["text"].encode(), "text/plain")
    monkeypatch.setitem(registry.document_builders, KIND, made)


@pytest.fixture
def deferred(world) -> ProductionJob:
    with tenancy.tenant(world.claire.context), production.deferring():
        return production.enqueue(
            kind=KIND,
            subject_kind="case",
            subject_id=uuid.UUID(int=1),
            unique_key="old-note",
            payload={"text": "bonjour"},
            title="Note ancienne",
            file_name="note.txt",
            organisation_id=world.cil.pk,
            audience="SOCIAL",
        )


def state_of(job: ProductionJob) -> str:
    with tenancy.tenant(tenancy.WORKER):
        return ProductionJob.objects.get(pk=job.pk).state


def test_no_worker_takes_it_before_it_is_opened(deferred) -> None:
    assert deferred.state == JobState.DEFERRED
    assert production.produce(deferred.public_id) is False
    assert production.sweep() == 0
    assert state_of(deferred) == JobState.DEFERRED


def test_only_what_is_wanted_inside_is_deferred(world, deferred) -> None:
    assert production._deferring.get() is False


def test_it_looks_ready_and_opens_its_page(deferred) -> None:
    link = file_of_job(deferred)
    assert link["state"] == "ready"
    assert link["url"] == reverse("documents:open", args=[deferred.public_id])


def test_opening_queues_it_then_downloads_it(world, sign_in, deferred) -> None:
    client = sign_in(world.claire)
    address = reverse("documents:open", args=[deferred.public_id])
    page = client.get(address).content.decode()
    assert "Note ancienne" in page
    assert reverse("documents:job", args=[deferred.public_id]) in page
    assert "!! undefined" not in page
    assert state_of(deferred) == JobState.QUEUED
    assert production.produce(deferred.public_id) is True
    assert client.get(address, follow=True).getvalue() == b"bonjour"


def test_strangers_find_nothing_and_wake_nothing(world, sign_in, deferred) -> None:
    for actor in (world.denis, world.lea, world.anne, world.bruno):
        assert sign_in(actor).get(reverse("documents:open", args=[deferred.public_id])).status_code == 404
    assert state_of(deferred) == JobState.DEFERRED
