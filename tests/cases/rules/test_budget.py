"""The household's budget: the seven worked cases of S1, boundaries and properties (DOMAIN §4, §5)."""

import csv
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ales.money import format_euros, from_cents, truncated_percent
from cases.rules import budget as rules
from cases.rules.budget import Budget, BudgetError, Housing, Line
from cases.rules.codes import ChargeCode, FamilyCategory, ResourceCode

WORKED_CASES = Path(__file__).parents[2] / "data" / "worked_cases_budget.csv"


def amounts_of(cell):
    return [Decimal(part) for part in cell.split("+") if Decimal(part)]


def worked_cases():
    with WORKED_CASES.open(encoding="utf-8") as file:
        return [pytest.param(row, id=f"case {row['case']}") for row in csv.DictReader(file)]


def budget_of(row):
    charges = [Line(ChargeCode.LODGING, amount) for amount in amounts_of(row["lodging"])]
    charges += [Line(ChargeCode.THIRD_PARTY_COVERAGE, amount) for amount in amounts_of(row["third_party"])]
    charges += [Line(ChargeCode.CREDIT_INSTALMENT, amount) for amount in amounts_of(row["instalments"])]
    return Budget(
        resources=tuple(Line(ResourceCode.SALARY, amount) for amount in amounts_of(row["resources"])),
        charges=tuple(charges),
        housing=Housing(rent=Decimal(row["rent"]), housing_benefit=Decimal(row["housing_benefit"])),
        persons=1,
    )


def simple(*, salary="1200", rent="600", benefit="138", persons=4, charges=()):
    return Budget(
        resources=(Line(ResourceCode.SALARY, Decimal(salary)),) if salary else (),
        charges=tuple(charges),
        housing=Housing(rent=Decimal(rent), housing_benefit=Decimal(benefit)),
        persons=persons,
    )


def test_the_table_holds_the_seven_cases():
    assert len(worked_cases()) == 7


@pytest.mark.parametrize("row", worked_cases())
def test_worked_cases_of_the_presentation(row):
    figures = rules.indicators(budget_of(row))
    assert truncated_percent(figures.debt_ratio.value) == int(row["percent"])
    assert figures.debt_ratio.text == f"{row['percent']}\u00a0%"
    assert figures.living_remainder.value == Decimal(row["remainder"])
    assert figures.living_remainder.explanation.result == format_euros(Decimal(row["remainder"]))


def test_the_ratio_is_kept_exact():
    budget = simple(salary="1800", rent="433", benefit="0")
    assert rules.debt_ratio(budget).value == Fraction(433, 1800)


def test_every_line_of_the_rent_notice_counts():
    housing = Housing(
        rent=Decimal(500),
        annexes=Decimal(40),
        service_charges=Decimal("80.50"),
        sls=Decimal(10),
        other_lines=Decimal(5),
        rls=Decimal("30.25"),
        housing_benefit=Decimal(150),
    )
    figure = rules.residual_rent(housing)
    assert figure.value == Decimal("455.25")
    assert ("APL ou AL", format_euros(Decimal(150))) in figure.explanation.inputs
    assert len(figure.explanation.inputs) == 7


@pytest.mark.parametrize(("benefit", "expected"), [("599.99", "0.01"), ("600", "0"), ("600.01", "0")])
def test_residual_rent_is_never_negative(benefit, expected):
    housing = Housing(rent=Decimal(600), housing_benefit=Decimal(benefit))
    assert rules.residual_rent(housing).value == Decimal(expected)


def test_without_resources_the_ratio_is_undefined_and_says_why():
    ratio = rules.debt_ratio(simple(salary=None))
    assert ratio.value is None
    assert "aucune ressource" in ratio.text
    assert ratio.explanation.result == ratio.text
    assert rules.living_remainder(simple(salary=None)).value == Decimal(-462)


def test_without_anybody_the_amount_per_person_is_undefined_and_says_why():
    figure = rules.available_per_person(simple(persons=0))
    assert figure.value is None
    assert "aucune personne" in figure.text


def test_housing_benefit_lowers_the_rent_and_adds_no_resource():
    without, with_benefit = simple(benefit="0"), simple(benefit="138")
    assert rules.debt_ratio(without).value == Fraction(600, 1200)
    assert rules.debt_ratio(with_benefit).value == Fraction(462, 1200)


def test_fixed_charges_take_every_other_row_once():
    charges = (
        Line(ChargeCode.ENERGY, Decimal(60)),
        Line(ChargeCode.CREDIT_INSTALMENT, Decimal(40)),
        Line(ChargeCode.REPAYMENT_PLAN, Decimal(20)),
        Line(ChargeCode.LODGING, Decimal(100)),
        Line(ChargeCode.THIRD_PARTY_COVERAGE, Decimal(70)),
    )
    budget = simple(charges=charges)
    assert rules.residual_housing_cost(budget).value == Decimal(492)
    assert rules.fixed_charges(budget) == Decimal(612)
    assert rules.available_per_person(budget).value == Decimal(147)
    assert rules.living_remainder(budget).value == Decimal(648)  # energy doesn't count there


def test_a_third_party_never_pays_the_rent():
    budget = simple(charges=(Line(ChargeCode.THIRD_PARTY_COVERAGE, Decimal(700)),))
    assert rules.residual_housing_cost(budget).value == Decimal(462)


@pytest.mark.parametrize(
    ("value", "below", "above"),
    [
        (Decimal("299.99"), True, False),
        (Decimal("300.00"), False, False),
        (Decimal("300.01"), False, True),
        (Fraction(89999, 300), True, False),
        (Fraction(90001, 300), False, True),
        (None, None, None),
    ],
)
def test_thresholds_are_strict(value, below, above):
    assert rules.below_threshold(value) is below
    assert rules.above_threshold(value) is above


def test_just_below_the_threshold_never_reads_as_the_threshold():
    figure = rules.available_per_person(simple(salary="1361.99", persons=3))  # 899.99 / 3
    assert figure.text == format_euros(Decimal("299.99"))
    assert rules.below_threshold(figure.value)


def test_the_aid_lowers_the_housing_cost_and_is_marked():
    now = simple()
    after = rules.simulated_after(now, Decimal("277.20"))
    assert not rules.indicators(now).simulated
    assert rules.indicators(after).simulated
    assert rules.residual_housing_cost(after).value == Decimal("184.80")
    assert rules.residual_rent(after.housing).value == Decimal(462)
    assert rules.available_per_person(after).value == Decimal("253.80")
    labels = [name for name, _ in rules.residual_housing_cost(after).explanation.inputs]
    assert "Aide mensuelle simulée" in labels


def test_an_aid_above_the_rent_leaves_no_negative_cost():
    assert rules.residual_housing_cost(rules.simulated_after(simple(), Decimal(500))).value == 0


@pytest.mark.parametrize("code", [ChargeCode.RENT, ChargeCode.ANNEXES, ChargeCode.SERVICE_CHARGES])
def test_the_rent_is_never_typed_twice(code):
    with pytest.raises(BudgetError, match="dans le logement seulement"):
        simple(charges=(Line(code, Decimal(1)),))


def test_contradictory_amounts_are_refused():
    with pytest.raises(BudgetError, match="Salaire : le montant ne peut pas être négatif"):
        Line(ResourceCode.SALARY, Decimal(-1))
    with pytest.raises(BudgetError, match="APL ou AL"):
        Housing(housing_benefit=Decimal("-0.01"))
    with pytest.raises(BudgetError, match="personnes"):
        simple(persons=-1)
    with pytest.raises(BudgetError, match="est une ressource"):
        simple(charges=(Line(ResourceCode.RSA, Decimal(1)),))
    with pytest.raises(BudgetError, match="est une charge"):
        Budget((Line(ChargeCode.ENERGY, Decimal(1)),), (), Housing(), 1)
    with pytest.raises(BudgetError, match="aide mensuelle"):
        rules.simulated_after(simple(), Decimal(-1))


@pytest.mark.parametrize(
    ("couple", "children", "category"),
    [
        (False, 0, FamilyCategory.SINGLE),
        (False, 1, FamilyCategory.SINGLE_PARENT),
        (True, 0, FamilyCategory.COUPLE),
        (True, 2, FamilyCategory.COUPLE_WITH_CHILDREN),
    ],
)
def test_family_categories(couple, children, category):
    assert rules.family_category(couple=couple, children=children) == category


def test_no_rent_reduction_overseas():
    housing = Housing(rent=Decimal(500), rls=Decimal(20))
    assert [fault.field for fault in rules.housing_faults(housing, "971")] == ["rls"]
    assert rules.housing_faults(housing, "93") == []
    assert rules.housing_faults(replace(housing, rls=Decimal(0)), "971") == []


euros = st.integers(0, 500_000).map(from_cents)
housings = st.builds(Housing, rent=euros, service_charges=euros, rls=euros, housing_benefit=euros)
charge_codes = [code for code in ChargeCode if code not in rules.TENANCY_CHARGES]
budgets = st.builds(
    Budget,
    resources=st.lists(st.builds(Line, st.sampled_from(ResourceCode), euros), max_size=4).map(tuple),
    charges=st.lists(st.builds(Line, st.sampled_from(charge_codes), euros), max_size=5).map(tuple),
    housing=housings,
    persons=st.integers(1, 9),
)


@given(budgets)
def test_ratio_and_remainder_tell_the_same_story(budget):
    ratio, remainder = rules.debt_ratio(budget).value, rules.living_remainder(budget).value
    resources = sum(line.amount for line in budget.resources)
    if resources:
        assert Fraction(remainder) == Fraction(resources) * (1 - ratio)
    assert rules.residual_housing_cost(budget).value >= 0


@given(budgets, euros, euros)
def test_more_aid_never_leaves_less(budget, first, second):
    less, more = sorted((first, second))
    after_less = rules.available_per_person(rules.simulated_after(budget, less)).value
    after_more = rules.available_per_person(rules.simulated_after(budget, more)).value
    assert rules.available_per_person(budget).value <= after_less <= after_more
    assert (after_more - after_less) * budget.persons <= Fraction(more - less)
