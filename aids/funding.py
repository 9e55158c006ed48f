"""The funds a request may draw on, and why the others are closed to it (DOMAIN §6)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from aids.rules import funding as rules
from cases import facts as case_facts
from cases.models import TenantCase
from cases.rules.codes import EmploymentSector, EmploymentStatus
from members.models import Fund

#: Money left from the year before may still be committed.
YEARS_BACK = 1


@dataclass(frozen=True)
class FundChoice:
    """A fund as the decision screen shows it: what is left (euros), open or not, and why."""

    fund_id: int
    public_id: UUID
    label: str
    owner_id: int
    available: Decimal
    open: bool
    reason: str


def employments_of(facts: case_facts.CaseFacts) -> list[rules.EmploymentFacts]:
    """The household's jobs as the rule takes them; a job without its status can't open a fund."""
    return [
        rules.EmploymentFacts(
            person=job.person,
            status=EmploymentStatus(job.status),
            sector=EmploymentSector(job.sector),
            subject=job.subject,
            ended_on=job.ended_on,
        )
        for job in facts.employments
        if job.status
    ]


def fund_choices(case: TenantCase, on: date) -> list[FundChoice]:
    """The funds of the year and of the year before: open ones first, then the organisation's own, the
    landlord's, and those with most left. One query."""
    organisation_id = case.organisation_id
    facts = case_facts.facts_of(case)
    employments = employments_of(facts)
    funds = (
        Fund.objects.filter(year__gte=on.year - YEARS_BACK, year__lte=on.year)
        .select_related("owner")
        .order_by("-year", "owner__sort_key", "name")
    )
    choices = []
    for fund in funds:
        verdict = rules.openness(
            rules.FundFacts(rules.FundKind(fund.kind), fund.owner_id),
            landlord_id=facts.landlord_id,
            organisation_id=organisation_id,
            employments=employments,
            on=on,
        )
        choices.append(
            FundChoice(
                fund_id=fund.pk,
                public_id=fund.public_id,
                label=f"{fund.owner.name} – {fund.name} {fund.year}",
                owner_id=fund.owner_id,
                available=fund.available,
                open=verdict.open,
                reason=verdict.reason,
            )
        )
    near = {organisation_id: 0, facts.landlord_id: 1}
    return sorted(choices, key=lambda c: (not c.open, near.get(c.owner_id, 2), -c.available))
