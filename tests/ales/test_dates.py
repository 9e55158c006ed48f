"""Months and deadlines."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ales import dates


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 3, 15), 12, date(2026, 3, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
        (date(2025, 1, 31), -1, date(2024, 12, 31)),
    ],
)
def test_months_are_added_on_the_calendar(day, months, expected):
    assert dates.add_months(day, months) == expected


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 24))
def test_the_last_day_counts_and_the_next_does_not(start, months):
    last = dates.add_months(start, months)
    assert dates.within_months(start, months, last)
    assert not dates.within_months(start, months, last + timedelta(days=1))


def test_french_dates():
    assert dates.format_date(date(2026, 3, 1)) == "1er mars 2026"
    assert dates.format_date(date(2026, 8, 15)) == "15 août 2026"
    assert dates.format_month(date(2026, 12, 1)) == "décembre 2026"
    assert dates.first_of_month(date(2026, 12, 31)) == date(2026, 12, 1)
