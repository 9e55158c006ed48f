"""The indicators of a household, moment beside moment, ready for the template."""

from typing import Any

from cases.pictures import budget_picture
from cases.rules import budget, codes
from cases.rules.month import months_of

_FIGURES = ("debt_ratio", "living_remainder", "available_per_person", "residual_rent")


def indicator_context(budgets: dict[str, budget.Budget], *, unreadable: int = 0) -> dict[str, Any]:
    """What cases/parts/indicators.html shows of these budgets: the picture of the months and the figures."""
    found = {moment: budget.indicators(one) for moment, one in budgets.items()}
    return {
        "picture": budget_picture(months_of(budgets)),
        "columns": indicator_columns(found),
        "unreadable": unreadable,
    }


def indicator_columns(found: dict[str, budget.Indicators]) -> list[dict[str, Any]]:
    """One column a moment, in order, each figure with its explanation; empty for a moment unknown.

    The tone of the available amount follows the strict threshold on its exact value (DOMAIN §5).
    """
    columns = []
    for moment in codes.SnapshotMoment:
        indicators = found.get(moment)
        column: dict[str, Any] = {"label": codes.label(moment), "figures": [], "simulated": False}
        if indicators is not None:
            below = budget.below_threshold(indicators.available_per_person.value)
            column |= {
                "simulated": indicators.simulated,
                "is_below": below,
                "badge": None
                if below is None
                else ("Moins de 300 € par personne" if below else "300 € ou plus par personne"),
                "tone": "warning" if below else "success",
                "figures": [getattr(indicators, name).explanation for name in _FIGURES],
            }
        columns.append(column)
    return columns
