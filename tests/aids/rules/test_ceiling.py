"""How much and for which months: S0's worked case, boundaries, every fault (DOMAIN §4)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aids.rules.ceiling import (
    PURPOSE_LABELS,
    AidInput,
    AskedTerm,
    Purpose,
    compute,
    monthly_ceiling,
    period_faults,
    settlement_ceiling,
)
from aids.rules.repayment import PaidTerm, TermPosition
from aids.rules.scale import EXAMPLE_SCALE
from ales.money import format_euros, from_cents
from cases.rules.budget import Housing, residual_rent


def months(*numbers, year=2008):
    return tuple(date(year, number, 1) for number in numbers)


def residual(amount):
    return residual_rent(Housing(rent=Decimal(amount)))


DRIVER = AidInput(
    purpose=Purpose.MAINTIEN,
    housing=Housing(rent=Decimal("600.00"), housing_benefit=Decimal("138.00")),
    scale=EXAMPLE_SCALE,
    terms=tuple(AskedTerm(month) for month in months(1, 2, 3)),
    arrears=Decimal("7130.00"),
    arrears_on=date(2008, 12, 31),
)


def test_the_driver_of_the_leaflet():
    first = compute(DRIVER)
    assert first.residual_rent.value == Decimal("462.00")
    assert first.rate == Decimal("0.60")
    assert str(first.ceiling.value) == "277.20"
    assert str(first.total.value) == "831.60"
    assert str(first.remaining_plan.value) == "6298.40"
    assert first.faults == ()


def test_the_driver_of_the_leaflet_after_the_renewal():
    first = compute(DRIVER)
    paid = tuple(PaidTerm(term.amount, term.position) for term in first.terms)
    renewal = compute(
        replace(DRIVER, terms=tuple(AskedTerm(month) for month in months(4, 5, 6)), earlier_terms=paid)
    )
    assert first.total.value + renewal.total.value == Decimal("1663.20")
    assert str(renewal.remaining_plan.value) == "5466.80"


def test_the_whole_computation_explains_itself():
    explanation = compute(DRIVER).explanation
    ceiling, total, plan = explanation.steps
    plain = {label: value.replace("\u00a0", " ") for label, value in ceiling.inputs}
    assert plain["Loyer résiduel"] == "462,00 €"
    assert plain["Taux"] == "60 %"
    assert EXAMPLE_SCALE.label in ceiling.source
    assert ceiling.steps[0].title == "Loyer résiduel"
    assert [label for label, _ in total.inputs] == ["Janvier 2008", "Février 2008", "Mars 2008"]
    assert plan.result == compute(DRIVER).remaining_plan.text


@pytest.mark.parametrize(
    ("rent", "ceiling"),
    [
        ("0", "0.00"),
        ("0.01", "0.00"),
        ("199.99", "179.99"),
        ("200.00", "150.00"),
        ("333.33", "249.99"),
        ("349.99", "262.49"),
        ("350.00", "210.00"),
        ("499.99", "299.99"),
        ("500.00", "250.00"),
        ("599.99", "299.99"),
        ("600.00", "300.00"),
        ("600.02", "300.00"),
        ("2000.00", "300.00"),
    ],
)
def test_monthly_ceiling_band_by_band(rent, ceiling):
    assert str(monthly_ceiling(residual(rent), EXAMPLE_SCALE).value) == ceiling


@pytest.mark.parametrize(
    ("arrears", "ceiling"),
    [("0", "0.00"), ("1799.99", "1799.99"), ("1800.00", "1800.00"), ("1800.01", "1800.00")],
)
def test_settlement_ceiling(arrears, ceiling):
    assert str(settlement_ceiling(Decimal(arrears), EXAMPLE_SCALE).value) == ceiling


@pytest.mark.parametrize(
    ("aided", "benefit", "ceiling"),
    [
        ("0", "200", "1800.00"),
        ("200.01", "0", "1799.99"),
        ("500", "600", "900.00"),
        ("1500", "500", "0.00"),
        ("2500", "0", "0.00"),
    ],
)
def test_a_settlement_is_what_is_still_owed(aided, benefit, ceiling):
    figure = settlement_ceiling(
        Decimal(2000), EXAMPLE_SCALE, aided=Decimal(aided), benefit_arrears=Decimal(benefit)
    )
    assert str(figure.value) == ceiling
    inputs = dict(figure.explanation.inputs)
    assert inputs["Aides déjà accordées sur cette dette"] == format_euros(Decimal(aided))
    assert inputs["Rappel d’APL ou d’AL"] == format_euros(Decimal(benefit))


def test_a_settlement_of_negative_arrears_is_refused():
    with pytest.raises(ValueError, match="dette"):
        settlement_ceiling(Decimal(-1), EXAMPLE_SCALE)


def settlement(**changes):
    free = Housing(rent=Decimal("100.00"), housing_benefit=Decimal("100.00"))
    aid = AidInput(
        Purpose.RELOGEMENT, free, EXAMPLE_SCALE, (AskedTerm(),), Decimal("2500.00"), date(2026, 1, 31)
    )
    return replace(aid, **changes)


def test_rehousing_is_one_settlement_even_at_a_residual_rent_of_0():
    computation = compute(settlement())
    assert computation.faults == ()
    assert computation.rate is None
    assert computation.terms[0].position == TermPosition.PAST
    assert str(computation.total.value) == "1800.00"
    assert str(computation.remaining_plan.value) == "700.00"


def codes(faults):
    return [fault.code for fault in faults]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"terms": (AskedTerm(), AskedTerm())}, ["settlement_terms"]),
        ({"terms": ()}, ["settlement_terms"]),
        ({"terms": (AskedTerm(date(2026, 1, 1)),)}, ["settlement_terms"]),
        ({"terms": (AskedTerm(amount=Decimal("1800.01")),)}, ["above_ceiling"]),
        ({"arrears": Decimal(0)}, ["no_arrears"]),
        ({"benefit_arrears": Decimal(2500)}, ["arrears_covered"]),
        ({"earlier_terms": (PaidTerm(Decimal(2500), TermPosition.PAST),)}, ["arrears_covered"]),
        ({"earlier_terms": (PaidTerm(Decimal(2500), TermPosition.COMING),)}, []),
    ],
)
def test_faults_of_a_settlement(changes, expected):
    assert codes(compute(settlement(**changes)).faults) == expected


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("277.20", []),
        ("0.01", []),
        ("277.21", ["above_ceiling"]),
        ("0.00", ["amount_too_low"]),
        ("-1.00", ["amount_too_low"]),
    ],
)
def test_a_term_is_at_most_its_ceiling(amount, expected):
    terms = (AskedTerm(date(2008, 1, 1)), AskedTerm(date(2008, 2, 1), Decimal(amount)))
    faults = compute(replace(DRIVER, terms=terms)).faults
    assert codes(faults) == expected
    assert all(fault.field == "terms.1.amount" for fault in faults)


def test_the_first_unpaid_month_bounds_the_past_months_only():
    terms = tuple(AskedTerm(date(2008, month, 1)) for month in (1, 2))
    bounded = replace(DRIVER, terms=terms, arrears_since=date(2008, 2, 15))
    faults = compute(bounded).faults
    assert [(fault.code, fault.field) for fault in faults] == [("before_arrears", "terms.0.month")]
    assert compute(replace(bounded, arrears_since=date(2008, 1, 31))).faults == ()
    coming = (AskedTerm(date(2008, 1, 1), position=TermPosition.COMING),)
    assert compute(replace(bounded, terms=coming)).faults == ()


def test_aids_on_unpaid_months_never_exceed_the_arrears():
    terms = tuple(AskedTerm(date(2008, month, 1)) for month in (1, 2))
    earlier = (PaidTerm(Decimal("100"), TermPosition.PAST), PaidTerm(Decimal("900"), TermPosition.COMING))
    owed = replace(DRIVER, terms=terms, earlier_terms=earlier, arrears=Decimal("654.40"))
    assert compute(owed).faults == ()
    faults = compute(replace(owed, arrears=Decimal("654.39"))).faults
    assert [(fault.code, fault.field) for fault in faults] == [("above_arrears", "terms.1.amount")]


def test_no_monthly_aid_at_a_residual_rent_of_0():
    free = Housing(rent=Decimal("138.00"), housing_benefit=Decimal("138.00"))
    computation = compute(replace(DRIVER, housing=free))
    assert codes(computation.faults) == ["no_residual_rent"]
    assert computation.total.value == 0


def test_a_monthly_term_needs_its_month():
    assert codes(compute(replace(DRIVER, terms=(AskedTerm(),))).faults) == ["month_missing"]


def test_the_typed_position_wins_over_the_date():
    terms = (AskedTerm(date(2008, 1, 1), position=TermPosition.COMING),)
    computation = compute(replace(DRIVER, terms=terms))
    assert computation.remaining_plan.value == Decimal("7130.00")


@pytest.mark.parametrize(
    ("asked", "options", "expected"),
    [
        (months(1), {}, []),
        (months(1, 2, 3), {}, []),
        (months(1, 3, 5), {}, []),
        ((), {}, ["no_month"]),
        (months(1, 2, 3, 4), {}, ["too_many_months"]),
        (months(1, 1), {}, ["repeated_month"]),
        ((date(2008, 1, 1), date(2008, 1, 20)), {}, ["repeated_month"]),
        (months(2, 3), {"aided_months": [date(2008, 3, 15)]}, ["overlap"]),
        (months(1, 2), {"aided_months": months(1, 2)}, ["overlap", "overlap"]),
        (months(1), {"aided_months": months(1, year=2009)}, []),
        (months(4, 5, 6), {"renewal": True, "earlier_periods": [months(1, 2, 3)]}, []),
        (months(8), {"renewal": True, "earlier_periods": [months(1, 2, 3)]}, []),
        (months(1, year=2009), {"renewal": True, "earlier_periods": [months(12)]}, []),
        (months(2, 4), {"renewal": True, "earlier_periods": [months(1, 3)]}, ["renewal_too_early"]),
        (
            months(3, 4),
            {"renewal": True, "earlier_periods": [months(1, 2, 3)]},
            ["renewal_too_early", "overlap"],
        ),
        (months(4), {"earlier_periods": [months(1, 2, 3)]}, ["not_a_renewal"]),
        (months(4), {"renewal": True}, ["nothing_to_renew"]),
        (months(7), {"renewal": True, "earlier_periods": [months(1, 2, 3), months(4)]}, ["third_period"]),
        (months(7), {"earlier_periods": [months(1, 2, 3), months(4, 5, 6)]}, ["third_period"]),
    ],
)
def test_periods(asked, options, expected):
    faults = period_faults(asked, scale=EXAMPLE_SCALE, **options)
    assert codes(faults) == expected
    assert all(fault.message.endswith(".") for fault in faults)


def test_a_scale_without_renewal_has_none():
    scale = replace(EXAMPLE_SCALE, renewals=0)
    faults = period_faults(months(4), scale=scale, renewal=True, earlier_periods=[months(1)])
    assert codes(faults) == ["no_renewal"]


def test_every_fault_is_listed_at_once():
    faults = period_faults(months(1, 1, 2, 3), scale=EXAMPLE_SCALE, aided_months=months(3))
    assert codes(faults) == ["too_many_months", "repeated_month", "overlap"]


def test_purposes_have_labels():
    assert set(PURPOSE_LABELS) == set(Purpose)


cents = st.integers(0, 300_000)


@given(cents)
def test_the_ceiling_stays_below_the_cap_and_the_residual_rent(rent):
    figure = residual(from_cents(rent))
    ceiling = monthly_ceiling(figure, EXAMPLE_SCALE).value
    assert 0 <= ceiling <= min(figure.value, EXAMPLE_SCALE.monthly_cap)
    assert ceiling <= figure.value * EXAMPLE_SCALE.rate_for(figure.value)


@given(cents, cents)
def test_inside_a_band_a_higher_rent_never_gets_less(first, second):
    low, high = (residual(from_cents(rent)) for rent in sorted((first, second)))
    if EXAMPLE_SCALE.band_for(low.value) == EXAMPLE_SCALE.band_for(high.value):
        assert monthly_ceiling(low, EXAMPLE_SCALE).value <= monthly_ceiling(high, EXAMPLE_SCALE).value


@given(cents, cents)
def test_higher_arrears_never_settle_less(first, second):
    low, high = (from_cents(arrears) for arrears in sorted((first, second)))
    assert settlement_ceiling(low, EXAMPLE_SCALE).value <= settlement_ceiling(high, EXAMPLE_SCALE).value
