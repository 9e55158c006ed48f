"""Amounts in words on a payment order (DOMAIN §9)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ales.money import from_cents
from payments.rules.words import euros_in_words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "zéro euro"),
        ("0.01", "un centime"),
        ("0.80", "quatre-vingts centimes"),
        ("1.00", "un euro"),
        ("1.01", "un euro et un centime"),
        ("2", "deux euros"),
        ("21", "vingt et un euros"),
        ("71", "soixante et onze euros"),
        ("80", "quatre-vingts euros"),
        ("81", "quatre-vingt-un euros"),
        ("91", "quatre-vingt-onze euros"),
        ("100", "cent euros"),
        ("200", "deux cents euros"),
        ("201", "deux cent un euros"),
        ("277.20", "deux cent soixante-dix-sept euros et vingt centimes"),
        ("831.60", "huit cent trente et un euros et soixante centimes"),
        ("1000", "mille euros"),
        ("1663.20", "mille six cent soixante-trois euros et vingt centimes"),
        ("80000", "quatre-vingt mille euros"),
        ("200000", "deux cent mille euros"),
        ("1000000", "un million d’euros"),
        ("1000001", "un million un euros"),
        ("1000000.50", "un million d’euros et cinquante centimes"),
        ("80000000", "quatre-vingts millions d’euros"),
    ],
)
def test_amounts_in_words(amount, words):
    assert euros_in_words(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-0.01", "0.005"])
def test_what_cannot_be_paid_has_no_words(amount):
    with pytest.raises(ValueError, match=r"négatif|whole number"):
        euros_in_words(Decimal(amount))


@given(st.integers(0, 10**8), st.integers(0, 10**8))
def test_two_amounts_never_read_the_same(first, second):
    same = euros_in_words(from_cents(first)) == euros_in_words(from_cents(second))
    assert same is (first == second)
