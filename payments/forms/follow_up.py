"""What the manager and the association type about questions and recoveries."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.errors import StalePageError
from ales.forms import EuroField, FrenchDateField, PlainTextField
from payments.documents.order import term_label
from payments.models import RecoveryCause, RecoveryState
from payments.operations.recoveries import PaidTerm, amount_field


class QueryFilters(forms.Form):
    """Which questions; those that wait unless the address says otherwise."""

    etat = forms.ChoiceField(
        label=_("Questions"),
        required=False,
        choices=[("", _("Sans réponse")), ("repondues", _("Répondues")), ("toutes", _("Toutes"))],
    )


class AnswerForm(forms.Form):
    answer = PlainTextField(
        label=_("Votre réponse"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Lue par le bailleur : n’y écrivez rien du dossier social."),
    )


class RecoveryFilters(forms.Form):
    """Which recoveries; all of them unless the address says otherwise."""

    etat = forms.ChoiceField(
        label=_("État"),
        required=False,
        choices=[
            ("", _("Tous")),
            *((value, label.capitalize()) for value, label in RecoveryState.choices),
        ],
    )


class RecoveryForm(forms.Form):
    """What must come back, term by term; the page draws the amounts itself, in a table."""

    cause = forms.ChoiceField(
        label=_("Cause, écrite au bailleur"),
        choices=[
            ("", _("Choisir…")),
            *((value, label.capitalize()) for value, label in RecoveryCause.choices),
        ],
        error_messages={"required": _("Choisissez la cause dans la liste.")},
    )
    reason = PlainTextField(
        label=_("Motif, conservé avec le recouvrement"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Lu par l’organisme et l’association, jamais par le bailleur."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, terms: Sequence[PaidTerm], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paid_terms = list(terms)
        for paid in self.paid_terms:
            self.fields[amount_field(paid.term)] = EuroField(
                label=_("À rendre pour %s") % term_label(paid.term.month), required=False
            )

    def clean(self) -> dict[str, Any]:
        """A page without a readable version is taken for a stale one."""
        if self.cleaned_data.get("version") is None:
            self.errors.pop("version", None)
            self.add_error(None, StalePageError().message)
        return self.cleaned_data

    def amounts(self) -> dict[UUID, Decimal]:
        """The euros typed, by term; the terms left empty are left out."""
        typed = {paid.term.public_id: self.cleaned_data[amount_field(paid.term)] for paid in self.paid_terms}
        return {term_id: amount for term_id, amount in typed.items() if amount is not None}


class RecoveryReceiptForm(forms.Form):
    received_on = FrenchDateField(
        label=_("Reçu sur le compte de l’association le"), help_text=_("La date de valeur du relevé.")
    )


class RecoveryDropForm(forms.Form):
    reason = PlainTextField(
        label=_("Pourquoi l’association y renonce"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Conservé avec le recouvrement. Le paiement reste ; un autre remboursement pourra être demandé."
        ),
    )
