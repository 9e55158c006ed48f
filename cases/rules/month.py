"""A household's month summed up: what comes in, what goes out and what is left (DOMAIN §5). Pure.

Amounts are exact euros a month; the sums are those of `cases.rules.budget`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ales.money import ZERO
from cases.rules.budget import Budget, fixed_charges, residual_housing_cost
from cases.rules.codes import INSTALMENT_CHARGES, SnapshotMoment


@dataclass(frozen=True)
class Month:
    """The month at one moment. `simulated` as in its budget."""

    moment: SnapshotMoment
    simulated: bool
    resources: Decimal
    housing: Decimal
    instalments: Decimal
    other_charges: Decimal

    @property
    def charges(self) -> Decimal:
        return self.housing + self.instalments + self.other_charges

    @property
    def living_remainder(self) -> Decimal:
        """Resources − (residual housing cost + instalments); may be negative."""
        return self.resources - self.housing - self.instalments

    @property
    def left(self) -> Decimal:
        """Resources − every fixed charge; negative when the month doesn't balance."""
        return self.resources - self.charges


def months_of(budgets: Mapping[str, Budget]) -> list[Month]:
    """The months of the moments that have a budget, in their order."""
    return [_month(moment, budgets[moment]) for moment in SnapshotMoment if moment in budgets]


def _month(moment: SnapshotMoment, budget: Budget) -> Month:
    housing = residual_housing_cost(budget).value
    instalments = sum((line.amount for line in budget.charges if line.code in INSTALMENT_CHARGES), start=ZERO)
    return Month(
        moment=moment,
        simulated=budget.simulated,
        resources=sum((line.amount for line in budget.resources), start=ZERO),
        housing=housing,
        instalments=instalments,
        other_charges=fixed_charges(budget) - housing - instalments,
    )
