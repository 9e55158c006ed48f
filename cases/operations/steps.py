"""Use cases of the entry, one a step: they write the step's rows and raise its version."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from ales.errors import InvalidInputError, require
from ales.money import ZERO
from cases import permissions
from cases.models import (
    BudgetLine,
    BudgetSnapshot,
    Employment,
    Entitlement,
    Household,
    Person,
    Tenancy,
    TenantCase,
)
from cases.models.household import PersonPosition
from cases.operations.base import check_step, day_of, finish_step, is_repeated, lock
from cases.operations.case import is_held
from cases.rules import budget, codes
from members.access import Actor
from members.communes import Commune
from members.models import Organisation
from members.roles import LandlordType, OrganisationKind

#: Step of the budget at each moment.
BUDGET_STEPS = {
    "budget-avant": codes.SnapshotMoment.BEFORE,
    "budget": codes.SnapshotMoment.DURING,
    "budget-apres": codes.SnapshotMoment.AFTER,
}


@dataclass(frozen=True)
class Page:
    """The page a step was typed in: its version, to refuse a stale one, and the form's own key."""

    version: int | None = None
    form_key: UUID | None = None


@dataclass(frozen=True)
class PersonInput:
    """A row of the household; `public_id` None for a new person."""

    position: str
    last_name: str
    first_name: str
    birth_date: date | None = None
    public_id: UUID | None = None


@dataclass(frozen=True)
class EmploymentInput:
    """The work of one person; nothing is kept of the employer without a sector."""

    occupational_category: str = ""
    employment_status: str = ""
    employer_name: str = ""
    sector: str = ""
    headcount: int | None = None
    contribution: str = codes.ContributionSubject.UNKNOWN
    contract: str = ""
    started_on: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True)
class HousingInput:
    """The dwelling as typed; the landlord is one of the list or a new private one. Euros."""

    commune: Commune
    address: str
    landlord: Organisation | None = None
    new_landlord: str = ""
    landlord_reference: str = ""
    dwelling: str = ""
    lease_on: date | None = None
    lease_state: str = codes.LeaseState.CURRENT
    lease_state_on: date | None = None
    housing: budget.Housing = field(default_factory=budget.Housing)
    arrears: Decimal = ZERO
    arrears_on: date | None = None
    arrears_since: date | None = None
    benefit_arrears: Decimal = ZERO


@dataclass(frozen=True)
class LineInput:
    """A row of the budget, monthly euros; `person` by public id, None for the household."""

    code: str
    amount: Decimal
    label: str = ""
    person: UUID | None = None
    has_proof: bool = False


def _open(actor: Actor, case_id: UUID, step: str, page: Page) -> tuple[TenantCase, bool]:
    """The locked case, and whether this very form was saved already. Refuses a stale page."""
    case = lock(actor, case_id)
    require(permissions.may_edit(actor, case))
    if is_repeated(case, page.form_key):
        return case, True
    check_step(case, step, page.version)
    return case, False


@transaction.atomic
def save_household(
    *,
    actor: Actor,
    case_id: UUID,
    page: Page,
    household: dict[str, Any],
    persons: list[PersonInput],
    at: datetime,
) -> TenantCase:
    """Write who lives there: exactly one tenant, no birth date to come. People left out are removed."""
    case, done = _open(actor, case_id, "menage", page)
    if done:
        return case
    tenants = sum(person.position == PersonPosition.TENANT for person in persons)
    if not persons:
        raise InvalidInputError("Ajoutez au moins une personne au ménage.")
    if tenants != 1:
        raise InvalidInputError("Le ménage a un locataire, et un seul.")
    if any(person.birth_date and person.birth_date > day_of(at) for person in persons):
        raise InvalidInputError("Une date de naissance est dans le futur.")
    Household.objects.update_or_create(
        case=case, defaults=household | {"organisation_id": case.organisation_id}
    )
    known = {person.public_id: person for person in case.persons.all()}
    kept = {person.public_id for person in persons if person.public_id in known}
    case.persons.exclude(public_id__in=kept).delete()
    # The tenant may pass to somebody else: nobody is while the rows are rewritten.
    case.persons.filter(position=PersonPosition.TENANT).update(position=PersonPosition.OTHER)
    for rank, typed in enumerate(persons):
        person = known.get(typed.public_id) if typed.public_id in kept else None
        person = person or Person(case=case)
        person.position = typed.position
        person.rank = rank
        person.last_name, person.first_name = typed.last_name, typed.first_name
        person.birth_date = typed.birth_date
        person.save()
    finish_step(case, actor, "menage", at, page.form_key)
    return case


@transaction.atomic
def save_employment(
    *, actor: Actor, case_id: UUID, page: Page, jobs: dict[UUID, EmploymentInput], at: datetime
) -> TenantCase:
    """Write each person's situation and employer, by public id; people of another case are refused."""
    case, done = _open(actor, case_id, "emploi", page)
    if done:
        return case
    persons = {person.public_id: person for person in case.persons.all()}
    if not set(jobs) <= set(persons):
        raise InvalidInputError("Le ménage a changé entre-temps : rechargez la page.")
    for public_id, job in jobs.items():
        if job.started_on and job.ended_on and job.ended_on < job.started_on:
            raise InvalidInputError("La fin d’un contrat précède son début.")
        person = persons[public_id]
        person.occupational_category = job.occupational_category
        person.employment_status = job.employment_status
        person.save(update_fields=["occupational_category", "employment_status"])
        if not job.sector:
            Employment.objects.filter(person=person).delete()
            continue
        Employment.objects.update_or_create(
            person=person,
            defaults={
                "case": case,
                "organisation_id": case.organisation_id,
                "employer_name": job.employer_name,
                "sector": job.sector,
                "headcount": job.headcount,
                "contribution": job.contribution,
                "contract": job.contract,
                "started_on": job.started_on,
                "ended_on": job.ended_on,
            },
        )
    finish_step(case, actor, "emploi", at, page.form_key)
    return case


@transaction.atomic
def save_housing(*, actor: Actor, case_id: UUID, page: Page, typed: HousingInput, at: datetime) -> TenantCase:
    """Write the dwelling; a private landlord named here is registered for this organisation only.

    Raises InvalidInputError for a landlord of nobody's list, a dwelling an aid under way still needs,
    or debts and dates that contradict each other.
    """
    case, done = _open(actor, case_id, "logement", page)
    if done:
        return case
    former = Tenancy.objects.filter(case=case).first()
    landlord = typed.landlord
    if landlord is None:
        landlord = _private_landlord(typed.new_landlord, case.organisation_id)
    elif not Organisation.objects.landlords_for(case.organisation_id).filter(pk=landlord.pk).exists():
        raise InvalidInputError({"landlord": ["Choisissez un bailleur de la liste."]})
    if former and former.landlord_id != landlord.pk:
        verdict = permissions.may_edit_dwelling(actor, case, held=is_held(case))
        if not verdict:
            raise InvalidInputError({"landlord": [verdict.reason]})
    faults = {f.field: [f.message] for f in budget.housing_faults(typed.housing, typed.commune.department)}
    if typed.arrears and typed.arrears_on is None:
        faults["arrears_on"] = ["Une dette est arrêtée à une date : indiquez-la."]
    if typed.arrears_since and typed.arrears_on and typed.arrears_since > typed.arrears_on:
        faults["arrears_since"] = ["Le premier mois impayé est après la date de la dette."]
    if faults:
        raise InvalidInputError(faults)
    Tenancy.objects.update_or_create(
        case=case,
        defaults={
            "organisation_id": case.organisation_id,
            "landlord": landlord,
            "landlord_reference": typed.landlord_reference,
            "address": typed.address,
            "postal_code": typed.commune.postal_code,
            "town": typed.commune.name,
            "insee_code": typed.commune.insee_code,
            "department": typed.commune.department,
            "dwelling": typed.dwelling,
            "lease_on": typed.lease_on,
            "lease_state": typed.lease_state,
            "lease_state_on": typed.lease_state_on,
            **{name: getattr(typed.housing, name) for name in budget.HOUSING_LABELS},
            "arrears": typed.arrears,
            "arrears_on": typed.arrears_on,
            "arrears_since": typed.arrears_since,
            "benefit_arrears": typed.benefit_arrears,
        },
    )
    finish_step(case, actor, "logement", at, page.form_key)
    return case


def _private_landlord(name: str, organisation_id: int) -> Organisation:
    """The private landlord of that name registered by the case's organisation, made when there is none."""
    name = name.strip()
    if not name:
        raise InvalidInputError({"landlord": ["Choisissez le bailleur, ou nommez un bailleur privé."]})
    known = Organisation.objects.filter(
        registered_by_id=organisation_id, landlord_type=LandlordType.PRIVATE, name__iexact=name
    ).first()
    return known or Organisation.objects.create(
        kind=OrganisationKind.BAILLEUR,
        landlord_type=LandlordType.PRIVATE,
        name=name,
        is_member=False,
        registered_by_id=organisation_id,
    )


@transaction.atomic
def save_difficulty(
    *,
    actor: Actor,
    case_id: UUID,
    page: Page,
    life_event: str,
    life_event_on: date | None,
    social_notes: str,
    last_contact_on: date | None,
    at: datetime,
) -> TenantCase:
    """Write what happened and the social notes."""
    case, done = _open(actor, case_id, "difficulte", page)
    if done:
        return case
    case.life_event = life_event
    case.life_event_on = life_event_on
    case.social_notes = social_notes
    case.last_contact_on = last_contact_on
    finish_step(case, actor, "difficulte", at, page.form_key)
    return case


@transaction.atomic
def save_budget(
    *,
    actor: Actor,
    case_id: UUID,
    step: str,
    page: Page,
    as_of: date | None,
    resources: list[LineInput],
    charges: list[LineInput],
    at: datetime,
) -> TenantCase:
    """Write the rows of one moment; without any row the snapshot is removed (*after* is simulated again)."""
    case, done = _open(actor, case_id, step, page)
    if done:
        return case
    moment = BUDGET_STEPS[step]
    if any(line.code in codes.TENANCY_CHARGES for line in charges):
        raise InvalidInputError("Le loyer et ses charges se saisissent dans le logement seulement.")
    if any(line.amount < 0 for line in [*resources, *charges]):
        raise InvalidInputError("Un montant ne peut pas être négatif.")
    persons = {person.public_id: person for person in case.persons.all()}
    BudgetSnapshot.objects.filter(case=case, moment=moment).delete()
    if resources or charges:
        snapshot = BudgetSnapshot.objects.create(case=case, moment=moment, as_of=as_of)
        BudgetLine.objects.bulk_create(
            BudgetLine(
                case=case,
                organisation_id=case.organisation_id,
                snapshot=snapshot,
                kind=kind,
                code=line.code,
                label=line.label,
                amount=line.amount,
                person=persons.get(line.person),
                has_proof=line.has_proof,
            )
            for kind, lines in (("RESOURCE", resources), ("CHARGE", charges))
            for line in lines
        )
    finish_step(case, actor, step, at, page.form_key)
    return case


@transaction.atomic
def save_entitlements(
    *,
    actor: Actor,
    case_id: UUID,
    page: Page,
    entries: dict[str, tuple[str, date | None, str]],
    at: datetime,
) -> TenantCase:
    """Write state, date and note of each benefit by code; a state needs its date, not in the future."""
    case, done = _open(actor, case_id, "droits", page)
    if done:
        return case
    faults = {}
    for code, (state, on, _note) in entries.items():
        if state and on is None:
            faults[f"{code}_on"] = ["Indiquez la date."]
        elif on and on > day_of(at):
            faults[f"{code}_on"] = ["Cette date est dans le futur."]
    if faults:
        raise InvalidInputError(faults)
    Entitlement.objects.filter(case=case).delete()
    Entitlement.objects.bulk_create(
        Entitlement(
            case=case,
            organisation_id=case.organisation_id,
            code=code,
            state=state,
            on_date=on if state else None,
            note=note,
        )
        for code, (state, on, note) in entries.items()
        if state or note
    )
    finish_step(case, actor, "droits", at, page.form_key)
    return case
