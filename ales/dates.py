"""Months and deadlines. Pure: no Django, no clock."""

import calendar
from datetime import date

_MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


def first_of_month(day: date) -> date:
    """The first day of the day's month: how a month is stored everywhere."""
    return day.replace(day=1)


def add_months(day: date, months: int) -> date:
    """The same day that many months later; the last day of a shorter month (29 Feb + 12 → 28 Feb)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def within_months(start: date, months: int, on: date) -> bool:
    """Whether `on` is not later than the same day that many months after `start` (that day included)."""
    return on <= add_months(start, months)


def format_date(day: date) -> str:
    """`1er mars 2026`."""
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def format_month(day: date) -> str:
    """`mars 2026`."""
    return f"{_MONTHS[day.month - 1]} {day.year}"
