"""Works done line by line: each line in a transaction of its own, once, as the asker stands at that moment.

One transaction for several would hold the locks of the first while it waits for those of the second, in an
order nobody else keeps (DESIGN §2.3).
"""

import logging
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, transaction

from ales import tenancy
from ales.errors import InvalidInputError, Refusal
from ales.works.models import Outcome, Work, WorkLine
from ales.works.running import Hand, Next

logger = logging.getLogger(__name__)

#: Lines done between two looks at the work's row: its progress, its cancelling, its asker's habilitation.
STEP = 20
UNEXPECTED = "Une erreur inattendue est survenue : rien n’a été fait pour cette ligne."

#: (actor, line) -> what was done, a sentence; raises Refusal when it can't be.
Treatment = Callable[[Any, WorkLine], str]


def work_through(hand: Hand, treat: Treatment) -> Next:
    """Do the lines that wait, until none is left or the slice is used up."""
    while True:
        actor = hand.actor()
        with tenancy.tenant(actor.context):
            waiting = list(_waiting(hand.work).values_list("pk", flat=True)[:STEP])
        for pk in waiting:
            do_once(actor, pk, treat)
        with tenancy.tenant(actor.context):
            refused = hand.work.lines.filter(outcome=Outcome.REFUSED).count()
            left = _waiting(hand.work).count()
        hand.tell(done=hand.work.total - left, refused=refused)
        if not left:
            return Next.OVER
        if hand.is_tired:
            return Next.MORE


def _waiting(work: Work):
    return work.lines.filter(outcome=Outcome.WAITING).order_by("position")


def do_once(actor: Any, pk: int, treat: Treatment) -> None:
    """Do one line unless it is done, or being done, by another: what it changes and its outcome stand or
    fall together."""
    with tenancy.tenant(actor.context):
        line = (
            WorkLine.objects.select_for_update(skip_locked=True)
            .filter(pk=pk, outcome=Outcome.WAITING)
            .first()
        )
        if line is None:
            return
        line.outcome, line.detail = _attempt(actor, line, treat)
        line.save(update_fields=["outcome", "detail"])


def _attempt(actor: Any, line: WorkLine, treat: Treatment) -> tuple[str, str]:
    try:
        # A savepoint: what a refused line has begun is undone, its outcome is kept.
        with transaction.atomic():
            return Outcome.DONE, treat(actor, line)
    except Refusal as refusal:
        return Outcome.REFUSED, sentence(refusal)
    except OperationalError:
        raise  # the connection, a deadlock: the work goes on later, this line with it
    except Exception as error:
        logger.error("work line %s: %s", line.pk, type(error).__name__, exc_info=False)
        return Outcome.REFUSED, UNEXPECTED


def sentence(refusal: Refusal) -> str:
    """What a refusal says, each message once."""
    if isinstance(refusal, InvalidInputError):
        messages = dict.fromkeys(text for texts in refusal.faults.values() for text in texts)
        return " ".join(str(message) for message in messages)
    return refusal.message
