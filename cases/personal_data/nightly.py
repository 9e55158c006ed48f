"""Keeps every file as long as the law says: notice, anonymisation, end of the accounts; once a night."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import DatabaseError, transaction
from django.utils import timezone

from ales import tenancy
from ales.audit.models import ScrubReason
from ales.tenancy import TenantContext
from cases.models import TenantCase
from cases.personal_data import emails, keeping, scrubbing
from cases.rules import retention
from cases.rules.retention import RetentionAction
from members.models import Organisation
from members.roles import Role

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What is done, or would be, with one file."""

    organisation: str
    reference: str
    action: RetentionAction
    plan: retention.RetentionPlan


def run(on: date, *, dry_run: bool = False) -> list[Outcome]:
    """Do what `on` asks of every file, or only tell it. Called outside any transaction; may run twice.

    A file that fails is logged and left for the next night; the others go on.
    """
    outcomes: list[Outcome] = []
    for organisation in Organisation.objects.order_by("sort_key", "pk"):
        context = TenantContext(None, organisation.pk, Role.MANAGER)
        with tenancy.tenant(context):
            due = [(case, keeping.facts_of(case)) for case in _candidates(organisation, on)]
        wanted = [(case, facts, retention.action_on(on, facts)) for case, facts in due]
        noticed = []
        for case, facts, action in wanted:
            if action is RetentionAction.NONE:
                continue
            if not dry_run and not _act(context, case, action, on):
                continue
            outcomes.append(Outcome(organisation.name, case.reference, action, retention.plan(facts)))
            if action is RetentionAction.NOTICE:
                noticed.append(case)
        if noticed and not dry_run:
            emails.send_notices(organisation, noticed, anonymised_from=on + NOTICE)
    return outcomes


NOTICE = timedelta(days=retention.NOTICE_DAYS)


def _candidates(organisation: Organisation, on: date) -> Iterator[TenantCase]:
    """Files whose last change is old enough for a notice, then the anonymised ones with a payment."""
    limit = retention.years_after(on + NOTICE, -retention.ACTIVE_YEARS) + timedelta(days=1)
    midnight = timezone.make_aware(datetime.combine(limit, time.min))
    own = TenantCase.objects.filter(organisation=organisation, limited_on=None)
    yield from own.filter(anonymised_on=None, updated_at__lt=midnight).order_by("updated_at", "id")
    payments_of = own.filter(anonymised_on__isnull=False, accounts_cleared_on=None)
    yield from payments_of.filter(last_payment_on__isnull=False).order_by("id")


def _act(context: TenantContext, case: TenantCase, action: RetentionAction, on: date) -> bool:
    try:
        with tenancy.tenant(context), transaction.atomic():
            current = TenantCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
            if retention.action_on(on, keeping.facts_of(current)) is not action:
                return False  # somebody worked on it meanwhile
            if action is RetentionAction.NOTICE:
                TenantCase.objects.filter(pk=case.pk).update(retention_noticed_on=on)
            elif action is RetentionAction.ANONYMISE:
                scrubbing.anonymise(current, ScrubReason.RETENTION)
            else:
                scrubbing.clear_accounts(current)
    except DatabaseError as error:
        logger.error("case %s: %s failed (%s)", case.public_id, action, type(error).__name__)
        return False
    return True
