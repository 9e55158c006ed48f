"""Recoveries: asked from an order, listed, recorded when the money arrives, or dropped."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aids.views.shared import log_access
from ales.dates import format_date
from ales.documents.links import file_of_job
from ales.errors import InvalidInputError, Refusal
from ales.forms import add_faults
from ales.http import form_page, reading
from ales.keyset import page_of
from ales.money import ZERO, format_euros
from ales.verdict import Verdict
from members.access import Actor, roles_required
from members.roles import Role
from payments import operations, permissions
from payments.documents.order import term_label
from payments.follow_up import RECOVERY_TONES
from payments.forms.follow_up import RecoveryDropForm, RecoveryFilters, RecoveryForm, RecoveryReceiptForm
from payments.models import PaymentOrder, PaymentRecovery, RecoveryState
from payments.models.recovery import PaymentRecoveryQuerySet
from payments.operations.recoveries import PaidTerm, amount_field, paid_terms

READERS = (Role.MANAGER, Role.ASSOCIATION_ADMIN, Role.TREASURER)


# --- The list -------------------------------------------------------------------------------------


@reading
@roles_required(*READERS)
def recovery_list(request: HttpRequest) -> HttpResponse:
    """Recoveries, the latest first; those awaited, the oldest first."""
    filters, recoveries = wanted_recoveries(request.actor, request.GET)
    chosen = filters.cleaned_data.get("etat", "")
    page = page_of(
        recoveries.select_related("landlord", "organisation", "request"),
        request.GET,
        ("year", "sequence"),
        descending=is_latest_first(filters),
    )
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "rows": [_row(recovery) for recovery in page.rows],
        "page": page,
        "figures": _figures(request.actor),
        "list_url": reverse("payments:recoveries"),
    }
    return render(request, "payments/recovery_list.html", context)


def wanted_recoveries(actor: Actor, params: QueryDict) -> tuple[RecoveryFilters, PaymentRecoveryQuerySet]:
    """The filters of an address, and the recoveries they show this person."""
    filters = RecoveryFilters(params)
    chosen = filters.cleaned_data["etat"] if filters.is_valid() else ""
    visible = PaymentRecovery.objects.visible_to(actor)
    return filters, visible.filter(state=chosen) if chosen else visible


def is_latest_first(filters: RecoveryFilters) -> bool:
    """Those awaited alone are read the oldest first."""
    return filters.cleaned_data.get("etat", "") != RecoveryState.ASKED


def _row(recovery: PaymentRecovery) -> dict[str, Any]:
    return {
        "url": reverse("payments:recovery", args=[recovery.public_id]),
        "number": recovery.number,
        "asked": format_date(localdate(recovery.asked_at)),
        "landlord": recovery.landlord.name,
        "tenant": recovery.request.tenant_name,
        "order": recovery.order_number,
        "organisation": recovery.organisation.name,
        "state": recovery.get_state_display(),
        "tone": RECOVERY_TONES[RecoveryState(recovery.state)],
        "received": format_date(recovery.received_on) if recovery.received_on else "",
        "amount": recovery.amount,
    }


def _figures(actor: Actor) -> list[dict[str, str]]:
    """What is awaited, and what came back this year; one query."""
    year = localdate().year
    found = PaymentRecovery.objects.visible_to(actor).sums_of(year)
    labels = {
        RecoveryState.ASKED: _("attendus des bailleurs"),
        RecoveryState.RECEIVED: _("rendus en %s") % year,
    }
    figures = []
    for state, label in labels.items():
        number, euros = found.get(state, (0, ZERO))
        help_text = ngettext("%s recouvrement", "%s recouvrements", number) % number
        figures.append({"value": format_euros(euros), "label": label, "help": help_text})
    return figures


# --- One recovery ---------------------------------------------------------------------------------


def _visible(request: HttpRequest, public_id: UUID) -> PaymentRecovery:
    found = PaymentRecovery.objects.visible_to(request.actor).select_related(
        "landlord", "organisation", "request", "order", "asked_by", "settled_by", "job__document"
    )
    return get_object_or_404(found, public_id=public_id)


@reading
@roles_required(*READERS)
def recovery(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What must come back, of which terms and funds; the letter, and who did what."""
    found = _visible(request, public_id)
    log_access(request, found.request)
    lines = found.lines.select_related("term", "fund__owner").order_by("term__month", "term_id", "fund_id")
    context = {
        "recovery": found,
        "state": found.get_state_display(),
        "tone": RECOVERY_TONES[RecoveryState(found.state)],
        "lines": [
            {
                "month": term_label(line.term.month),
                "fund": str(line.fund),
                "owner": line.fund.owner.name,
                "amount": line.amount,
            }
            for line in lines
        ],
        "details": _details(found),
        "events": _events(found),
        "file": file_of_job(found.job) if found.job else None,
        "moves": _moves(request.actor, found),
    }
    return render(request, "payments/recovery_detail.html", context)


def _details(recovery: PaymentRecovery) -> list[tuple[str, str]]:
    return [
        (_("Bailleur"), recovery.landlord.name),
        (_("Cause, écrite au bailleur"), recovery.get_cause_display()),
        (_("Motif"), recovery.reason),
        (_("Référence à rappeler"), recovery.number),
        (_("Virement d’origine"), recovery.order.end_to_end_id),
    ]


def _moves(actor: Actor, recovery: PaymentRecovery) -> list[dict[str, Any]]:
    """The buttons of this capacity while the money is awaited."""
    if recovery.state != RecoveryState.ASKED:
        return []
    moves = []
    if actor.is_treasurer:
        verdict = permissions.may_record_recovery(actor, recovery)
        url = reverse("payments:recovery_record", args=[recovery.public_id])
        label, icon = _("Constater le remboursement"), "check"
        moves.append({"verdict": verdict, "label": label, "url": url, "icon": icon, "style": "primary"})
    if actor.is_association:
        verdict = permissions.may_drop_recovery(actor, recovery)
        url = reverse("payments:recovery_drop", args=[recovery.public_id])
        label, icon = _("Abandonner"), "x-mark"
        moves.append({"verdict": verdict, "label": label, "url": url, "icon": icon, "style": "secondary"})
    return moves


def _events(recovery: PaymentRecovery) -> list[dict[str, Any]]:
    """Who did what, the latest first."""
    asked = {
        "at": recovery.asked_at,
        "what": _("Remboursement demandé"),
        "who": recovery.asked_by.full_name,
        "tone": "warning",
    }
    if recovery.state == RecoveryState.RECEIVED:
        settled = {
            "at": recovery.received_on,
            "what": _("Reçu du bailleur"),
            "who": _("constaté par %s") % recovery.settled_by.full_name,
            "tone": "success",
        }
    elif recovery.state == RecoveryState.DROPPED:
        settled = {
            "at": recovery.settled_at,
            "what": _("Abandonné"),
            "who": recovery.settled_by.full_name,
            "reason": recovery.settlement_reason,
            "tone": "neutral",
        }
    else:
        return [asked]
    return [settled, asked]


# --- Asking ---------------------------------------------------------------------------------------


@form_page
@roles_required(*READERS)
def ask(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« Demander un remboursement »: how much of each term an order paid."""
    visible = PaymentOrder.objects.visible_to(request.actor).select_related("landlord", "request")
    order = get_object_or_404(visible, public_id=public_id)
    order_url = reverse("payments:order", args=[order.public_id])
    terms = paid_terms(order)
    form = RecoveryForm(
        request.POST if request.method == "POST" else None,
        terms=terms,
        initial={"version": order.recoveries.count()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.ask_recovery(
                actor=request.actor,
                order_id=public_id,
                amounts=form.amounts(),
                cause=form.cleaned_data["cause"],
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
                at=timezone.now(),
            )
        except InvalidInputError as error:
            add_faults(form, error)
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect(order_url)
        else:
            messages.success(
                request,
                _("Recouvrement %(number)s : %(euros)s demandés à %(landlord)s, la lettre se prépare.")
                % {
                    "number": made.number,
                    "euros": format_euros(made.amount),
                    "landlord": order.landlord.name,
                },
            )
            return redirect("payments:recovery", public_id=made.public_id)
    elif not (verdict := permissions.may_ask_recovery(request.actor, order)):
        messages.warning(request, verdict.reason)
        return redirect(order_url)
    context = {
        "order": order,
        "order_url": order_url,
        "form": form,
        "rows": [_paid_row(form, paid) for paid in terms],
        "has_left": any(paid.left for paid in terms),
        "left": sum((paid.left for paid in terms), ZERO),
    }
    return render(request, "payments/recovery_ask.html", context)


def _paid_row(form: RecoveryForm, paid: PaidTerm) -> dict[str, Any]:
    return {
        "label": term_label(paid.term.month),
        "paid": paid.paid,
        "back": paid.coming_back,
        "left": paid.left,
        "field": form[amount_field(paid.term)],
    }


# --- Settling -------------------------------------------------------------------------------------


def _move_page(
    request: HttpRequest,
    public_id: UUID,
    *,
    verdict: Callable[[Actor, PaymentRecovery], Verdict],
    form: forms.Form,
    operation: Callable[[dict[str, Any]], Any],
    done: str,
    texts: dict[str, str],
) -> HttpResponse:
    """A page that repeats amount and landlord, then ends the recovery."""
    found = _visible(request, public_id)
    recovery_url = reverse("payments:recovery", args=[found.public_id])
    if request.method == "POST" and form.is_valid():
        try:
            operation(form.cleaned_data)
        except InvalidInputError as error:
            add_faults(form, error)
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect(recovery_url)
        else:
            messages.success(request, done % {"number": found.number})
            return redirect(recovery_url)
    elif not (answer := verdict(request.actor, found)):
        messages.warning(request, answer.reason)
        return redirect(recovery_url)
    context = {
        "recovery": found,
        "recovery_url": recovery_url,
        "form": form,
        "summary": [
            (_("Montant"), format_euros(found.amount)),
            (_("Bailleur"), found.landlord.name),
            (_("Référence à rappeler"), found.number),
            (_("Virement d’origine"), found.order.end_to_end_id),
            (_("Aide"), f"{found.request.reference} – {found.request.tenant_name}"),
        ],
        **texts,
    }
    return render(request, "payments/recovery_move.html", context)


def _typed(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@form_page
@roles_required(Role.TREASURER)
def record(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The landlord has paid back: on which day."""
    return _move_page(
        request,
        public_id,
        verdict=permissions.may_record_recovery,
        form=RecoveryReceiptForm(_typed(request), initial={"received_on": localdate()}),
        operation=lambda data: operations.record_recovery(
            actor=request.actor, recovery_id=public_id, at=timezone.now(), **data
        ),
        done=_("Recouvrement %(number)s reçu : l’argent est de nouveau disponible sur ses fonds."),
        texts={
            "heading": _("Constater le remboursement"),
            "submit_label": _("Enregistrer le remboursement"),
            "submit_style": "primary",
            "consequence": _(
                "Chaque fonds reçoit sa part par une écriture de recouvrement. "
                "Le paiement d’origine reste inscrit."
            ),
        },
    )


@form_page
@roles_required(Role.TREASURER, Role.ASSOCIATION_ADMIN)
def drop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The association gives the recovery up."""
    return _move_page(
        request,
        public_id,
        verdict=permissions.may_drop_recovery,
        form=RecoveryDropForm(_typed(request)),
        operation=lambda data: operations.drop_recovery(
            actor=request.actor, recovery_id=public_id, at=timezone.now(), **data
        ),
        done=_("Recouvrement %(number)s abandonné."),
        texts={
            "heading": _("Abandonner le recouvrement"),
            "submit_label": _("Abandonner le recouvrement"),
            "submit_style": "danger",
            "consequence": _("Rien ne revient aux fonds. Le numéro reste pris."),
        },
    )
