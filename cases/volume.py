"""Cases of a volume run, with everything a request needs in their file."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ales.dates import add_months, first_of_month
from ales.text import fold
from ales.volume import Volume, moment
from cases.models import (
    BudgetLine,
    BudgetSnapshot,
    CaseEvent,
    Employment,
    Entitlement,
    Household,
    Person,
    Tenancy,
    TenantCase,
)
from cases.models.budget import LineKind
from cases.models.case import CaseState
from cases.models.household import PersonPosition
from cases.rules import codes
from cases.volume_situations import (
    FIRST_NAMES,
    LAST_NAMES,
    SITUATIONS,
    STREETS,
    TOWNS,
    Situation,
)
from members.roles import Role
from members.volume import Landlord, MembersVolume, Team

FIRST_AIDS = 87  # of 100 aids; the others renew them
FINISHED_AFTER = 300  # days: every aid of an older case is over
_STEPS = {
    "menage": 1,
    "emploi": 1,
    "logement": 1,
    "difficulte": 1,
    "budget": 1,
    "droits": 1,
}


@dataclass(frozen=True, slots=True)
class VolumeCase:
    """What the rooms above need of a case."""

    id: int
    public_id: UUID
    team: Team
    landlord: Landlord
    referent_id: int
    opened_on: dt.date
    arrears_on: dt.date
    tenant: str
    landlord_reference: str
    town: tuple[str, str, str, str]
    situation: Situation


@dataclass(frozen=True)
class CasesVolume:
    """The cases, oldest first."""

    cases: list[VolumeCase]


def build(volume: Volume) -> None:
    """One case a first aid, opened evenly over the run's years."""
    cases = _draw(volume)
    _write_cases(volume, cases)
    first = iter(volume.ids(Person, sum(len(case.situation.members) for case in cases)))
    tenants = _write_household(volume, cases, first)
    _write_file(volume, cases, tenants)
    volume.give(CasesVolume(cases))


def _draw(volume: Volume) -> list[VolumeCase]:
    members, random = volume.taken(MembersVolume), volume.random
    count = max(1, volume.aids * FIRST_AIDS // 100)
    days = (volume.until - volume.since).days
    cases = []
    for rank, pk in enumerate(volume.ids(TenantCase, count)):
        opened = moment(volume.since + dt.timedelta(days=days * rank // count))
        opened_on = min(opened.date(), volume.until)
        team = members.teams.draw(random)
        cases.append(
            VolumeCase(
                id=pk,
                public_id=volume.uuid(),
                team=team,
                landlord=members.landlords.draw(random),
                referent_id=random.choice(team.workers),
                opened_on=opened_on,
                arrears_on=first_of_month(opened_on) - dt.timedelta(days=1),
                tenant=f"{random.choice(LAST_NAMES).upper()} {random.choice(FIRST_NAMES)}",
                landlord_reference=f"L-{random.randrange(100_000):05d}",
                town=random.choice(TOWNS),
                situation=random.choice(SITUATIONS),
            )
        )
    return cases


def _write_cases(volume: Volume, cases: list[VolumeCase]) -> None:
    counts: dict[tuple[int, int], int] = {}
    for case in cases:
        key = (case.team.organisation_id, case.opened_on.year)
        counts[key] = counts.get(key, 0) + 1
    numbers = {
        (organisation, year): iter(volume.numbers(f"case:{organisation}:{year}", count))
        for (organisation, year), count in counts.items()
    }

    def rows() -> Iterator[tuple[Any, ...]]:
        for case in cases:
            organisation, opened = case.team.organisation_id, case.opened_on
            reference = f"D-{opened.year}-{next(numbers[organisation, opened.year]):05d}"
            last = min(opened + dt.timedelta(days=volume.random.randrange(20, 280)), volume.until)
            closed = (volume.until - opened).days > FINISHED_AFTER and volume.random.random() < 0.8
            closed_on = opened + dt.timedelta(days=FINISHED_AFTER) if closed else None
            text = fold(
                f"{reference} {case.tenant} {case.landlord.name} {case.landlord_reference} {case.town[0]}"
                f" {case.town[2]}"
            )
            yield (
                case.id,
                case.public_id,
                organisation,
                reference,
                case.referent_id,
                CaseState.CLOSED if closed else CaseState.OPEN,
                opened,
                closed_on,
                "Situation rétablie" if closed else "",
                case.situation.life_event,
                add_months(opened, -6),
                case.tenant,
                case.landlord.name,
                case.town[0],
                text,
                len(_STEPS) + 1,
                _STEPS,
                case.referent_id,
                moment(opened),
                moment(closed_on or last, volume.random.randrange(8, 18), volume.random.randrange(60)),
                closed_on or last,
            )

    volume.copy(TenantCase, _CASE_COLUMNS, rows())
    volume.copy(
        CaseEvent,
        ("organisation_id", "case_id", "kind", "text", "at", "by_id", "capacity"),
        (
            (
                case.team.organisation_id,
                case.id,
                "opened",
                "Dossier ouvert",
                moment(case.opened_on),
                case.referent_id,
                Role.SOCIAL_WORKER,
            )
            for case in cases
        ),
    )


_CASE_COLUMNS = (
    "id",
    "public_id",
    "organisation_id",
    "reference",
    "referent_id",
    "state",
    "opened_on",
    "closed_on",
    "closing_reason",
    "life_event",
    "life_event_on",
    "tenant_name",
    "landlord_name",
    "town",
    "search_text",
    "version",
    "step_versions",
    "created_by_id",
    "created_at",
    "updated_at",
    "last_contact_on",
)


def _write_household(volume: Volume, cases: list[VolumeCase], ids: Iterator[int]) -> list[int]:
    """Households and people; the tenants' ids in the order of the cases."""
    volume.copy(
        Household,
        ("organisation_id", "case_id", "occupancy", "family_category"),
        (
            (case.team.organisation_id, case.id, codes.Occupancy.TENANT, case.situation.family_category)
            for case in cases
        ),
    )
    tenants = []

    def rows() -> Iterator[tuple[Any, ...]]:
        for case in cases:
            situation = case.situation
            last_name, _blank, first_name = case.tenant.partition(" ")
            for rank, member in enumerate(situation.members):
                pk, is_tenant = next(ids), member.position == PersonPosition.TENANT
                if is_tenant:
                    tenants.append(pk)
                yield (
                    pk,
                    case.team.organisation_id,
                    case.id,
                    member.position,
                    rank,
                    last_name.capitalize(),
                    first_name if is_tenant else volume.random.choice(FIRST_NAMES),
                    case.opened_on - dt.timedelta(days=member.age * 365 + volume.random.randrange(365)),
                    situation.occupational_category if is_tenant else "",
                    situation.employment_status if is_tenant else "",
                )

    columns = (
        "id",
        "organisation_id",
        "case_id",
        "position",
        "rank",
        "last_name",
        "first_name",
        "birth_date",
        "occupational_category",
        "employment_status",
    )
    volume.copy(Person, columns, rows())
    return tenants


def _write_file(volume: Volume, cases: list[VolumeCase], tenants: list[int]) -> None:
    volume.copy(
        Employment,
        _EMPLOYMENT_COLUMNS,
        (
            (
                case.team.organisation_id,
                case.id,
                tenant,
                f"Entreprise d’essai {case.id % 900}",
                case.situation.sector,
                20 + case.id % 400,
                case.situation.contribution,
                add_months(case.opened_on, -12 - case.id % 100),
            )
            for case, tenant in zip(cases, tenants, strict=True)
        ),
    )
    volume.copy(Tenancy, _TENANCY_COLUMNS, (_tenancy(case) for case in cases))
    snapshots = volume.ids(BudgetSnapshot, len(cases))
    volume.copy(
        BudgetSnapshot,
        ("id", "organisation_id", "case_id", "moment", "as_of"),
        (
            (pk, case.team.organisation_id, case.id, codes.SnapshotMoment.DURING, case.opened_on)
            for pk, case in zip(snapshots, cases, strict=True)
        ),
    )
    volume.copy(
        BudgetLine,
        ("organisation_id", "case_id", "snapshot_id", "kind", "code", "amount", "has_proof"),
        (
            (case.team.organisation_id, case.id, snapshot, kind, line.code, line.amount, True)
            for snapshot, case in zip(snapshots, cases, strict=True)
            for kind, lines in (
                (LineKind.RESOURCE, case.situation.budget.resources),
                (LineKind.CHARGE, case.situation.budget.charges),
            )
            for line in lines
        ),
    )
    volume.copy(
        Entitlement,
        ("organisation_id", "case_id", "code", "state", "on_date"),
        (
            (case.team.organisation_id, case.id, code, state, case.opened_on)
            for case in cases
            for code, state in case.situation.entitlements
        ),
    )


_EMPLOYMENT_COLUMNS = (
    "organisation_id",
    "case_id",
    "person_id",
    "employer_name",
    "sector",
    "headcount",
    "contribution",
    "started_on",
)
_TENANCY_COLUMNS = (
    "organisation_id",
    "case_id",
    "landlord_id",
    "landlord_reference",
    "address",
    "postal_code",
    "town",
    "insee_code",
    "department",
    "lease_on",
    "lease_state",
    "lease_state_on",
    "rent",
    "service_charges",
    "housing_benefit",
    "arrears",
    "arrears_on",
    "arrears_since",
)


def _tenancy(case: VolumeCase) -> tuple[Any, ...]:
    town, department, postal_code, insee_code = case.town
    housing = case.situation.housing
    return (
        case.team.organisation_id,
        case.id,
        case.landlord.organisation_id,
        case.landlord_reference,
        f"{1 + case.id % 90} {STREETS[case.id % len(STREETS)]}",
        postal_code,
        town,
        insee_code,
        department,
        add_months(case.opened_on, -24 - case.id % 120),
        case.situation.lease_state,
        case.arrears_on,
        housing.rent,
        housing.service_charges,
        housing.housing_benefit,
        case.situation.arrears,
        case.arrears_on,
        add_months(first_of_month(case.arrears_on), -12),
    )
