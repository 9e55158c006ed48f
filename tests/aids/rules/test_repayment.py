"""What is left of the arrears (DOMAIN §4)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aids.rules.repayment import (
    TERM_POSITION_LABELS,
    PaidTerm,
    TermPosition,
    remaining_plan,
    term_position,
)
from ales.money import from_cents

PAST, COMING = TermPosition.PAST, TermPosition.COMING


@pytest.mark.parametrize(
    ("month", "arrears_on", "position"),
    [
        (date(2026, 2, 1), date(2026, 3, 15), PAST),
        (date(2026, 3, 1), date(2026, 3, 1), PAST),
        (date(2026, 3, 1), date(2026, 3, 31), PAST),
        (date(2026, 4, 1), date(2026, 3, 31), COMING),
        (date(2026, 1, 1), date(2025, 12, 31), COMING),
        (date(2025, 12, 1), date(2026, 1, 1), PAST),
        (date(2026, 3, 1), None, COMING),
        (None, date(2026, 3, 1), PAST),
        (None, None, PAST),
    ],
)
def test_a_term_is_inside_or_outside_the_dated_arrears(month, arrears_on, position):
    assert term_position(month, arrears_on) == position


@pytest.mark.parametrize(
    ("arrears", "past", "coming", "benefit", "left"),
    [
        ("7130.00", ["277.20"] * 3, [], "0", "6298.40"),
        ("7130.00", ["277.20"] * 6, [], "0", "5466.80"),
        ("7130.00", ["277.20"] * 3, ["277.20"] * 3, "0", "6298.40"),
        ("7130.00", [], ["277.20"] * 3, "0", "7130.00"),
        ("1000.00", ["300.00"], [], "650.00", "50.00"),
        ("1000.00", ["300.00"], [], "700.00", "0.00"),
        ("1000.00", ["300.00"], [], "700.01", "0.00"),
        ("0", [], [], "0", "0.00"),
    ],
)
def test_only_aids_inside_the_arrears_lower_them(arrears, past, coming, benefit, left):
    terms = [PaidTerm(Decimal(amount), PAST) for amount in past]
    terms += [PaidTerm(Decimal(amount), COMING) for amount in coming]
    assert str(remaining_plan(Decimal(arrears), terms, Decimal(benefit)).value) == left


def test_an_aid_left_out_is_said():
    figure = remaining_plan(Decimal(1000), [PaidTerm(Decimal(100), COMING)])
    assert "Aides sur des mois à venir (non déduites)" in dict(figure.explanation.inputs)
    assert figure.explanation.result == figure.text


@pytest.mark.parametrize(
    ("arrears", "aid", "benefit"), [("-1", "0", "0"), ("1", "-1", "0"), ("1", "0", "-1")]
)
def test_negative_amounts_are_refused(arrears, aid, benefit):
    with pytest.raises(ValueError, match="négatif"):
        remaining_plan(Decimal(arrears), [PaidTerm(Decimal(aid), PAST)], Decimal(benefit))


def test_positions_have_labels():
    assert set(TERM_POSITION_LABELS) == set(TermPosition)


euros = st.integers(0, 10**6).map(from_cents)
paid = st.lists(st.builds(PaidTerm, euros, st.sampled_from(TermPosition)), max_size=6)


@given(euros, paid, euros)
def test_the_plan_is_never_negative_and_never_above_the_arrears(arrears, terms, benefit):
    assert 0 <= remaining_plan(arrears, terms, benefit).value <= arrears


@given(euros, paid, euros)
def test_one_more_aid_never_raises_the_plan(arrears, terms, amount):
    more = [*terms, PaidTerm(amount, PAST)]
    assert remaining_plan(arrears, more).value <= remaining_plan(arrears, terms).value
