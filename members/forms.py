"""Forms of this room. The operations decide; a form reads types and keeps what was typed."""

import re
import uuid

from django import forms
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ales.documents.fields import UploadField
from ales.errors import InvalidInputError
from ales.suggestions import propose
from members import bank_accounts, communes, departments
from members.roles import LandlordType, OrganisationKind, Role

ANY = [("", _("Tous"))]
CHOOSE = [("", _("Choisir…"))]


def role_choices(roles: tuple[Role, ...]) -> list[tuple[str, str]]:
    """Choices of a form, with a capital as they stand alone."""
    return [(role.value, capfirst(role.label)) for role in roles]


def _required(message: str) -> dict[str, str]:
    return {"required": message}


class OrganisationFilters(forms.Form):
    """Filters of the list of organisations."""

    q = forms.CharField(
        label=_("Nom"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(label=_("Genre"), required=False, choices=[*ANY, *OrganisationKind.choices])
    department = forms.ChoiceField(label=_("Département"), required=False)
    membership = forms.ChoiceField(
        label=_("Adhésion"),
        required=False,
        choices=[*ANY, ("oui", _("Adhérents")), ("non", _("Non adhérents"))],
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [*ANY, *departments.choices()]


class PeopleFilters(forms.Form):
    """Filters of the list of people: words of their name or address, role, state."""

    q = forms.CharField(
        label=_("Nom ou adresse électronique"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    role = forms.ChoiceField(
        label=_("Rôle"), required=False, choices=[*ANY, *((r.value, capfirst(r.label)) for r in Role)]
    )
    etat = forms.ChoiceField(
        label=_("État"),
        required=False,
        choices=[*ANY, ("actif", _("Accès ouvert")), ("suspendu", _("Suspendu"))],
    )


class OrganisationForm(forms.Form):
    """An organisation, as the association's staff writes it."""

    name = forms.CharField(
        label=_("Nom"), max_length=140, error_messages=_required(_("Indiquez le nom de l’organisme."))
    )
    kind = forms.ChoiceField(
        label=_("Genre d’organisme"),
        choices=[*CHOOSE, *OrganisationKind.choices],
        error_messages=_required(_("Choisissez le genre d’organisme.")),
    )
    landlord_type = forms.ChoiceField(
        label=_("Nature du bailleur"),
        required=False,
        choices=[("", _("Sans objet")), *LandlordType.choices],
        help_text=_("Pour un bailleur seulement."),
    )
    department = forms.ChoiceField(label=_("Département"), required=False)
    siret = forms.CharField(
        label=_("SIRET"),
        required=False,
        max_length=20,
        help_text=_("14 chiffres, par exemple 552 081 317 66522."),
    )
    email = forms.EmailField(label=_("Adresse électronique"), required=False)
    phone = forms.CharField(label=_("Téléphone"), required=False, max_length=30)
    address = forms.CharField(label=_("Adresse"), required=False, max_length=200)
    postal_code = forms.CharField(label=_("Code postal"), required=False, max_length=5)
    town = forms.CharField(
        label=_("Commune"),
        required=False,
        max_length=80,
        help_text=_("« 38000 Grenoble » écrit aussi le code postal et le département."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "communes"}),
    )
    is_member = forms.BooleanField(label=_("Adhérent de l’association"), required=False)
    is_active = forms.BooleanField(
        label=_("Organisme actif"),
        required=False,
        initial=True,
        help_text=_(
            "Inactif, plus personne n’y a accès, il n’est plus proposé et, bailleur, il n’est plus payé."
        ),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [("", _("Aucun")), *departments.choices()]
        propose(self.fields["town"], reverse("members:communes"))

    def clean(self) -> dict:
        """A commune written with its postal code fills both fields, and the department left empty."""
        data = super().clean()
        typed = data.get("town", "")
        if not re.search(r"\b\d{5}\b", typed, re.ASCII):
            return data
        try:
            place = communes.find(typed)
        except communes.UnknownCommuneError as error:
            self.add_error("town", str(error))
        else:
            data |= {"town": place.name, "postal_code": place.postal_code}
            data["department"] = data.get("department") or place.department
        return data


class InvitationForm(forms.Form):
    """Whom to invite, and to which role; `roles` are those the actor may give."""

    first_name = forms.CharField(
        label=_("Prénom"), max_length=80, error_messages=_required(_("Indiquez le prénom."))
    )
    last_name = forms.CharField(
        label=_("Nom"), max_length=80, error_messages=_required(_("Indiquez le nom."))
    )
    email = forms.EmailField(
        label=_("Adresse électronique"),
        error_messages={"invalid": _("Indiquez une adresse complète, par exemple prenom.nom@organisme.fr.")},
    )
    role = forms.ChoiceField(
        label=_("Rôle"), widget=forms.RadioSelect, error_messages=_required(_("Choisissez un rôle."))
    )

    def __init__(self, *args, roles: tuple[Role, ...], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(roles)
        if len(roles) == 1:
            self.fields["role"].initial = roles[0].value


class RoleForm(forms.Form):
    """Another role in the same organisation."""

    role = forms.ChoiceField(
        label=_("Rôle"), widget=forms.RadioSelect, error_messages=_required(_("Choisissez un rôle."))
    )

    def __init__(self, *args, roles: tuple[Role, ...], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(roles)


class NewAccountForm(forms.Form):
    """The password an invited person chooses."""

    password = forms.CharField(
        label=_("Mot de passe"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Au moins 12 caractères, sans votre nom ni un mot trop courant."),
    )
    confirmation = forms.CharField(
        label=_("Le même mot de passe, encore"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_confirmation(self) -> str:
        confirmation = self.cleaned_data["confirmation"]
        if "password" in self.cleaned_data and confirmation != self.cleaned_data["password"]:
            raise forms.ValidationError(_("Les deux mots de passe diffèrent : saisissez-les à nouveau."))
        return confirmation


class AccountForm(forms.Form):
    """One's own name and phone."""

    first_name = forms.CharField(
        label=_("Prénom"), max_length=80, error_messages=_required(_("Indiquez le prénom."))
    )
    last_name = forms.CharField(
        label=_("Nom"), max_length=80, error_messages=_required(_("Indiquez le nom."))
    )
    phone = forms.CharField(label=_("Téléphone professionnel"), required=False, max_length=30)


class BankDetailsForm(forms.Form):
    """Bank details as they stand on the RIB."""

    account_holder = forms.CharField(
        label=_("Titulaire du compte"),
        max_length=140,
        error_messages=_required(_("Indiquez le titulaire du compte, tel qu’il figure sur le RIB.")),
        help_text=_("Exactement comme sur le RIB, 70 caractères au plus."),
    )
    iban = forms.CharField(
        label=_("IBAN"),
        max_length=60,
        error_messages=_required(_("Indiquez l’IBAN, par exemple FR14 2004 1010 0505 0001 3M02 606.")),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Avec ou sans espaces, par exemple FR14 2004 1010 0505 0001 3M02 606."),
    )
    bic = forms.CharField(
        label=_("BIC"),
        required=False,
        max_length=14,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Laissez vide pour le déduire de l’IBAN."),
    )
    proof = UploadField(
        label=_("RIB"),
        error_messages=_required(_("Joignez le RIB : le trésorier le compare avant de confirmer.")),
        help_text=_("PDF, JPEG ou PNG, tel que la banque l’édite."),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def clean_iban(self) -> str:
        typed = self.cleaned_data["iban"]
        try:
            bank_accounts.read_iban(typed)
        except InvalidInputError as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return typed


class VouchForm(forms.Form):
    """How the treasurer checked the account that the bank refused."""

    note = forms.CharField(
        label=_("Comment avez-vous vérifié ce compte ?"),
        error_messages=_required(_("Dites comment vous avez vérifié ce compte : c’est conservé.")),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Qui vous avez joint chez le bailleur, quand, et ce que sa banque a changé."),
    )


class ReasonForm(forms.Form):
    """Why something is refused."""

    reason = forms.CharField(
        label=_("Motif"),
        error_messages=_required(_("Indiquez pourquoi : la personne qui a saisi le lira.")),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("La personne qui a saisi le lira."),
    )
