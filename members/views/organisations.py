"""Organisations: the list, one organisation with its users, creating and editing."""

import uuid

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ales import conflicts
from ales.dates import format_date
from ales.errors import Refusal
from ales.forms import add_faults
from ales.http import form_page, reading
from ales.lists.reading import read_list
from ales.suggestions import options, typed_in
from ales.text import group_by_four
from ales.verdict import Verdict
from members import communes as places
from members import departments, organisations, permissions
from members.access import Actor, roles_required
from members.forms import OrganisationFilters, OrganisationForm
from members.lists import ORGANISATIONS
from members.models import BankDetails, Invitation, Membership, Organisation
from members.models.bank_details import STATE_TONES, BankDetailsState
from members.models.organisation import OrganisationQuerySet
from members.roles import OrganisationKind, Role

ACTIVE_USER = Q(memberships__suspended_at=None, memberships__user__is_active=True)


@reading
@roles_required(Role.ASSOCIATION_ADMIN, Role.TREASURER)
def organisation_list(request: HttpRequest) -> HttpResponse:
    """All organisations, with search, filters and sort."""
    listing = read_list(request, ORGANISATIONS)
    if listing.default_url:
        return redirect(listing.default_url)
    form, found = wanted_organisations(request.actor, request.GET)
    page = listing.page(found)
    context = {
        "filters": form,
        "listing": listing,
        "page": page,
        "rows": [_row(organisation) for organisation in page.rows],
        "may_create": permissions.may_edit_organisations(request.actor),
    }
    return render(request, "members/organisation_list.html", context)


def wanted_organisations(actor: Actor, params: QueryDict) -> tuple[OrganisationFilters, OrganisationQuerySet]:
    """The filters of an address, and the organisations they show with their number of `users`."""
    form = OrganisationFilters(params or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = Organisation.objects.visible_to(actor).matching(wanted.get("q", ""))
    if wanted.get("kind"):
        found = found.filter(kind=wanted["kind"])
    if wanted.get("department"):
        found = found.filter(department=wanted["department"])
    if wanted.get("membership"):
        found = found.filter(is_member=wanted["membership"] == "oui")
    users = Count("memberships__user", filter=ACTIVE_USER, distinct=True)
    return form, found.annotate(users=users)


def _row(organisation: Organisation) -> dict:
    users = organisation.users
    return {
        "name": organisation.name,
        "url": reverse("members:organisation", args=[organisation.public_id]),
        "kind": kind_label(organisation),
        "department": departments.label(organisation.department),
        "town": organisation.town,
        "users": f"{users} utilisateur{'s' if users > 1 else ''}" if users else "",
        "state": _state(organisation),
    }


def kind_label(organisation: Organisation) -> str:
    """`CIL`, `Bailleur · ESH`."""
    kind = OrganisationKind(organisation.kind).label
    if organisation.landlord_type:
        return f"{str(kind).capitalize()} · {organisation.get_landlord_type_display()}"
    return str(kind)[:1].upper() + str(kind)[1:]


def _state(organisation: Organisation) -> tuple[str, str]:
    if not organisation.is_active:
        return "Inactif", "danger"
    return ("Adhérent", "success") if organisation.is_member else ("Non adhérent", "neutral")


@reading
@roles_required(Role.ASSOCIATION_ADMIN, Role.TREASURER)
def organisation(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """One organisation: who works there, its bank details and funds."""
    found = get_object_or_404(Organisation.objects.visible_to(request.actor), public_id=organisation_id)
    return _show(request, found, own=False)


@reading
@roles_required(Role.MANAGER, Role.LANDLORD_AGENT)
def own_organisation(request: HttpRequest) -> HttpResponse:
    """The same page for a manager or a landlord's agent, of their own organisation."""
    found = get_object_or_404(Organisation, pk=request.actor.organisation_id)
    return _show(request, found, own=True)


def _show(request: HttpRequest, found: Organisation, *, own: bool) -> HttpResponse:
    actor = request.actor
    memberships = (
        Membership.objects.visible_to(actor)
        .filter(organisation=found)
        .select_related("user", "organisation")
        .order_by("suspended_at", "user__last_name", "user__first_name", "role")
    )
    invitations = (
        Invitation.objects.visible_to(actor)
        .filter(organisation=found)
        .unanswered()
        .select_related("organisation")
    )
    is_landlord = found.kind == OrganisationKind.BAILLEUR
    context = {
        "own": own,
        "organisation": found,
        "kind": kind_label(found),
        "state": _state(found),
        "details": [
            ("SIRET", _grouped_siret(found.siret)),
            ("Département", departments.label(found.department)),
            (
                "Adresse",
                ", ".join(filter(None, [found.address, f"{found.postal_code} {found.town}".strip()])),
            ),
            ("Téléphone", found.phone),
            ("Adresse électronique", found.email),
        ],
        "users": [_user_row(actor, membership) for membership in memberships],
        "invitations": [_invitation_row(actor, invitation) for invitation in invitations],
        "may_invite": permissions.may_invite(actor, found),
        "may_edit": permissions.may_edit_organisations(actor),
        "show_bank": is_landlord,
        "bank": _bank(actor, found) if is_landlord else None,
        "bank_url": reverse("members:bank_details", args=[found.public_id]),
    }
    return render(request, "members/organisation.html", context)


def _grouped_siret(siret: str) -> str:
    return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}" if siret else ""


def _user_row(actor: Actor, membership: Membership) -> dict:
    suspended = membership.suspended_at is not None
    verdict: Verdict = permissions.may_manage_user(actor, membership)
    return {
        "id": membership.public_id,
        "dialog": f"suspendre-{membership.public_id}",
        "name": membership.user.full_name,
        "email": membership.user.email,
        "role": membership.get_role_display(),
        "since": f"{timezone.localtime(membership.created_at):%d/%m/%Y}",
        "suspended": suspended,
        "verdict": verdict,
        "is_self": membership.user_id == actor.user_id,
        "state": ("Suspendu", "danger") if suspended else ("Actif", "success"),
    }


def _invitation_row(actor: Actor, invitation: Invitation) -> dict:
    expired = invitation.expires_at <= timezone.now()
    until = format_date(timezone.localtime(invitation.expires_at).date())
    return {
        "id": invitation.public_id,
        "name": f"{invitation.first_name} {invitation.last_name}",
        "email": invitation.email,
        "role": invitation.get_role_display(),
        "state": ("Expirée", "danger") if expired else ("En attente", "progress"),
        "until": f"depuis le {until}" if expired else f"jusqu’au {until}",
        "verdict": permissions.may_manage_invitation(actor, invitation),
    }


def _bank(actor: Actor, found: Organisation) -> dict | None:
    rows = BankDetails.objects.visible_to(actor).filter(landlord=found, state__in=["PROPOSED", "CONFIRMED"])
    by_state = {row.state: row for row in rows}
    shown = by_state.get(BankDetailsState.PROPOSED) or by_state.get(BankDetailsState.CONFIRMED)
    if shown is None:
        return None
    return {
        "holder": shown.account_holder,
        "iban": group_by_four(shown.iban),
        "bic": shown.bic,
        "state": (shown.get_state_display().capitalize(), STATE_TONES[BankDetailsState(shown.state)]),
    }


@reading
@roles_required(Role.SOCIAL_WORKER, Role.MANAGER, Role.ASSOCIATION_ADMIN)
def communes(request: HttpRequest) -> HttpResponse:
    """Communes whose name or postal code starts like what is typed, for a field's datalist."""
    found = places.suggest(typed_in(request))
    return options(request, [(place.label, f"{place.name} ({place.department})") for place in found])


@form_page
@roles_required(Role.ASSOCIATION_ADMIN)
def organisation_create(request: HttpRequest) -> HttpResponse:
    """A new organisation."""
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            created = organisations.create(actor=request.actor, fields=form.cleaned_data)
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            messages.success(request, _("%(name)s est enregistré.") % {"name": created.name})
            return redirect("members:organisation", created.public_id)
    return render(
        request,
        "members/organisation_form.html",
        {"form": form, "organisation": None, "version": "", "shown": ""},
    )


@form_page
@roles_required(Role.ASSOCIATION_ADMIN)
def organisation_edit(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Change an organisation."""
    visible = Organisation.objects.visible_to(request.actor)
    if request.method == "POST":
        visible = visible.select_for_update(no_key=True)
    found = get_object_or_404(visible, public_id=organisation_id)
    initial = {name: getattr(found, name) for name in organisations.FIELDS}
    form = saved = OrganisationForm(initial=initial)
    if request.method == "POST":
        form, data, differing = conflicts.compare(
            request.POST, lambda data: OrganisationForm(data, initial=initial), conflicts.fields_of
        )
        if differing:
            return _two_versions(request, found, saved, data, differing)
    if request.method == "POST" and form.is_valid():
        try:
            organisations.edit(actor=request.actor, organisation_id=organisation_id, fields=form.cleaned_data)
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            messages.success(request, _("Les modifications sont enregistrées."))
            return redirect("members:organisation", organisation_id)
    shown = conflicts.fingerprint(conflicts.fields_of(saved))
    context = {
        "form": form,
        "organisation": found,
        "version": form.data.get("version", conflicts.NO_VERSION) if form.is_bound else shown,
        "shown": form.data.get("shown", "") if form.is_bound else shown,
    }
    return render(request, "members/organisation_form.html", context)


def _two_versions(
    request: HttpRequest,
    found: Organisation,
    saved: OrganisationForm,
    data: QueryDict,
    differing: list[conflicts.Difference],
) -> HttpResponse:
    """What the person typed beside what somebody else has saved meanwhile."""
    data["version"] = conflicts.fingerprint(conflicts.fields_of(saved))
    address = reverse("members:organisation", args=[found.public_id])
    return conflicts.page(
        request,
        conflicts.Conflict(differing),
        data=data,
        what=_("organisme"),
        lead=found.name,
        crumbs=[(_("Adhérents"), reverse("members:organisations")), (found.name, address)],
        leave_url=address,
        asked=conflicts.MARK in request.POST,
    )
