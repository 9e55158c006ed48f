"""Members and invitations brought in from a file."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ales.errors import InvalidInputError
from ales.text import fold
from ales.works import imports
from ales.works.fields import CodedField, YesNoField
from ales.works.imports import Import
from members import departments, operations, organisations
from members.access import Actor
from members.models import Organisation
from members.roles import LandlordType, OrganisationKind, Role


class RowForm(forms.Form):
    """A line of a file, read for `actor`."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor


def digits(text: str, length: int) -> str:
    """A code a spreadsheet took for a number gets its first zeros back: `1000` is `01000`."""
    return text.zfill(length) if text.isascii() and text.isdigit() else text


# --- Organisations ----------------------------------------------------------------------------------


class OrganisationRow(RowForm):
    """An organisation, by the columns of its page."""

    name = forms.CharField(label=gettext_lazy("Nom"), max_length=140)
    kind = CodedField(
        label=gettext_lazy("Genre"),
        choices=OrganisationKind.choices,
        help_text=", ".join(str(label) for label in OrganisationKind.labels),
    )
    landlord_type = CodedField(
        label=gettext_lazy("Nature du bailleur"),
        choices=LandlordType.choices,
        required=False,
        help_text=", ".join(str(label) for label in LandlordType.labels),
    )
    siret = forms.CharField(
        label=gettext_lazy("SIRET"), required=False, max_length=20, help_text=gettext_lazy("14 chiffres.")
    )
    department = forms.CharField(
        label=gettext_lazy("Département"),
        required=False,
        help_text=gettext_lazy("Son code : 01, 2A, 38, 971."),
    )
    address = forms.CharField(label=gettext_lazy("Adresse"), required=False, max_length=200)
    postal_code = forms.CharField(label=gettext_lazy("Code postal"), required=False)
    town = forms.CharField(label=gettext_lazy("Commune"), required=False, max_length=80)
    email = forms.EmailField(label=gettext_lazy("Adresse électronique"), required=False)
    phone = forms.CharField(label=gettext_lazy("Téléphone"), required=False, max_length=30)
    is_member = YesNoField(
        label=gettext_lazy("Adhérent"), help_text=gettext_lazy("oui ou non ; non si la case est vide.")
    )

    def clean_department(self) -> str:
        typed = self.cleaned_data["department"].strip().upper()
        code = digits(typed, 2)
        if code and code not in departments.names():
            raise forms.ValidationError(
                _("Aucun département ne porte ce code : écrivez par exemple 01, 2A, 38 ou 971.")
            )
        return code

    def clean_postal_code(self) -> str:
        return digits(self.cleaned_data["postal_code"].strip(), 5)


def write_organisation(actor: Actor, row: dict[str, Any]) -> str:
    """Create the organisation; one of that name or SIRET that exists is left alone."""
    if Organisation.objects.filter(sort_key=fold(row["name"]), kind=row["kind"]).exists():
        raise InvalidInputError({"name": [_("Un organisme de ce nom et de ce genre existe déjà.")]})
    created = organisations.create(actor=actor, fields=row | {"is_active": True})
    return _("%s est enregistré.") % created.name


ORGANISATIONS = Import(
    name="organismes",
    title=gettext_lazy("Adhérents et organismes"),
    roles=frozenset({Role.ASSOCIATION_ADMIN}),
    row_form=OrganisationRow,
    write=write_organisation,
    label=lambda cells: cells.get("name", "") or _("organisme sans nom"),
    identity=lambda row: f"{row['kind']} {fold(row['name'])}",
    example={
        "name": "CIL de l’Exemple",
        "kind": "CIL",
        "department": "38",
        "address": "12 rue des Lilas",
        "postal_code": "38000",
        "town": "Grenoble",
        "email": "contact@exemple.fr",
        "is_member": "oui",
    },
    url_name="members:organisations",
    purpose=gettext_lazy("Ajoute des organismes. Ceux qui existent déjà sont laissés tels quels."),
    consequence=gettext_lazy("Chaque ligne ajoute un organisme :"),
    order=10,
)


# --- Users ------------------------------------------------------------------------------------------


class InvitationRow(RowForm):
    """Somebody to invite. A manager invites into their own organisation, and names none."""

    organisation = forms.CharField(
        label=gettext_lazy("Organisme"),
        max_length=140,
        help_text=gettext_lazy("Son nom exact, ou son SIRET."),
    )
    first_name = forms.CharField(label=gettext_lazy("Prénom"), max_length=80)
    last_name = forms.CharField(label=gettext_lazy("Nom"), max_length=80)
    email = forms.EmailField(
        label=gettext_lazy("Adresse électronique"),
        error_messages={
            "invalid": gettext_lazy("Indiquez une adresse complète, par exemple prenom.nom@organisme.fr.")
        },
    )
    role = CodedField(
        label=gettext_lazy("Rôle"),
        choices=Role.choices,
        help_text=", ".join(str(label) for label in Role.labels),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.actor.is_admin:
            del self.fields["organisation"]

    def clean_organisation(self) -> Organisation:
        typed = self.cleaned_data["organisation"]
        compact = typed.replace(" ", "")
        named = {"siret": compact} if len(compact) == 14 and compact.isdigit() else {"sort_key": fold(typed)}
        found = list(Organisation.objects.visible_to(self.actor).filter(**named)[:2])
        if len(found) > 1:
            raise forms.ValidationError(_("Plusieurs organismes portent ce nom : écrivez le SIRET."))
        if not found:
            raise forms.ValidationError(
                _("Aucun organisme ne porte ce nom ou ce SIRET : importez d’abord l’organisme.")
            )
        return found[0]


def write_invitation(actor: Actor, row: dict[str, Any]) -> str:
    """Invite the person; the mail leaves with the line."""
    organisation = row.get("organisation") or Organisation.objects.get(pk=actor.organisation_id)
    operations.invite(
        actor=actor,
        organisation_id=organisation.public_id,
        email=row["email"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        role=row["role"],
    )
    return _("%(email)s est invité comme %(role)s.") % {
        "email": row["email"],
        "role": Role(row["role"]).label,
    }


def _person(cells: Mapping[str, str]) -> str:
    name = f"{cells.get('first_name', '')} {cells.get('last_name', '')}".strip()
    return name or cells.get("email", "") or _("personne sans nom")


def _invited(row: dict[str, Any]) -> str:
    organisation = row.get("organisation")
    return f"{row['email'].lower()} {row['role']} {organisation.pk if organisation else ''}"


USERS = Import(
    name="utilisateurs",
    title=gettext_lazy("Utilisateurs"),
    roles=frozenset({Role.ASSOCIATION_ADMIN, Role.MANAGER}),
    row_form=InvitationRow,
    write=write_invitation,
    label=_person,
    identity=_invited,
    example={
        "organisation": "CIL de l’Exemple",
        "first_name": "Nora",
        "last_name": "Petit",
        "email": "nora.petit@exemple.fr",
        "role": "travailleur social",
    },
    url_name="works:list",
    purpose=gettext_lazy("Invite des personnes par courriel : chacune choisit son mot de passe."),
    consequence=gettext_lazy("Chaque ligne envoie une invitation :"),
    order=20,
)


def register() -> None:
    imports.register(ORGANISATIONS)
    imports.register(USERS)
