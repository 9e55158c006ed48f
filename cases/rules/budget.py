"""The household's budget and its indicators (DOMAIN §4 and §5). Pure: no Django, no clock.

Amounts are euros a month. Rent, charges and housing benefit come from `Housing` only; housing benefit is
deducted from the rent, never added to the resources. Values stay exact, only their texts are rounded.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ales.explanation import Explanation, Fault, Figure
from ales.money import (
    ZERO,
    Exact,
    format_euros,
    format_percent,
    round_down,
    truncated_percent,
)
from cases.rules.codes import (
    INSTALMENT_CHARGES,
    TENANCY_CHARGES,
    ChargeCode,
    FamilyCategory,
    ResourceCode,
    label,
)

AVAILABLE_THRESHOLD = Decimal("300.00")  # euros a month and person (DOMAIN §1, §5)

_DECREE = "Arrêté du 10 mars 2011 (numérateur du taux d’effort)"
_PRESENTATION = "Présentation Action Logement Services, 2021"
_LEAFLET = "Plaquette de l’ALES, 2009 (disponible par personne)"


class BudgetError(ValueError):
    """A budget that contradicts itself: a negative amount, or the rent typed a second time."""


@dataclass(frozen=True)
class Line:
    """One row of resources or charges: its code and its monthly amount in euros."""

    code: ResourceCode | ChargeCode
    amount: Decimal

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise BudgetError(f"{label(self.code)} : le montant ne peut pas être négatif.")


@dataclass(frozen=True)
class Housing:
    """The tenancy's current monthly lines, in euros. `rls` and `housing_benefit` are deducted."""

    rent: Decimal = ZERO
    annexes: Decimal = ZERO
    service_charges: Decimal = ZERO
    sls: Decimal = ZERO
    other_lines: Decimal = ZERO
    rls: Decimal = ZERO
    housing_benefit: Decimal = ZERO

    def __post_init__(self) -> None:
        for name, text in HOUSING_LABELS.items():
            if getattr(self, name) < 0:
                raise BudgetError(f"{text} : le montant ne peut pas être négatif.")


HOUSING_LABELS = {
    "rent": "Loyer",
    "annexes": "Annexes",
    "service_charges": "Charges locatives",
    "sls": "Supplément de loyer de solidarité",
    "other_lines": "Autres lignes de la quittance",
    "rls": "Réduction de loyer de solidarité (RLS)",
    "housing_benefit": "APL ou AL",
}


@dataclass(frozen=True)
class Budget:
    """One snapshot of the household's month. `simulated` marks one computed from the aid, not typed."""

    resources: tuple[Line, ...]
    charges: tuple[Line, ...]
    housing: Housing
    persons: int
    monthly_aid: Decimal = ZERO
    simulated: bool = False

    def __post_init__(self) -> None:
        if self.persons < 0:
            raise BudgetError("Le nombre de personnes ne peut pas être négatif.")
        if self.monthly_aid < 0:
            raise BudgetError("L’aide mensuelle ne peut pas être négative.")
        for line in self.resources:
            if not isinstance(line.code, ResourceCode):
                raise BudgetError(f"{label(line.code)} : cette ligne est une charge, pas une ressource.")
        for line in self.charges:
            if not isinstance(line.code, ChargeCode):
                raise BudgetError(f"{label(line.code)} : cette ligne est une ressource, pas une charge.")
            if line.code in TENANCY_CHARGES:
                raise BudgetError(f"{label(line.code)} : ce montant se saisit dans le logement seulement.")


@dataclass(frozen=True)
class Indicators:
    """The figures of one snapshot; `simulated` as in its budget."""

    residual_rent: Figure
    residual_housing_cost: Figure
    debt_ratio: Figure
    living_remainder: Figure
    available_per_person: Figure
    simulated: bool


def residual_rent(housing: Housing) -> Figure:
    """What the tenant really owes each month, never below 0 (DOMAIN §4)."""
    gross = housing.rent + housing.annexes + housing.service_charges + housing.sls + housing.other_lines
    value = max(ZERO, gross - housing.rls - housing.housing_benefit)
    inputs = tuple(
        (text, format_euros(getattr(housing, name)))
        for name, text in HOUSING_LABELS.items()
        if name in ("rent", "housing_benefit") or getattr(housing, name)
    )
    explanation = Explanation(
        title="Loyer résiduel",
        formula="loyer + annexes + charges + supplément + autres lignes − RLS − APL ou AL, au moins 0 €",
        inputs=inputs,
        result=format_euros(value),
        source=_DECREE,
    )
    return Figure(value, format_euros(value), explanation)


def residual_housing_cost(budget: Budget) -> Figure:
    """Residual rent less the simulated aid, plus lodging less what a third party pays (DOMAIN §5).

    A third party's payment lowers the lodging only: it never goes below 0 on its own.
    """
    rent = residual_rent(budget.housing)
    lodging = _total(budget.charges, {ChargeCode.LODGING})
    covered = _total(budget.charges, {ChargeCode.THIRD_PARTY_COVERAGE})
    value = max(ZERO, rent.value - budget.monthly_aid) + max(ZERO, lodging - covered)
    formula = "loyer résiduel"
    inputs = [("Loyer résiduel", rent.text)]
    if budget.simulated:
        formula += " − aide mensuelle simulée (au moins 0 €)"
        inputs.append(("Aide mensuelle simulée", format_euros(budget.monthly_aid)))
    if lodging or covered:
        formula += " + hôtel ou hébergement − prise en charge par un tiers (au moins 0 €)"
        inputs.append(("Hôtel ou hébergement", format_euros(lodging)))
        inputs.append(("Prise en charge par un tiers", format_euros(covered)))
    explanation = Explanation(
        title="Coût résiduel du logement",
        formula=formula,
        inputs=tuple(inputs),
        result=format_euros(value),
        source=f"{_DECREE} ; {_PRESENTATION}",
        steps=(rent.explanation,),
    )
    return Figure(value, format_euros(value), explanation)


def debt_ratio(budget: Budget) -> Figure:
    """(Residual housing cost + instalments) / resources; exact, printed truncated (DOMAIN §5).

    None, never 0, when the household has no resources.
    """
    housing = residual_housing_cost(budget)
    instalments = _total(budget.charges, INSTALMENT_CHARGES)
    resources = _total(budget.resources)
    value = None
    text = "non calculable : aucune ressource"
    if resources:
        value = Fraction(housing.value + instalments) / Fraction(resources)
        text = format_percent(truncated_percent(value))
    explanation = Explanation(
        title="Taux d’endettement",
        formula="(coût résiduel du logement + mensualités) ÷ ressources, sans les décimales",
        inputs=(
            ("Coût résiduel du logement", housing.text),
            ("Mensualités de crédit et plans d’apurement", format_euros(instalments)),
            ("Ressources", format_euros(resources)),
        ),
        result=text,
        source=_PRESENTATION,
        steps=(housing.explanation, _resources_explanation(budget)),
    )
    return Figure(value, text, explanation)


def living_remainder(budget: Budget) -> Figure:
    """Resources − (residual housing cost + instalments), for the household (DOMAIN §5). May be negative."""
    housing = residual_housing_cost(budget)
    instalments = _total(budget.charges, INSTALMENT_CHARGES)
    resources = _total(budget.resources)
    value = resources - housing.value - instalments
    explanation = Explanation(
        title="Reste à vivre",
        formula="ressources − (coût résiduel du logement + mensualités)",
        inputs=(
            ("Ressources", format_euros(resources)),
            ("Coût résiduel du logement", housing.text),
            ("Mensualités de crédit et plans d’apurement", format_euros(instalments)),
        ),
        result=format_euros(value),
        source=_PRESENTATION,
        steps=(housing.explanation, _resources_explanation(budget)),
    )
    return Figure(value, format_euros(value), explanation)


def fixed_charges(budget: Budget) -> Decimal:
    """The residual housing cost and every other charge row, instalments included (DOMAIN §5)."""
    return residual_housing_cost(budget).value + sum(
        (line.amount for line in _other_charges(budget)), start=ZERO
    )


def available_per_person(budget: Budget) -> Figure:
    """(Resources − fixed charges) / persons, heads and not tax units (DOMAIN §5).

    Exact: compare it, not its text, with a threshold. None when the household has nobody yet.
    The text is cut down to the cent, so that 299.996 € never reads as 300 €.
    """
    housing = residual_housing_cost(budget)
    resources = _total(budget.resources)
    fixed = fixed_charges(budget)
    value = None
    text = "non calculable : aucune personne dans le ménage"
    if budget.persons:
        value = Fraction(resources - fixed) / budget.persons
        text = format_euros(round_down(value))
    charges = Explanation(
        title="Charges fixes",
        formula="coût résiduel du logement + toutes les autres charges",
        inputs=(
            ("Coût résiduel du logement", housing.text),
            *((label(line.code), format_euros(line.amount)) for line in _other_charges(budget)),
        ),
        result=format_euros(fixed),
        source=_LEAFLET,
        steps=(housing.explanation,),
    )
    explanation = Explanation(
        title="Disponible par personne",
        formula="(ressources − charges fixes) ÷ nombre de personnes",
        inputs=(
            ("Ressources", format_euros(resources)),
            ("Charges fixes", format_euros(fixed)),
            ("Nombre de personnes", str(budget.persons)),
        ),
        result=text,
        source=_LEAFLET,
        steps=(_resources_explanation(budget), charges),
    )
    return Figure(value, text, explanation)


def indicators(budget: Budget) -> Indicators:
    """Every figure of one snapshot."""
    return Indicators(
        residual_rent=residual_rent(budget.housing),
        residual_housing_cost=residual_housing_cost(budget),
        debt_ratio=debt_ratio(budget),
        living_remainder=living_remainder(budget),
        available_per_person=available_per_person(budget),
        simulated=budget.simulated,
    )


def simulated_after(budget: Budget, monthly_aid: Decimal) -> Budget:
    """The current budget once the monthly aid (euros) is paid, marked as simulated (DOMAIN §5)."""
    return replace(budget, monthly_aid=monthly_aid, simulated=True)


def below_threshold(value: Exact | None, threshold: Exact = AVAILABLE_THRESHOLD) -> bool | None:
    """Strictly below; None when the value is undefined (DOMAIN §5)."""
    return None if value is None else Fraction(value) < Fraction(threshold)


def above_threshold(value: Exact | None, threshold: Exact = AVAILABLE_THRESHOLD) -> bool | None:
    """Strictly above; None when the value is undefined (DOMAIN §5)."""
    return None if value is None else Fraction(value) > Fraction(threshold)


def family_category(*, couple: bool, children: int) -> FamilyCategory:
    """The statistics' category of a household: a couple or not, and how many children (DOMAIN §5)."""
    if children < 0:
        raise ValueError("Le nombre d’enfants ne peut pas être négatif.")
    if couple:
        return FamilyCategory.COUPLE_WITH_CHILDREN if children else FamilyCategory.COUPLE
    return FamilyCategory.SINGLE_PARENT if children else FamilyCategory.SINGLE


def housing_faults(housing: Housing, department: str) -> list[Fault]:
    """What can't be true of these lines in that department ("01", "2A", "971"), for the form to show."""
    faults = []
    if housing.rls and department.startswith(("97", "98")):
        faults.append(
            Fault(
                "rls_overseas",
                "rls",
                "La réduction de loyer de solidarité n’existe pas outre-mer : laissez 0.",
            )
        )
    return faults


def _total(lines: Iterable[Line], codes: Iterable[ChargeCode] | None = None) -> Decimal:
    return sum((line.amount for line in lines if codes is None or line.code in codes), start=ZERO)


def _other_charges(budget: Budget) -> tuple[Line, ...]:
    housing = {ChargeCode.LODGING, ChargeCode.THIRD_PARTY_COVERAGE}
    return tuple(line for line in budget.charges if line.code not in housing)


def _resources_explanation(budget: Budget) -> Explanation:
    return Explanation(
        title="Ressources",
        formula="somme des ressources du mois, sans l’APL ou l’AL qui est déduite du loyer",
        inputs=tuple((label(line.code), format_euros(line.amount)) for line in budget.resources),
        result=format_euros(_total(budget.resources)),
        source=_PRESENTATION,
    )
