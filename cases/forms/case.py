"""Acts on the case as a whole: a proof, the closing, the handover; and the filters of the list."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.documents.fields import UploadField
from cases.forms.fields import PastDateField, PlainTextField
from cases.models.case import CaseState


class ProofForm(forms.Form):
    """A document of the case."""

    title = PlainTextField(label=_("Titre"), max_length=200)
    file = UploadField(
        label=_("Fichier"),
        help_text=_("PDF, JPEG ou PNG. Masquez le numéro de sécurité sociale avant de numériser."),
    )


class ClosingForm(forms.Form):
    closing_reason = PlainTextField(label=_("Motif de clôture"), max_length=300)
    closed_on = PastDateField(label=_("Clos le"))
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReferentForm(forms.Form):
    referent = forms.ChoiceField(label=_("Nouveau référent"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, referents: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["referent"].choices = referents


class CaseFilters(forms.Form):
    """The filters of the list; what can't be read is left out, never an error."""

    q = forms.CharField(
        label=_("Recherche"),
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Nom, référence, bailleur, commune")}
        ),
    )
    suivi = forms.ChoiceField(
        label=_("Suivi par"),
        required=False,
        choices=[("", _("Notre organisme")), ("partage", _("Un autre, partagés avec nous"))],
    )
    etat = forms.ChoiceField(label=_("État"), required=False, choices=[("", _("Tous")), *CaseState.choices])
    referent = forms.ChoiceField(label=_("Référent"), required=False)
    bailleur = forms.ChoiceField(label=_("Bailleur"), required=False)
    lieu = forms.CharField(
        label=_("Commune ou département"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Grenoble, 38…")}),
    )

    def __init__(self, *args, referents, landlords, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["referent"].choices = [("", _("Tous")), ("moi", _("Mes dossiers")), *referents]
        self.fields["bailleur"].choices = [("", _("Tous")), *landlords]
