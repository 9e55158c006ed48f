"""The agreement's page: undertakings, and the signed copy."""

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from ales.documents.fields import UploadField
from ales.forms import EuroField, FrenchDateField
from cases.forms.fields import MONTHLY_MAX, PastDateField, PlainTextField
from cases.models.protocol import Party
from cases.protocols import MAX_UNDERTAKINGS


class ProtocolForm(forms.Form):
    place = PlainTextField(label=_("Fait à"), max_length=80)
    repayment_monthly = EuroField(
        label=_("Plan d’apurement, par mois"),
        max_value=MONTHLY_MAX,
        required=False,
        help_text=_("Ce que le ménage rembourse chaque mois sur la dette restante."),
    )


class UndertakingForm(forms.Form):
    """One undertaking; a row without text is left out."""

    party = forms.ChoiceField(label=_("Qui s’engage"), choices=Party.choices)
    text = PlainTextField(label=_("Engagement"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    due_on = FrenchDateField(label=_("Échéance"), required=False)
    is_follow_up = forms.BooleanField(label=_("Date de suivi"), required=False)

    def has_changed(self) -> bool:
        return bool({"text", "due_on"} & set(self.changed_data))

    def clean(self) -> dict:
        data = super().clean()
        if data.get("is_follow_up") and not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Une date de suivi a une échéance."))
        if data.get("is_follow_up") and data.get("party") == Party.TENANT:
            self.add_error("party", _("Les dates de suivi sont des engagements du référent."))
        return data


UndertakingFormSet = formset_factory(
    UndertakingForm,
    extra=0,
    can_delete=True,
    max_num=MAX_UNDERTAKINGS,
    validate_max=True,
    absolute_max=MAX_UNDERTAKINGS + 10,
)


class SignedScanForm(forms.Form):
    signed_on = PastDateField(label=_("Signé le"))
    file = UploadField(
        label=_("Exemplaire signé"),
        help_text=_("PDF, JPEG ou PNG. Toutes les pages dans un seul fichier."),
    )
