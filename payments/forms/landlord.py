"""What a landlord's agent types."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.forms import EuroField, FrenchDateField, PlainTextField
from payments.models import QueryReason
from payments.models.query import MOST_RECEIVED

#: The filter's choices, in the landlord's words, each with the request's states it stands for.
STATUS_GROUPS = {
    "instruction": (_("En instruction"), ("submitted", "returned")),
    "accordee": (_("Accordée"), ("validated",)),
    "paiement": (_("En paiement"), ("in_payment",)),
    "versee": (_("Versée"), ("settled",)),
    "refusee": (_("Non accordée"), ("rejected",)),
    "arretee": (_("Arrêtée"), ("stopped",)),
}


class TenantAidFilters(forms.Form):
    """Filters of the list of the landlord's own tenants."""

    q = forms.CharField(
        label=_("Recherche"),
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Locataire, votre référence, commune")}
        ),
    )
    etat = forms.ChoiceField(
        label=_("État de l’aide"),
        required=False,
        choices=[
            ("", _("Toutes les aides")),
            *((code, label) for code, (label, _states) in STATUS_GROUPS.items()),
        ],
    )


class ReceiptForm(forms.Form):
    received_on = FrenchDateField(
        label=_("Reçu sur votre compte le"), help_text=_("La date de valeur de votre relevé.")
    )


class QueryForm(forms.Form):
    """What is wrong with a payment; the operation says which fields the reason needs."""

    reason = forms.ChoiceField(
        label=_("Ce qui ne va pas"),
        choices=[(value, label.capitalize()) for value, label in QueryReason.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez ce qui ne va pas dans la liste.")},
    )
    amount_received = EuroField(
        label=_("Montant reçu sur votre compte"),
        required=False,
        max_value=MOST_RECEIVED,
        help_text=_("Si le montant est différent ; 0 si rien n’est arrivé."),
    )
    text = PlainTextField(
        label=_("Précisions"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Lues par l’organisme qui suit l’aide."),
    )
