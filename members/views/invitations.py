"""The page an invitation's link opens; it stands outside the tenant's transaction, like sign-in."""

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from ales.errors import Refusal
from ales.forms import add_faults
from ales.http import form_page
from members import operations
from members.access import SESSION_KEY
from members.forms import NewAccountForm
from members.models import Membership, User
from members.operations import InvitationClosedError


@sensitive_post_parameters()
@form_page
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: a new person chooses a password, a known one signs in."""
    try:
        invited = operations.invitation_of(token, at=timezone.now())
    except InvitationClosedError as refusal:
        return _closed(request, refusal)
    known = User.objects.filter(email=invited.email).first()
    context = {"invitation": invited, "role": invited.get_role_display(), "known": known is not None}
    if known is None:
        if request.user.is_authenticated:
            return render(request, "members/invitation_other.html", context)
        return _new_person(request, token, context)
    if not known.is_active:
        return _closed(request, InvitationClosedError("closed"))
    if request.user.is_authenticated and request.user.pk != known.pk:
        return render(request, "members/invitation_other.html", context)
    if request.user.is_authenticated and request.method == "POST":
        try:
            membership = operations.accept_as_existing(token=token, user=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            return _enter(request, membership)
    return render(request, "members/invitation_known.html", context)


def _new_person(request: HttpRequest, token: str, context: dict) -> HttpResponse:
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            membership = operations.accept_as_new(token=token, password=form.cleaned_data["password"])
        except InvitationClosedError as refusal:
            return _closed(request, refusal)
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            # The password was just chosen: the enrolment that comes next needn't ask for it.
            record_authentication(request, membership.user, method="password")
            login(request, membership.user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return _enter(request, membership)
    return render(request, "members/invitation_new.html", context | {"form": form})


def _enter(request: HttpRequest, membership: Membership) -> HttpResponse:
    request.session[SESSION_KEY] = str(membership.public_id)
    messages.success(
        request,
        _("Bienvenue ! Vous êtes %(role)s de %(organisation)s.")
        % {"role": membership.get_role_display(), "organisation": membership.organisation.name},
    )
    return redirect("members:dashboard")


def _closed(request: HttpRequest, refusal: InvitationClosedError) -> HttpResponse:
    status = 404 if refusal.why == "unknown" else 410
    return render(request, "members/invitation_closed.html", {"reason": refusal.message}, status=status)
