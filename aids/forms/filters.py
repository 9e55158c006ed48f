"""Filters of the list of requests."""

from django import forms
from django.utils.translation import gettext_lazy as _

from aids.models.request import Purpose
from aids.querysets import AidRequestQuerySet
from aids.states import RequestState


class RequestFilterForm(forms.Form):
    """Search by words, state, purpose. An unknown value filters nothing."""

    q = forms.CharField(
        label=_("Rechercher"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Nom, référence, commune, bailleur"}),
    )
    etat = forms.ChoiceField(
        label=_("État"), required=False, choices=[("", _("tous")), *RequestState.choices]
    )
    objet = forms.ChoiceField(label=_("Objet"), required=False, choices=[("", _("tous")), *Purpose.choices])

    def apply(self, requests: AidRequestQuerySet) -> AidRequestQuerySet:
        """`requests` narrowed by the valid filters."""
        self.full_clean()
        if text := self.cleaned_data.get("q"):
            requests = requests.matching(text)
        if state := self.cleaned_data.get("etat"):
            requests = requests.filter(state=state)
        if purpose := self.cleaned_data.get("objet"):
            requests = requests.filter(purpose=purpose)
        return requests
