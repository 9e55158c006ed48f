"""What the treasurer types about the bank's statements."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from ales.forms import PlainTextField
from payments.rules.iso20022 import MAX_BYTES

#: For the `accept` attribute of the file input.
ACCEPT = ".xml,.csv,application/xml,text/xml,text/csv"


class StatementUploadForm(forms.Form):
    file = forms.FileField(
        label=_("Fichier de la banque"),
        help_text=_("camt.053 ou camt.054 (XML), ou CSV ; 10 Mo au plus."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        error_messages={
            "required": _("Choisissez le fichier du relevé."),
            "empty": _("Ce fichier est vide : téléchargez-le à nouveau auprès de la banque."),
        },
    )

    def clean_file(self) -> UploadedFile:
        """Refuse by the size: a file too big is never read into memory."""
        uploaded = self.cleaned_data["file"]
        if uploaded.size > MAX_BYTES:
            raise forms.ValidationError(_("Ce fichier dépasse 10 Mo : demandez une période plus courte."))
        return uploaded


class SetAsideForm(forms.Form):
    reason = PlainTextField(
        label=_("Motif"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Conservé avec le relevé, qui ne sera jamais appliqué."),
    )


class LineOrderForm(forms.Form):
    """The order a line belongs to."""

    number = forms.CharField(
        label=_("Numéro de l’ordre"),
        max_length=20,
        widget=forms.TextInput(attrs={"placeholder": "OP-2026-000042"}),
    )
    note = PlainTextField(label=_("Note"), max_length=500, required=False)
    receipt_mistaken = forms.BooleanField(
        label=_("Le bailleur avait confirmé la réception, mais l’argent est bien revenu"), required=False
    )

    def __init__(self, *args, is_return: bool, **kwargs) -> None:
        """`is_return`: money that came back, a reject is recorded."""
        super().__init__(*args, **kwargs)
        if not is_return:
            del self.fields["receipt_mistaken"]


class LineBatchForm(forms.Form):
    """The batch that a line books whole."""

    batch = forms.UUIDField(widget=forms.HiddenInput)


class LineCloseForm(forms.Form):
    """A line that calls for nothing here."""

    is_unrelated = forms.TypedChoiceField(
        label=_("Cette ligne"),
        choices=[
            ("0", _("est réglée autrement (vérifiée avec la banque, corrigée…)")),
            ("1", _("est sans rapport avec un ordre de paiement")),
        ],
        coerce=lambda text: text == "1",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez l’une des deux réponses.")},
    )
    note = PlainTextField(
        label=_("Ce qui a été vérifié"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
