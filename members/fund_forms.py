"""Forms of the funds. The operations decide; a form reads types and keeps what was typed."""

import uuid
from datetime import date

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ales.documents.fields import UploadField
from ales.forms import EuroField, FrenchDateField
from ales.money import CENT
from members.models import Envelope, Fund, Organisation
from members.models.fund import FIRST_YEAR, LAST_YEAR
from members.statements import Period


def _required(message: str) -> dict[str, str]:
    return {"required": message}


def _not_to_come(day: date, message: str) -> date:
    if day > timezone.localdate():
        raise forms.ValidationError(message)
    return day


class KeyedForm(forms.Form):
    """A form that counts once however often it is sent."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)


class FundForm(KeyedForm):
    """A new fund of a member."""

    owner = forms.ModelChoiceField(
        label=_("Adhérent"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choisir…"),
        error_messages=_required(_("Choisissez l’adhérent qui apporte ce fonds.")),
    )
    name = forms.CharField(
        label=_("Nom du fonds"),
        max_length=140,
        error_messages=_required(_("Indiquez un nom, par exemple Accompagnement social 2 %.")),
    )
    year = forms.IntegerField(
        label=_("Année"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        error_messages=_required(_("Indiquez l’année en quatre chiffres."))
        | {"invalid": _("Indiquez l’année en quatre chiffres, par exemple 2026.")},
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = Organisation.objects.members().filter(is_active=True)


class MoveForm(KeyedForm):
    """Money written into the ledger."""

    amount = EuroField(label=_("Montant"), min_value=CENT)
    label = forms.CharField(
        label=_("Libellé"),
        max_length=200,
        error_messages=_required(_("Indiquez un libellé, par exemple Dotation 2026.")),
    )
    value_date = FrenchDateField(label=_("Date de valeur"))

    def clean_value_date(self) -> date:
        message = _("Une écriture ne peut pas être datée dans l’avenir.")
        return _not_to_come(self.cleaned_data["value_date"], message)


class ContributionForm(MoveForm):
    """Money a member brings, under one of the fund's envelopes or none."""

    field_order = ["envelope", "amount", "label", "value_date"]

    envelope = forms.ModelChoiceField(
        label=_("Au titre de"),
        queryset=Envelope.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Hors convention"),
    )

    def __init__(self, *args, envelopes: QuerySet[Envelope], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("Montant versé")
        self.fields["envelope"].queryset = envelopes


class CarryOverForm(MoveForm):
    """What is left, moved to the fund of the next year. `seen` is what the person read as left."""

    seen = EuroField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("Montant à virer")


class TransferForm(CarryOverForm):
    """Money moved to another fund of the member."""

    field_order = ["to_fund", "amount", "label", "value_date"]

    to_fund = forms.ModelChoiceField(
        label=_("Vers le fonds"),
        queryset=Fund.objects.none(),
        to_field_name="public_id",
        empty_label=_("Choisir…"),
        error_messages=_required(_("Choisissez le fonds qui reçoit le virement.")),
    )

    def __init__(self, *args, funds: QuerySet[Fund], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_fund"].queryset = funds


class EnvelopeForm(KeyedForm):
    """What a member promises, with the signed agreement."""

    field_order = ["name", "amount", "agreed_on", "agreement"]

    name = forms.CharField(
        label=_("Intitulé"),
        max_length=140,
        error_messages=_required(_("Indiquez un intitulé, par exemple Convention 2026.")),
    )
    amount = EuroField(label=_("Montant promis"), min_value=CENT)
    agreed_on = FrenchDateField(label=_("Date de signature"))
    agreement = UploadField(
        label=_("Convention signée"),
        help_text=_("PDF, JPEG ou PNG. L’adhérent et l’association la liront."),
        error_messages=_required(_("Joignez la convention signée.")),
    )

    def clean_agreed_on(self) -> date:
        message = _("Une convention ne peut pas être signée dans l’avenir.")
        return _not_to_come(self.cleaned_data["agreed_on"], message)


class CancelForm(forms.Form):
    """Why an envelope is cancelled."""

    reason = forms.CharField(
        label=_("Motif"),
        max_length=300,
        error_messages=_required(_("Indiquez pourquoi cette enveloppe est annulée.")),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AlertForm(forms.Form):
    """Under which balance the fund is shown as low."""

    threshold = EuroField(
        label=_("Seuil d’alerte"),
        help_text=_("Sous ce disponible, le fonds est signalé dans la liste et au tableau de bord."),
    )


class PeriodForm(forms.Form):
    """The days of a statement; either may be left out."""

    start = FrenchDateField(label=_("Du"), required=False)
    end = FrenchDateField(label=_("Au"), required=False)

    def clean(self) -> dict:
        cleaned = super().clean()
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error("end", _("La fin précède le début : vérifiez les deux dates."))
        return cleaned

    def period(self) -> Period:
        """The period asked for; the whole ledger where it can't be read."""
        if not self.is_valid():
            return Period()
        return Period(self.cleaned_data["start"], self.cleaned_data["end"])
