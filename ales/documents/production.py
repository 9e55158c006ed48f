"""The production queue (DESIGN §2.9): wanted in one transaction, produced outside any, stored once.

The row is the truth and the message only a nudge. A worker takes a lease in a short transaction, builds
outside, and stores file, document and state in a second one; `sweep` finds again what a dead worker left.
The document bears its job's public id, so its path is always the same and the database refuses a second one.
"""

import datetime as dt
import hashlib
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from ales import registry, tenancy
from ales.after_commit import after_commit
from ales.celery import app
from ales.documents import pdf
from ales.documents.frozen import fingerprint, freeze
from ales.documents.models import ERASED, JobState, ProductionJob, StoredDocument, storage_name

logger = logging.getLogger(__name__)

PRODUCE_TASK = "ales.documents.tasks.produce"
MAX_ATTEMPTS = 5
LEASE = dt.timedelta(minutes=5)
#: A message this old without a worker is taken for lost.
SILENCE = dt.timedelta(seconds=10)
SWEEP_SIZE = 200


_deferring: ContextVar[bool] = ContextVar("deferring", default=False)


class JobBuilder(Protocol):
    """Makes a job's bytes; what `registry.document_builders[kind]` holds."""

    content_type: str

    def build(self, job: ProductionJob) -> bytes: ...


@dataclass(frozen=True)
class Builder:
    """A PDF from a template extending `documents/base.html`.

    The template sees the payload's keys as variables, and `document` (title, date of creation, fingerprint).
    `context` may turn the payload into other variables; like the template, it reads nothing but the payload.
    """

    template: str
    stylesheets: tuple[str, ...] = pdf.PRINT_STYLES
    context: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    content_type: str = "application/pdf"

    def html(self, payload: dict[str, Any], *, title: str, created_at: dt.datetime) -> str:
        """The document's page, before it becomes a PDF."""
        variables = self.context(payload) if self.context else payload
        document = {
            "title": title,
            "created": created_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "created_at": created_at,
            "fingerprint": fingerprint(payload),
        }
        return render_to_string(self.template, {**variables, "document": document})

    def build(self, job: ProductionJob) -> bytes:
        """The PDF; raises pdf.RenderingError, or what the template raises."""
        html = self.html(job.payload, title=job.title, created_at=job.created_at)
        return pdf.render(html, stylesheets=self.stylesheets)


@dataclass(frozen=True)
class FileBuilder:
    """Any other file from the payload: a payment file, an export."""

    function: Callable[[dict[str, Any]], bytes]
    content_type: str

    def build(self, job: ProductionJob) -> bytes:
        return self.function(job.payload)


class LeaseLostError(Exception):
    """Another worker took the job over meanwhile; this one's result is dropped."""


# --- Wanting ------------------------------------------------------------------------------------


def enqueue(
    *,
    kind: str,
    subject_kind: str,
    subject_id: UUID,
    unique_key: str,
    payload: dict[str, Any],
    title: str,
    file_name: str,
    organisation_id: int,
    audience: str,
    landlord_id: int | None = None,
    created_by_id: int | None = None,
    created_at: dt.datetime | None = None,
) -> ProductionJob:
    """The job of `unique_key`, added in the current transaction unless it exists (then it is unchanged).

    `payload` is frozen (Decimal and dates become text). A worker is nudged on commit; without a broker the
    sweep finds the row. Raises KeyError for a kind nobody builds, TypeError for a payload that can't be
    frozen, ValueError when the key belongs to another kind or subject.
    """
    if kind not in registry.document_builders:
        raise KeyError(f"No builder is registered for documents of kind {kind!r}")
    wanted = ProductionJob(
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        unique_key=unique_key,
        payload=freeze(payload),
        title=str(title),
        file_name=file_name,
        organisation_id=organisation_id,
        landlord_id=landlord_id,
        audience=audience,
        created_by_id=created_by_id,
        created_at=created_at or timezone.now(),
        state=JobState.DEFERRED if _deferring.get() else JobState.QUEUED,
    )
    with transaction.atomic():
        # No RETURNING here: whoever wants a document isn't always of its audience.
        ProductionJob.objects.bulk_create([wanted], ignore_conflicts=True)
        with tenancy.tenant(tenancy.WORKER):
            job = ProductionJob.objects.get(unique_key=unique_key)
        if (job.kind, job.subject_kind, str(job.subject_id)) != (kind, subject_kind, str(subject_id)):
            raise ValueError(f"The key {unique_key!r} belongs to another document")
        if job.state == JobState.QUEUED:
            after_commit(nudge, job.public_id)
    return job


@contextmanager
def deferring() -> Iterator[None]:
    """What is wanted inside waits until somebody opens it: years of files brought in at once (demonstration,
    import) would keep the workers busy for hours with documents nobody asks for."""
    token = _deferring.set(True)
    try:
        yield
    finally:
        _deferring.reset(token)


def wake(job: ProductionJob) -> None:
    """Queue a deferred job; the caller has checked that the person may see it. Others are left alone."""
    with tenancy.tenant(tenancy.WORKER):
        changed = ProductionJob.objects.filter(pk=job.pk, state=JobState.DEFERRED).update(
            state=JobState.QUEUED
        )
        if changed:
            after_commit(nudge, job.public_id)


def nudge(public_id: UUID, *, expires: float | None = None) -> None:
    """Tell a worker; a broker that doesn't answer is logged and forgotten, the sweep comes by anyway."""
    try:
        app.send_task(PRODUCE_TASK, args=[str(public_id)], retry=False, expires=expires)
    except Exception as error:
        logger.warning("production %s: not nudged (%s)", public_id, type(error).__name__)


def retry(job: ProductionJob) -> None:
    """Give a failed job its attempts back; the caller has checked that the person may see it."""
    with tenancy.tenant(tenancy.WORKER):
        failed = ProductionJob.objects.filter(pk=job.pk, state=JobState.FAILED).exclude(error=ERASED)
        changed = failed.update(state=JobState.QUEUED, attempts=0, lease_until=None, error="")
        if changed:
            after_commit(nudge, job.public_id)


# --- Producing ----------------------------------------------------------------------------------


def produce(public_id: UUID) -> bool:
    """Produce the job if it waits; whether its document was stored now. Called outside any transaction."""
    job = take_lease(public_id)
    if job is None:
        return False
    try:
        content = registry.document_builders[job.kind].build(job)
        store(job, content)
    except LeaseLostError:
        logger.warning("production %s: taken over by another worker", public_id)
        return False
    except Exception as error:
        # The message may quote a household: the kind of error and the places in the code are enough.
        frames = traceback.extract_tb(error.__traceback__)
        places = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        logger.error(
            "production %s: %s at attempt %s, %s", public_id, type(error).__name__, job.attempts, places
        )
        give_back(job, type(error).__name__)
        return False
    logger.info("production %s: done", public_id)
    return True


def take_lease(public_id: UUID) -> ProductionJob | None:
    """The job, now ours for five minutes; None when it is done, taken or out of attempts."""
    now = timezone.now()
    with tenancy.tenant(tenancy.WORKER):
        job = (
            ProductionJob.objects.select_for_update(skip_locked=True)
            .takeable(now)
            .filter(public_id=public_id)
            .first()
        )
        if job is None:
            return None
        if job.attempts >= MAX_ATTEMPTS:
            # Its last attempt died without a word (killed, out of memory).
            _fail(job, "WorkerLost")
            return None
        job.state = JobState.RUNNING
        job.attempts += 1
        job.lease_until = now + LEASE
        job.save(update_fields=["state", "attempts", "lease_until"])
    return job


def store(job: ProductionJob, content: bytes) -> StoredDocument:
    """Store the file, its document and the end of the job together; raises LeaseLostError.

    The job's row is locked meanwhile: no two workers write the same path, and a file left by one that died
    before its commit is overwritten.
    """
    with _leased(job) as current:
        document = StoredDocument(
            public_id=job.public_id,
            organisation_id=job.organisation_id,
            landlord_id=job.landlord_id,
            audience=job.audience,
            subject_kind=job.subject_kind,
            subject_id=job.subject_id,
            kind=job.kind,
            title=job.title,
            file_name=job.file_name,
            content_type=registry.document_builders[job.kind].content_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            payload=job.payload,
            created_at=job.created_at,
            created_by_id=job.created_by_id,
        )
        _delete_file(job)
        document.file.save(job.file_name, ContentFile(content), save=False)
        document.save(force_insert=True)
        current.document = document
        current.state = JobState.DONE
        current.lease_until = None
        current.error = ""
        current.save(update_fields=["document", "state", "lease_until", "error"])
    return document


def give_back(job: ProductionJob, error: str) -> None:
    """Put a failed attempt back in the queue, a little later each time, or end it at the last one."""
    try:
        with _leased(job) as current:
            if current.attempts >= MAX_ATTEMPTS:
                _fail(current, error)
            else:
                current.state = JobState.QUEUED
                current.lease_until = timezone.now() + SILENCE * 2 ** (current.attempts - 1)
                current.error = error
                current.save(update_fields=["state", "lease_until", "error"])
    except LeaseLostError:
        logger.warning("production %s: taken over by another worker", job.public_id)


@contextmanager
def _leased(job: ProductionJob) -> Iterator[ProductionJob]:
    """A transaction in which the job's row is locked and still ours (the attempt is the fencing number)."""
    with tenancy.tenant(tenancy.WORKER):
        current = ProductionJob.objects.select_for_update().get(pk=job.pk)
        if current.state != JobState.RUNNING or current.attempts != job.attempts:
            raise LeaseLostError
        yield current


def _fail(job: ProductionJob, error: str) -> None:
    job.state = JobState.FAILED
    job.lease_until = None
    job.error = error
    job.save(update_fields=["state", "lease_until", "error"])
    after_commit(_delete_file, job)


def _delete_file(job: ProductionJob) -> None:
    """Delete what an attempt left on the path of the job's document."""
    storage = StoredDocument._meta.get_field("file").storage
    storage.delete(storage_name(StoredDocument(public_id=job.public_id), ""))


# --- Sweeping -----------------------------------------------------------------------------------


def sweep() -> int:
    """Nudge again what was dropped: a lost message, a dead worker; how many jobs (200 at most)."""
    now = timezone.now()
    with tenancy.tenant(tenancy.WORKER):
        dropped = list(
            ProductionJob.objects.dropped(now, silent_since=now - SILENCE).values_list(
                "public_id", flat=True
            )[:SWEEP_SIZE]
        )
    for public_id in dropped:
        # With every worker down, nudges must not pile up in the broker.
        nudge(public_id, expires=60)
    return len(dropped)
