"""Steps « ménage » and « emploi »."""

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from ales.forms import FrenchDateField
from ales.suggestions import propose
from cases.forms.fields import PastDateField, PlainTextField, choice
from cases.models.household import PersonPosition
from cases.rules import codes

MAX_PERSONS = 20


class HouseholdForm(forms.Form):
    """Occupancy and how to reach the household."""

    occupancy = forms.ChoiceField(label=_("Statut d’occupation"), choices=codes.choices(codes.Occupancy))
    family_category = choice(
        _("Situation familiale"),
        codes.choices(codes.FamilyCategory),
        empty=_("Selon les personnes ci-dessus"),
        required=False,
    )
    phone = forms.RegexField(
        label=_("Téléphone"),
        regex=r"^[0-9+ ().\-]{6,30}$",
        max_length=30,
        required=False,
        error_messages={"invalid": _("Écrivez un numéro de téléphone, par exemple 06 12 34 56 78.")},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("Adresse électronique"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class PersonForm(forms.Form):
    """One person of the household; `public_id` empty for a new one."""

    public_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    position = forms.ChoiceField(label=_("Place"), choices=PersonPosition.choices)
    last_name = PlainTextField(
        label=_("Nom"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    first_name = PlainTextField(
        label=_("Prénom"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    birth_date = PastDateField(label=_("Date de naissance"), required=False)

    def has_changed(self) -> bool:
        """A row in which only the place is chosen says nothing: it is left out, not refused."""
        return bool({"last_name", "first_name", "birth_date", "public_id"} & set(self.changed_data))


class BasePersonFormSet(BaseFormSet):
    """The rows of the household; says at the row what is wrong with it."""

    def clean(self) -> None:
        kept = [
            form
            for form in self.forms
            if form.has_changed() and not self._should_delete_form(form) and form.cleaned_data
        ]
        tenants = [f for f in kept if f.cleaned_data.get("position") == PersonPosition.TENANT]
        for form in tenants[1:]:
            form.add_error(
                "position",
                _(
                    "Un seul locataire : choisissez « colocataire ou conjoint titulaire du bail » "
                    "pour l’autre."
                ),
            )
        if any(self.errors) or tenants[1:]:
            return
        if not kept:
            raise forms.ValidationError(_("Ajoutez au moins une personne au ménage."))
        if not tenants:
            raise forms.ValidationError(_("Dites qui, dans le ménage, est le locataire."))


PersonFormSet = formset_factory(
    PersonForm,
    formset=BasePersonFormSet,
    extra=0,
    can_delete=True,
    max_num=MAX_PERSONS,
    validate_max=True,
    absolute_max=MAX_PERSONS + 10,
)


class EmploymentForm(forms.Form):
    """The work of one adult. Without an employer's sector nothing is kept of the employer."""

    occupational_category = choice(
        _("Catégorie socioprofessionnelle"), codes.choices(codes.OccupationalCategory), required=False
    )
    employment_status = choice(_("Situation"), codes.choices(codes.EmploymentStatus), required=False)
    employer_name = PlainTextField(
        label=_("Nom de l’employeur"),
        max_length=140,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "employeurs"}),
    )
    sector = choice(_("Secteur"), codes.choices(codes.EmploymentSector), required=False)
    headcount = forms.IntegerField(
        label=_("Effectif"),
        min_value=1,
        max_value=1_000_000,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-date"}),
        error_messages={"invalid": _("Écrivez un nombre entier de salariés, par exemple 40.")},
    )
    contribution = forms.ChoiceField(
        label=_("Assujetti à la participation des employeurs"),
        choices=codes.choices(codes.ContributionSubject),
        initial=codes.ContributionSubject.UNKNOWN,
        required=False,
    )
    contract = choice(_("Contrat"), codes.choices(codes.ContractType), required=False)
    started_on = PastDateField(label=_("Début"), required=False)
    ended_on = FrenchDateField(label=_("Fin"), required=False)

    def __init__(self, *args, suggest_url: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if suggest_url:
            propose(self.fields["employer_name"], suggest_url)

    def clean(self) -> dict:
        data = super().clean()
        if not data.get("contribution"):
            data["contribution"] = codes.ContributionSubject.UNKNOWN
        started, ended = data.get("started_on"), data.get("ended_on")
        if started and ended and ended < started:
            self.add_error("ended_on", _("La fin du contrat précède son début."))
        about_employer = ("employer_name", "headcount", "contract", "started_on", "ended_on")
        if any(data.get(name) for name in about_employer) and not data.get("sector"):
            self.add_error(
                "sector", _("Indiquez le secteur de l’employeur : les fonds ouverts en dépendent.")
            )
        return data
