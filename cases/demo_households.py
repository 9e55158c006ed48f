"""Invented households whose statistics are those of the study of 2008 (DOMAIN §1).

The traits the study counts are dealt evenly; amounts are then worked out backwards from them: what is left
a person, before and after the aid, decides the resources.
"""

import datetime as dt
import random
from decimal import Decimal

from ales.dates import add_months, first_of_month
from cases.demo_budgets import write_budgets, write_entitlements
from cases.demo_file import CaseFile, Traits, euros
from cases.demo_words import (
    CHILDREN,
    EMPLOYERS,
    LAST_NAMES,
    MEN,
    NOTES,
    PUBLIC_EMPLOYERS,
    STREETS,
    WOMEN,
)
from cases.models import (
    CaseEvent,
    Employment,
    Household,
    Person,
    Tenancy,
    TenantCase,
)
from cases.models.household import PersonPosition
from cases.operations.base import STEP_EVENTS
from cases.rules import codes
from cases.rules.codes import EmploymentStatus, FamilyCategory
from members.access import Actor
from members.communes import Commune
from members.models import Organisation


def deal(index: int) -> Traits:
    """Traits of the index-th household: each share comes out exactly over any long enough run, and apart
    from the others (multiples of irrational numbers, modulo 1)."""

    def share(number: int) -> Decimal:
        return (index + Decimal("0.5")) * Decimal(number).sqrt() % 1

    alone = share(3)
    below = share(5) < Decimal("0.93")
    if alone < Decimal("0.33"):
        category = FamilyCategory.SINGLE
    elif alone < Decimal("0.73"):
        category = FamilyCategory.SINGLE_PARENT
    else:
        category = FamilyCategory.COUPLE if alone < Decimal("0.81") else FamilyCategory.COUPLE_WITH_CHILDREN
    return Traits(
        is_private=share(2) < Decimal("0.67"),
        category=category,
        below_before=below,
        # Those above before stay above: 0.07 + 0.93 × 0.645 = 0.67.
        above_after=not below or share(7) < Decimal("0.645"),
        is_leaving=share(11) < Decimal("0.13"),
        in_between=share(13),
    )


def family(
    *,
    traits: Traits,
    draw: random.Random,
    organisation: Organisation,
    author: Actor,
    landlord: Organisation,
    commune: Commune,
    opened_at: dt.datetime,
) -> CaseFile:
    """A household with these traits, its whole file as on the day the case was opened."""
    file = _opened(draw, organisation, author, landlord, commune, opened_at, traits)
    _people(file, traits, draw)
    _job(file, traits, draw)
    write_budgets(file, traits, draw)
    write_entitlements(file, draw)
    describe(file)
    return file


def describe(file: CaseFile) -> None:
    """The summary of the lists, and the first lines of the timeline."""
    case = file.case
    case.tenant_name = file.persons[0].full_name
    case.landlord_name = file.tenancy.landlord.name
    case.town = file.tenancy.town
    case.updated_at = file.opened_at + dt.timedelta(minutes=50)
    case.step_versions = dict.fromkeys(STEP_EVENTS, 1)
    texts = [("opened", f"Dossier ouvert, référent : {file.author.name}")]
    texts += [(f"step:{step}", text) for step, text in STEP_EVENTS.items() if _has_step(file, step)]
    file.events = [
        file.row(
            CaseEvent,
            kind=kind,
            text=text,
            at=file.opened_at + dt.timedelta(minutes=7 * rank),
            by_id=file.author.user_id,
            capacity=file.author.role,
        )
        for rank, (kind, text) in enumerate(texts)
    ]


def _has_step(file: CaseFile, step: str) -> bool:
    moments = {snapshot.moment for snapshot in file.snapshots}
    return {
        "budget-avant": codes.SnapshotMoment.BEFORE in moments,
        "budget-apres": codes.SnapshotMoment.AFTER in moments,
        "budget": codes.SnapshotMoment.DURING in moments,
        "emploi": bool(file.employments),
        "droits": bool(file.entitlements),
    }.get(step, True)


# --- Dwelling -----------------------------------------------------------------------------------


def _opened(
    draw: random.Random,
    organisation: Organisation,
    author: Actor,
    landlord: Organisation,
    commune: Commune,
    opened_at: dt.datetime,
    traits: Traits,
) -> CaseFile:
    opened_on = opened_at.date()
    event = draw.choices(
        [code for code in codes.LifeEvent if code in NOTES], weights=(20, 18, 9, 14, 3, 16, 3, 5, 6, 5, 4)
    )[0]
    case = TenantCase(
        organisation=organisation,
        referent_id=author.user_id,
        opened_on=opened_on,
        life_event=event,
        life_event_on=opened_on - dt.timedelta(days=draw.randrange(60, 330)),
        social_notes=NOTES[event],
        created_by_id=author.user_id,
        created_at=opened_at,
        last_contact_on=opened_on,
    )
    residual = _residual(draw)
    is_social = landlord.is_member
    service_charges = draw.randrange(45, 110)
    benefit = draw.randrange(60, 190) + (60 if traits.category == FamilyCategory.SINGLE_PARENT else 0)
    rls = draw.randrange(28, 52) if is_social and not commune.department.startswith("97") else 0
    months_owed = draw.randrange(4, 13)
    arrears = residual * months_owed * draw.randrange(75, 100) / 100
    lease_state = _lease_state(draw, traits)
    tenancy = Tenancy(
        case=case,
        organisation=organisation,
        landlord=landlord,
        landlord_reference=f"L-{draw.randrange(1000, 99999)}" if is_social else "",
        address=f"{draw.randrange(1, 140)} {draw.choice(STREETS)}",
        postal_code=commune.postal_code,
        town=commune.name,
        insee_code=commune.insee_code,
        department=commune.department,
        dwelling=draw.choice(("T1", "T2", "T2", "T3", "T3", "T4")),
        lease_on=opened_on - dt.timedelta(days=draw.randrange(400, 4200)),
        lease_state=lease_state,
        lease_state_on=opened_on - dt.timedelta(days=draw.randrange(10, 120)),
        rent=euros(residual + benefit + rls - service_charges),
        service_charges=euros(service_charges),
        rls=euros(rls),
        housing_benefit=euros(benefit),
        arrears=euros(arrears),
        arrears_on=opened_on,
        arrears_since=add_months(first_of_month(opened_on), -months_owed),
    )
    household = Household(
        case=case,
        organisation=organisation,
        family_category=traits.category,
        phone=f"06 39 98 {draw.randrange(100):02d} {draw.randrange(100):02d}",
    )
    return CaseFile(organisation, author, opened_at, case, household, tenancy, [])


def _residual(draw: random.Random) -> Decimal:
    """Euros a month; mostly where the scale's percentage gives from 250 to 300 €."""
    low, high = draw.choices([(230, 349), (350, 499), (500, 660)], weights=(8, 47, 45))[0]
    return Decimal(draw.randrange(low * 100, high * 100)) / 100


def _lease_state(draw: random.Random, traits: Traits) -> str:
    if traits.is_leaving:
        return codes.LeaseState.NOTICE_GIVEN
    states = codes.LeaseState
    return draw.choices(
        [
            states.CURRENT,
            states.PAYMENT_DEMAND,
            states.SUMMONED,
            states.TERMINATED,
            states.EVICTION_PROCEDURE,
        ],
        weights=(46, 24, 13, 11, 6),
    )[0]


# --- People -------------------------------------------------------------------------------------


def _people(file: CaseFile, traits: Traits, draw: random.Random) -> None:
    last_name = draw.choice(LAST_NAMES)
    couple = traits.category in (FamilyCategory.COUPLE, FamilyCategory.COUPLE_WITH_CHILDREN)
    children = {
        FamilyCategory.SINGLE_PARENT: draw.choices((1, 2, 3), weights=(45, 40, 15))[0],
        FamilyCategory.COUPLE_WITH_CHILDREN: draw.choices((1, 2, 3, 4), weights=(25, 40, 25, 10))[0],
    }.get(traits.category, 0)
    woman = draw.random() < (0.82 if traits.category == FamilyCategory.SINGLE_PARENT else 0.5)
    age = draw.randrange(25, 52) if children else draw.randrange(22, 60)
    rows = [(PersonPosition.TENANT, last_name, draw.choice(WOMEN if woman else MEN), age)]
    if couple:
        position = draw.choice((PersonPosition.CO_TENANT, PersonPosition.PARTNER))
        other = draw.choice(MEN if woman else WOMEN)
        rows.append((position, last_name, other, age + draw.randrange(-4, 5)))
    names = draw.sample(CHILDREN, children)
    rows += [(PersonPosition.CHILD, last_name, name, draw.randrange(1, min(18, age - 17))) for name in names]
    file.persons = [
        file.row(
            Person,
            position=position,
            rank=rank,
            last_name=last,
            first_name=first,
            birth_date=_birth(file.opened_at.date(), years, draw),
        )
        for rank, (position, last, first, years) in enumerate(rows)
    ]


def _birth(on: dt.date, years: int, draw: random.Random) -> dt.date:
    return on - dt.timedelta(days=365 * years + draw.randrange(10, 350))


def _job(file: CaseFile, traits: Traits, draw: random.Random) -> None:
    """What the tenant lives on, and for which employer: decides the sector of the statistics."""
    tenant, opened_on = file.persons[0], file.opened_at.date()
    if not traits.is_private:
        _other_work(file, draw)
        return
    employer, headcount, sector, category = draw.choice(EMPLOYERS)
    status = draw.choices(
        [
            EmploymentStatus.PERMANENT,
            EmploymentStatus.FIXED_TERM,
            EmploymentStatus.AGENCY,
            EmploymentStatus.UNEMPLOYED_COMPENSATED,
            EmploymentStatus.ON_LEAVE,
        ],
        weights=(50, 12, 9, 19, 10),
    )[0]
    left = status == EmploymentStatus.UNEMPLOYED_COMPENSATED
    contracts = {
        EmploymentStatus.FIXED_TERM: codes.ContractType.FIXED_TERM,
        EmploymentStatus.AGENCY: codes.ContractType.AGENCY,
    }
    tenant.occupational_category, tenant.employment_status = category, status
    file.employments = [
        file.row(
            Employment,
            person=tenant,
            employer_name=employer,
            sector=sector,
            headcount=headcount,
            contribution=codes.ContributionSubject.YES,
            contract=contracts.get(status, codes.ContractType.PERMANENT),
            started_on=opened_on - dt.timedelta(days=draw.randrange(400, 4000)),
            ended_on=opened_on - dt.timedelta(days=draw.randrange(10, 110)) if left else None,
        )
    ]


def _other_work(file: CaseFile, draw: random.Random) -> None:
    tenant = file.persons[0]
    kind = draw.choices(("public", "retired", "inactive", "self"), weights=(40, 25, 25, 10))[0]
    status, category = {
        "public": (EmploymentStatus.FIXED_TERM, "5"),
        "retired": (EmploymentStatus.RETIRED, "7"),
        "inactive": (EmploymentStatus.INACTIVE, "8"),
        "self": (EmploymentStatus.SELF_EMPLOYED, "2"),
    }[kind]
    if kind == "retired" and len(file.persons) == 1:
        tenant.birth_date = _birth(file.opened_at.date(), draw.randrange(63, 78), draw)
    tenant.occupational_category, tenant.employment_status = category, status
    if kind == "public":
        employer, headcount, sector, _category = draw.choice(PUBLIC_EMPLOYERS)
        file.employments = [
            file.row(
                Employment,
                person=tenant,
                employer_name=employer,
                sector=sector,
                headcount=headcount,
                contribution=codes.ContributionSubject.NO,
                contract=codes.ContractType.FIXED_TERM,
                started_on=file.opened_at.date() - dt.timedelta(days=draw.randrange(200, 1500)),
            )
        ]
