"""How much may be granted, and for which months (DOMAIN §4). Pure: no Django, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from aids.rules.repayment import PaidTerm, TermPosition, remaining_plan, term_position
from aids.rules.scale import Scale
from ales.dates import first_of_month, format_month
from ales.explanation import Explanation, Fault, Figure
from ales.money import ZERO, format_euros, format_percent, round_down
from cases.rules.budget import Housing, residual_rent

_LEAFLET = "Plaquette de l’ALES, 2009"


class Purpose(StrEnum):
    """What the aid is for: part of the monthly rent, or arrears settled so that the tenant can move."""

    MAINTIEN = "MAINTIEN"
    RELOGEMENT = "RELOGEMENT"


PURPOSE_LABELS = {
    Purpose.MAINTIEN: "Maintien dans le logement",
    Purpose.RELOGEMENT: "Relogement",
}


@dataclass(frozen=True)
class AskedTerm:
    """One term asked for. `month` None for a settlement; `amount` None means the whole ceiling;
    `position` None means decided by the month and the date of the arrears."""

    month: date | None = None
    amount: Decimal | None = None
    position: TermPosition | None = None


@dataclass(frozen=True)
class AidInput:
    """Everything the computation of a request needs. Amounts in euros.

    `arrears_since` is a day of the first unpaid month, None while it isn't known. `earlier_terms` are the
    aids already granted in this case (they lower the same arrears).
    """

    purpose: Purpose
    housing: Housing
    scale: Scale
    terms: tuple[AskedTerm, ...]
    arrears: Decimal = ZERO
    arrears_on: date | None = None
    arrears_since: date | None = None
    benefit_arrears: Decimal = ZERO
    earlier_terms: tuple[PaidTerm, ...] = ()


@dataclass(frozen=True)
class ComputedTerm:
    """One term of the result: its month, ceiling, amount (euros) and place inside or outside the arrears."""

    month: date | None
    ceiling: Decimal
    amount: Decimal
    position: TermPosition


@dataclass(frozen=True)
class Computation:
    """The computed request. `rate` is None for RELOGEMENT; `faults`: what keeps it from being granted."""

    purpose: Purpose
    residual_rent: Figure
    rate: Decimal | None
    ceiling: Figure
    terms: tuple[ComputedTerm, ...]
    total: Figure
    remaining_plan: Figure
    faults: tuple[Fault, ...]
    explanation: Explanation


def monthly_ceiling(residual: Figure, scale: Scale) -> Figure:
    """min(residual rent × rate, monthly cap), rounded down to the cent (DOMAIN §4)."""
    rate = scale.rate_for(residual.value)
    share = residual.value * rate
    value = round_down(min(share, scale.monthly_cap))
    explanation = Explanation(
        title="Plafond mensuel de l’aide",
        formula="loyer résiduel × taux du barème, au plus le plafond mensuel, arrondi au centime inférieur",
        inputs=(
            ("Loyer résiduel", residual.text),
            ("Taux", format_percent(rate * 100)),
            ("Loyer résiduel × taux", format_euros(round_down(share))),
            ("Plafond mensuel", format_euros(scale.monthly_cap)),
            ("Barème", scale.label),
        ),
        result=format_euros(value),
        source=f"{scale.label} ; {_LEAFLET}",
        steps=(residual.explanation,),
    )
    return Figure(value, format_euros(value), explanation)


def settlement_ceiling(
    arrears: Decimal, scale: Scale, *, aided: Decimal = ZERO, benefit_arrears: Decimal = ZERO
) -> Figure:
    """min(arrears − earlier aids inside them − benefit arrears, settlement cap), never negative, whatever the
    residual rent (DOMAIN §4): a grant never pays more than what is still owed.

    All in euros; `aided` is what earlier aids pay of these arrears. Raises ValueError on an amount below 0.
    """
    if arrears < 0 or aided < 0 or benefit_arrears < 0:
        raise ValueError("La dette et ce qui s’en déduit ne peuvent pas être négatifs.")
    value = round_down(min(max(ZERO, arrears - aided - benefit_arrears), scale.settlement_cap))
    explanation = Explanation(
        title="Plafond du règlement pour relogement",
        formula=(
            "dette de loyer − aides déjà accordées sur cette dette − rappel d’APL ou d’AL, "
            "au moins 0 € et au plus le plafond du relogement"
        ),
        inputs=(
            ("Dette de loyer", format_euros(arrears)),
            ("Aides déjà accordées sur cette dette", format_euros(aided)),
            ("Rappel d’APL ou d’AL", format_euros(benefit_arrears)),
            ("Plafond du relogement", format_euros(scale.settlement_cap)),
            ("Barème", scale.label),
        ),
        result=format_euros(value),
        source=f"{scale.label} ; {_LEAFLET}",
    )
    return Figure(value, format_euros(value), explanation)


def compute(aid: AidInput) -> Computation:
    """The request's ceilings, total and remaining plan, with their explanation and every amount fault.

    The months themselves are judged by `period_faults`, which needs the household's other aids.
    """
    residual = residual_rent(aid.housing)
    if aid.purpose == Purpose.RELOGEMENT:
        rate = None
        ceiling = settlement_ceiling(
            aid.arrears, aid.scale, aided=_inside(aid.earlier_terms), benefit_arrears=aid.benefit_arrears
        )
    else:
        rate, ceiling = aid.scale.rate_for(residual.value), monthly_ceiling(residual, aid.scale)
    terms = tuple(
        ComputedTerm(
            month=first_of_month(term.month) if term.month else None,
            ceiling=ceiling.value,
            amount=ceiling.value if term.amount is None else term.amount,
            position=term.position or term_position(term.month, aid.arrears_on),
        )
        for term in aid.terms
    )
    faults = tuple(_amount_faults(aid, ceiling, terms))
    total = _total(ceiling, terms)
    paid = tuple(PaidTerm(max(ZERO, term.amount), term.position) for term in terms)
    plan = remaining_plan(aid.arrears, aid.earlier_terms + paid, aid.benefit_arrears)
    explanation = Explanation(
        title="Calcul de l’aide",
        formula="somme des mois demandés, chacun au plus à son plafond",
        inputs=(
            ("Objet", PURPOSE_LABELS[aid.purpose]),
            ("Barème", aid.scale.label),
            ("Loyer résiduel", residual.text),
            ("Plafond", ceiling.text),
        ),
        result=total.text,
        source=f"{aid.scale.label} ; {_LEAFLET}",
        steps=(ceiling.explanation, total.explanation, plan.explanation),
    )
    return Computation(aid.purpose, residual, rate, ceiling, terms, total, plan, faults, explanation)


def period_faults(
    months: Iterable[date],
    *,
    scale: Scale,
    renewal: bool = False,
    earlier_periods: Iterable[Iterable[date]] = (),
    aided_months: Iterable[date] = (),
) -> list[Fault]:
    """Everything wrong with the months of a MAINTIEN request.

    `earlier_periods`: the months of each earlier MAINTIEN request of this case that still counts, oldest
    first. `aided_months`: months already aided for this household, in any case. Days within a month
    don't matter.
    """
    months = sorted(first_of_month(month) for month in months)
    earlier = [[first_of_month(month) for month in period] for period in earlier_periods]
    return [
        *_month_count_faults(months, scale),
        *_renewal_faults(months, scale, renewal, earlier),
        *_overlap_faults(months, {first_of_month(month) for month in aided_months}, earlier),
    ]


def _month_count_faults(months: list[date], scale: Scale) -> list[Fault]:
    faults = []
    if not months:
        faults.append(Fault("no_month", "months", "Choisissez au moins un mois à aider."))
    if len(months) > scale.months:
        faults.append(
            Fault(
                "too_many_months",
                "months",
                f"L’aide porte sur {scale.months} mois au plus : {len(months)} mois sont demandés.",
            )
        )
    for month in sorted({month for month in months if months.count(month) > 1}):
        faults.append(
            Fault("repeated_month", "months", f"Le mois de {format_month(month)} est choisi deux fois.")
        )
    return faults


def _renewal_faults(
    months: list[date], scale: Scale, renewal: bool, earlier: list[list[date]]
) -> list[Fault]:
    if len(earlier) > scale.renewals:
        allowed = "une seule fois" if scale.renewals == 1 else f"{scale.renewals} fois"
        if scale.renewals == 0:
            return [Fault("no_renewal", "renewal", "Ce barème ne prévoit pas de renouvellement.")]
        return [
            Fault(
                "third_period",
                "renewal",
                f"L’aide se renouvelle {allowed} : ce dossier a déjà eu {len(earlier)} périodes.",
            )
        ]
    if earlier and not renewal:
        return [
            Fault(
                "not_a_renewal",
                "renewal",
                "Ce dossier a déjà une aide : demandez son renouvellement à partir de celle-ci.",
            )
        ]
    if renewal and not earlier:
        return [Fault("nothing_to_renew", "renewal", "Ce dossier n’a pas encore d’aide à renouveler.")]
    last = max((month for period in earlier for month in period), default=None)
    if renewal and last and months and months[0] <= last:
        return [
            Fault(
                "renewal_too_early",
                "months",
                f"Le renouvellement commence après la première période, soit après {format_month(last)}.",
            )
        ]
    return []


def _overlap_faults(months: list[date], aided: set[date], earlier: list[list[date]]) -> list[Fault]:
    taken = aided | {month for period in earlier for month in period}
    return [
        Fault(
            "overlap",
            "months",
            f"Le mois de {format_month(month)} est déjà couvert par une autre aide de ce ménage.",
        )
        for month in sorted(set(months) & taken)
    ]


def _amount_faults(aid: AidInput, ceiling: Figure, terms: tuple[ComputedTerm, ...]) -> Iterable[Fault]:
    if aid.purpose == Purpose.RELOGEMENT:
        if len(terms) != 1 or terms[0].month is not None:
            yield Fault(
                "settlement_terms", "months", "L’aide au relogement est un seul règlement, sans mois."
            )
        if aid.arrears == 0:
            yield Fault("no_arrears", "arrears", "Sans dette de loyer, il n’y a rien à régler.")
        elif ceiling.value == 0:
            yield Fault(
                "arrears_covered",
                "arrears",
                "Il n’y a plus rien à régler : les aides déjà accordées et le rappel d’APL ou d’AL "
                "couvrent la dette.",
            )
    else:
        if any(term.month is None for term in terms):
            yield Fault("month_missing", "months", "Chaque terme doit indiquer son mois.")
        if ceiling.value == 0:
            yield Fault(
                "no_residual_rent",
                "housing",
                "Aucune aide mensuelle n’est possible : le plafond calculé sur le loyer résiduel est de 0 €.",
            )
    for index, term in enumerate(terms):
        named = f" de {format_month(term.month)}" if term.month else ""
        if term.amount > term.ceiling:
            yield Fault(
                "above_ceiling",
                f"terms.{index}.amount",
                f"Le montant{named} ({format_euros(term.amount)}) dépasse le plafond de {ceiling.text}.",
            )
        elif term.amount < 0 or (term.amount == 0 and term.ceiling > 0):
            yield Fault("amount_too_low", f"terms.{index}.amount", f"Le montant{named} doit dépasser 0 €.")
    if aid.purpose == Purpose.MAINTIEN:
        yield from _arrears_faults(aid, terms)


def _arrears_faults(aid: AidInput, terms: tuple[ComputedTerm, ...]) -> Iterable[Fault]:
    """Months said to be inside the arrears that can't be: before them, or more than them."""
    inside = _inside(aid.earlier_terms)
    since = first_of_month(aid.arrears_since) if aid.arrears_since else None
    for index, term in enumerate(terms):
        if term.position != TermPosition.PAST or term.month is None:
            continue
        if since and term.month < since:
            yield Fault(
                "before_arrears",
                f"terms.{index}.month",
                f"Ce mois précède le premier mois impayé, {format_month(since)}.",
            )
        inside += term.amount
        if inside > aid.arrears:
            yield Fault(
                "above_arrears",
                f"terms.{index}.amount",
                f"Avec {format_month(term.month)}, les aides sur des mois impayés ({format_euros(inside)}) "
                f"dépassent la dette de {format_euros(aid.arrears)}.",
            )


def _inside(terms: Iterable[PaidTerm]) -> Decimal:
    """Euros of these aids that pay the arrears."""
    return sum((term.amount for term in terms if term.position == TermPosition.PAST), start=ZERO)


def _total(ceiling: Figure, terms: tuple[ComputedTerm, ...]) -> Figure:
    value = sum((term.amount for term in terms), start=ZERO)
    explanation = Explanation(
        title="Total de l’aide",
        formula="somme des montants demandés",
        inputs=tuple(
            (format_month(term.month).capitalize() if term.month else "Règlement", format_euros(term.amount))
            for term in terms
        ),
        result=format_euros(value),
        source=_LEAFLET,
    )
    return Figure(value, format_euros(value), explanation)
