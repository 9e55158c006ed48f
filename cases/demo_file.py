"""A demo case with every row of it, before it is written."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

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
from cases.rules.codes import FamilyCategory
from members.access import Actor
from members.models import Organisation


@dataclass
class CaseFile:
    """A case and every row of it, not yet in the database."""

    organisation: Organisation
    author: Actor
    opened_at: dt.datetime
    case: TenantCase
    household: Household
    tenancy: Tenancy
    persons: list[Person]
    employments: list[Employment] = field(default_factory=list)
    snapshots: list[BudgetSnapshot] = field(default_factory=list)
    lines: list[BudgetLine] = field(default_factory=list)
    entitlements: list[Entitlement] = field(default_factory=list)
    events: list[CaseEvent] = field(default_factory=list)

    @property
    def search_tail(self) -> str:
        """What the search finds besides the people."""
        tenancy = self.tenancy
        return " ".join(
            (self.case.landlord_name, tenancy.landlord_reference, tenancy.town, tenancy.postal_code)
        )

    def row(self, model: type, **values):
        """A row of this case."""
        return model(case=self.case, organisation_id=self.organisation.pk, **values)


@dataclass(frozen=True)
class Traits:
    """What the study counts of a household."""

    is_private: bool
    category: FamilyCategory
    below_before: bool
    above_after: bool
    is_leaving: bool
    in_between: Decimal


def euros(amount: Decimal | int) -> Decimal:
    """To the cent."""
    return Decimal(round(amount * 100)).scaleb(-2)
