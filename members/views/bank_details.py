"""Bank details of a landlord: the standing ones, their history, entering and confirming them."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ales.dates import format_date
from ales.errors import Refusal
from ales.forms import add_faults
from ales.http import form_page, reading, writing
from members import bank_details, permissions
from members.access import Actor, roles_required
from members.forms import BankDetailsForm, ReasonForm
from members.models import BankDetails, Organisation
from members.models.bank_details import BankDetailsState
from members.roles import OrganisationKind, Role
from members.views.organisations import STATE_TONES

READERS = (Role.ASSOCIATION_ADMIN, Role.TREASURER, Role.MANAGER, Role.LANDLORD_AGENT)


def find_landlord(request: HttpRequest, organisation_id: uuid.UUID) -> Organisation:
    """The visible landlord of the address, 404 for another's; one query."""
    landlords = Organisation.objects.visible_to(request.actor).filter(kind=OrganisationKind.BAILLEUR)
    return get_object_or_404(landlords, public_id=organisation_id)


def _row(actor: Actor, details: BankDetails) -> dict:
    decided = ""
    if details.decided_by:
        verb = "Refusées" if details.state == BankDetailsState.REFUSED else "Confirmées"
        day = format_date(timezone.localtime(details.decided_at).date())
        decided = f"{verb} par {details.decided_by.full_name} le {day}"
    return {
        "id": details.public_id,
        "holder": details.account_holder,
        "iban": bank_details.group_by_four(details.iban),
        "bic": details.bic,
        "state": (details.get_state_display().capitalize(), STATE_TONES[BankDetailsState(details.state)]),
        "entered": f"Saisies par {details.entered_by.full_name} le "
        f"{format_date(timezone.localtime(details.entered_at).date())}",
        "decided": decided,
        "reason": details.refusal_reason,
        "awaiting": details.state == BankDetailsState.PROPOSED,
        "verdict": permissions.may_decide_bank_details(actor, details),
        "landlord": details.landlord.name,
        "landlord_url": reverse("members:bank_details", args=[details.landlord.public_id]),
    }


@reading
@roles_required(*READERS)
def of_landlord(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """A landlord's details: those awaiting confirmation, those in force, and the history."""
    landlord = find_landlord(request, organisation_id)
    rows = [
        _row(request.actor, details)
        for details in BankDetails.objects.visible_to(request.actor)
        .filter(landlord=landlord)
        .select_related("landlord", "entered_by", "decided_by")
        .order_by("-entered_at", "-id")
    ]
    standing = [row for row in rows if row["awaiting"]] + [
        row for row in rows if row["state"][1] == STATE_TONES[BankDetailsState.CONFIRMED]
    ]
    context = {
        "landlord": landlord,
        "back_url": organisation_url(request.actor, landlord),
        "standing": standing,
        "history": [row for row in rows if row not in standing],
        "suspended": any(row["awaiting"] for row in rows),
        "may_enter": permissions.may_enter_bank_details(request.actor, landlord),
    }
    return render(request, "members/bank_details.html", context)


def organisation_url(actor: Actor, landlord: Organisation) -> str:
    """The page of an organisation, as this actor opens it."""
    if actor.is_association:
        return reverse("members:organisation", args=[landlord.public_id])
    return reverse("members:own_organisation")


@reading
@roles_required(Role.ASSOCIATION_ADMIN, Role.TREASURER)
def awaiting(request: HttpRequest) -> HttpResponse:
    """Every landlord's details that await their second person, oldest first."""
    rows = [
        _row(request.actor, details)
        for details in BankDetails.objects.visible_to(request.actor).awaiting().select_related("decided_by")
    ]
    return render(request, "members/bank_details_awaiting.html", {"rows": rows})


@form_page
@roles_required(Role.ASSOCIATION_ADMIN, Role.LANDLORD_AGENT)
def enter(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Enter or propose new details."""
    landlord = find_landlord(request, organisation_id)
    form = BankDetailsForm(request.POST or None, initial={"account_holder": landlord.name})
    if request.method == "POST" and form.is_valid():
        try:
            bank_details.enter(actor=request.actor, landlord_id=landlord.pk, **form.cleaned_data)
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            messages.success(
                request, _("Les coordonnées sont enregistrées. Le trésorier doit maintenant les confirmer.")
            )
            return redirect("members:bank_details", organisation_id)
    context = {"form": form, "landlord": landlord}
    return render(request, "members/bank_details_form.html", context)


@writing
@roles_required(Role.TREASURER)
def confirm(request: HttpRequest, details_id: uuid.UUID) -> HttpResponse:
    """The second person confirms."""
    details = get_object_or_404(
        BankDetails.objects.visible_to(request.actor).select_related("landlord"), public_id=details_id
    )
    try:
        bank_details.confirm(actor=request.actor, details_id=details_id)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request,
            _("Les coordonnées de %(landlord)s sont confirmées : elles peuvent être payées.")
            % {"landlord": details.landlord.name},
        )
    return redirect("members:bank_details", details.landlord.public_id)


@form_page
@roles_required(Role.TREASURER)
def refuse(request: HttpRequest, details_id: uuid.UUID) -> HttpResponse:
    """The second person refuses, with a reason."""
    details = get_object_or_404(
        BankDetails.objects.visible_to(request.actor).select_related("landlord", "entered_by", "decided_by"),
        public_id=details_id,
    )
    verdict = permissions.may_decide_bank_details(request.actor, details)
    if not verdict:
        messages.error(request, verdict.reason)
        return redirect("members:bank_details", details.landlord.public_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            bank_details.refuse(
                actor=request.actor, details_id=details_id, reason=form.cleaned_data["reason"]
            )
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            messages.success(
                request, _("Les coordonnées sont refusées ; les précédentes restent en vigueur.")
            )
            return redirect("members:bank_details", details.landlord.public_id)
    context = {"form": form, "details": _row(request.actor, details)}
    return render(request, "members/bank_details_refuse.html", context)
