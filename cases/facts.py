"""What the file of a case says, as frozen data for the rules and for the rooms above (DOMAIN §4, §5, §6).

Every function reads the case it is given: load it with `TenantCase.objects.with_file()` and none of them
queries again.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from ales.explanation import Explanation, Fault
from ales.money import ZERO
from cases.models import BudgetSnapshot, Household, Person, Tenancy, TenantCase
from cases.models.budget import LineKind
from cases.models.household import PersonPosition
from cases.models.protocol import ProtocolState
from cases.rules import budget as rules
from cases.rules import codes

#: Positions that make the household a couple, for the statistics' category.
_COUPLE = frozenset({PersonPosition.CO_TENANT, PersonPosition.PARTNER})
#: Those who signed the lease: the « locataires aidés » of the indicators (DOMAIN §1).
_LEASEHOLDERS = frozenset({PersonPosition.TENANT, PersonPosition.CO_TENANT})
_PRIVATE_SECTORS = frozenset(
    {codes.EmploymentSector.PRIVATE_NON_AGRICULTURAL, codes.EmploymentSector.AGRICULTURAL}
)
_IN_WORK_OR_LOOKING = codes.EMPLOYED_STATUSES | codes.UNEMPLOYED_STATUSES


@dataclass(frozen=True)
class PersonFacts:
    """A person of the household. Codes are empty texts while they aren't known."""

    public_id: UUID
    name: str
    position: str
    birth_date: date | None
    occupational_category: str
    employment_status: str


@dataclass(frozen=True)
class EmploymentFact:
    """A person's job as the fund and eligibility rules need it; empty or None where it isn't known."""

    person: str
    status: str
    employer: str
    sector: str
    subject: codes.ContributionSubject
    headcount: int | None
    contract: str
    started_on: date | None
    ended_on: date | None


@dataclass(frozen=True)
class CaseFacts:
    """A case at a glance. Amounts in euros; landlord and dwelling are None or empty without a tenancy."""

    case_id: UUID
    reference: str
    tenant_name: str
    persons: tuple[PersonFacts, ...]
    employments: tuple[EmploymentFact, ...]
    occupancy: str
    family_category: str
    occupational_category: str
    is_private_sector: bool
    landlord_id: int | None
    landlord_name: str
    landlord_reference: str
    address: str
    postal_code: str
    town: str
    department: str
    lease_state: str
    housing: rules.Housing
    arrears: Decimal
    arrears_on: date | None
    arrears_since: date | None
    benefit_arrears: Decimal


def household_of(case: TenantCase) -> Household | None:
    return getattr(case, "household", None)


def tenancy_of(case: TenantCase) -> Tenancy | None:
    return getattr(case, "tenancy", None)


def tenant_of(case: TenantCase) -> Person | None:
    """The tenant, None while nobody is recorded as such."""
    return next((p for p in case.persons.all() if p.position == PersonPosition.TENANT), None)


def snapshot_of(case: TenantCase, moment: str) -> BudgetSnapshot | None:
    return next((s for s in case.snapshots.all() if s.moment == moment), None)


def housing_of(tenancy: Tenancy | None) -> rules.Housing:
    """The tenancy's current monthly lines in euros (all zero without a tenancy)."""
    if tenancy is None:
        return rules.Housing()
    return rules.Housing(**{name: getattr(tenancy, name) for name in rules.HOUSING_LABELS})


def budget_of(case: TenantCase, moment: str) -> rules.Budget | None:
    """The typed budget at `moment` (codes.SnapshotMoment), None when nobody typed it."""
    snapshot = snapshot_of(case, moment)
    if snapshot is None:
        return None
    lines = list(snapshot.lines.all())
    return rules.Budget(
        resources=tuple(
            rules.Line(codes.ResourceCode(line.code), line.amount)
            for line in lines
            if line.kind == LineKind.RESOURCE
        ),
        charges=tuple(
            rules.Line(codes.ChargeCode(line.code), line.amount)
            for line in lines
            if line.kind == LineKind.CHARGE
        ),
        housing=housing_of(tenancy_of(case)),
        persons=len(case.persons.all()),
    )


def monthly_aid_of(case: TenantCase) -> Decimal:
    """Euros a month of the latest agreement handed down by an aid, 0 without one.

    A settlement (`RELOGEMENT`) pays arrears, not a month's rent: it doesn't lower the month.
    """
    live = [p for p in case.protocols.all() if p.state != ProtocolState.REPLACED]
    for protocol in sorted(live, key=lambda p: p.created_at, reverse=True):
        amounts = [Decimal(m["amount"]) for m in protocol.terms.get("months", ()) if m.get("month")]
        if amounts:
            return max(amounts)
    return ZERO


def budgets_of(case: TenantCase, monthly_aid: Decimal | None = None) -> dict[str, rules.Budget]:
    """The budgets that exist by moment; *after* is the typed one, else simulated from the current one
    less `monthly_aid` euros (by default the aid of the latest agreement; DOMAIN §5)."""
    found = {moment: budget_of(case, moment) for moment in codes.SnapshotMoment}
    budgets = {moment: budget for moment, budget in found.items() if budget is not None}
    return with_simulated_after(budgets, monthly_aid_of(case) if monthly_aid is None else monthly_aid)


def with_simulated_after(budgets: dict[str, rules.Budget], monthly_aid: Decimal) -> dict[str, rules.Budget]:
    """`budgets` with the simulated *after* where none is typed and a current one exists."""
    current = budgets.get(codes.SnapshotMoment.DURING)
    if current is None or codes.SnapshotMoment.AFTER in budgets:
        return budgets
    return budgets | {codes.SnapshotMoment.AFTER: rules.simulated_after(current, monthly_aid)}


def indicators_of(case: TenantCase, monthly_aid: Decimal | None = None) -> dict[str, rules.Indicators]:
    """The indicators by moment, *after* simulated where it isn't typed. Values are exact fractions."""
    return {moment: rules.indicators(budget) for moment, budget in budgets_of(case, monthly_aid).items()}


def residual_rent_of(case: TenantCase) -> tuple[Decimal, Explanation]:
    """What the tenant owes each month in euros, with its explanation (DOMAIN §4)."""
    figure = rules.residual_rent(housing_of(tenancy_of(case)))
    return figure.value, figure.explanation


def family_category_of(case: TenantCase) -> str:
    """The statistics' category: the one chosen, else the one the household's positions give."""
    household = household_of(case)
    if household and household.family_category:
        return household.family_category
    positions = [person.position for person in case.persons.all()]
    if not positions:
        return ""
    return rules.family_category(
        couple=any(position in _COUPLE for position in positions),
        children=positions.count(PersonPosition.CHILD),
    )


def facts_of(case: TenantCase) -> CaseFacts:
    """The case as frozen facts."""
    persons = list(case.persons.all())
    tenant, tenancy, household = tenant_of(case), tenancy_of(case), household_of(case)
    return CaseFacts(
        case_id=case.public_id,
        reference=case.reference,
        tenant_name=tenant.full_name if tenant else case.tenant_name,
        persons=tuple(
            PersonFacts(
                public_id=person.public_id,
                name=person.full_name,
                position=person.position,
                birth_date=person.birth_date,
                occupational_category=person.occupational_category,
                employment_status=person.employment_status,
            )
            for person in persons
        ),
        employments=tuple(fact for person in persons if (fact := _employment(person))),
        occupancy=household.occupancy if household else "",
        family_category=family_category_of(case),
        occupational_category=tenant.occupational_category if tenant else "",
        is_private_sector=any(_is_private(person) for person in persons),
        landlord_id=tenancy.landlord_id if tenancy else None,
        landlord_name=tenancy.landlord.name if tenancy else "",
        landlord_reference=tenancy.landlord_reference if tenancy else "",
        address=tenancy.address if tenancy else "",
        postal_code=tenancy.postal_code if tenancy else "",
        town=tenancy.town if tenancy else "",
        department=tenancy.department if tenancy else "",
        lease_state=tenancy.lease_state if tenancy else "",
        housing=housing_of(tenancy),
        arrears=tenancy.arrears if tenancy else ZERO,
        arrears_on=tenancy.arrears_on if tenancy else None,
        arrears_since=tenancy.arrears_since if tenancy else None,
        benefit_arrears=tenancy.benefit_arrears if tenancy else ZERO,
    )


def missing_points(case: TenantCase) -> list[Fault]:
    """What keeps the file from carrying an aid request. `Fault.field` is the step to open:
    `reverse("cases:step", args=[case.public_id, fault.field])`."""
    faults = [*_household_faults(case), *_tenancy_faults(case)]
    if not case.life_event:
        faults.append(Fault("no_life_event", "difficulte", "Indiquez l’origine de la difficulté."))
    current = budget_of(case, codes.SnapshotMoment.DURING)
    if current is None or not current.resources:
        faults.append(
            Fault(
                "no_resources",
                "budget",
                "Saisissez les ressources pendant la difficulté (une ligne à 0 € s’il n’y en a aucune).",
            )
        )
    unexplained = unexplained_entitlements(case)
    if unexplained:
        names = ", ".join(codes.label(code) for code in unexplained)
        what = (
            "Un droit n’est pas expliqué"
            if len(unexplained) == 1
            else f"{len(unexplained)} droits ne sont pas expliqués"
        )
        faults.append(Fault("unexplained_entitlements", "droits", f"{what} : {names}."))
    return faults


def unexplained_entitlements(case: TenantCase) -> list[codes.EntitlementCode]:
    """Statutory benefits of the closed list whose state nobody recorded yet (DOMAIN §4)."""
    explained = {e.code for e in case.entitlements.all() if e.state}
    return [code for code in codes.EntitlementCode if code not in explained]


def _household_faults(case: TenantCase) -> list[Fault]:
    if not case.persons.all():
        return [Fault("no_person", "menage", "Ajoutez au moins une personne au ménage.")]
    tenant = tenant_of(case)
    if tenant is None:
        return [Fault("no_tenant", "menage", "Dites qui, dans le ménage, est le locataire.")]
    faults = []
    if not tenant.employment_status:
        faults.append(Fault("no_employment_status", "emploi", "Indiquez la situation d’emploi du locataire."))
    if not tenant.occupational_category:
        faults.append(
            Fault(
                "no_occupational_category",
                "emploi",
                "Indiquez la catégorie socioprofessionnelle du locataire.",
            )
        )
    return faults


def _tenancy_faults(case: TenantCase) -> list[Fault]:
    tenancy = tenancy_of(case)
    if tenancy is None:
        return [Fault("no_tenancy", "logement", "Décrivez le logement et choisissez le bailleur.")]
    faults = []
    if not tenancy.rent:
        faults.append(Fault("no_rent", "logement", "Indiquez le loyer."))
    if tenancy.arrears and tenancy.arrears_since is None:
        faults.append(
            Fault("no_first_unpaid_month", "logement", "Indiquez le premier mois impayé de la dette.")
        )
    return faults


def _employment(person: Person) -> EmploymentFact | None:
    job = getattr(person, "employment", None)
    if job is None:
        return None
    return EmploymentFact(
        person=person.full_name,
        status=person.employment_status,
        employer=job.employer_name,
        sector=job.sector,
        subject=codes.ContributionSubject(job.contribution),
        headcount=job.headcount,
        contract=job.contract,
        started_on=job.started_on,
        ended_on=job.ended_on,
    )


def _is_private(person: Person) -> bool:
    """A leaseholder who works, or looks for work, in the private sector (S0's 67 %)."""
    job = getattr(person, "employment", None)
    return (
        person.position in _LEASEHOLDERS
        and job is not None
        and job.sector in _PRIVATE_SECTORS
        and person.employment_status in _IN_WORK_OR_LOOKING
    )
