"""The days banks settle transfers."""

import datetime as dt

import pytest

from payments.rules.banking_days import easter_sunday, is_banking_day, next_banking_day


@pytest.mark.parametrize(
    ("year", "day"),
    [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28)), (2038, (4, 25)), (2285, (3, 22))],
)
def test_easter(year, day):
    assert easter_sunday(year) == dt.date(year, *day)


@pytest.mark.parametrize(
    "day",
    [
        dt.date(2026, 1, 1),
        dt.date(2026, 4, 3),
        dt.date(2026, 4, 6),
        dt.date(2026, 5, 1),
        dt.date(2026, 12, 25),
        dt.date(2025, 12, 26),
        dt.date(2026, 6, 13),
        dt.date(2026, 6, 14),
    ],
)
def test_banks_are_closed(day):
    assert not is_banking_day(day)


@pytest.mark.parametrize("day", [dt.date(2026, 7, 14), dt.date(2026, 6, 15), dt.date(2026, 5, 8)])
def test_french_holidays_are_no_closings(day):
    assert is_banking_day(day)


def test_the_next_day_jumps_over_the_weekend_and_easter():
    assert next_banking_day(dt.date(2026, 4, 2)) == dt.date(2026, 4, 7)
    assert next_banking_day(dt.date(2026, 6, 12)) == dt.date(2026, 6, 15)
    assert next_banking_day(dt.date(2026, 6, 15)) == dt.date(2026, 6, 16)
