"""What the treasurer types about several orders, and about a batch."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.forms import FrenchDateField, PlainTextField


class SignManyForm(forms.Form):
    """The treasurer says having read; the orders come beside, as the page showed them."""

    read = forms.BooleanField(
        label=_("J’ai vérifié les bailleurs, les comptes et les montants de ces ordres"),
        error_messages={"required": _("Cochez la case pour viser ces ordres.")},
    )


class PrepareBatchForm(forms.Form):
    execution_on = FrenchDateField(
        label=_("Date d’exécution demandée à la banque"),
        help_text=_("Un jour ouvré des banques, aujourd’hui au plus tôt."),
    )


class SendBatchForm(forms.Form):
    handed_over = forms.BooleanField(
        label=_("J’ai déposé ce fichier, et lui seul, sur le site de la banque"),
        error_messages={"required": _("Déposez d’abord le fichier à la banque, puis cochez la case.")},
    )
    already_gone = forms.BooleanField(
        label=_("Le fichier est déjà à la banque : il est parti avant que ces ordres soient mis en attente"),
        required=False,
    )

    def __init__(self, *args, has_holds: bool, **kwargs) -> None:
        """`has_holds`: an order has been put on hold since the batch was prepared."""
        super().__init__(*args, **kwargs)
        if not has_holds:
            del self.fields["already_gone"]


class CancelBatchForm(forms.Form):
    reason = PlainTextField(
        label=_("Motif de l’annulation"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Conservé avec le bordereau. Son numéro reste pris."),
    )
    not_sent = forms.BooleanField(
        label=_("Le fichier n’a pas été remis à la banque"),
        error_messages={"required": _("Vérifiez auprès de la banque, puis cochez la case.")},
    )
