"""Forms of the rights of the person."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.forms import PlainTextField
from cases.models.case import LimitKind


class CorrectionForm(forms.Form):
    note = PlainTextField(
        label=_("Ce que la personne demande de corriger"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class LimitForm(forms.Form):
    kind = forms.ChoiceField(label=_("Pourquoi"), choices=LimitKind.choices)
    reason = PlainTextField(label=_("Motif, montré sur le dossier"), max_length=500)


class ErasureForm(forms.Form):
    reference = forms.CharField(label=_("Recopiez la référence du dossier"), max_length=30)
