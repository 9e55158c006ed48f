"""Forms of sharing and handover: with whom, how far, until when, and why."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.forms import FrenchDateField
from cases.forms.fields import PlainTextField, choice
from cases.models.share import ShareLevel


def _reason(label: Any, *, max_length: int, help_text: Any) -> PlainTextField:
    return PlainTextField(
        label=label, max_length=max_length, help_text=help_text, widget=forms.Textarea(attrs={"rows": 3})
    )


class ShareForm(forms.Form):
    """Open a case to another organisation."""

    organisation = forms.ChoiceField(label=_("Organisme"))
    level = forms.ChoiceField(
        label=_("Accès"), choices=ShareLevel.choices, initial=ShareLevel.READ, widget=forms.RadioSelect
    )
    ends_on = FrenchDateField(label=_("Jusqu’au"))
    reason = _reason(
        _("Motif"),
        max_length=300,
        help_text=_("Lu par l’autre organisme et inscrit dans l’historique du dossier."),
    )

    def __init__(self, *args, organisations: list[tuple[str, str]], last_day: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = choice(_("Organisme"), organisations)
        self.fields["ends_on"].help_text = _("Douze mois au plus : jusqu’au %s.") % f"{last_day:%d/%m/%Y}"
        self.order_fields(["organisation", "level", "ends_on", "reason"])


class ProlongForm(forms.Form):
    """Another last day for a share."""

    ends_on = FrenchDateField(label=_("Nouvelle date de fin"))


class HandoverForm(forms.Form):
    """Propose a case to another organisation."""

    organisation = forms.ChoiceField(label=_("Organisme qui suivra le dossier"))
    reason = _reason(
        _("Motif"),
        max_length=500,
        help_text=_("Lu par son responsable avant qu’il accepte : ni nom, ni détail de la situation."),
    )

    def __init__(self, *args, organisations: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = choice(_("Organisme qui suivra le dossier"), organisations)
        self.order_fields(["organisation", "reason"])


class AcceptHandoverForm(forms.Form):
    """Take a case over: who follows it."""

    referent = forms.ChoiceField(label=_("Référent dans votre organisme"))

    def __init__(self, *args, referents: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["referent"] = choice(_("Référent dans votre organisme"), referents)


class RefuseHandoverForm(forms.Form):
    reason = _reason(
        _("Motif du refus"), max_length=500, help_text=_("Lu par l’organisme qui propose le transfert.")
    )
