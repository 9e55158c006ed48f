"""What the order's page tells of a transfer the bank rejected: notice, buttons, timeline."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ales.dates import format_date
from ales.verdict import Verdict
from members.access import Actor
from members.models.bank_details import BankDetailsState
from members.roles import Role
from payments import holds, permissions
from payments.models import PaymentOrder
from payments.rules.statements import return_label
from payments.states import OrderState


def rejection_notice(order: PaymentOrder) -> dict[str, Any] | None:
    """Why the bank rejected the transfer and what became of the money; one query at most."""
    if order.state != OrderState.REJECTED:
        return None
    notice: dict[str, Any] = {
        "tone": "danger",
        "title": _("Virement rejeté par la banque le %s") % format_date(order.rejected_on),
        "texts": [_("Motif : %s.") % return_label(order.rejected_code)],
        "new_url": "",
        "new_number": "",
    }
    if order.rejection_outcome:
        label = order.get_rejection_outcome_display()
        notice["texts"].append(f"{label.capitalize()} : {order.rejection_reason}")
        notice["tone"] = "neutral"
        if successor := PaymentOrder.objects.filter(replaces=order).first():
            notice["new_url"] = reverse("payments:order", args=[successor.public_id])
            notice["new_number"] = successor.number
    else:
        notice["texts"].append(
            _(
                "L’argent reste engagé pour cette aide. Le responsable social redemande le paiement, "
                "ou rend le montant aux fonds."
            )
        )
    return notice


def account_warning(order: PaymentOrder) -> list[dict[str, str]]:
    """The bank refused the order's account, which is still the landlord's. Reads `order.bank_details`."""
    account = order.bank_details
    if account.state != BankDetailsState.CONFIRMED or not account.is_refused_by_bank:
        return []
    return [
        {
            "title": _("La banque a refusé ce compte"),
            "text": holds.bank_refusal(account),
            "url": reverse("members:bank_details", args=[order.landlord.public_id]),
            "url_label": _("Les coordonnées bancaires de %s") % order.landlord.name,
        }
    ]


Move = tuple[str, Verdict, str, str, str]


def rejection_moves(actor: Actor, order: PaymentOrder) -> Iterator[Move]:
    """The buttons about a reject: address name, verdict, label, icon, style."""
    if actor.is_treasurer and order.state in {OrderState.SENT, OrderState.EXECUTED}:
        verdict = permissions.may_reject(actor, order)
        yield "reject", verdict, _("Constater un rejet"), "arrow-uturn-left", "secondary"
    if order.state != OrderState.REJECTED or order.rejection_outcome:
        return
    if actor.is_manager:
        verdict = permissions.may_reorder(actor, order)
        if verdict:
            verdict = permissions.payable(order.landlord)
        yield "reorder", verdict, _("Redemander le paiement"), "arrow-path", "primary"
    if actor.is_manager or actor.is_treasurer:
        verdict = permissions.may_release_rejected(actor, order)
        yield "release_rejected", verdict, _("Rendre aux fonds"), "arrow-uturn-left", "secondary"


def rejection_events(order: PaymentOrder) -> list[dict[str, Any]]:
    """The timeline's lines, in the order of time."""
    events = []
    if order.rejected_at:
        events.append(
            {
                "at": order.rejected_on,
                "what": _("Virement rejeté par la banque"),
                "who": _("constaté par %s") % order.rejected_by.full_name,
                "capacity": str(Role.TREASURER.label),
                "reason": return_label(order.rejected_code),
                "tone": "danger",
            }
        )
    if order.rejection_settled_at:
        events.append(
            {
                "at": order.rejection_settled_at,
                "what": order.get_rejection_outcome_display().capitalize(),
                "who": order.rejection_settled_by.full_name,
                "reason": order.rejection_reason,
                "tone": "info",
            }
        )
    return events
