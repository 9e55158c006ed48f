"""Budgets and entitlements of the demo, worked out from what is left a person (DOMAIN §1, §5)."""

import datetime as dt
import random
from decimal import Decimal

from cases.demo_file import CaseFile, Traits, euros
from cases.models import BudgetLine, BudgetSnapshot, Entitlement
from cases.models.household import PersonPosition
from cases.rules import codes
from cases.rules.codes import ChargeCode, EmploymentStatus, EntitlementState, FamilyCategory, ResourceCode

#: The example scale's rates, written again: this room knows no aid, and only needs their order of size.
EXPECTED_RATES = (
    (500, Decimal("0.50")),
    (350, Decimal("0.60")),
    (200, Decimal("0.75")),
    (0, Decimal("0.90")),
)
EXPECTED_CAP = Decimal(300)
THRESHOLD = 300


def expected_aid(file: CaseFile) -> Decimal:
    """Euros a month that the example scale will allow."""
    tenancy = file.tenancy
    residual = tenancy.rent + tenancy.service_charges - tenancy.rls - tenancy.housing_benefit
    rate = next(rate for lower, rate in EXPECTED_RATES if residual >= lower)
    return min(residual * rate, EXPECTED_CAP)


MAIN_RESOURCE = {
    EmploymentStatus.UNEMPLOYED_COMPENSATED: ResourceCode.UNEMPLOYMENT,
    EmploymentStatus.ON_LEAVE: ResourceCode.DAILY_ALLOWANCES,
    EmploymentStatus.RETIRED: ResourceCode.PENSION,
    EmploymentStatus.INACTIVE: ResourceCode.RSA,
    EmploymentStatus.SELF_EMPLOYED: ResourceCode.OTHER,
}


def write_budgets(file: CaseFile, traits: Traits, draw: random.Random) -> None:
    charges = _charges(file, draw)
    heads = len(file.persons)
    tenancy = file.tenancy
    residual = tenancy.rent + tenancy.service_charges - tenancy.rls - tenancy.housing_benefit
    fixed = residual + sum(amount for _code, amount in charges)
    aid = Decimal(0) if traits.is_leaving else expected_aid(file) / heads
    before = _before(traits, aid)
    opened_on = file.opened_at.date()
    during = fixed + before * heads
    add_snapshot(file, codes.SnapshotMoment.DURING, opened_on, _resources(file, during), charges)
    if draw.random() < 0.55:
        earlier = max(during * draw.randrange(115, 150) / 100, fixed + 320 * heads)
        on = file.case.life_event_on
        add_snapshot(file, codes.SnapshotMoment.BEFORE, on, _resources(file, earlier), charges)
    reached = before + aid > THRESHOLD
    if reached != traits.above_after or draw.random() < 0.15:
        low, high = (312, 460) if traits.above_after else (before - 5, THRESHOLD - 6)
        after = low + (high - low) * Decimal(draw.randrange(1000)) / 1000
        later = opened_on + dt.timedelta(days=draw.randrange(60, 120))
        amounts = _resources(file, fixed + after * heads)
        add_snapshot(file, codes.SnapshotMoment.AFTER, later, amounts, charges)


def _before(traits: Traits, aid: Decimal) -> Decimal:
    """Euros left a person before the aid."""
    if not traits.below_before:
        return 304 + 110 * traits.in_between
    if traits.above_after:
        # What the aid alone doesn't lift over the threshold (none for who leaves), a later budget does.
        low = min(max(THRESHOLD - aid + 4, 30), THRESHOLD - 40)
        return low + (THRESHOLD - 4 - low) * traits.in_between
    high = max(THRESHOLD - aid - 6, 0)
    return high - min(170, high + 60) * (1 - traits.in_between)


def _charges(file: CaseFile, draw: random.Random) -> list[tuple[str, Decimal]]:
    heads = len(file.persons)
    charges = [
        (ChargeCode.ENERGY, draw.randrange(48, 80) + 9 * heads),
        (ChargeCode.HOME_INSURANCE, draw.randrange(12, 22)),
        (ChargeCode.HEALTH_INSURANCE, draw.randrange(18, 36) + 8 * heads),
        (ChargeCode.TELECOM, draw.randrange(22, 48)),
        (ChargeCode.TRANSPORT, draw.randrange(30, 110)),
    ]
    if any(p.position == PersonPosition.CHILD for p in file.persons):
        charges.append((ChargeCode.CHILDCARE, draw.randrange(30, 95)))
    if draw.random() < 0.3:
        charges.append((ChargeCode.CREDIT_INSTALMENT, draw.randrange(55, 190)))
    return [(code, euros(amount)) for code, amount in charges]


def _resources(file: CaseFile, total: Decimal) -> list[tuple[str, Decimal]]:
    """The total split between what the tenant earns and what the family receives."""
    children = sum(person.position == PersonPosition.CHILD for person in file.persons)
    rest = euros(total)
    rows: list[tuple[str, Decimal]] = []
    single_parent = file.household.family_category == FamilyCategory.SINGLE_PARENT
    for code, amount in (
        (ResourceCode.FAMILY_ALLOWANCES, Decimal("148.52") if children >= 2 else Decimal(0)),
        (ResourceCode.ASF, Decimal("195.85") if single_parent else Decimal(0)),
        (ResourceCode.ACTIVITY_BONUS, Decimal("162.00") if children else Decimal(0)),
    ):
        if amount and rest - amount > 500:
            rows.append((code, amount))
            rest -= amount
    main = MAIN_RESOURCE.get(file.persons[0].employment_status, ResourceCode.SALARY)
    return [(main, max(rest, Decimal("0.00"))), *rows]


def add_snapshot(
    file: CaseFile,
    moment: str,
    as_of: dt.date,
    resources: list[tuple[str, Decimal]],
    charges: list[tuple[str, Decimal]],
) -> None:
    """A budget of the file, its rows included."""
    snapshot = file.row(BudgetSnapshot, moment=moment, as_of=as_of)
    file.snapshots.append(snapshot)
    for kind, lines in (("RESOURCE", resources), ("CHARGE", charges)):
        file.lines += [
            file.row(BudgetLine, snapshot=snapshot, kind=kind, code=code, amount=amount, has_proof=True)
            for code, amount in lines
        ]


# --- Entitlements -------------------------------------------------------------------------------

#: How often a benefit runs, is asked for, was refused; else it isn't open to the household.
LIKELY = {
    codes.EntitlementCode.HOUSING_BENEFIT: (1.0, 0.0, 0.0),
    codes.EntitlementCode.FSL_MAINTIEN: (0.02, 0.35, 0.3),
    codes.EntitlementCode.ACTIVITY_BONUS: (0.4, 0.2, 0.05),
    codes.EntitlementCode.ENERGY_VOUCHER: (0.7, 0.05, 0.0),
    codes.EntitlementCode.CSS: (0.35, 0.15, 0.05),
    codes.EntitlementCode.CCAS_AID: (0.1, 0.15, 0.15),
    codes.EntitlementCode.FAMILY_BENEFITS: (0.4, 0.0, 0.0),
    codes.EntitlementCode.OVER_INDEBTEDNESS_FILE: (0.05, 0.06, 0.0),
}


def write_entitlements(file: CaseFile, draw: random.Random) -> None:
    on = file.opened_at.date() - dt.timedelta(days=draw.randrange(1, 12))
    for code in codes.EntitlementCode:
        active, asked, refused = LIKELY.get(code, (0.03, 0.02, 0.02))
        drawn = draw.random()
        if drawn < active:
            state = EntitlementState.ACTIVATED
        elif drawn < active + asked:
            state = EntitlementState.REQUESTED
        elif drawn < active + asked + refused:
            state = EntitlementState.REFUSED
        else:
            state = EntitlementState.NOT_ELIGIBLE if draw.random() < 0.4 else EntitlementState.NOT_APPLICABLE
        file.entitlements.append(file.row(Entitlement, code=code, state=state, on_date=on))
