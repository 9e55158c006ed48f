"""The month as bars: the figures of the rules, whatever the budget."""

import re
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ales.documents.frozen import freeze
from cases.pictures import budget_picture, frozen_months, thawed_months
from cases.rules import budget as rules
from cases.rules import codes
from cases.rules.month import months_of

CENTS = st.integers(0, 1_000_000).map(lambda cents: Decimal(cents).scaleb(-2))
CHARGES = sorted(set(codes.ChargeCode) - codes.TENANCY_CHARGES)
BUDGETS = st.builds(
    rules.Budget,
    resources=st.lists(st.builds(rules.Line, st.sampled_from(codes.ResourceCode), CENTS), max_size=5).map(
        tuple
    ),
    charges=st.lists(st.builds(rules.Line, st.sampled_from(CHARGES), CENTS), max_size=8).map(tuple),
    housing=st.builds(rules.Housing, rent=CENTS, housing_benefit=CENTS),
    persons=st.integers(1, 9),
    monthly_aid=CENTS,
)


@settings(deadline=None, max_examples=60)
@given(budget=BUDGETS)
def test_the_month_says_what_the_indicators_say(budget):
    (month,) = months_of({"DURING": budget})
    assert month.living_remainder == rules.living_remainder(budget).value
    assert month.charges == rules.fixed_charges(budget)
    assert month.housing == rules.residual_housing_cost(budget).value
    assert month.other_charges >= 0
    assert rules.available_per_person(budget).value * budget.persons == month.left


@settings(deadline=None, max_examples=60)
@given(budgets=st.dictionaries(st.sampled_from(codes.SnapshotMoment), BUDGETS, max_size=3))
def test_the_paper_draws_what_the_screen_draws(budgets):
    months = months_of(budgets)
    assert [month.moment for month in months] == [m for m in codes.SnapshotMoment if m in budgets]
    assert budget_picture(
        thawed_months(freeze({"months": frozen_months(months)})["months"])
    ) == budget_picture(months)


def test_the_worked_case_of_the_leaflet():
    """S0: 1,200 € of salary, 600 € of rent less 138 € of APL, an aid of 277.20 € a month."""
    current = rules.Budget(
        resources=(rules.Line(codes.ResourceCode.SALARY, Decimal(1200)),),
        charges=(rules.Line(codes.ChargeCode.CREDIT_INSTALMENT, Decimal(900)),),
        housing=rules.Housing(rent=Decimal(600), housing_benefit=Decimal(138)),
        persons=4,
    )
    picture = budget_picture(
        months_of({"DURING": current, "AFTER": rules.simulated_after(current, Decimal("277.20"))})
    )
    assert picture.table.heads == ("Par mois", "Pendant", "Après (simulé)")
    assert [row[1:] for row in picture.table.rows] == [
        ("1\u202f200,00\xa0€", "1\u202f200,00\xa0€"),
        ("462,00\xa0€", "184,80\xa0€"),
        ("900,00\xa0€", "900,00\xa0€"),
        ("−162,00\xa0€", "115,20\xa0€"),
        ("0,00\xa0€", "0,00\xa0€"),
        ("−162,00\xa0€", "115,20\xa0€"),
    ]
    texts = re.findall(r"<text[^>]*>([^<]*)<", picture.svg)
    assert "Il manque 162,00\xa0€." in texts
    assert "Il reste 115,20\xa0€." in texts


def test_nothing_is_drawn_without_a_budget():
    assert budget_picture([]) is None
