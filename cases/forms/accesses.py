"""Filters of the access log."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.forms import FrenchDateField


class AccessFilters(forms.Form):
    """What can't be read is left out, never an error."""

    dossier = forms.CharField(
        label=_("Dossier"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("D-2026-00012")}),
    )
    personne = forms.ChoiceField(label=_("Personne"), required=False)
    du = FrenchDateField(label=_("Du"), required=False)
    au = FrenchDateField(label=_("Au"), required=False)

    def __init__(self, *args, people: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["personne"].choices = [("", _("Toutes")), *people]
