"""The worker's side of long works: taken under a lease, done in slices, ended once (DESIGN §2.9).

Everything a work reads or writes of the rooms happens as its asker, whose habilitation is read anew at each
step; the queue's own capacity sees the work's row and nothing else. A message may come twice, late or never:
the row says what is left to do, and `sweep` finds what a dead worker left.
"""

import datetime as dt
import enum
import hashlib
import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.files import File
from django.utils import timezone

from ales import registry, tenancy
from ales.after_commit import after_commit
from ales.celery import app
from ales.errors import Refusal
from ales.works.models import Work, WorkState, storage_name

logger = logging.getLogger(__name__)

RUN_TASK = "ales.works.tasks.run"
#: A worker silent for that long is taken for dead; each step renews it.
LEASE = dt.timedelta(minutes=5)
#: Seconds after which a worker gives its place up, well below the time limit of a task.
SLICE = 45
MAX_FAILURES = 3
#: What a work made stays that long after its end.
KEPT = dt.timedelta(days=7)
SILENCE = dt.timedelta(seconds=10)
#: Whoever asked is taken to be still looking at the page for that long.
WATCHED = dt.timedelta(minutes=1)
SWEEP_SIZE = 100

UNEXPECTED = "Une erreur inattendue a arrêté ce travail. L’équipe technique la trouve dans ses journaux."
ENDED = "Votre habilitation a pris fin avant la fin de ce travail : le reste n’a pas été fait."


class Next(enum.Enum):
    """What becomes of a work after a slice."""

    MORE = enum.auto()
    TO_CONFIRM = enum.auto()
    OVER = enum.auto()


class LeaseLostError(Exception):
    """Another worker took the work over meanwhile; this one stops."""


class CancelledError(Exception):
    """The asker wants no more of it."""


class HabilitationEndedError(Refusal):
    """The asker may not act in this capacity any more."""

    def __init__(self) -> None:
        super().__init__(ENDED)


@dataclass
class Hand:
    """A worker's hold on one work, while its lease lasts."""

    work: Work
    started: float = field(default_factory=time.monotonic)

    @property
    def is_tired(self) -> bool:
        """The slice is used up: others wait for the worker."""
        return time.monotonic() - self.started > SLICE

    def actor(self) -> Any:
        """The asker as they stand now. Raises HabilitationEndedError when they no longer act so."""
        for find in registry.habilitations:
            actor = find(self.work.membership_id)
            if actor is not None and actor.role == self.work.capacity:
                return actor
        raise HabilitationEndedError

    def tell(self, **changes: Any) -> None:
        """Write how far the work is and keep it for another five minutes.

        Raises LeaseLostError, CancelledError.
        """
        changes["lease_until"] = timezone.now() + LEASE
        with tenancy.tenant(tenancy.WORKER):
            mine = Work.objects.filter(pk=self.work.pk, state=WorkState.RUNNING, turn=self.work.turn)
            if not mine.update(**changes):
                raise LeaseLostError
            cancelled = mine.values_list("cancel_asked", flat=True).get()
        for name, value in changes.items():
            setattr(self.work, name, value)
        if cancelled:
            raise CancelledError

    def store(self, content: File, *, content_type: str, file_name: str) -> None:
        """Keep the file the work made; raises LeaseLostError. A file left by a dead worker is overwritten."""
        digest = hashlib.sha256()
        for chunk in content.chunks():
            digest.update(chunk)
        content.seek(0)
        with self._locked() as current:
            storage = Work._meta.get_field("file").storage
            storage.delete(storage_name(current, ""))
            current.file.save(file_name, content, save=False)
            current.file_name, current.content_type = file_name, content_type
            current.size, current.sha256 = content.size, digest.hexdigest()
            current.save(update_fields=["file", "file_name", "content_type", "size", "sha256"])

    def end(self, state: WorkState, *, error: str = "") -> None:
        """End the work; raises LeaseLostError."""
        now = timezone.now()
        with self._locked() as current:
            current.state, current.error, current.lease_until = state, error, None
            current.finished_at, current.expires_at = now, now + KEPT
            current.save(update_fields=["state", "error", "lease_until", "finished_at", "expires_at"])

    def put_down(self, state: WorkState, **changes: Any) -> None:
        """Leave the work to the next worker, or to its asker; raises LeaseLostError."""
        with self._locked() as current:
            values = {"state": state, "lease_until": None} | changes
            for name, value in values.items():
                setattr(current, name, value)
            current.save(update_fields=list(values))
            if state == WorkState.QUEUED and current.lease_until is None:
                after_commit(nudge, current.public_id)

    @contextmanager
    def _locked(self) -> Iterator[Work]:
        with tenancy.tenant(tenancy.WORKER):
            current = Work.objects.select_for_update().get(pk=self.work.pk)
            if current.state != WorkState.RUNNING or current.turn != self.work.turn:
                raise LeaseLostError
            yield current


def nudge(public_id: UUID, *, expires: float | None = None) -> None:
    """Tell a worker; a broker that doesn't answer is logged and forgotten, the sweep comes by anyway."""
    try:
        app.send_task(RUN_TASK, args=[str(public_id)], retry=False, expires=expires)
    except Exception as error:
        logger.warning("work %s: not nudged (%s)", public_id, type(error).__name__)


def run(public_id: UUID) -> None:
    """Do a slice of the work if it waits. Called outside any transaction; harmless when called twice."""
    hand = take(public_id)
    if hand is None:
        return
    try:
        _do(hand)
        _announce(hand)
    except LeaseLostError:
        logger.warning("work %s: taken over by another worker", public_id)


def _do(hand: Hand) -> None:
    try:
        _follow(hand, registry.work_kinds[hand.work.kind].advance(hand))
    except LeaseLostError:
        raise
    except CancelledError:
        hand.end(WorkState.CANCELLED)
    except Refusal as refusal:
        # A sentence written for the person who asked.
        hand.end(WorkState.FAILED, error=refusal.message)
    except Exception as error:
        # The message may quote a household: the kind of error and the places in the code are enough.
        frames = traceback.extract_tb(error.__traceback__)
        places = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        logger.error("work %s: %s, %s", hand.work.public_id, type(error).__name__, places)
        _fail(hand)


def _announce(hand: Hand) -> None:
    """Tell the asker of a work that took long that it is over; a short one is still watched."""
    with tenancy.tenant(tenancy.WORKER):
        hand.work.refresh_from_db()
    work = hand.work
    asked = work.confirmed_at or work.created_at
    is_announced = work.state in (WorkState.DONE, WorkState.FAILED, WorkState.TO_CONFIRM)
    if not is_announced or timezone.now() - asked < WATCHED:
        return
    try:
        actor = hand.actor()
    except HabilitationEndedError:
        return
    with tenancy.tenant(actor.context):
        for tell in registry.work_endings:
            tell(actor, work)


def take(public_id: UUID) -> Hand | None:
    """The work, now ours for five minutes; None when it is over, taken, or waits for its asker."""
    now = timezone.now()
    with tenancy.tenant(tenancy.WORKER):
        work = (
            Work.objects.select_for_update(skip_locked=True).takeable(now).filter(public_id=public_id).first()
        )
        if work is None:
            return None
        if work.state == WorkState.RUNNING:
            # Its last worker died without a word (killed, out of memory).
            work.failures += 1
        work.state, work.turn, work.lease_until = WorkState.RUNNING, work.turn + 1, now + LEASE
        work.save(update_fields=["state", "turn", "lease_until", "failures"])
    hand = Hand(work)
    if work.cancel_asked:
        hand.end(WorkState.CANCELLED)
    elif work.failures >= MAX_FAILURES:
        hand.end(WorkState.FAILED, error=UNEXPECTED)
    else:
        return hand
    return None


def _follow(hand: Hand, following: Next) -> None:
    if following == Next.OVER:
        hand.end(WorkState.DONE)
    elif following == Next.TO_CONFIRM:
        hand.put_down(WorkState.TO_CONFIRM, expires_at=timezone.now() + KEPT)
    else:
        hand.put_down(WorkState.QUEUED, failures=0)


def _fail(hand: Hand) -> None:
    failures = hand.work.failures + 1
    if failures >= MAX_FAILURES:
        hand.end(WorkState.FAILED, error=UNEXPECTED)
        return
    # `lease_until` of a waiting work: not before then.
    later = timezone.now() + SILENCE * 2**failures
    hand.put_down(WorkState.QUEUED, failures=failures, lease_until=later)


def sweep() -> int:
    """Nudge again what was dropped: a lost message, a dead worker; how many works."""
    now = timezone.now()
    with tenancy.tenant(tenancy.WORKER):
        dropped = list(
            Work.objects.takeable(now)
            .filter(created_at__lte=now - SILENCE)
            .order_by("created_at")
            .values_list("public_id", flat=True)[:SWEEP_SIZE]
        )
    for public_id in dropped:
        nudge(public_id, expires=60)
    return len(dropped)
