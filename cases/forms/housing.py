"""Steps « logement » and « difficulté »."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ales.forms import EuroField, MonthField
from ales.money import ZERO
from ales.suggestions import propose
from cases.forms.fields import DEBT_MAX, PastDateField, PlainTextField, choice, monthly
from cases.forms.landlord import LandlordField
from cases.rules import budget, codes
from members import communes
from members.models import Organisation

RENT_LINES = tuple(budget.HOUSING_LABELS)


class HousingForm(forms.Form):
    """The dwelling, its landlord, what is owed each month, and the arrears. Euros."""

    landlord = LandlordField(
        label=_("Bailleur"),
        required=False,
        help_text=_("Écrivez le début de son nom, puis choisissez-le."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "bailleurs"}),
    )
    new_landlord = PlainTextField(
        label=_("Ou nouveau bailleur privé"),
        max_length=140,
        required=False,
        help_text=_("Nom de la personne ou de la société, s’il n’est pas dans la liste."),
    )
    landlord_reference = PlainTextField(
        label=_("Référence du locataire chez le bailleur"),
        max_length=35,
        required=False,
        help_text=_("Elle figure sur l’avis d’échéance ; elle accompagne le virement."),
    )
    address = PlainTextField(label=_("Adresse du logement"), max_length=200)
    commune = forms.CharField(
        label=_("Code postal et commune"),
        max_length=100,
        help_text=_("Par exemple 38000 Grenoble. Le département en est déduit."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "communes"}),
    )
    dwelling = PlainTextField(
        label=_("Type de logement"), max_length=20, required=False, help_text=_("Par exemple T3.")
    )
    lease_on = PastDateField(label=_("Date du bail"), required=False)
    lease_state = forms.ChoiceField(label=_("État du bail"), choices=codes.choices(codes.LeaseState))
    lease_state_on = PastDateField(label=_("Depuis le"), required=False)
    rent = monthly(_("Loyer"))
    annexes = monthly(_("Annexes"), help_text=_("Garage, cave…"))
    service_charges = monthly(_("Charges locatives"))
    sls = monthly(_("Supplément de loyer de solidarité (SLS)"))
    other_lines = monthly(_("Autres lignes de la quittance"))
    rls = monthly(_("Réduction de loyer de solidarité (RLS)"), help_text=_("À déduire."))
    housing_benefit = monthly(_("APL ou AL"), help_text=_("À déduire."))
    arrears = EuroField(label=_("Dette de loyer"), max_value=DEBT_MAX, required=False)
    arrears_on = PastDateField(label=_("Dette arrêtée au"), required=False)
    arrears_since = MonthField(
        label=_("Premier mois impayé"), required=False, help_text=_("Demandé avant toute aide.")
    )
    benefit_arrears = EuroField(
        label=_("Rappel d’APL ou d’AL attendu"),
        max_value=DEBT_MAX,
        required=False,
        help_text=_("Il réduira la dette à rembourser."),
    )

    def __init__(
        self, *args, organisation_id: int, suggest_urls: dict[str, str] | None = None, **kwargs
    ) -> None:
        """`suggest_urls` are the addresses that propose a landlord and a commune, by name of the field."""
        super().__init__(*args, **kwargs)
        self.fields["landlord"].queryset = Organisation.objects.landlords_for(organisation_id)
        # One of the two is needed: neither is said to be optional.
        for name in ("landlord", "new_landlord"):
            self.fields[name].one_of_several = True
        for name, url in (suggest_urls or {}).items():
            propose(self.fields[name], url)

    def clean_commune(self) -> communes.Commune:
        try:
            return communes.find(self.cleaned_data["commune"])
        except communes.UnknownCommuneError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict:
        data = super().clean()
        for name in (*RENT_LINES, "arrears", "benefit_arrears"):
            if data.get(name) is None:
                data[name] = ZERO
        if data.get("landlord") and data.get("new_landlord"):
            self.add_error(
                "new_landlord", _("Choisissez un bailleur de la liste ou un nouveau, pas les deux.")
            )
        if not data.get("landlord") and not data.get("new_landlord") and "landlord" not in self.errors:
            self.add_error("landlord", _("Choisissez le bailleur, ou nommez un bailleur privé."))
        self._check_dates(data)
        if data.get("commune") and not any(name in self.errors for name in RENT_LINES):
            housing = budget.Housing(**{name: data[name] for name in RENT_LINES})
            for fault in budget.housing_faults(housing, data["commune"].department):
                self.add_error(fault.field, fault.message)
        return data

    def _check_dates(self, data: dict) -> None:
        if data["arrears"] and not data.get("arrears_on") and "arrears_on" not in self.errors:
            self.add_error("arrears_on", _("Une dette est arrêtée à une date : indiquez-la."))
        since, on = data.get("arrears_since"), data.get("arrears_on")
        if since and on and since > on:
            self.add_error("arrears_since", _("Le premier mois impayé est après la date de la dette."))
        lease_on, state_on = data.get("lease_on"), data.get("lease_state_on")
        if lease_on and state_on and state_on < lease_on:
            self.add_error("lease_state_on", _("Cette date précède celle du bail."))
        if lease_on and since and (since.year, since.month) < (lease_on.year, lease_on.month):
            self.add_error("arrears_since", _("Le premier mois impayé précède le bail."))


class DifficultyForm(forms.Form):
    """What happened, in neutral codes, and the social notes."""

    life_event = choice(_("Événement à l’origine de la difficulté"), codes.choices(codes.LifeEvent))
    life_event_on = PastDateField(label=_("Date de l’événement"), required=False)
    last_contact_on = PastDateField(label=_("Dernier contact avec le ménage"), required=False)
    social_notes = PlainTextField(
        label=_("Observations sociales"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "La personne peut demander à lire ce texte. Aucune information médicale, aucun numéro de "
            "sécurité sociale."
        ),
    )


class NewCaseForm(forms.Form):
    """What it takes to open a case: the tenant's name and who follows it."""

    last_name = PlainTextField(label=_("Nom du locataire"), max_length=80)
    first_name = PlainTextField(label=_("Prénom"), max_length=80)
    opened_on = PastDateField(label=_("Dossier ouvert le"))
    referent = forms.ChoiceField(label=_("Référent"))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, referents: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["referent"].choices = referents
