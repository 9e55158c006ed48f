"""Organisations: created and edited by the association; private landlords by whoever follows their tenant."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from stdnum import exceptions
from stdnum.fr import siret as siret_rules

from ales.errors import InvalidInputError, require
from members import permissions
from members.access import Actor
from members.models import Organisation
from members.roles import LandlordType, OrganisationKind

#: What the association's staff may write.
FIELDS = (
    "kind",
    "landlord_type",
    "name",
    "department",
    "siret",
    "email",
    "phone",
    "address",
    "postal_code",
    "town",
    "is_member",
    "is_active",
)


@transaction.atomic
def create(*, actor: Actor, fields: dict[str, Any]) -> Organisation:
    """A new organisation from `fields` (names in FIELDS). Raises InvalidInputError, NotAllowedError."""
    require(permissions.may_edit_organisations(actor))
    return _write(Organisation(), fields)


@transaction.atomic
def edit(*, actor: Actor, organisation_id: UUID, fields: dict[str, Any]) -> Organisation:
    """Change an organisation. Its kind stays once somebody holds a role there: the roles depend on it.

    Raises InvalidInputError, NotAllowedError.
    """
    require(permissions.may_edit_organisations(actor))
    organisation = Organisation.objects.select_for_update(no_key=True).get(public_id=organisation_id)
    kind = fields.get("kind", organisation.kind)
    if kind != organisation.kind and organisation.memberships.exists():
        raise InvalidInputError(
            {"kind": [_("Des personnes ont un rôle dans cet organisme : son genre ne peut plus changer.")]}
        )
    if organisation.pk == actor.organisation_id and not fields.get("is_active", True):
        raise InvalidInputError({"is_active": [_("Vous ne pouvez pas fermer votre propre organisme.")]})
    return _write(organisation, fields)


@transaction.atomic
def register_private_landlord(
    *,
    actor: Actor,
    name: str,
    email: str = "",
    phone: str = "",
    address: str = "",
    postal_code: str = "",
    town: str = "",
    siret: str = "",
) -> Organisation:
    """A private landlord, no member, SIRET optional, known to the organisation that registers it only.

    Raises InvalidInputError (by field), NotAllowedError.
    """
    require(permissions.may_register_private_landlord(actor))
    landlord = Organisation(
        kind=OrganisationKind.BAILLEUR,
        landlord_type=LandlordType.PRIVATE,
        registered_by_id=actor.organisation_id,
    )
    fields = {
        "name": name,
        "email": email,
        "phone": phone,
        "address": address,
        "postal_code": postal_code,
        "town": town,
        "siret": siret,
    }
    return _write(landlord, fields)


def read_siret(text: str) -> str:
    """The 14 digits of a typed SIRET, empty for none; La Poste's establishments have a rule of their own.

    Raises InvalidInputError.
    """
    if not text.strip():
        return ""
    compact = siret_rules.compact(text).replace("\u00a0", "").replace("\u202f", "")
    try:
        return siret_rules.validate(compact)
    except exceptions.InvalidLength as error:
        raise InvalidInputError(
            _("Un SIRET compte 14 chiffres ; %(count)s ont été saisis.") % {"count": len(compact)}
        ) from error
    except exceptions.InvalidFormat as error:
        raise InvalidInputError(
            _("Un SIRET ne contient que des chiffres, par exemple 552 081 317 66522.")
        ) from error
    except exceptions.ValidationError as error:
        raise InvalidInputError(
            _("Ce SIRET contient une faute de frappe : sa clé ne correspond pas.")
        ) from error


def _write(organisation: Organisation, fields: dict[str, Any]) -> Organisation:
    faults: dict[str, list[str]] = {}
    for name, value in fields.items():
        setattr(organisation, name, value.strip() if isinstance(value, str) else value)
    try:
        organisation.siret = read_siret(organisation.siret)
    except InvalidInputError as error:
        faults["siret"] = error.faults[""]
    is_landlord = organisation.kind == OrganisationKind.BAILLEUR
    if is_landlord and not organisation.landlord_type:
        faults["landlord_type"] = [_("Précisez la nature du bailleur.")]
    if not is_landlord:
        organisation.landlord_type = ""
    code = organisation.postal_code
    if code and not (len(code) == 5 and code.isascii() and code.isdigit()):
        faults["postal_code"] = [_("Un code postal compte 5 chiffres, par exemple 38000.")]
    try:
        organisation.full_clean(exclude=[*faults, "sort_key"])
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            # A constraint on the SIRET speaks for the whole row: bring its message to its field.
            about_siret = name == "__all__" and any("SIRET" in message for message in messages)
            field = "siret" if about_siret else name.replace("__all__", "")
            faults.setdefault(field, []).extend(messages)
    if faults:
        raise InvalidInputError(faults)
    organisation.save()
    return organisation
