"""Steps « budget » and « droits »."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField, formset_factory
from django.utils.translation import gettext_lazy as _

from ales.forms import EuroField
from cases.forms.fields import BUDGET_MAX, PastDateField, PlainTextField, choice
from cases.rules import codes

MAX_LINES = 40


class SnapshotForm(forms.Form):
    as_of = PastDateField(label=_("Situation au"), required=False)


class LineForm(forms.Form):
    """One row of the budget; a row without a code and an amount is left out."""

    code = choice(_("Poste"), [], empty=_("Choisir…"))
    label = PlainTextField(label=_("Précision"), max_length=100, required=False)
    amount = EuroField(label=_("Montant par mois"), max_value=BUDGET_MAX)
    person = forms.ChoiceField(label=_("Personne"), required=False)
    has_proof = forms.BooleanField(label=_("Justificatif vu"), required=False)

    codes: list[tuple[str, str]] = []

    def __init__(self, *args, persons: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [("", _("Choisir…")), *self.codes]
        self.fields["person"].choices = [("", _("Ménage")), *persons]


class ResourceForm(LineForm):
    codes = codes.choices(codes.ResourceCode)


class ChargeForm(LineForm):
    """Rent, charges and benefit aren't in this list: they come from the dwelling (DOMAIN §5)."""

    codes = codes.typed_charge_choices()


def _rows(form: type[LineForm]) -> Any:
    return formset_factory(
        form,
        extra=0,
        can_delete=True,
        max_num=MAX_LINES,
        validate_max=True,
        absolute_max=MAX_LINES + 10,
    )


ResourceFormSet = _rows(ResourceForm)
ChargeFormSet = _rows(ChargeForm)


class EntitlementsForm(forms.Form):
    """The closed list of benefits: state, date and a word for each; a state needs its date."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for code in codes.EntitlementCode:
            name = codes.label(code)
            self.fields[f"{code}_state"] = choice(
                name, codes.choices(codes.EntitlementState), empty=_("À expliquer"), required=False
            )
            self.fields[f"{code}_on"] = PastDateField(label=f"{name}, date", required=False)
            self.fields[f"{code}_note"] = PlainTextField(
                label=f"{name}, précision", max_length=200, required=False
            )

    def rows(self) -> Iterator[tuple[str, BoundField, BoundField, BoundField]]:
        """(label, state, date, note) of each benefit, for the table."""
        for code in codes.EntitlementCode:
            yield codes.label(code), self[f"{code}_state"], self[f"{code}_on"], self[f"{code}_note"]

    def clean(self) -> dict:
        data = super().clean()
        for code in codes.EntitlementCode:
            state, on = data.get(f"{code}_state"), data.get(f"{code}_on")
            if state and on is None and f"{code}_on" not in self.errors:
                self.add_error(f"{code}_on", _("Indiquez la date."))
            if on and not state:
                self.add_error(f"{code}_state", _("Dites où en est ce droit à cette date."))
        return data

    def entries(self) -> dict[str, tuple[str, date | None, str]]:
        """(state, date, note) by code, of a valid form."""
        data = self.cleaned_data
        return {
            code.value: (data[f"{code}_state"], data[f"{code}_on"], data[f"{code}_note"])
            for code in codes.EntitlementCode
        }
