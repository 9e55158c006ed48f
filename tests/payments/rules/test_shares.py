"""What comes back of a term is shared between its funds to the cent, and none gets more than it paid."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ales.money import from_cents
from payments.rules.shares import shares

PARTS = st.lists(st.integers(0, 999_999), min_size=1, max_size=6)


def euros(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("amount", "parts", "expected"),
    [
        ("277.20", ["277.20"], ["277.20"]),
        ("100.00", ["277.20"], ["100.00"]),
        ("100.00", ["100.00", "50.00"], ["66.67", "33.33"]),
        ("0.01", ["0.01", "0.01"], ["0.01", "0.00"]),
        ("277.19", ["138.60", "138.60"], ["138.60", "138.59"]),
        ("0.02", ["0.01", "0.01", "0.01"], ["0.01", "0.01", "0.00"]),
        ("50.00", ["0.00", "80.00"], ["0.00", "50.00"]),
        ("150.00", ["100.00", "50.00"], ["100.00", "50.00"]),
        ("0.00", ["10.00"], ["0.00"]),
    ],
)
def test_worked_cases(amount, parts, expected):
    assert shares(Decimal(amount), euros(*parts)) == euros(*expected)


@pytest.mark.parametrize(
    ("amount", "parts", "why"),
    [
        ("10.01", ["10.00"], "ne tiennent pas"),
        ("-1.00", ["10.00"], "négatif"),
        ("1.00", ["2.00", "-1.00"], "négatif"),
        ("0.001", ["1.00"], "whole number of cents"),
    ],
    ids=["above", "negative", "negative part", "finer than a cent"],
)
def test_what_cannot_be_shared(amount, parts, why):
    with pytest.raises(ValueError, match=why):
        shares(Decimal(amount), euros(*parts))


@given(PARTS, st.data())
def test_shares_add_up_and_none_is_above_its_part(parts, data):
    cents = data.draw(st.integers(0, sum(parts)))
    amount, lines = from_cents(cents), [from_cents(part) for part in parts]
    found = shares(amount, lines)
    assert sum(found) == amount
    assert all(Decimal(0) <= share <= line for share, line in zip(found, lines, strict=True))


@given(PARTS, st.data())
def test_no_share_is_a_cent_away_from_its_proportion(parts, data):
    cents = data.draw(st.integers(0, sum(parts)))
    for share, part in zip(
        shares(from_cents(cents), [from_cents(part) for part in parts]), parts, strict=True
    ):
        assert abs(int(share * 100) * sum(parts) - cents * part) < max(sum(parts), 1)


@given(PARTS, st.data())
def test_what_comes_back_in_several_times_comes_back_whole(parts, data):
    """Each time in proportion of what is still out: at the end every part is empty."""
    out = [from_cents(part) for part in parts]
    while total := sum(out):
        amount = from_cents(data.draw(st.integers(max(1, int(total * 100) // 2), int(total * 100))))
        out = [part - share for part, share in zip(out, shares(amount, out), strict=True)]
        assert min(out) >= 0
