"""Tasks of this room: the checks of every night (schedule: ales/schedule.py), statements applied by a worker.

A statement is applied group by group; each message may come twice, late, or not at all. What is done is in
the rows: a group written is never written again. A lost message leaves the statement « en cours
d'application »: the sweeper sends for it again every minute, and its page offers to go on.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from ales import tenancy
from ales.after_commit import after_commit
from ales.alerts import warn_administrators
from ales.celery import app
from members.access import Actor, actor_of
from members.models import Membership
from members.roles import Role
from payments import integrity, operations
from payments.integrity import Check, Finding
from payments.models import BankStatement
from payments.models.statement import StatementState

logger = logging.getLogger(__name__)

APPLY_TASK = "payments.tasks.apply_statement"
#: Groups written for one message: well below the time limit of a task.
GROUPS = 10
#: A statement of which nothing was written for so long is taken for dropped.
SILENCE = dt.timedelta(minutes=2)


@shared_task
def check_ledger() -> int:
    """Every invariant of the books, once a night; what is wrong is logged and told by mail. How many rows."""
    return _check("Contrôle des comptes", integrity.BOOKS)


# Every file is read. Below the 15 minutes after which the broker gives a message to a second worker.
@shared_task(soft_time_limit=720, time_limit=780)
def check_files() -> int:
    """The files kept, against the rows that tell of them, once a night. How many rows at fault."""
    return _check("Contrôle des fichiers", integrity.FILES)


def _check(subject: str, checks: Sequence[Check]) -> int:
    """Each check in turn; faults are told even when a later check is cut short, and so is that it was."""
    found: list[Finding] = []
    try:
        for check in checks:
            (finding,) = integrity.findings([check])
            found.append(finding)
            if finding.count:
                logger.error("%s: %s rows at fault", check.name, finding.count)
    finally:
        _tell(subject, [finding for finding in found if finding.count], checks[len(found) :])
    return sum(finding.count for finding in found)


def _tell(subject: str, broken: Sequence[Finding], unfinished: Sequence[Check]) -> None:
    if unfinished:
        logger.error("%s: not done: %s", subject, ", ".join(check.name for check in unfinished))
    if broken or unfinished:
        warn_administrators(
            f"{subject} : anomalies" if broken else f"{subject} : inachevé",
            "emails/ledger_faults.txt",
            {
                "count": sum(finding.count for finding in broken),
                "findings": [(finding.check.title, finding.count) for finding in broken],
                "unfinished": [check.title for check in unfinished],
            },
        )


def send_on_commit(statement_id: UUID, actor: Actor) -> None:
    """Have the statement applied by a worker once this transaction is committed."""
    after_commit(_send, statement_id, actor.membership_id)


def _send(statement_id: UUID, membership_id: UUID, *, expires: float | None = None) -> None:
    try:
        arguments = [str(statement_id), str(membership_id)]
        app.send_task(APPLY_TASK, args=arguments, retry=False, expires=expires)
    except Exception as error:
        # The sweeper comes by.
        logger.warning("statement %s: not sent (%s)", statement_id, type(error).__name__)


@app.task(name=APPLY_TASK)
def apply_statement(statement_id: str, membership_id: str) -> None:
    """Write the next groups of the statement as the person who applied it, then send for the rest."""
    for _group in range(GROUPS):
        membership = (
            Membership.objects.active()
            .select_related("user", "organisation")
            .filter(public_id=membership_id)
            .first()
        )
        if membership is None:
            return  # The habilitation ended meanwhile: another treasurer goes on.
        actor = actor_of(membership)
        with tenancy.tenant(actor.context):
            statement = operations.apply_lines(
                actor=actor, statement_id=UUID(statement_id), at=timezone.now()
            )
        if statement.state != StatementState.APPLYING:
            return
    _send(UUID(statement_id), UUID(membership_id))


@shared_task
def sweep_statements() -> int:
    """Send again for statements whose message was lost or whose worker died; how many.

    Each goes on in the name of who applied it, while they are a treasurer; after that another one goes on
    from its page.
    """
    silent_since = timezone.now() - SILENCE
    with tenancy.tenant(integrity.AUDITOR):
        dropped = list(
            BankStatement.objects.filter(state=StatementState.APPLYING, decided_at__lt=silent_since)
            .exclude(lines__settled_at__gte=silent_since)
            .values_list("public_id", "decided_by_id")
        )
    treasurers = dict(
        Membership.objects.active()
        .filter(role=Role.TREASURER, user__in=[user for _statement, user in dropped])
        .values_list("user_id", "public_id")
    )
    for statement_id, user_id in dropped:
        if user_id in treasurers:
            # With every worker down, messages must not pile up in the broker.
            _send(statement_id, treasurers[user_id], expires=60)
        else:
            logger.warning("statement %s: whoever applied it is no treasurer any more", statement_id)
    return len(dropped)
