"""An order's page: what is needed to sign it, and who did what."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aids.states import RequestState
from aids.views.shared import log_access
from ales.documents.links import file_of_job
from ales.http import reading
from ales.verdict import Verdict
from members.access import Actor, roles_required
from members.roles import Role
from payments import permissions
from payments.documents import order as order_document
from payments.follow_up import recovery_rows
from payments.models import PaymentOrder
from payments.rules.references import iban_end
from payments.states import TONES, WAITING_FOR_BANK, OrderState
from payments.views.rejections import account_warning, rejection_events, rejection_moves, rejection_notice
from payments.views.worklist import READERS

#: What heads the amount once nothing is left to pay by the order.
AMOUNT_TITLES = {
    OrderState.EXECUTED: gettext_lazy("Payé"),
    OrderState.REJECTED: gettext_lazy("Rejeté par la banque"),
    OrderState.GIVEN_UP: gettext_lazy("Abandonné"),
}


def visible_order(request: HttpRequest, public_id: UUID) -> PaymentOrder:
    orders = PaymentOrder.objects.visible_to(request.actor).select_related(
        "landlord", "organisation", "request", "bank_details", "requested_by", "signed_by", "executed_by"
    )
    orders = orders.select_related("rejected_by", "rejection_settled_by", "given_up_by")
    # A manager reads no batch: theirs comes back as none.
    orders = orders.select_related("job__document", "advice__received_by", "batch__sent_by")
    return get_object_or_404(orders, public_id=public_id)


@reading
@roles_required(*READERS)
def order_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything needed to sign: the frozen data, the funds, the evidence, who did what."""
    order = visible_order(request, public_id)
    log_access(request, order.request)
    return render(
        request,
        "payments/order_detail.html",
        {
            "order": order,
            "state": order.get_state_display(),
            "amount_title": AMOUNT_TITLES.get(OrderState(order.state), _("À payer")),
            "tone": TONES[OrderState(order.state)],
            "printed": order_document.context(order.frozen | {"state": str(order.state), "happenings": {}}),
            "warnings": warnings_of(order),
            "rejection": rejection_notice(order),
            "steps": _steps(order),
            "events": _events(order),
            "file": file_of_job(order.job) if order.job else None,
            "moves": _moves(request.actor, order),
            "batch_url": reverse("payments:batch", args=[order.batch.public_id]) if order.batch else "",
            "recoveries": _recoveries(order),
            "is_read_only": not (request.actor.is_treasurer or request.actor.is_manager),
        },
    )


def warnings_of(order: PaymentOrder) -> list[dict[str, str]]:
    """What stands in the way of paying, while the bank hasn't the order yet or has rejected it, and what
    changed since it was signed; one query at most."""
    undecided = order.state == OrderState.REJECTED and not order.rejection_outcome
    warnings = account_warning(order) if undecided or order.state in WAITING_FOR_BANK else []
    if order.state not in {OrderState.SIGNED, OrderState.BATCHED}:
        return warnings
    if permissions.account_changed(order):
        text = _(
            "Cet ordre signé paie le compte %(account)s, qui n’est plus le compte confirmé de %(landlord)s. "
            "Si la banque n’a pas exécuté le virement, le trésorier le fait annuler et abandonne l’ordre."
        ) % {"account": iban_end(order.iban), "landlord": order.landlord.name}
        warnings.append({"title": _("Les coordonnées bancaires du bailleur ont changé"), "text": text})
    if order.request.state == RequestState.STOPPED:
        text = _(
            "Si la banque n’a pas exécuté le virement, le trésorier le fait annuler et abandonne l’ordre : "
            "l’argent retourne aux fonds."
        )
        warnings.append({"title": _("L’aide est arrêtée"), "text": text})
    return warnings


def _recoveries(order: PaymentOrder) -> list[dict[str, Any]]:
    """What must come back of the order; one query once it is paid."""
    if order.state != OrderState.EXECUTED:
        return []
    return recovery_rows(order.recoveries.select_related("job__document").order_by("year", "sequence"))


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
    if actor.is_treasurer and order.state in {OrderState.SIGNED, OrderState.SENT}:
        verdict = permissions.may_record_execution(actor, order)
        moves.append(move("execution", verdict, _("Constater le virement"), "check"))
    for name, verdict, label, icon, style in rejection_moves(actor, order):
        moves.append(move(name, verdict, label, icon, style))
    if permissions.may_ask_recovery(actor, order):
        verdict = permissions.may_ask_recovery(actor, order)
        label = _("Demander un remboursement")
        moves.append(move("recovery_ask", verdict, label, "arrow-uturn-left", "secondary"))
    if permissions.may_give_up(actor, order):
        moves.append(
            move("give_up", permissions.may_give_up(actor, order), _("Abandonner"), "x-mark", "secondary")
        )
    return moves


#: How far each state is on the way of `_steps`.
STEPS_DONE = {
    OrderState.TO_SIGN: 1,
    OrderState.SIGNED: 2,
    OrderState.BATCHED: 2,
    OrderState.SENT: 3,
    OrderState.EXECUTED: 4,
}


def _steps(order: PaymentOrder) -> list[dict[str, str]]:
    labels = [_("Demandé"), _("Signé"), _("Transmis"), _("Exécuté"), _("Reçu")]
    if order.state == OrderState.GIVEN_UP:
        return []
    if order.state == OrderState.REJECTED:
        return [
            *({"label": label, "state": "done"} for label in labels[:3]),
            {"label": _("Rejeté par la banque"), "state": "error"},
        ]
    advice = getattr(order, "advice", None)
    done = STEPS_DONE[OrderState(order.state)]
    if advice and advice.received_on:
        done = len(labels)
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
    if order.batch and order.batch.sent_at:
        events.append(
            {
                "at": order.batch.sent_at,
                "what": _("Transmis à la banque, bordereau %s") % order.batch.number,
                "who": order.batch.sent_by.full_name,
                "capacity": treasurer,
                "tone": "info",
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
    events += rejection_events(order)
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
