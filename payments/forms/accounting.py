"""What is typed to close an accounting period."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.forms import FrenchDateField


class PeriodForm(forms.Form):
    """The last day of the period looked at."""

    ends_on = FrenchDateField(label=_("Jusqu’au"))


class ClosePeriodForm(PeriodForm):
    """The confirmation; `starts_on` tells a page loaded before another closure."""

    ends_on = FrenchDateField(widget=forms.HiddenInput)
    starts_on = FrenchDateField(widget=forms.HiddenInput)
    read = forms.BooleanField(
        label=_("J’ai vérifié les montants : les écritures seront numérotées et ne changeront plus"),
        error_messages={"required": _("Cochez la case pour clôturer la période.")},
    )
