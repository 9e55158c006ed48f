"""Who may do what in this room; each answer carries its reason (DOMAIN §3, DESIGN §2.7)."""

from django.utils.translation import gettext_lazy as _

from ales.verdict import ALLOWED, Verdict, refused
from members.access import Actor
from members.models import BankDetails, Invitation, Membership, Organisation
from members.models.bank_details import BankDetailsState
from members.models.fund import EntryKind
from members.roles import ROLES_OF_KIND, OrganisationKind, Role

ADMIN_ONLY = _("Seule l’équipe ALES peut le faire.")


# --- Organisations ----------------------------------------------------------------------------


def may_edit_organisations(actor: Actor) -> Verdict:
    """Create and edit organisations: the association's staff."""
    return ALLOWED if actor.is_admin else refused(ADMIN_ONLY)


def may_register_private_landlord(actor: Actor) -> Verdict:
    """A social worker or manager registers the private landlord of a household they follow."""
    if actor.is_social or actor.is_admin:
        return ALLOWED
    return refused(_("Un bailleur privé est enregistré par un travailleur social ou un responsable social."))


def may_read_organisation(actor: Actor, organisation: Organisation) -> Verdict:
    """The organisation's page with its users: the association, and its own managers and agents."""
    if actor.is_association or (
        organisation.pk == actor.organisation_id and (actor.is_manager or actor.is_landlord_agent)
    ):
        return ALLOWED
    return refused(_("Cette page est réservée à l’équipe ALES et aux responsables de l’organisme."))


# --- Users ------------------------------------------------------------------------------------


def invitable_roles(actor: Actor, organisation: Organisation) -> tuple[Role, ...]:
    """The roles this actor may give in this organisation: all of its kind for the association's staff,
    those of their own organisation for a manager, landlord agent only for a landlord agent."""
    roles = ROLES_OF_KIND[OrganisationKind(organisation.kind)]
    if actor.is_admin:
        return roles
    if organisation.pk != actor.organisation_id:
        return ()
    if actor.is_manager:
        return roles
    if actor.is_landlord_agent:
        return tuple(role for role in roles if role == Role.LANDLORD_AGENT)
    return ()


def may_invite(actor: Actor, organisation: Organisation) -> Verdict:
    """Invite somebody into this organisation, in at least one role."""
    if not (actor.is_admin or actor.is_manager or actor.is_landlord_agent):
        return refused(_("Les invitations sont envoyées par l’équipe ALES ou le responsable de l’organisme."))
    if organisation.pk != actor.organisation_id and not actor.is_admin:
        return refused(_("Vous ne pouvez inviter que dans votre propre organisme."))
    if not organisation.is_active:
        return refused(_("Cet organisme est inactif : réactivez-le avant d’y inviter quelqu’un."))
    if not invitable_roles(actor, organisation):
        return refused(_("Aucun rôle de l’extranet n’existe dans ce genre d’organisme."))
    return ALLOWED


def may_manage_user(actor: Actor, membership: Membership) -> Verdict:
    """Suspend, reactivate or change the role of somebody else's habilitation."""
    if membership.user_id == actor.user_id:
        return refused(_("Vous ne pouvez pas modifier votre propre habilitation : demandez à un collègue."))
    if actor.is_admin:
        return ALLOWED
    if actor.is_manager and membership.organisation_id == actor.organisation_id:
        return ALLOWED
    return refused(_("Les habilitations sont gérées par le responsable de l’organisme ou l’équipe ALES."))


def may_manage_invitation(actor: Actor, invitation: Invitation) -> Verdict:
    """Cancel or send again an invitation: whoever could have sent it."""
    verdict = may_invite(actor, invitation.organisation)
    if verdict and invitation.role not in invitable_roles(actor, invitation.organisation):
        return refused(_("Cette invitation porte sur un rôle que vous ne pouvez pas donner."))
    return verdict


# --- Funds ------------------------------------------------------------------------------------


def may_manage_funds(actor: Actor) -> Verdict:
    """Open a fund, record a contribution or a transfer: the association's staff."""
    return ALLOWED if actor.is_admin else refused(ADMIN_ONLY)


def may_write_ledger(actor: Actor, kind: EntryKind) -> Verdict:
    """Commit: a manager. Pay, recover: the association. Release: both. The rooms above say when.

    The policy of the ledger's table says the same (members/migrations/0010).
    """
    if actor.is_manager and kind in {EntryKind.COMMITMENT, EntryKind.RELEASE}:
        return ALLOWED
    if actor.is_association and kind != EntryKind.COMMITMENT:
        return ALLOWED
    return refused(_("Votre habilitation ne permet pas cette écriture sur un fonds."))


def may_read_statement(actor: Actor, owner_id: int) -> Verdict:
    """The lines of a fund: its member's managers and the association (DOMAIN §6)."""
    if actor.is_association or (actor.is_manager and owner_id == actor.organisation_id):
        return ALLOWED
    return refused(_("Les écritures d’un fonds sont réservées à son adhérent et à l’association."))


def may_set_alert(actor: Actor, owner_id: int) -> Verdict:
    """Choose under which balance a fund is low: its member's managers and the association's staff."""
    if actor.is_admin or (actor.is_manager and owner_id == actor.organisation_id):
        return ALLOWED
    return refused(_("Le seuil d’alerte est choisi par le responsable de l’adhérent ou l’équipe ALES."))


# --- Bank details -----------------------------------------------------------------------------


def may_enter_bank_details(actor: Actor, landlord: Organisation) -> Verdict:
    """The association's staff enters them; a landlord's agent proposes their own."""
    if landlord.kind != OrganisationKind.BAILLEUR:
        return refused(_("Seul un bailleur a des coordonnées bancaires."))
    if actor.is_admin or (actor.is_landlord_agent and landlord.pk == actor.organisation_id):
        return ALLOWED
    return refused(
        _("Les coordonnées bancaires sont saisies par l’équipe ALES ou proposées par le bailleur.")
    )


def may_vouch_for_account(actor: Actor, details: BankDetails) -> Verdict:
    """The treasurer, on the account in force that the bank refused."""
    if not actor.is_treasurer:
        return refused(_("Seul le trésorier déclare avoir vérifié un compte auprès du bailleur."))
    if details.state != BankDetailsState.CONFIRMED:
        return refused(_("Ces coordonnées ne sont plus en vigueur."))
    if not details.is_refused_by_bank:
        return refused(_("La banque n’a pas refusé ce compte, ou il est déjà vérifié."))
    return ALLOWED


def may_decide_bank_details(actor: Actor, details: BankDetails) -> Verdict:
    """The treasurer confirms or refuses, never their own entry."""
    if not actor.is_treasurer:
        return refused(_("La confirmation revient au trésorier."))
    if details.state != BankDetailsState.PROPOSED:
        return refused(_("Ces coordonnées ont déjà été traitées."))
    if details.entered_by_id == actor.user_id:
        return refused(_("Vous avez saisi ces coordonnées : une autre personne doit les confirmer."))
    return ALLOWED
