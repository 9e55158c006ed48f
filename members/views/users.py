"""Users of an organisation: invitations, suspension, roles; and one's own account."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from ales.errors import Refusal
from ales.forms import add_faults
from ales.http import form_page, writing
from members import operations, permissions
from members.access import Actor, roles_required
from members.forms import AccountForm, InvitationForm, RoleForm
from members.models import Invitation, Membership, Organisation
from members.roles import ROLES_OF_KIND, OrganisationKind, Role

MAY_INVITE = (Role.ASSOCIATION_ADMIN, Role.MANAGER, Role.LANDLORD_AGENT)
MAY_MANAGE = (Role.ASSOCIATION_ADMIN, Role.MANAGER)


def _back_to(actor: Actor, organisation: Organisation) -> HttpResponse:
    if actor.is_association:
        return redirect("members:organisation", organisation.public_id)
    return redirect("members:own_organisation")


@form_page
@roles_required(*MAY_INVITE)
def invite(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Invite a person into an organisation."""
    actor = request.actor
    organisation = get_object_or_404(Organisation.objects.visible_to(actor), public_id=organisation_id)
    verdict = permissions.may_invite(actor, organisation)
    if not verdict:
        messages.error(request, verdict.reason)
        return _back_to(actor, organisation)
    form = InvitationForm(request.POST or None, roles=permissions.invitable_roles(actor, organisation))
    if request.method == "POST" and form.is_valid():
        try:
            sent = operations.invite(actor=actor, organisation_id=organisation_id, **form.cleaned_data)
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            messages.success(
                request,
                _("L’invitation part à %(email)s ; elle est valable 14 jours.") % {"email": sent.email},
            )
            return _back_to(actor, organisation)
    return render(request, "members/invite.html", {"form": form, "organisation": organisation})


def _on_invitation(
    request: HttpRequest, invitation_id: uuid.UUID, operation: Callable, done: str
) -> HttpResponse:
    invitation = get_object_or_404(
        Invitation.objects.visible_to(request.actor).select_related("organisation"), public_id=invitation_id
    )
    try:
        operation(actor=request.actor, invitation_id=invitation_id)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done % {"email": invitation.email})
    return _back_to(request.actor, invitation.organisation)


@writing
@roles_required(*MAY_INVITE)
def resend_invitation(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Send a new link."""
    return _on_invitation(
        request,
        invitation_id,
        operations.resend_invitation,
        _("Une nouvelle invitation part à %(email)s ; l’ancien lien ne sert plus."),
    )


@writing
@roles_required(*MAY_INVITE)
def cancel_invitation(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Cancel an invitation."""
    return _on_invitation(
        request, invitation_id, operations.cancel_invitation, _("L’invitation de %(email)s est annulée.")
    )


def _membership(request: HttpRequest, membership_id: uuid.UUID) -> Membership:
    memberships = Membership.objects.visible_to(request.actor).select_related("user", "organisation")
    return get_object_or_404(memberships, public_id=membership_id)


def _on_membership(
    request: HttpRequest, membership_id: uuid.UUID, operation: Callable, done: str
) -> HttpResponse:
    membership = _membership(request, membership_id)
    try:
        operation(actor=request.actor, membership_id=membership_id)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done % {"name": membership.user.full_name})
    return _back_to(request.actor, membership.organisation)


@writing
@roles_required(*MAY_MANAGE)
def suspend(request: HttpRequest, membership_id: uuid.UUID) -> HttpResponse:
    """Suspend a habilitation."""
    return _on_membership(
        request, membership_id, operations.suspend, _("L’accès de %(name)s est suspendu dès maintenant.")
    )


@writing
@roles_required(*MAY_MANAGE)
def reactivate(request: HttpRequest, membership_id: uuid.UUID) -> HttpResponse:
    """Open a suspended habilitation again."""
    return _on_membership(
        request, membership_id, operations.reactivate, _("L’accès de %(name)s est rétabli.")
    )


@form_page
@roles_required(*MAY_MANAGE)
def change_role(request: HttpRequest, membership_id: uuid.UUID) -> HttpResponse:
    """Give a habilitation another role."""
    membership = _membership(request, membership_id)
    verdict = permissions.may_manage_user(request.actor, membership)
    if not verdict:
        messages.error(request, verdict.reason)
        return _back_to(request.actor, membership.organisation)
    roles = ROLES_OF_KIND[OrganisationKind(membership.organisation.kind)]
    form = RoleForm(request.POST or None, roles=roles, initial={"role": membership.role})
    if request.method == "POST" and form.is_valid():
        try:
            changed = operations.change_role(
                actor=request.actor, membership_id=membership_id, role=form.cleaned_data["role"]
            )
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            messages.success(
                request,
                _("%(name)s est désormais %(role)s.")
                % {"name": membership.user.full_name, "role": changed.get_role_display()},
            )
            return _back_to(request.actor, membership.organisation)
    return render(request, "members/change_role.html", {"form": form, "membership": membership})


@form_page
@roles_required()
def account(request: HttpRequest) -> HttpResponse:
    """One's own name, phone and habilitations."""
    user = request.user
    initial = {"first_name": user.first_name, "last_name": user.last_name, "phone": user.phone}
    form = AccountForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.update_account(user=user, **form.cleaned_data)
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            messages.success(request, _("Vos coordonnées sont enregistrées."))
            return redirect("members:account")
    memberships = Membership.objects.of(user.pk)
    return render(request, "members/account.html", {"form": form, "own_memberships": memberships})
