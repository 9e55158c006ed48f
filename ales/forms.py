"""How forms look, and the fields French users type amounts, dates and months into.

`AlesFormRenderer` (setting FORM_RENDERER) gives each form our field group (`templates/forms/field.html`) and
each widget its Bootstrap class, so a form needs no class names and a page writes `{{ form }}` or
`{{ form.rent.as_field_group }}`. Refused text is shown again exactly as it was typed.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ales.dates import format_month
from ales.errors import InvalidInputError, Refusal
from ales.money import MAX_AMOUNT, AmountError, format_euros, format_number, parse_euros
from ales.nir import holds_social_security_number
from ales.text import fold

MONTHS = [fold(format_month(date(2000, month, 1))).split()[0] for month in range(1, 13)]
DATE_PATTERN = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})", re.ASCII)
ISO_DATE_PATTERN = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
MONTH_PATTERN = re.compile(r"(\d{1,2})[/.\- ](\d{4})", re.ASCII)
ISO_MONTH_PATTERN = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)
# A four-digit year outside these is a slip of the keyboard (0206, 20026), not a date of a person's life.
FIRST_YEAR, LAST_YEAR = 1900, 2199


class AlesBoundField(BoundField):
    """A field that knows its Bootstrap class and its group's element."""

    @property
    def group_tag(self) -> str:
        """`fieldset` for radios and checkboxes, which share one legend; `div` otherwise."""
        return "fieldset" if self.use_fieldset else "div"

    def build_widget_attrs(self, attrs: dict, widget: forms.Widget | None = None) -> dict:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        classes = [attrs.get("class") or widget.attrs.get("class", ""), bootstrap_class(widget)]
        if self.errors:
            classes.append("is-invalid")
        if joined := " ".join(filter(None, classes)):
            attrs["class"] = joined
        return attrs


def bootstrap_class(widget: forms.Widget) -> str:
    """The Bootstrap class of a widget, empty for a hidden one."""
    if widget.is_hidden:
        return ""
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


class AlesFormRenderer(TemplatesSetting):
    """Forms through our own templates; needs "django.forms" among the installed apps."""

    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"
    bound_field_class = AlesBoundField


class EuroInput(forms.TextInput):
    """An amount: decimal keyboard on phones, the euro sign beside it."""

    template_name = "forms/widgets/euro.html"

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "class": "w-money"} | (attrs or {}))


class EuroField(forms.Field):
    """An amount in euros, as `Decimal` with two places.

    Reads `1 234,50`, `1234.5`, `1 234 €`; shows a stored amount as `1 234,50`. `min_value` (0 by default,
    None for none) and `max_value` are inclusive.
    """

    widget = EuroInput
    default_error_messages = {
        "required": _("Indiquez un montant en euros, par exemple 1 234,50 (0 s’il n’y en a pas)."),
        "min_value": _("Le montant doit être d’au moins %(limit)s."),
        "max_value": _("Le montant ne peut pas dépasser %(limit)s."),
    }

    def __init__(
        self, *, min_value: Decimal | None = Decimal(0), max_value: Decimal = MAX_AMOUNT, **kwargs: Any
    ) -> None:
        self.min_value, self.max_value = min_value, max_value
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, Decimal):
            return value
        try:
            return parse_euros(str(value))
        except AmountError as error:
            raise ValidationError(str(error), code="invalid") from error

    def validate(self, value: Decimal | None) -> None:
        super().validate(value)
        if value is None:
            return
        if self.min_value is not None and value < self.min_value:
            self._refuse("min_value", self.min_value)
        if value > self.max_value:
            self._refuse("max_value", self.max_value)

    def _refuse(self, code: str, limit: Decimal) -> None:
        raise ValidationError(self.error_messages[code], code=code, params={"limit": format_euros(limit)})

    def prepare_value(self, value: Any) -> Any:
        return format_number(value) if isinstance(value, Decimal | int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class FrenchDateInput(forms.DateInput):
    """A typed date. Not `type="date"`: its order follows the browser's language rather than the page's, and
    it throws away what it can't read."""

    def __init__(self, attrs: dict | None = None) -> None:
        defaults = {
            "inputmode": "numeric",
            "autocomplete": "off",
            "placeholder": "jj/mm/aaaa",
            "class": "w-date",
        }
        super().__init__(defaults | (attrs or {}), format="%d/%m/%Y")


class FrenchDateField(forms.DateField):
    """A date: reads `3/4/2026`, `03/04/2026`, `03.04.2026`, `03042026`, `2026-04-03`, and a year by its two
    last figures, `3/4/26` or `030426`.

    Shows `03/04/2026`.
    """

    widget = FrenchDateInput
    #: A year of two figures is the one of them no later than this many years from now.
    years_ahead = 20
    default_error_messages = {
        "required": _("Indiquez une date, par exemple 03/04/2026."),
        "invalid": _(
            "« %(typed)s » n’est pas une date : écrivez le jour, le mois et l’année, par exemple 03/04/2026."
        ),
        "impossible": _("Le %(typed)s n’existe pas dans le calendrier : vérifiez le jour et le mois."),
        "year": _("L’année %(year)s est trop lointaine : écrivez-la en quatre chiffres, par exemple 2026."),
    }

    def to_python(self, value: Any) -> date | None:
        if not isinstance(value, str):
            return super().to_python(value)
        typed = value.strip()
        if not typed:
            return None
        if match := ISO_DATE_PATTERN.fullmatch(typed):
            parts = match.groups()[::-1]
        elif match := DATE_PATTERN.fullmatch(typed):
            parts = match.groups()
        elif re.fullmatch(r"\d{8}|\d{6}", typed, re.ASCII):
            parts = typed[:2], typed[2:4], typed[4:]
        else:
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"typed": typed})
        day, month, year = map(int, parts)
        if len(parts[2]) == 2:
            year = self._century(year)
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValidationError(self.error_messages["year"], code="year", params={"year": year})
        try:
            return date(year, month, day)
        except ValueError as error:
            raise ValidationError(
                self.error_messages["impossible"], code="impossible", params={"typed": typed}
            ) from error

    def _century(self, year: int) -> int:
        """The whole year of its last two figures."""
        latest = timezone.localdate().year + self.years_ahead
        return latest - (latest - year) % 100


class MonthInput(forms.TextInput):
    """A typed month, shown as `04/2026`."""

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__({"placeholder": "mm/aaaa", "autocomplete": "off", "class": "w-date"} | (attrs or {}))

    def format_value(self, value: Any) -> Any:
        return f"{value:%m/%Y}" if isinstance(value, date) else value


class MonthField(forms.Field):
    """A month, as its first day: reads `4/2026`, `04/2026`, `2026-04`, `avril 2026`."""

    widget = MonthInput
    default_error_messages = {
        "required": _("Indiquez un mois, par exemple 04/2026."),
        "invalid": _("« %(typed)s » n’est pas un mois : écrivez par exemple 04/2026 ou avril 2026."),
    }

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, date):
            return value.replace(day=1)
        typed = (value or "").strip()
        if not typed:
            return None
        year = month = 0
        if match := ISO_MONTH_PATTERN.fullmatch(typed):
            year, month = map(int, match.groups())
        elif match := MONTH_PATTERN.fullmatch(typed):
            month, year = map(int, match.groups())
        elif match := re.fullmatch(r"([a-z]+) (\d{4})", fold(typed)):
            name, year = match[1], int(match[2])
            month = MONTHS.index(name) + 1 if name in MONTHS else 0
        if not (1 <= month <= 12 and FIRST_YEAR <= year <= LAST_YEAR):
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"typed": typed})
        return date(year, month, 1)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


def add_faults(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put an operation's refusal on the form: each fault at its field, the others above the form."""
    faults = refusal.faults if isinstance(refusal, InvalidInputError) else {"": [refusal.message]}
    for field, messages in faults.items():
        form.add_error(field if field in form.fields else None, messages)


NIR_MESSAGE = _(
    "Ce texte semble contenir un numéro de sécurité sociale : retirez-le, il ne doit figurer nulle part."
)


def refuse_social_security_number(value: str) -> None:
    """Validator: raises ValidationError on a text that holds a NIR (DOMAIN §14)."""
    if holds_social_security_number(value):
        raise ValidationError(NIR_MESSAGE, code="nir")


class PlainTextField(forms.CharField):
    """Free text about people: length bounded, and no social security number."""

    default_validators = (refuse_social_security_number,)
