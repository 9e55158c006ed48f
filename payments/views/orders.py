"""Orders: the treasurer's worklist, the order's page, and its three moves."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ales.dates import format_date
from ales.documents.links import file_of_job
from ales.errors import InvalidInputError, Refusal
from ales.http import form_page, reading
from ales.keyset import page_of
from ales.money import ZERO, format_euros
from ales.verdict import Verdict
from members.access import Actor, roles_required
from members.roles import Role
from payments import operations, permissions
from payments.documents import order as order_document
from payments.forms.orders import ExecutionForm, GiveUpForm, OrderFilters, SignForm, add_faults
from payments.models import PaymentOrder
from payments.rules.references import group_iban, iban_end
from payments.states import TONES, OrderState

READERS = (Role.TREASURER, Role.ASSOCIATION_ADMIN, Role.MANAGER)


# --- The list -------------------------------------------------------------------------------------


@reading
@roles_required(*READERS)
def order_list(request: HttpRequest) -> HttpResponse:
    """Orders one state at a time: what waits is read oldest first, what is done latest first."""
    actor: Actor = request.actor
    params = request.GET.copy()
    params.setdefault("etat", OrderState.TO_SIGN if actor.is_treasurer else "")
    filters = OrderFilters(params)
    chosen = filters.cleaned_data if filters.is_valid() else {"q": "", "etat": ""}
    # The requests come by a query of their own: joined, row security hides from the planner how many there
    # are, and it leaves the index that gives the order (278 ms instead of 5 at 100,000 aids).
    orders = PaymentOrder.objects.visible_to(actor).select_related("landlord", "organisation")
    orders = orders.prefetch_related("request")
    if chosen["etat"]:
        orders = orders.filter(state=chosen["etat"])
    if chosen["q"]:
        orders = orders.matching(chosen["q"])
    waiting = chosen["etat"] in {OrderState.TO_SIGN, OrderState.SIGNED}
    page = page_of(orders.defer("frozen"), request.GET, ("year", "sequence"), descending=not waiting)
    context = {
        "filters": filters,
        "rows": [_row(order) for order in page.rows],
        "page": page,
        "totals": _totals(actor, chosen["etat"]),
        "is_filtered": bool(chosen["q"]),
        "state_label": OrderState(chosen["etat"]).label if chosen["etat"] else "",
        "list_url": reverse("payments:orders"),
    }
    return render(request, "payments/order_list.html", context)


def _row(order: PaymentOrder) -> dict[str, Any]:
    return {
        "url": reverse("payments:order", args=[order.public_id]),
        "number": order.number,
        "asked": format_date(localtime(order.requested_at).date()),
        "landlord": order.landlord.name,
        "account": _("compte %s") % iban_end(order.iban),
        "aid": order.request.reference,
        "tenant": order.request.tenant_name,
        "organisation": order.organisation.name,
        "state": order.get_state_display(),
        "tone": TONES[OrderState(order.state)],
        "amount": order.amount,
    }


def _totals(actor: Actor, chosen: str) -> list[dict[str, Any]]:
    """What waits, and what was executed this year; one query over an index."""
    year = localdate().year
    found = {
        row["state"]: row
        for row in PaymentOrder.objects.visible_to(actor)
        .filter(
            Q(state__in=[OrderState.TO_SIGN, OrderState.SIGNED]) | Q(state=OrderState.EXECUTED, year=year)
        )
        .values("state")
        .annotate(number=Count("pk"), amount=Sum("amount"))
        .order_by()
    }
    labels = {
        OrderState.TO_SIGN: _("à signer"),
        OrderState.SIGNED: _("signés, virement à constater"),
        OrderState.EXECUTED: _("exécutés, numéros de %s") % year,
    }
    totals = []
    for state, label in labels.items():
        row = found.get(state, {"number": 0, "amount": ZERO})
        count = ngettext("%(number)s ordre", "%(number)s ordres", row["number"]) % row
        totals.append(
            {
                "amount": format_euros(row["amount"]),
                "label": label,
                "count": count,
                "url": f"{reverse('payments:orders')}?etat={state}",
                "tone": TONES[state] if state == OrderState.TO_SIGN and row["number"] else "",
            }
        )
    return totals


# --- One order ------------------------------------------------------------------------------------


def _visible_order(request: HttpRequest, public_id: UUID) -> PaymentOrder:
    orders = PaymentOrder.objects.visible_to(request.actor).select_related(
        "landlord", "organisation", "request", "bank_details", "requested_by", "signed_by", "executed_by"
    )
    return get_object_or_404(
        orders.select_related("given_up_by", "job__document", "advice__received_by"), public_id=public_id
    )


@reading
@roles_required(*READERS)
def order_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything needed to sign: the frozen data, the funds, the evidence, who did what."""
    order = _visible_order(request, public_id)
    return render(
        request,
        "payments/order_detail.html",
        {
            "order": order,
            "state": order.get_state_display(),
            "tone": TONES[OrderState(order.state)],
            "printed": order_document.context(order.frozen | {"state": str(order.state), "happenings": {}}),
            "steps": _steps(order),
            "events": _events(order),
            "file": file_of_job(order.job) if order.job else None,
            "moves": _moves(request.actor, order),
            "is_read_only": not (request.actor.is_treasurer or request.actor.is_manager),
        },
    )


def _moves(actor: Actor, order: PaymentOrder) -> list[dict[str, Any]]:
    """The buttons of this capacity in this state; a refused one stays, with its reason."""

    def move(name: str, verdict: Verdict, label: str, icon: str, style: str = "primary") -> dict[str, Any]:
        url = reverse(f"payments:{name}", args=[order.public_id])
        return {"verdict": verdict, "label": label, "url": url, "icon": icon, "style": style}

    moves = []
    if actor.is_treasurer and order.state == OrderState.TO_SIGN:
        moves.append(
            move("sign", permissions.sign_verdict(actor, order), _("Signer l’ordre"), "pencil-square")
        )
    if actor.is_treasurer and order.state == OrderState.SIGNED:
        verdict = permissions.may_record_execution(actor, order)
        moves.append(move("execution", verdict, _("Constater le virement"), "check"))
    if permissions.may_give_up(actor, order):
        moves.append(
            move("give_up", permissions.may_give_up(actor, order), _("Abandonner"), "x-mark", "secondary")
        )
    return moves


def _steps(order: PaymentOrder) -> list[dict[str, str]]:
    labels = [_("Demandé"), _("Signé"), _("Exécuté"), _("Reçu")]
    if order.state == OrderState.GIVEN_UP:
        return []
    advice = getattr(order, "advice", None)
    done = {OrderState.TO_SIGN: 1, OrderState.SIGNED: 2, OrderState.EXECUTED: 3}[OrderState(order.state)]
    if advice and advice.received_on:
        done = 4
    return [
        {"label": label, "state": "done" if rank < done else "current" if rank == done else "todo"}
        for rank, label in enumerate(labels)
    ]


def _events(order: PaymentOrder) -> list[dict[str, Any]]:
    """Who did what, the latest first."""
    treasurer = str(Role.TREASURER.label)
    asked = order.frozen["asked_by"]
    events = [
        {
            "at": order.requested_at,
            "what": _("Paiement demandé"),
            "who": asked["name"],
            "capacity": f"{asked['capacity']}, {asked['organisation']}",
            "tone": "info",
        }
    ]
    if order.signed_at:
        events.append(
            {
                "at": order.signed_at,
                "what": _("Ordre visé"),
                "who": order.signed_by.full_name,
                "capacity": treasurer,
                "tone": "success",
                "icon": "pencil-square",
            }
        )
    if order.executed_on:
        events.append(
            {
                "at": order.executed_on,
                "what": _("Virement exécuté par la banque"),
                "who": _("constaté par %s") % order.executed_by.full_name,
                "capacity": treasurer,
                "tone": "success",
            }
        )
        advice = order.advice
        if advice.received_on:
            events.append(
                {
                    "at": advice.received_on,
                    "what": _("Réception confirmée par le bailleur"),
                    "who": advice.received_by.full_name,
                    "tone": "success",
                }
            )
    if order.given_up_at:
        events.append(
            {
                "at": order.given_up_at,
                "what": _("Ordre abandonné"),
                "who": order.given_up_by.full_name,
                "reason": order.given_up_reason,
                "tone": "neutral",
            }
        )
    return events[::-1]


# --- Its moves ------------------------------------------------------------------------------------


def _move_page(
    request: HttpRequest,
    public_id: UUID,
    *,
    verdict: Callable[[Actor, PaymentOrder], Verdict],
    form: forms.Form,
    operation: Callable[[dict[str, Any]], Any],
    done: str,
    texts: dict[str, str],
) -> HttpResponse:
    """A page that repeats amount, landlord and account, then does one move."""
    order = _visible_order(request, public_id)
    order_url = reverse("payments:order", args=[order.public_id])
    if request.method == "POST" and form.is_valid():
        try:
            operation(form.cleaned_data)
        except InvalidInputError as error:
            add_faults(form, error)
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect(order_url)
        else:
            messages.success(request, done % {"number": order.number})
            return redirect(order_url)
    elif not (answer := verdict(request.actor, order)):
        messages.warning(request, answer.reason)
        return redirect(order_url)
    context = {
        "order": order,
        "order_url": order_url,
        "form": form,
        "summary": [
            (_("Montant"), format_euros(order.amount)),
            (_("En toutes lettres"), order.frozen["amount_in_words"]),
            (_("Bailleur"), order.landlord.name),
            (_("Titulaire du compte"), order.account_holder),
            (_("IBAN"), group_iban(order.iban)),
            (_("Aide"), f"{order.request.reference} – {order.request.tenant_name}"),
        ],
        "account_end": iban_end(order.iban),
        **texts,
    }
    return render(request, "payments/order_move.html", context)


@form_page
@roles_required(Role.TREASURER)
def sign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The visa."""
    return _move_page(
        request,
        public_id,
        verdict=permissions.sign_verdict,
        form=SignForm(request.POST if request.method == "POST" else None),
        operation=lambda _data: operations.sign(actor=request.actor, order_id=public_id, at=timezone.now()),
        done=_("Ordre %(number)s signé : il peut être transmis à la banque."),
        texts={
            "heading": _("Signer l’ordre"),
            "submit_label": _("Signer l’ordre"),
            "submit_style": "primary",
            "consequence": _("Votre visa, avec votre nom et l’heure, est porté sur l’ordre de paiement."),
        },
    )


@form_page
@roles_required(Role.TREASURER)
def record_execution(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The bank has paid: on which day."""
    return _move_page(
        request,
        public_id,
        verdict=permissions.may_record_execution,
        form=ExecutionForm(
            request.POST if request.method == "POST" else None, initial={"executed_on": localdate()}
        ),
        operation=lambda data: operations.record_execution(
            actor=request.actor, order_id=public_id, executed_on=data["executed_on"], at=timezone.now()
        ),
        done=_("Ordre %(number)s exécuté : les échéances sont payées, l’avis part au bailleur."),
        texts={
            "heading": _("Constater le virement"),
            "submit_label": _("Enregistrer l’exécution"),
            "submit_style": "primary",
            "consequence": _(
                "Les fonds sont débités, les échéances passent à « payé » "
                "et le bailleur reçoit un avis de paiement."
            ),
        },
    )


@form_page
@roles_required(Role.TREASURER, Role.MANAGER)
def give_up(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The order will not be paid."""
    return _move_page(
        request,
        public_id,
        verdict=permissions.may_give_up,
        form=GiveUpForm(request.POST if request.method == "POST" else None),
        operation=lambda data: operations.give_up(
            actor=request.actor, order_id=public_id, reason=data["reason"], at=timezone.now()
        ),
        done=_("Ordre %(number)s abandonné : ses échéances peuvent être redemandées."),
        texts={
            "heading": _("Abandonner l’ordre"),
            "submit_label": _("Abandonner l’ordre"),
            "submit_style": "danger",
            "consequence": _(
                "L’ordre ne sera pas payé. L’aide reste accordée et l’argent engagé : "
                "un nouveau paiement pourra être demandé."
            ),
        },
    )
