"""Frozen data on paper, and files on pages (`{% load documents %}`)."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from ales.dates import format_date, format_month
from ales.money import format_euros, format_percent
from ales.pictures import Picture
from ales.templatetags.money import NOTHING

register = template.Library()


@register.inclusion_tag("components/file_link.html", takes_context=True)
def stored_file(context: Any, file: dict[str, Any]) -> dict[str, Any]:
    """What `documents.links.file_of_job` or `file_of_document` gave, as the file_link component."""
    return {**file, "csrf_token": context.get("csrf_token", "")}


@register.simple_tag
def drawing(picture: Picture) -> SafeString:
    """The SVG of a picture; `ales.pictures` escapes every text it draws."""
    return mark_safe(picture.svg)


@register.filter
def frozen_euros(amount: str | None) -> str:
    """`277,20 €` of the frozen amount "277.20"; a dash for None. Raises InvalidOperation for another text."""
    return NOTHING if amount is None else format_euros(Decimal(amount))


@register.filter
def frozen_percent(value: str | int | None) -> str:
    """`60 %` of the frozen percentage "60"; a dash for None."""
    return NOTHING if value is None else format_percent(Decimal(value))


@register.filter
def frozen_date(day: str | None) -> str:
    """`1er mars 2026` of "2026-03-01"; a dash for None or an empty text."""
    return format_date(date.fromisoformat(day[:10])) if day else NOTHING


@register.filter
def frozen_month(day: str | None) -> str:
    """`mars 2026` of "2026-03-01"; a dash for None or an empty text."""
    return format_month(date.fromisoformat(day[:10])) if day else NOTHING


@register.filter
def frozen_sum(rows: list[dict[str, Any]], key: str) -> str:
    """Sum of the frozen amounts at `key`, frozen too: `{{ terms|frozen_sum:"amount"|frozen_euros }}`."""
    return str(sum((Decimal(row[key]) for row in rows), Decimal("0.00")))
