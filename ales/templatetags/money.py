"""Filters that print amounts, percentages and months the French way (`{% load money %}`)."""

from datetime import date
from decimal import Decimal

from django import template

from ales.dates import format_date, format_month
from ales.money import format_euros, format_percent

register = template.Library()
NOTHING = "–"


@register.filter
def euros(amount: Decimal | int | None) -> str:
    """`1 234,50 €`; a dash for None. Raises TypeError for a float or a text: no error becomes a zero."""
    return NOTHING if amount is None else format_euros(amount)


@register.filter
def percent(value: Decimal | int | None) -> str:
    """`52 %` of a percentage already computed and rounded by its rule; a dash for None."""
    return NOTHING if value is None else format_percent(value)


@register.filter
def long_date(day: date | None) -> str:
    """`1er mars 2026`; a dash for None."""
    return NOTHING if day is None else format_date(day)


@register.filter
def month(day: date | None) -> str:
    """`mars 2026`; a dash for None."""
    return NOTHING if day is None else format_month(day)
