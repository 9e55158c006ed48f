"""The choice of a period, and of a member for the association's staff."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.forms import FrenchDateField
from association.statistics import Period
from members.access import Actor
from members.models import Organisation

MAX_CUTS = {"year": 366 * 60, "quarter": 366 * 15, "month": 366 * 5}
TOO_LONG = {
    "quarter": _("Par trimestre, choisissez au plus quinze ans."),
    "month": _("Par mois, choisissez au plus cinq ans."),
    "year": _("Choisissez au plus soixante ans."),
}


class PeriodForm(forms.Form):
    """From a day to a day, cut by year, quarter or month. What was typed comes back when refused."""

    du = FrenchDateField(label=_("Du"), error_messages={"required": _("Indiquez le premier jour.")})
    au = FrenchDateField(label=_("Au"), error_messages={"required": _("Indiquez le dernier jour.")})
    par = forms.ChoiceField(
        label=_("Détail"),
        choices=[("year", _("par année")), ("quarter", _("par trimestre")), ("month", _("par mois"))],
    )
    adherent = forms.ModelChoiceField(
        label=_("Adhérent"),
        queryset=Organisation.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("tous les adhérents"),
    )

    def __init__(self, data, *, actor: Actor, today: dt.date) -> None:
        defaults = {"du": f"01/01/{today.year - 4}", "au": f"{today:%d/%m/%Y}", "par": "year", "adherent": ""}
        super().__init__(defaults | {name: data[name] for name in defaults if name in data})
        if actor.is_association:
            self.fields["adherent"].queryset = Organisation.objects.members()
        else:
            del self.fields["adherent"]

    def clean(self) -> dict:
        start, end, step = (self.cleaned_data.get(name) for name in ("du", "au", "par"))
        if not (start and end and step):
            return self.cleaned_data
        if start > end:
            self.add_error(
                "au",
                _("Le dernier jour (%(end)s) précède le premier (%(start)s) : corrigez-en un.")
                % {"end": f"{end:%d/%m/%Y}", "start": f"{start:%d/%m/%Y}"},
            )
        elif (end - start).days > MAX_CUTS[step]:
            self.add_error("par", TOO_LONG[step])
        return self.cleaned_data

    @property
    def period(self) -> Period:
        """The period asked for; the form must be valid."""
        return Period(self.cleaned_data["du"], self.cleaned_data["au"], self.cleaned_data["par"])
