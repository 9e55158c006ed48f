"""What a landlord's agent types."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.forms import FrenchDateField

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
