"""The production queue: wanted once, produced once, whatever dies on the way."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from ales import registry, tenancy
from ales.documents import orphans, production
from ales.documents.frozen import fingerprint, freeze
from ales.documents.models import JobState, ProductionJob, StoredDocument, storage_name
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


# --- Wanting ------------------------------------------------------------------------------------


def test_a_key_of_another_subject_is_refused(world):
    want(world.claire)
    with pytest.raises(ValueError, match="belongs to another document"):
        want(world.claire, subject_id=uuid.UUID(int=2))


def test_an_unknown_kind_is_refused_at_once(world):
    with pytest.raises(KeyError, match="No builder"):
        want(world.claire, kind="unheard-of")


def test_whoever_wants_a_document_need_not_be_of_its_audience(world):
    job = want(world.claire, audience="MONEY")
    with tenancy.tenant(world.claire.context):
        assert not ProductionJob.objects.filter(pk=job.pk).exists()
    with tenancy.tenant(world.marc.context):
        assert ProductionJob.objects.filter(pk=job.pk).exists()


def test_the_payload_is_frozen_as_text(world):
    job = want(world.claire, payload={"text": "a", "amount": Decimal("277.20"), "on": dt.date(2026, 3, 1)})
    assert reread(job).payload == {"text": "a", "amount": "277.20", "on": "2026-03-01"}


@pytest.mark.parametrize("value", [1.5, [{"a": 0.1}], object()])
def test_what_cannot_be_frozen_is_refused(value):
    with pytest.raises(TypeError):
        freeze({"value": value})


def test_the_fingerprint_ignores_the_order_of_keys():
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1})
    assert fingerprint({"a": 1, "b": [2]}) != fingerprint({"a": 1, "b": [3]})


def test_workers_are_nudged_on_commit_only(world, django_capture_on_commit_callbacks, monkeypatch):
    nudged = []
    monkeypatch.setattr(
        production.app, "send_task", lambda name, args, **options: nudged.append((name, args))
    )
    with django_capture_on_commit_callbacks(execute=True):
        job = want(world.claire)
        assert nudged == []
    assert nudged == [(production.PRODUCE_TASK, [str(job.public_id)])]


def test_a_dead_broker_breaks_nothing(world, django_capture_on_commit_callbacks, monkeypatch, caplog):
    def no_broker(*args, **options):
        raise OSError("connection refused")

    monkeypatch.setattr(production.app, "send_task", no_broker)
    with django_capture_on_commit_callbacks(execute=True):
        job = want(world.claire)
    assert f"production {job.public_id}: not nudged (OSError)" in caplog.text
    assert reread(job).state == JobState.QUEUED


# --- Dying on the way ---------------------------------------------------------------------------


class Killed(BaseException):
    """Like kill -9: nothing of the product may catch it."""


def dies(*args, **options):
    raise Killed


def later(job: ProductionJob) -> None:
    """Time goes by: the job was wanted long ago and its lease is over."""
    past = timezone.now() - dt.timedelta(hours=1)
    with tenancy.tenant(tenancy.WORKER):
        ProductionJob.objects.filter(pk=job.pk).update(created_at=past)
        ProductionJob.objects.filter(pk=job.pk, lease_until__isnull=False).update(lease_until=past)


@pytest.fixture
def broker(monkeypatch):
    """Messages sent, in a list; `deliver()` has a worker take each of them, three times."""

    class Broker(list):
        def deliver(self) -> None:
            messages, self[:] = list(self), []
            for public_id in messages:
                for _ in range(3):
                    production.produce(uuid.UUID(public_id))

    sent = Broker()
    monkeypatch.setattr(production.app, "send_task", lambda name, args, **options: sent.extend(args))
    return sent


STEPS = {
    "before the lease is committed": lambda m: m.setattr(ProductionJob, "save", dies),
    "while building": lambda m: m.setattr(FileBuilder, "build", dies),
    "after building": lambda m: m.setattr(production, "store", dies),
    "after the file was saved": lambda m: m.setattr(StoredDocument, "save", dies),
    "before the second commit": lambda m: m.setattr(tenancy, "enter", _dies_on_leaving_store()),
}


def _dies_on_leaving_store():
    """tenancy.tenant() calls enter() last thing before its commit: die at that of the second transaction."""
    calls = iter([False, False, False, True])
    enter = tenancy.enter

    def dying(context):
        if next(calls):
            raise Killed
        enter(context)

    return dying


def stored_files(job: ProductionJob) -> list[str]:
    storage = StoredDocument._meta.get_field("file").storage
    folder = job.public_id.hex[:2]
    return [name for name in storage.listdir(folder)[1] if name.startswith(job.public_id.hex)]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.replace(" ", "-"))
@pytest.mark.django_db(transaction=True)
def test_killed_at_any_step_one_document_and_one_file(world, monkeypatch, broker, step):
    job = want(world.claire)
    broker.clear()
    with monkeypatch.context() as patch:
        STEPS[step](patch)
        with pytest.raises(Killed):
            production.produce(job.public_id)
    assert documents() == []
    later(job)
    assert production.sweep() == 1
    broker.deliver()
    (document,) = documents()
    assert (reread(job).state, reread(job).document) == (JobState.DONE, document)
    assert stored_files(job) == [job.public_id.hex]
    assert stored_bytes(document) == b"bonjour"
    assert production.sweep() == 0


def test_a_job_under_a_lease_is_left_to_its_worker(world):
    job = want(world.claire)
    assert production.take_lease(job.public_id)
    assert production.take_lease(job.public_id) is None
    assert production.sweep() == 0


def test_a_worker_that_lost_its_lease_stores_nothing(world):
    job = want(world.claire)
    slow = production.take_lease(job.public_id)
    later(job)
    quick = production.take_lease(job.public_id)
    with pytest.raises(production.LeaseLostError):
        production.store(slow, b"vieux")
    production.give_back(slow, "TooLate")
    assert reread(job).state == JobState.RUNNING
    production.store(quick, b"neuf")
    (document,) = documents()
    assert stored_bytes(document) == b"neuf"


def test_five_failures_end_the_job_and_a_person_gives_it_back_its_chances(
    world, monkeypatch, caplog, broker, django_capture_on_commit_callbacks
):
    def fails(payload):
        raise LookupError("Martin Paul, 12 rue des Lilas")

    monkeypatch.setitem(registry.document_builders, KIND, FileBuilder(fails, "text/plain"))
    job = want(world.claire)
    for attempt in range(1, production.MAX_ATTEMPTS + 1):
        assert reread(job).state == JobState.QUEUED
        assert production.produce(job.public_id) is False
        assert reread(job).attempts == attempt
        assert production.produce(job.public_id) is False, "put off before the next attempt"
        assert reread(job).attempts == attempt
        later(job)
    job = reread(job)
    assert (job.state, job.error) == (JobState.FAILED, "LookupError")
    assert "Martin" not in caplog.text
    assert production.sweep() == 0

    monkeypatch.setitem(registry.document_builders, KIND, FileBuilder(lambda payload: b"enfin", "text/plain"))
    with django_capture_on_commit_callbacks(execute=True):
        production.retry(job)
    broker.deliver()
    assert reread(job).state == JobState.DONE


@pytest.mark.django_db(transaction=True)
def test_a_job_that_kills_its_workers_ends_too(world, monkeypatch, broker):
    job = want(world.claire)
    monkeypatch.setattr(StoredDocument, "save", dies)
    for _ in range(production.MAX_ATTEMPTS):
        with pytest.raises(Killed):
            production.produce(job.public_id)
        later(job)
    assert stored_files(job), "the last attempt left its file"
    assert production.produce(job.public_id) is False
    assert (reread(job).state, reread(job).error) == (JobState.FAILED, "WorkerLost")
    assert stored_files(job) == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_open_while_building(world, monkeypatch):
    open_transactions = []

    def look(payload):
        open_transactions.append(connection.in_atomic_block)
        return b"vu"

    monkeypatch.setitem(registry.document_builders, KIND, FileBuilder(look, "text/plain"))
    production.produce(want(world.claire).public_id)
    assert open_transactions == [False]


# --- Orphans ------------------------------------------------------------------------------------


def test_old_files_without_a_document_are_deleted(world, tmp_path, monkeypatch, caplog):
    job = want(world.claire)
    production.produce(job.public_id)
    (document,) = documents()
    storage = StoredDocument._meta.get_field("file").storage
    orphan = storage_name(StoredDocument(public_id=uuid.uuid4()), "")
    storage.save(orphan, ContentFile(b"seul"))
    storage.save("ab/not-one-of-ours", ContentFile(b"lisez-moi"))
    orphans.clear()
    assert storage.exists(orphan), "a young file may belong to an open transaction"
    monkeypatch.setattr(orphans, "MIN_AGE", dt.timedelta(days=-1))
    orphans.clear()
    assert not storage.exists(orphan)
    assert storage.exists(document.file.name)
    assert storage.exists("ab/not-one-of-ours")
    storage.delete("ab/not-one-of-ours")
