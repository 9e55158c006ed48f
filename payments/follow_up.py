"""What waits once a payment is made: receipts, the landlord's questions, what must come back.

Cards of the dashboard, blocks of the aid's page and of the page that stops it (ales/registry.py).
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aids.models import AidRequest
from ales import registry
from ales.dates import format_date
from ales.documents.links import file_of_job
from ales.money import ZERO, format_euros
from ales.registry import Card, Panel
from members.access import Actor
from payments import permissions
from payments.models import PaymentAdvice, PaymentOrder, PaymentQuery, PaymentRecovery, RecoveryState
from payments.models.advice import receipts_in
from payments.states import TONES, OrderState

#: Rows of a dashboard card.
SHOWN = 5
#: How far what waits is counted.
COUNT_BOUND = 99

RECOVERY_TONES = {
    RecoveryState.ASKED: "warning",
    RecoveryState.RECEIVED: "success",
    RecoveryState.DROPPED: "neutral",
}


def register() -> None:
    """Called once, by hooks.register()."""
    for card in (receipts_to_confirm, queries_to_answer, recoveries_awaited):
        registry.dashboard_cards.add(card)
    registry.term_receipts.add(receipts_by_month)
    registry.aid_panels.add(queries_panel)
    registry.aid_panels.add(recoveries_panel)
    registry.stop_panels.add(orders_of_a_stop)


def others(rows: int, found: int, label: str) -> str:
    """`et 7 autres` under a card that shows fewer than were found; `label` under one that shows all."""
    if found <= rows:
        return label
    more = _("plus de %s") % (COUNT_BOUND - rows) if found > COUNT_BOUND else str(found - rows)
    return ngettext("et %s autre", "et %s autres", found - rows) % more


def receipts_by_month(actor: Actor, aid: AidRequest) -> dict[dt.date | None, dt.date]:
    """When the landlord confirmed what was paid for each month; one query."""
    advices = PaymentAdvice.objects.visible_to(actor).filter(request=aid, cancelled_on=None)
    return receipts_in(advices.filter(received_on__isnull=False))


# --- Cards of the dashboard -----------------------------------------------------------------------


def receipts_to_confirm(request: HttpRequest) -> list[Card]:
    """The landlord's agent: payments made and not yet confirmed received, the oldest first."""
    actor: Actor = request.actor
    if not actor.is_landlord_agent:
        return []
    waiting = PaymentAdvice.objects.visible_to(actor).awaiting_receipt()
    advices = list(waiting.select_related("request")[:SHOWN])
    asked = PaymentQuery.objects.asked_about(advices)
    found = len(waiting.values_list("pk", flat=True)[: COUNT_BOUND + 1]) if len(advices) == SHOWN else 0
    return [
        Card(
            title=_("Réceptions à confirmer"),
            icon="inbox-arrow-down",
            rows=[_receipt_row(advice, asked=advice.pk in asked) for advice in advices],
            empty=_("Tous les paiements reçus sont confirmés."),
            url=reverse("payments:receipts"),
            url_label=others(len(advices), found, _("Toutes les réceptions à confirmer")),
            order=10,
            tone="warning",
        )
    ]


def _receipt_row(advice: PaymentAdvice, *, asked: bool) -> dict[str, str]:
    row = {
        "text": f"{format_euros(advice.amount)} – {advice.request.tenant_name}",
        "detail": _("exécuté le %(date)s, référence %(reference)s")
        % {"date": format_date(advice.executed_on), "reference": advice.end_to_end_id},
        "url": reverse("payments:confirm_receipt", args=[advice.public_id]),
    }
    if not asked:
        return row
    # Not to be confirmed before the answer: the aid's page shows the question.
    aid_url = reverse("payments:tenant_aid", args=[advice.request.public_id])
    return row | {"badge": _("question posée"), "tone": "info", "url": aid_url}


def queries_to_answer(request: HttpRequest) -> list[Card]:
    """The manager's: landlords who wait for an answer, the oldest first."""
    actor: Actor = request.actor
    if not actor.is_manager:
        return []
    waiting = PaymentQuery.objects.visible_to(actor).unanswered()
    queries = list(waiting.select_related("advice__request", "landlord")[:SHOWN])
    found = len(waiting.values_list("pk", flat=True)[: COUNT_BOUND + 1]) if len(queries) == SHOWN else 0
    rows = [
        {
            "text": f"{query.landlord.name} – {format_euros(query.advice.amount)}",
            "detail": _("%(reason)s, %(tenant)s, le %(date)s")
            % {
                "reason": query.get_reason_display(),
                "tenant": query.advice.request.tenant_name,
                "date": format_date(localdate(query.asked_at)),
            },
            "url": reverse("payments:query", args=[query.public_id]),
        }
        for query in queries
    ]
    return [
        Card(
            title=_("Questions des bailleurs"),
            icon="chat-bubble-left-right",
            rows=rows,
            empty=_("Aucun bailleur n’attend de réponse."),
            url=reverse("payments:queries"),
            url_label=others(len(rows), found, _("Toutes les questions des bailleurs")),
            order=13,
            tone="warning",
        )
    ]


def recoveries_awaited(request: HttpRequest) -> list[Card]:
    """The treasurer's: what landlords were asked to give back, the oldest first."""
    actor: Actor = request.actor
    if not actor.is_treasurer:
        return []
    waiting = PaymentRecovery.objects.visible_to(actor).awaiting()
    recoveries = list(waiting.select_related("landlord")[:SHOWN])
    found = len(waiting.values_list("pk", flat=True)[: COUNT_BOUND + 1]) if len(recoveries) == SHOWN else 0
    rows = [
        {
            "text": f"{recovery.number} – {format_euros(recovery.amount)}",
            "detail": _("%(landlord)s, demandé le %(date)s")
            % {"landlord": recovery.landlord.name, "date": format_date(localdate(recovery.asked_at))},
            "url": reverse("payments:recovery", args=[recovery.public_id]),
        }
        for recovery in recoveries
    ]
    return [
        Card(
            title=_("Remboursements attendus"),
            icon="arrow-uturn-left",
            rows=rows,
            empty=_("Aucun remboursement n’est attendu d’un bailleur."),
            url=reverse("payments:recoveries"),
            url_label=others(len(rows), found, _("Tous les recouvrements")),
            order=40,
            tone="info",
        )
    ]


# --- The aid's page -------------------------------------------------------------------------------


def queries_panel(request: HttpRequest, aid: AidRequest) -> list[Panel]:
    """What the landlord asked about the payments of the aid, and was answered."""
    queries = PaymentQuery.objects.visible_to(request.actor).filter(advice__request=aid)
    rows = query_rows(
        queries.select_related("advice", "asked_by", "answered_by").order_by("-asked_at", "-id")
    )
    if not rows:
        return []
    context = {"rows": rows, "may_open": request.actor.is_manager or request.actor.is_association}
    return [Panel(_("Questions du bailleur"), "payments/queries_panel.html", context, order=22)]


def query_rows(queries: Iterable[PaymentQuery]) -> list[dict[str, Any]]:
    """Questions with their answers; advice, asked_by and answered_by must be loaded."""
    return [
        {
            "url": reverse("payments:query", args=[query.public_id]),
            "number": query.advice.order_number,
            "reason": query.get_reason_display(),
            "amount": query.amount_received,
            "expected": query.advice.amount,
            "text": query.text,
            "asked": format_date(localdate(query.asked_at)),
            "asked_by": query.asked_by.full_name,
            "answer": query.answer,
            "answered": format_date(localdate(query.answered_at)) if query.answered_at else "",
            "answered_by": query.answered_by.full_name if query.answered_by else "",
        }
        for query in queries
    ]


def recoveries_panel(request: HttpRequest, aid: AidRequest) -> list[Panel]:
    """What must come back of the aid, and the orders of which some may be asked back."""
    actor: Actor = request.actor
    if not (actor.is_manager or actor.is_association):
        return []
    recoveries = PaymentRecovery.objects.visible_to(actor).filter(request=aid)
    rows = recovery_rows(recoveries.select_related("job__document").order_by("-year", "-sequence"))
    orders = PaymentOrder.objects.visible_to(actor).filter(request=aid, state=OrderState.EXECUTED)
    actions = [
        {
            "verdict": permissions.may_ask_recovery(actor, order),
            "label": _("Demander un remboursement sur %s") % order.number,
            "url": reverse("payments:recovery_ask", args=[order.public_id]),
        }
        for order in orders.oldest_first().defer("frozen")
    ]
    if not rows and not actions:
        return []
    context = {"rows": rows, "actions": actions}
    return [Panel(_("Recouvrements"), "payments/recoveries_panel.html", context, order=24)]


def recovery_rows(recoveries: Iterable[PaymentRecovery]) -> list[dict[str, Any]]:
    """Recoveries with their letter; the job's document must be loaded."""
    return [
        {
            "url": reverse("payments:recovery", args=[recovery.public_id]),
            "number": recovery.number,
            "order": recovery.order_number,
            "amount": recovery.amount,
            "cause": recovery.get_cause_display(),
            "months": ", ".join(row["label"] for row in recovery.months),
            "asked": format_date(localdate(recovery.asked_at)),
            "received": format_date(recovery.received_on) if recovery.received_on else "",
            "state": recovery.get_state_display(),
            "tone": RECOVERY_TONES[RecoveryState(recovery.state)],
            "file": file_of_job(recovery.job) if recovery.job else None,
        }
        for recovery in recoveries
    ]


# --- The page that stops an aid -------------------------------------------------------------------


def orders_of_a_stop(request: HttpRequest, aid: AidRequest) -> list[Panel]:
    """What is under way and follows its order; what was paid and may have to come back."""
    actor: Actor = request.actor
    if not actor.is_manager:
        return []
    visible = PaymentOrder.objects.visible_to(actor).filter(request=aid).oldest_first().defer("frozen")
    under_way = [_order_row(order, "payments:order") for order in visible.under_way()]
    paid = [_order_row(order, "payments:recovery_ask") for order in visible.filter(state=OrderState.EXECUTED)]
    waiting = PaymentRecovery.objects.filter(request=aid).awaiting().order_by()
    context = {
        "under_way": under_way,
        "paid": paid,
        "paid_total": aid.paid_amount,
        "recovered": aid.recovered_amount,
        "awaited": waiting.aggregate(euros=Sum("amount"))["euros"] or ZERO,
    }
    return [
        Panel(_("En cours de paiement"), "payments/stop_under_way.html", context, order=10),
        Panel(_("Déjà payé"), "payments/stop_paid.html", context, order=20),
    ]


def _order_row(order: PaymentOrder, url_name: str) -> dict[str, Any]:
    return {
        "number": order.number,
        "amount": order.amount,
        "state": order.get_state_display(),
        "tone": TONES[OrderState(order.state)],
        "url": reverse(url_name, args=[order.public_id]),
    }
