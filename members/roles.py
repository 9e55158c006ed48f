"""Kinds of organisations and roles in them (DOMAIN §2, §3)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    CIL = "CIL", _("CIL")
    CCI = "CCI", _("CCI")
    BAILLEUR = "BAILLEUR", _("bailleur")
    PARTENAIRE = "PARTENAIRE", _("partenaire")
    PUBLIC = "PUBLIC", _("organisme public")
    ALES = "ALES", _("association ALES")


class LandlordType(TextChoices):
    ESH = "ESH", _("ESH")
    OPH = "OPH", _("OPH")
    COOPERATIVE = "COOPERATIVE", _("coopérative Hlm")
    SEM = "SEM", _("SEM")
    ASSOCIATION = "ASSOCIATION", _("association")
    PRIVATE = "PRIVATE", _("bailleur privé")


class Role(TextChoices):
    SOCIAL_WORKER = "SOCIAL_WORKER", _("travailleur social")
    MANAGER = "MANAGER", _("responsable social")
    LANDLORD_AGENT = "LANDLORD_AGENT", _("agent du bailleur")
    BOARD_MEMBER = "BOARD_MEMBER", _("administrateur (CA)")
    ASSOCIATION_ADMIN = "ASSOCIATION_ADMIN", _("équipe ALES")
    TREASURER = "TREASURER", _("trésorier")


#: Social workers and managers read and write the social file; nobody else ever does (DOMAIN §3).
SOCIAL_ROLES = frozenset({Role.SOCIAL_WORKER, Role.MANAGER})
ASSOCIATION_ROLES = frozenset({Role.ASSOCIATION_ADMIN, Role.TREASURER})

#: Which roles exist in which kind of organisation. Board members are people of the members
#: sitting on the association's board: the habilitation is in the association.
ROLES_OF_KIND: dict[str, tuple[Role, ...]] = {
    OrganisationKind.CIL: (Role.SOCIAL_WORKER, Role.MANAGER),
    OrganisationKind.CCI: (Role.SOCIAL_WORKER, Role.MANAGER),
    OrganisationKind.BAILLEUR: (Role.SOCIAL_WORKER, Role.MANAGER, Role.LANDLORD_AGENT),
    OrganisationKind.PARTENAIRE: (Role.SOCIAL_WORKER, Role.MANAGER),
    OrganisationKind.PUBLIC: (),
    OrganisationKind.ALES: (Role.ASSOCIATION_ADMIN, Role.TREASURER, Role.BOARD_MEMBER),
}
