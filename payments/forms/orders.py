"""What the treasurer and the manager type about payment orders."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.errors import InvalidInputError, StalePageError
from ales.forms import FrenchDateField, PlainTextField

#: Letters and digits of an ISO 20022 reason.
CODE_LENGTH = 4


def add_faults(form: forms.Form, error: InvalidInputError) -> None:
    """Show what an operation refused at the fields it names; at the top of the form for the others."""
    for name, texts in error.faults.items():
        form.add_error(name if name in form.fields else None, texts)


class SignForm(forms.Form):
    """The treasurer says having read; nothing else is typed."""

    read = forms.BooleanField(
        label=_("J’ai vérifié le bailleur, le compte, les échéances et les justificatifs de cet ordre"),
        error_messages={"required": _("Cochez la case pour viser l’ordre.")},
    )


class ExecutionForm(forms.Form):
    executed_on = FrenchDateField(
        label=_("Date d’exécution par la banque"),
        help_text=_("Celle du relevé de compte : entre la signature et aujourd’hui."),
    )
    account_confirmed = forms.BooleanField(
        error_messages={"required": _("Cochez la case si le virement est bien parti sur ce compte.")}
    )

    def __init__(self, *args, changed_account: str = "", **kwargs) -> None:
        """`changed_account`: the order's account as shown, when it is no longer the landlord's; else ""."""
        super().__init__(*args, **kwargs)
        if changed_account:
            label = _("Le virement est bien parti sur le compte %s") % changed_account
            self.fields["account_confirmed"].label = label
        else:
            del self.fields["account_confirmed"]


class GiveUpForm(forms.Form):
    reason = PlainTextField(
        label=_("Motif de l’abandon"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Conservé avec l’ordre. Le numéro reste pris ; les échéances pourront être redemandées."),
    )
    not_executed = forms.BooleanField(
        label=_("La banque n’a pas exécuté ce virement"),
        error_messages={"required": _("Vérifiez auprès de la banque, puis cochez la case.")},
    )

    def __init__(self, *args, is_signed: bool, **kwargs) -> None:
        """`is_signed`: the bank may have the transfer, the treasurer declares that it hasn't paid it."""
        super().__init__(*args, **kwargs)
        if not is_signed:
            del self.fields["not_executed"]


class RejectForm(forms.Form):
    rejected_on = FrenchDateField(
        label=_("Date du rejet"), help_text=_("Celle du relevé de compte ou de l’avis de la banque.")
    )
    code = forms.CharField(
        label=_("Motif donné par la banque"),
        required=False,
        max_length=140,
        help_text=_("Un code, comme AC04 (compte clôturé) ou MS03 (sans raison), ou les mots de la banque."),
    )
    receipt_mistaken = forms.BooleanField(
        label=_("Le bailleur a confirmé la réception, mais l’argent est bien revenu sur notre compte"),
        error_messages={"required": _("Vérifiez avec le bailleur et la banque, puis cochez la case.")},
    )

    def __init__(self, *args, is_received: bool, **kwargs) -> None:
        """`is_received`: the landlord has confirmed the receipt, the treasurer declares the return."""
        super().__init__(*args, **kwargs)
        if not is_received:
            del self.fields["receipt_mistaken"]

    def clean_code(self) -> str:
        """A code is kept in capitals; the bank's own words as typed."""
        code = self.cleaned_data["code"].strip()
        return code.upper() if len(code) == CODE_LENGTH else code


class RejectionReasonForm(forms.Form):
    """Why a rejected payment is asked for again, or given back to the funds."""

    reason = PlainTextField(
        label=_("Motif"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Conservé avec l’ordre et avec l’aide."),
    )


class PaymentRequestForm(forms.Form):
    """The terms to pay; the page draws the boxes itself, in a table with months and amounts."""

    terms = forms.TypedMultipleChoiceField(
        label=_("Échéances à payer"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choisissez au moins une échéance à payer."),
            "invalid_choice": _("Une échéance choisie n’est plus à payer : relisez la liste."),
        },
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, choices: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["terms"].choices = choices

    def clean(self) -> dict:
        """A page without a readable version is taken for a stale one."""
        if self.cleaned_data.get("version") is None:
            self.errors.pop("version", None)
            self.add_error(None, StalePageError().message)
        return self.cleaned_data
