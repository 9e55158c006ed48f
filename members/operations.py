"""Users: invited, suspended, reactivated, given another role (DOMAIN §3).

Each change takes effect on the person's next page: the habilitation is read anew at each request.
"""

import datetime as dt
import hashlib
import secrets
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ales.errors import InvalidInputError, NotAllowedError, Refusal, require
from members import emails, permissions
from members.access import Actor
from members.models import Invitation, Membership, Organisation, User
from members.roles import ROLES_OF_KIND, OrganisationKind, Role

#: How long an invitation's link opens.
INVITATION_LIFE = dt.timedelta(days=14)


class InvitationClosedError(Refusal):
    """The link opens no more: `why` is "unknown", "used", "cancelled", "expired" or "closed"."""

    MESSAGES = {
        "unknown": gettext_lazy("Ce lien d’invitation n’existe pas : vérifiez qu’il est entier."),
        "used": gettext_lazy("Cette invitation a déjà été acceptée : connectez-vous avec votre adresse."),
        "cancelled": gettext_lazy("Cette invitation a été annulée : demandez-en une nouvelle."),
        "expired": gettext_lazy("Cette invitation a expiré : demandez qu’elle vous soit renvoyée."),
        "closed": gettext_lazy("Cet organisme ou ce compte a été fermé : adressez-vous à l’équipe ALES."),
    }

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(self.MESSAGES[why])


# --- Invitations ------------------------------------------------------------------------------


@transaction.atomic
def invite(
    *,
    actor: Actor,
    organisation_id: UUID,
    email: str,
    first_name: str,
    last_name: str,
    role: str,
    at: dt.datetime | None = None,
) -> Invitation:
    """Invite a person to a role; the mail leaves once the transaction stands.

    Raises InvalidInputError (email, first_name, last_name, role), NotAllowedError.
    """
    organisation = Organisation.objects.select_for_update(no_key=True).get(public_id=organisation_id)
    require(permissions.may_invite(actor, organisation))
    at = at or timezone.now()
    email, first_name, last_name = email.strip().lower(), first_name.strip(), last_name.strip()
    faults = _faults_of_person(email, first_name, last_name)
    if role not in permissions.invitable_roles(actor, organisation):
        faults["role"] = [_("Vous ne pouvez pas donner ce rôle dans cet organisme.")]
    elif Membership.objects.filter(user__email=email, organisation=organisation, role=role).exists():
        faults["email"] = [_("Cette personne a déjà ce rôle dans cet organisme ; il est peut-être suspendu.")]
    elif Invitation.objects.pending(at).filter(email=email, organisation=organisation, role=role).exists():
        faults["email"] = [_("Une invitation à ce rôle lui a déjà été envoyée : vous pouvez la renvoyer.")]
    if faults:
        raise InvalidInputError(faults)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        first_name=first_name,
        last_name=last_name,
        organisation=organisation,
        role=role,
        token_hash=hash_token(token),
        invited_by_id=actor.user_id,
        created_at=at,
        expires_at=at + INVITATION_LIFE,
    )
    transaction.on_commit(lambda: emails.send_invitation(invitation, token, actor.name))
    return invitation


@transaction.atomic
def resend_invitation(*, actor: Actor, invitation_id: UUID, at: dt.datetime | None = None) -> Invitation:
    """Send a new link, valid for fourteen days; the former link opens no more."""
    invitation = _open_invitation(actor, invitation_id)
    token = secrets.token_urlsafe(32)
    invitation.token_hash = hash_token(token)
    invitation.expires_at = (at or timezone.now()) + INVITATION_LIFE
    invitation.save(update_fields=["token_hash", "expires_at"])
    transaction.on_commit(lambda: emails.send_invitation(invitation, token, actor.name))
    return invitation


@transaction.atomic
def cancel_invitation(*, actor: Actor, invitation_id: UUID, at: dt.datetime | None = None) -> Invitation:
    """The link opens no more."""
    invitation = _open_invitation(actor, invitation_id)
    invitation.cancelled_at = at or timezone.now()
    invitation.save(update_fields=["cancelled_at"])
    return invitation


def invitation_of(token: str, *, at: dt.datetime, lock: bool = False) -> Invitation:
    """The invitation a link opens. Raises InvitationClosedError."""
    queryset = Invitation.objects.select_related("organisation", "invited_by")
    if lock:
        queryset = queryset.select_for_update(of=("self",))
    invitation = queryset.filter(token_hash=hash_token(token)).first()
    if invitation is None:
        raise InvitationClosedError("unknown")
    if invitation.accepted_at:
        raise InvitationClosedError("used")
    if invitation.cancelled_at:
        raise InvitationClosedError("cancelled")
    if invitation.expires_at <= at:
        raise InvitationClosedError("expired")
    if not invitation.organisation.is_active:
        raise InvitationClosedError("closed")
    return invitation


@transaction.atomic
def accept_as_new(*, token: str, password: str, at: dt.datetime | None = None) -> Membership:
    """Open the account of an invited person who has none. The mail proves the address.

    Raises InvalidInputError (password), InvitationClosedError, NotAllowedError.
    """
    at = at or timezone.now()
    invitation = invitation_of(token, at=at, lock=True)
    if User.objects.filter(email=invitation.email).exists():
        raise NotAllowedError(_("Un compte existe déjà à cette adresse : connectez-vous pour accepter."))
    user = User(email=invitation.email, first_name=invitation.first_name, last_name=invitation.last_name)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInputError({"password": error.messages}) from error
    user.set_password(password)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return _accept(invitation, user, at)


@transaction.atomic
def accept_as_existing(*, token: str, user: User, at: dt.datetime | None = None) -> Membership:
    """Add the habilitation to the account of the invited address, signed in."""
    at = at or timezone.now()
    invitation = invitation_of(token, at=at, lock=True)
    if user.email.lower() != invitation.email:
        raise NotAllowedError(_("Cette invitation est adressée à une autre personne."))
    return _accept(invitation, user, at)


def hash_token(token: str) -> str:
    """SHA-256 of a link's token, all that is kept of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _accept(invitation: Invitation, user: User, at: dt.datetime) -> Membership:
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    membership, _created = Membership.objects.get_or_create(
        user=user,
        organisation=invitation.organisation,
        role=invitation.role,
        defaults={"created_at": at},
    )
    return membership


def _open_invitation(actor: Actor, invitation_id: UUID) -> Invitation:
    invitation = (
        Invitation.objects.select_related("organisation")
        .select_for_update(of=("self",))
        .get(public_id=invitation_id)
    )
    require(permissions.may_manage_invitation(actor, invitation))
    if invitation.accepted_at or invitation.cancelled_at:
        raise NotAllowedError(_("Cette invitation a déjà été acceptée ou annulée."))
    return invitation


def _faults_of_person(email: str, first_name: str, last_name: str) -> dict[str, list[str]]:
    faults = {}
    try:
        validate_email(email)
    except ValidationError:
        faults["email"] = [_("Indiquez une adresse complète, par exemple prenom.nom@organisme.fr.")]
    if not first_name:
        faults["first_name"] = [_("Indiquez le prénom.")]
    if not last_name:
        faults["last_name"] = [_("Indiquez le nom.")]
    return faults


# --- Habilitations ----------------------------------------------------------------------------


@transaction.atomic
def suspend(*, actor: Actor, membership_id: UUID, at: dt.datetime | None = None) -> Membership:
    """Close a habilitation until it is reactivated; never one's own. Doing it twice changes nothing."""
    membership = _managed(actor, membership_id)
    if membership.suspended_at is None:
        membership.suspended_at, membership.suspended_by_id = at or timezone.now(), actor.user_id
        membership.save(update_fields=["suspended_at", "suspended_by"])
    return membership


@transaction.atomic
def reactivate(*, actor: Actor, membership_id: UUID) -> Membership:
    """Open a suspended habilitation again."""
    membership = _managed(actor, membership_id)
    membership.suspended_at = membership.suspended_by = None
    membership.save(update_fields=["suspended_at", "suspended_by"])
    return membership


@transaction.atomic
def change_role(*, actor: Actor, membership_id: UUID, role: str) -> Membership:
    """Give a habilitation another role of its organisation. Raises InvalidInputError (role)."""
    membership = _managed(actor, membership_id)
    kind = OrganisationKind(membership.organisation.kind)
    if role not in ROLES_OF_KIND[kind]:
        raise InvalidInputError({"role": [_("Ce rôle n’existe pas dans ce genre d’organisme.")]})
    twins = Membership.objects.filter(
        user_id=membership.user_id, organisation_id=membership.organisation_id, role=role
    )
    if twins.exclude(pk=membership.pk).exists():
        message = _("Cette personne est déjà %(role)s dans cet organisme.") % {"role": Role(role).label}
        raise InvalidInputError({"role": [message]})
    membership.role = role
    membership.save(update_fields=["role"])
    return membership


def _managed(actor: Actor, membership_id: UUID) -> Membership:
    membership = (
        Membership.objects.select_related("organisation", "user")
        .select_for_update(of=("self",))
        .get(public_id=membership_id)
    )
    require(permissions.may_manage_user(actor, membership))
    return membership


# --- One's own account --------------------------------------------------------------------------


@transaction.atomic
def update_account(*, user: User, first_name: str, last_name: str, phone: str) -> User:
    """A person corrects their name and phone. Raises InvalidInputError."""
    first_name, last_name = first_name.strip(), last_name.strip()
    faults = _faults_of_person(user.email, first_name, last_name)
    if faults:
        raise InvalidInputError(faults)
    user.first_name, user.last_name, user.phone = first_name, last_name, phone.strip()
    user.save(update_fields=["first_name", "last_name", "phone"])
    return user
