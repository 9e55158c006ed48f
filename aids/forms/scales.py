"""Forms of the scales: a draft, its publication, the simulator."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aids.models import Scale
from aids.operations import ScaleInput
from ales.forms import EuroField, FrenchDateField

BANDS = 6


class ScaleForm(forms.Form):
    """A scale's figures; empty bands are left out. Rates are typed in percent."""

    name = forms.CharField(label=_("Nom"), max_length=120)
    voted_on = FrenchDateField(label=_("Voté par le CA le"), required=False)
    monthly_cap = EuroField(label=_("Plafond mensuel"))
    settlement_cap = EuroField(label=_("Plafond d’apurement (relogement)"))
    months = forms.IntegerField(label=_("Mois par aide"), min_value=1, max_value=3, initial=3)
    renewals = forms.IntegerField(label=_("Renouvellements"), min_value=0, max_value=1, initial=1)

    def __init__(self, data=None, *, scale: Scale | None = None):
        super().__init__(data, initial=self._initial_of(scale) if scale else None)
        for index in range(BANDS):
            self.fields[f"lower_{index}"] = EuroField(label=_("Loyer résiduel à partir de"), required=False)
            self.fields[f"rate_{index}"] = forms.DecimalField(
                label=_("Taux (%)"),
                required=False,
                min_value=0,
                max_value=100,
                max_digits=5,
                decimal_places=2,
                localize=True,
            )

    @staticmethod
    def _initial_of(scale: Scale) -> dict[str, Any]:
        names = ("name", "voted_on", "monthly_cap", "settlement_cap", "months", "renewals")
        values = {name: getattr(scale, name) for name in names}
        for index, band in enumerate(scale.bands.all()[:BANDS]):
            values |= {f"lower_{index}": band.lower, f"rate_{index}": (band.rate * 100).normalize()}
        return values

    def band_rows(self) -> list[dict[str, Any]]:
        return [{"lower": self[f"lower_{i}"], "rate": self[f"rate_{i}"]} for i in range(BANDS)]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for index in range(BANDS):
            lower, rate = values.get(f"lower_{index}"), values.get(f"rate_{index}")
            if (lower is None) == (rate is None):
                continue
            missing = "rate" if rate is None else "lower"
            if f"{missing}_{index}" not in self.errors:
                self.add_error(f"{missing}_{index}", _("Une tranche a un début et un taux."))
        return values

    def scale_input(self) -> ScaleInput:
        values = self.cleaned_data
        bands = [
            (values[f"lower_{index}"], values[f"rate_{index}"] / Decimal(100))
            for index in range(BANDS)
            if values.get(f"lower_{index}") is not None
        ]
        names = ("name", "monthly_cap", "settlement_cap", "months", "renewals", "voted_on")
        return ScaleInput(bands=bands, **{name: values[name] for name in names})

    def add_faults(self, faults: dict[str, list[str]]) -> None:
        for name, messages in faults.items():
            field = "lower_0" if name == "bands" else name
            for message in messages:
                self.add_error(field if field in self.fields else None, message)


class PublishForm(forms.Form):
    in_force_from = FrenchDateField(label=_("En vigueur à partir du"))


class SimulatorForm(forms.Form):
    residual_rent = EuroField(label=_("Loyer résiduel du mois"))
