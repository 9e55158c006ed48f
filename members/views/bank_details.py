"""Bank details of a landlord: the standing ones, their history, entering and confirming them."""

import uuid
from collections.abc import Callable
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ales import registry
from ales.dates import format_date
from ales.documents.links import file_of_document
from ales.documents.models import StoredDocument
from ales.errors import Refusal
from ales.forms import add_faults
from ales.http import form_page, reading, writing
from ales.money import ZERO, format_euros
from ales.text import group_by_four
from ales.verdict import Verdict
from members import bank_accounts, bank_details, permissions
from members.access import Actor, roles_required
from members.forms import BankDetailsForm, ReasonForm, VouchForm
from members.models import BankDetails, Organisation
from members.models.bank_details import STATE_TONES, BankDetailsState
from members.roles import OrganisationKind, Role
from members.sign_in.again import ask_again, asked_again, shown_again

READERS = (Role.ASSOCIATION_ADMIN, Role.TREASURER, Role.MANAGER, Role.LANDLORD_AGENT)


def find_landlord(request: HttpRequest, organisation_id: uuid.UUID) -> Organisation:
    """The visible landlord of the address, 404 for another's; one query."""
    landlords = Organisation.objects.visible_to(request.actor).filter(kind=OrganisationKind.BAILLEUR)
    return get_object_or_404(landlords, public_id=organisation_id)


def _row(actor: Actor, details: BankDetails, proofs: dict[int, StoredDocument]) -> dict:
    decided = ""
    if details.decided_by:
        verb = "Refusées" if details.state == BankDetailsState.REFUSED else "Confirmées"
        day = format_date(timezone.localtime(details.decided_at).date())
        decided = f"{verb} par {details.decided_by.full_name} le {day}"
    proof = proofs.get(details.proof_id)
    return {
        "id": details.public_id,
        "holder": details.account_holder,
        "iban": group_by_four(details.iban),
        "bic": details.bic,
        "bank": bank_accounts.bank_name(details.iban),
        "state": (details.get_state_display().capitalize(), STATE_TONES[BankDetailsState(details.state)]),
        "entered": f"Saisies par {details.entered_by.full_name} le "
        f"{format_date(timezone.localtime(details.entered_at).date())}",
        "decided": decided,
        "reason": details.refusal_reason,
        "awaiting": details.state == BankDetailsState.PROPOSED,
        "confirmed": details.state == BankDetailsState.CONFIRMED,
        "refused": details.state == BankDetailsState.REFUSED,
        "proof": file_of_document(proof) if proof else None,
        "verdict": permissions.may_decide_bank_details(actor, details),
        "bank_refusal": _bank_refusal(details),
        "vouched": _vouched(details),
        "landlord": details.landlord.name,
        "landlord_url": reverse("members:bank_details", args=[details.landlord.public_id]),
    }


def _bank_refusal(details: BankDetails) -> str:
    """`12 juin 2026 (AC04 : le compte est clôturé)`; "" unless the bank refused the account in force."""
    if not details.is_refused_by_bank or details.state != BankDetailsState.CONFIRMED:
        return ""
    return f"{format_date(details.bank_refused_on)} ({details.bank_refused_reason})"


def _vouched(details: BankDetails) -> str:
    """Who checked an account the bank had refused, when and how; "" when nobody had to."""
    if not details.vouched_at:
        return ""
    values = {
        "refused": format_date(details.bank_refused_on),
        "reason": details.bank_refused_reason,
        "who": details.vouched_by.full_name,
        "day": format_date(timezone.localtime(details.vouched_at).date()),
        "note": details.vouched_note,
    }
    text = _(
        "Compte refusé par la banque le %(refused)s (%(reason)s), vérifié auprès du bailleur par %(who)s "
        "le %(day)s : «\u00a0%(note)s\u00a0»"
    )
    return text % values


def _rows(actor: Actor, found: QuerySet) -> list[dict]:
    """The details ready made, with the proofs this actor may open; two queries."""
    versions = list(found.select_related("landlord", "entered_by", "decided_by", "vouched_by"))
    proofs = StoredDocument.objects.visible_to(actor).in_bulk([v.proof_id for v in versions if v.proof_id])
    return [_row(actor, details, proofs) for details in versions]


def comparison(before: dict | None, after: dict) -> list[dict]:
    """The account in force and the proposed one, line by line; each IBAN by its groups, the changed ones
    marked. `before` is None for a landlord's first account."""
    lines = []
    labels = {"holder": "Titulaire", "iban": "IBAN", "bank": "Banque", "bic": "BIC"}
    for key, label in labels.items():
        old, new = (before or {}).get(key, ""), after[key]
        known = old.split(" ") if key == "iban" else [old]
        parts = new.split(" ") if key == "iban" else [new]
        pairs = zip_longest(parts, known, fillvalue="")
        marked = [{"text": part, "changed": bool(before) and part != former} for part, former in pairs]
        lines.append({"label": label, "key": key, "before": old, "after": marked, "changed": old != new})
    return lines


@reading
@roles_required(*READERS)
def of_landlord(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """A landlord's details: those awaiting confirmation beside those in force, and the former ones."""
    landlord = find_landlord(request, organisation_id)
    actor = request.actor
    found = BankDetails.objects.visible_to(actor).filter(landlord=landlord)
    rows = _rows(actor, found.order_by("-entered_at", "-id"))
    proposed = next((row for row in rows if row["awaiting"]), None)
    standing = next((row for row in rows if row["confirmed"]), None)
    context = {
        "landlord": landlord,
        "back_url": organisation_url(actor, landlord),
        "proposed": proposed,
        "comparison": comparison(standing, proposed) if proposed else [],
        "standing": standing,
        "refused": rows[0] if rows and rows[0]["refused"] else None,
        "history": [row for row in rows if row not in (proposed, standing)],
        "on_hold": _on_hold(actor, landlord) if proposed else "",
        "may_enter": permissions.may_enter_bank_details(actor, landlord),
    }
    return render(request, "members/bank_details.html", context)


def _on_hold(actor: Actor, landlord: Organisation) -> str:
    """`3 ordres de paiement (831,60 €)` that wait for the second person; empty where none is visible."""
    held = [count(actor, landlord) for count in registry.payments_under_way]
    number = sum(orders for orders, _euros in held)
    if not number:
        return ""
    noun = "ordre de paiement attend" if number == 1 else "ordres de paiement attendent"
    return f"{number} {noun} cette confirmation ({format_euros(sum((e for _n, e in held), ZERO))})."


def organisation_url(actor: Actor, landlord: Organisation) -> str:
    """The page of an organisation, as this actor opens it."""
    if actor.is_association:
        return reverse("members:organisation", args=[landlord.public_id])
    return reverse("members:own_organisation")


@reading
@roles_required(Role.ASSOCIATION_ADMIN, Role.TREASURER)
def awaiting(request: HttpRequest) -> HttpResponse:
    """Every landlord's details that await their second person, oldest first."""
    rows = _rows(request.actor, BankDetails.objects.visible_to(request.actor).awaiting())
    return render(request, "members/bank_details_awaiting.html", {"rows": rows})


@form_page
@roles_required(Role.ASSOCIATION_ADMIN, Role.LANDLORD_AGENT)
def enter(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Enter or propose new details, with the RIB that proves them."""
    landlord = find_landlord(request, organisation_id)
    form = BankDetailsForm(
        request.POST or None, request.FILES or None, initial={"account_holder": landlord.name}
    )
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
    bank = bank_accounts.look_up(form["iban"].value() or "", form["bic"].value() or "")
    # Refused, the form says the fault at its field already.
    context = {"form": form, "landlord": landlord, "bank": None if bank and bank.fault else bank}
    return render(request, "members/bank_details_form.html", context)


@writing
@roles_required(Role.ASSOCIATION_ADMIN, Role.LANDLORD_AGENT)
def look_up(request: HttpRequest) -> HttpResponse:
    """The bank of the IBAN being typed, as a fragment. Posted: an IBAN belongs in no address."""
    bank = bank_accounts.look_up(request.POST.get("iban", ""), request.POST.get("bic", ""))
    return render(request, "members/_bank.html", {"bank": bank})


@writing
@roles_required(Role.TREASURER)
def confirm(request: HttpRequest, details_id: uuid.UUID) -> HttpResponse:
    """The second person confirms where the money goes, and shows again who they are as before a signature."""
    details = _details(request, details_id)
    if not shown_again(request):
        return ask_again(request, back=reverse("members:bank_details", args=[details.landlord.public_id]))
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
@asked_again
def vouch(request: HttpRequest, details_id: uuid.UUID) -> HttpResponse:
    """The treasurer declares that the account the bank refused was checked with the landlord."""
    details = _details(request, details_id)
    return _decision_page(
        request,
        details,
        verdict=permissions.may_vouch_for_account(request.actor, details),
        form=VouchForm(request.POST or None),
        operation=bank_details.vouch,
        template="members/bank_details_vouch.html",
        done=_("Le compte de %s est déclaré vérifié : les paiements reprennent.") % details.landlord.name,
    )


@form_page
@roles_required(Role.TREASURER)
def refuse(request: HttpRequest, details_id: uuid.UUID) -> HttpResponse:
    """The second person refuses, with a reason."""
    details = _details(request, details_id)
    return _decision_page(
        request,
        details,
        verdict=permissions.may_decide_bank_details(request.actor, details),
        form=ReasonForm(request.POST or None),
        operation=bank_details.refuse,
        template="members/bank_details_refuse.html",
        done=_("Les coordonnées sont refusées ; les précédentes restent en vigueur."),
    )


def _details(request: HttpRequest, details_id: uuid.UUID) -> BankDetails:
    visible = BankDetails.objects.visible_to(request.actor).select_related("landlord")
    return get_object_or_404(visible, public_id=details_id)


def _decision_page(
    request: HttpRequest,
    details: BankDetails,
    *,
    verdict: Verdict,
    form: Form,
    operation: Callable[..., Any],
    template: str,
    done: str,
) -> HttpResponse:
    """A page that repeats the account, then decides one thing about it; the form's fields are the
    operation's own."""
    back = redirect("members:bank_details", details.landlord.public_id)
    if not verdict:
        messages.error(request, verdict.reason)
        return back
    if request.method == "POST" and form.is_valid():
        try:
            operation(actor=request.actor, details_id=details.public_id, **form.cleaned_data)
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            messages.success(request, done)
            return back
    (row,) = _rows(request.actor, BankDetails.objects.visible_to(request.actor).filter(pk=details.pk))
    return render(request, template, {"form": form, "details": row})
