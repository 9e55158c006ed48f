"""What a file says of its own keeping: the facts the rules need, and what forbids to clear it."""

from ales import registry
from cases.models import TenantCase
from cases.operations.base import day_of
from cases.rules import retention


def duties_of(case: TenantCase) -> list[str]:
    """What still needs the file as it is (aids and payments under way), in French; a query a room."""
    return [reason for duties in registry.retention_duties for reason in duties(case)]


def last_payment_of(case: TenantCase):
    """The day of the case's last payment, or None; a query a room."""
    days = [day for last in registry.last_payments if (day := last(case))]
    return max(days, default=None)


def facts_of(case: TenantCase) -> retention.RetentionFacts:
    """The facts of the plan. Once anonymised the payment's day is the one noted then."""
    contacts = (case.opened_on, case.last_contact_on, case.closed_on, day_of(case.updated_at))
    return retention.RetentionFacts(
        contacts=tuple(day for day in contacts if day),
        last_payment_on=case.last_payment_on if case.anonymised_on else last_payment_of(case),
        noticed_on=case.retention_noticed_on,
        anonymised_on=case.anonymised_on,
        accounts_cleared_on=case.accounts_cleared_on,
        is_suspended=case.limited_on is not None,
        is_needed=not case.anonymised_on and bool(duties_of(case)),
    )


def plan_of(case: TenantCase) -> retention.RetentionPlan:
    """The dated plan of the case."""
    return retention.plan(facts_of(case))
