"""Euros and percentages (DOMAIN §1, §4)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ales import money

amounts = st.integers(-(10**12) + 1, 10**12 - 1).map(money.from_cents)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0.004", "0.00"),
        ("0.005", "0.01"),
        ("0.015", "0.02"),
        ("2.675", "2.68"),
        ("-0.005", "-0.01"),
        ("277.2", "277.20"),
        ("999.995", "1000.00"),
    ],
)
def test_half_a_cent_goes_up(amount, expected):
    assert str(money.round_half_up(Decimal(amount))) == expected


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("0.009", "0.00"), ("277.2099", "277.20"), ("300", "300.00"), ("-0.001", "-0.01")],
)
def test_round_down_never_exceeds(amount, expected):
    assert str(money.round_down(Decimal(amount))) == expected


def test_thirds_round_without_drift():
    assert money.round_half_up(Fraction(2, 3)) == Decimal("0.67")
    assert money.round_down(Fraction(2, 3)) == Decimal("0.66")


@pytest.mark.parametrize("value", [0.1, True, "1.00", None])
def test_only_exact_numbers_are_amounts(value):
    with pytest.raises(TypeError):
        money.round_half_up(value)


def test_cents():
    assert money.to_cents(Decimal("277.20")) == 27720
    assert str(money.from_cents(5)) == "0.05"
    with pytest.raises(ValueError, match="whole number of cents"):
        money.to_cents(Decimal("0.005"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1\u202f234,5\u00a0€", "1234.50"),
        ("1234.5", "1234.50"),
        ("1 234 567", "1234567.00"),
        (" 600 ", "600.00"),
        ("600€", "600.00"),
        ("0", "0.00"),
        ("-0", "0.00"),
        ("-12,05", "-12.05"),
        ("\u2212 12,05", "-12.05"),
    ],
)
def test_french_typing_is_read(typed, expected):
    assert str(money.parse_euros(typed)) == expected


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "€", "abc", "12 34", "1.234", "1,2345", "1 234.567", "1.234,50", "1e5", "NaN", "Infinity",
     "--5", "5-", "12,", ",5", "١٢", "10000000000", "600 $"],
)  # fmt: skip
def test_anything_else_is_refused_in_french(typed):
    with pytest.raises(money.AmountError) as error:
        money.parse_euros(typed)
    assert isinstance(error.value, ValueError)
    assert str(error.value).endswith(".")


def test_the_refusal_repeats_what_was_typed_and_what_is_accepted():
    with pytest.raises(money.AmountError, match=r"« 6oo ».*1 234,50"):
        money.parse_euros("6oo")


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("1234.5", "1\u202f234,50\u00a0€"),
        ("0", "0,00\u00a0€"),
        ("1000000", "1\u202f000\u202f000,00\u00a0€"),
        ("-5466.8", "\u22125\u202f466,80\u00a0€"),
    ],
)
def test_euros_are_printed_the_french_way(amount, expected):
    assert money.format_euros(Decimal(amount)) == expected


@given(amounts)
def test_what_is_printed_reads_back(amount):
    assert money.parse_euros(money.format_euros(amount)) == amount
    assert money.parse_euros(str(amount)) == amount


@given(st.fractions(min_value=-(10**12), max_value=10**12, max_denominator=1000))
def test_rounding_stays_within_its_bounds(value):
    down, nearest = Fraction(money.round_down(value)), Fraction(money.round_half_up(value))
    assert down <= value < down + Fraction(1, 100)
    assert abs(nearest - value) <= Fraction(1, 200)


@pytest.mark.parametrize(("count", "percent"), [(572, 67), (623, 73), (794, 93)])
def test_the_figures_of_the_2008_study(count, percent):
    assert money.half_up_percent(count, 854) == percent


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"), [(1, 200, 1), (1, 201, 0), (0, 5, 0), (5, 5, 100), (3, 0, None)]
)
def test_percentages_round_half_up(numerator, denominator, percent):
    assert money.half_up_percent(numerator, denominator) == percent


@pytest.mark.parametrize(
    ("ratio", "percent"), [("0.525", 52), ("0.35999", 35), ("0", 0), ("1", 100), ("1.299", 129)]
)
def test_the_printed_ratio_is_truncated(ratio, percent):
    assert money.truncated_percent(Decimal(ratio)) == percent


def test_percent_text():
    assert money.format_percent(52) == "52\u00a0%"
    assert money.format_percent(Decimal("60.00")) == "60\u00a0%"
    assert money.format_percent(Decimal("62.50")) == "62,5\u00a0%"
