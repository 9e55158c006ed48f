"""What is left of the arrears once the aids are paid (DOMAIN §4). Pure: no Django, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ales.explanation import Explanation, Figure
from ales.money import ZERO, format_euros, round_half_up

_SOURCE = "Plaquette de l’ALES, 2009 (plan d’apurement)"


class TermPosition(StrEnum):
    """Whether a term is inside the dated arrears; only those lower them."""

    PAST = "PAST"
    COMING = "COMING"


TERM_POSITION_LABELS = {
    TermPosition.PAST: "Mois impayé, compris dans la dette",
    TermPosition.COMING: "Mois à venir, hors de la dette",
}


@dataclass(frozen=True)
class PaidTerm:
    """One aid counted in the plan: its amount in euros and where its month stands."""

    amount: Decimal
    position: TermPosition


def term_position(month: date | None, arrears_on: date | None) -> TermPosition:
    """PAST when the month is that of the arrears' date or an earlier one.

    A settlement has no month and is always inside the arrears; without dated arrears nothing is.
    """
    if month is None:
        return TermPosition.PAST
    if arrears_on is None:
        return TermPosition.COMING
    inside = (month.year, month.month) <= (arrears_on.year, arrears_on.month)
    return TermPosition.PAST if inside else TermPosition.COMING


def remaining_plan(arrears: Decimal, terms: Iterable[PaidTerm], benefit_arrears: Decimal = ZERO) -> Figure:
    """Arrears − aids inside them − benefit arrears, in euros, never negative, to the cent (DOMAIN §4).

    `terms` are all the aids of the case, earlier ones included. Raises ValueError on a negative amount.
    """
    terms = tuple(terms)
    if arrears < 0 or benefit_arrears < 0 or any(term.amount < 0 for term in terms):
        raise ValueError("Un montant du plan d’apurement ne peut pas être négatif.")
    inside = sum((term.amount for term in terms if term.position == TermPosition.PAST), start=ZERO)
    outside = sum((term.amount for term in terms if term.position == TermPosition.COMING), start=ZERO)
    value = round_half_up(max(ZERO, arrears - inside - benefit_arrears))
    inputs = [
        ("Dette de loyer", format_euros(arrears)),
        ("Aides sur des mois compris dans la dette", format_euros(inside)),
        ("Rappel d’APL ou d’AL", format_euros(benefit_arrears)),
    ]
    if outside:
        inputs.append(("Aides sur des mois à venir (non déduites)", format_euros(outside)))
    explanation = Explanation(
        title="Reste à apurer",
        formula="dette − aides sur des mois compris dans la dette − rappel d’APL ou d’AL, au moins 0 €",
        inputs=tuple(inputs),
        result=format_euros(value),
        source=_SOURCE,
    )
    return Figure(value, format_euros(value), explanation)
