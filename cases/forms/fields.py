"""Fields of the social file: text without social security number, dates that can be true."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ales.forms import EuroField, FrenchDateField, PlainTextField

__all__ = [
    "BUDGET_MAX",
    "DEBT_MAX",
    "MONTHLY_MAX",
    "PastDateField",
    "PlainTextField",
    "choice",
    "monthly",
]

MONTHLY_MAX = Decimal(20_000)
BUDGET_MAX = Decimal(50_000)
DEBT_MAX = Decimal(200_000)


class PastDateField(FrenchDateField):
    """A date that has come: not after today, not 120 years ago."""

    years_ahead = 0

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is None:
            return
        today = timezone.localdate()
        if value > today:
            raise ValidationError(_("Cette date est dans le futur : vérifiez l’année."), code="future")
        if value.year < today.year - 120:
            raise ValidationError(_("Cette date est trop ancienne : vérifiez l’année."), code="old")


def monthly(label: Any, **options: Any) -> EuroField:
    """Euros a month, 0 when left empty, at most 20,000."""
    return EuroField(label=label, max_value=MONTHLY_MAX, required=False, **options)


def choice(label: Any, choices: list[tuple[str, Any]], *, empty: str = "Choisir…", **options: Any) -> Any:
    """A closed list with an empty first line."""
    return forms.ChoiceField(label=label, choices=[("", empty), *choices], **options)
