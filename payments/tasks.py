"""Tasks of this room: the check of every night (schedule: ales/settings.py), statements applied by a worker.

A statement is applied group by group; each message may come twice, late, or not at all. What is done is in
the rows: a group written is never written again. A lost message leaves the statement « en cours
d'application »: the sweeper sends for it again every minute, and its page offers to go on.
"""

import datetime as dt
import logging
from functools import partial
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from ales import tenancy
from ales.alerts import warn_administrators
from ales.celery import app
from members.access import Actor, actor_of
from members.models import Membership
from members.roles import Role
from payments import integrity, operations
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
    """Every invariant of the money, once a night; what is wrong is logged and told by mail. How many rows."""
    broken = [finding for finding in integrity.findings() if finding.count]
    for finding in broken:
        logger.error("check_ledger %s: %s rows at fault", finding.check.name, finding.count)
    count = sum(finding.count for finding in broken)
    if broken:
        warn_administrators(
            "Contrôle des comptes : anomalies",
            "emails/ledger_faults.txt",
            {"count": count, "findings": [(finding.check.title, finding.count) for finding in broken]},
        )
    return count


def send_on_commit(statement_id: UUID, actor: Actor) -> None:
    """Have the statement applied by a worker once this transaction is committed."""
    transaction.on_commit(partial(_send, statement_id, actor.membership_id), robust=True)


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
