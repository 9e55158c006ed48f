"""What every operation loads and locks: request, funds, order, in that order (DESIGN §2.3)."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from aids.models import AidRequest, RentTerm
from members.access import Actor
from members.models import Fund, Organisation
from payments.models import PaymentOrder, PaymentOrderLine


def hold_account(landlord: Organisation) -> None:
    """Nobody may suspend the landlord nor enter other bank details of it until this transaction ends: whoever
    does locks the same row (members.organisations, members.bank_details), so a change is seen or comes after.
    """
    held = Organisation.objects.select_for_update(no_key=True).values_list("is_active", flat=True)
    landlord.is_active = held.get(pk=landlord.pk)


def lock_request(requests, **which) -> AidRequest:
    locked = requests.select_related("landlord", "decided_by").select_for_update(of=("self",), no_key=True)
    return get_object_or_404(locked, **which)


def locked_order(
    actor: Actor, order_id: UUID, *, with_request: bool = False, with_funds: bool = False
) -> PaymentOrder:
    """The order, locked after its request and its funds; Http404 for who may not see it."""
    visible = PaymentOrder.objects.visible_to(actor)
    found = get_object_or_404(visible.values("pk", "request_id"), public_id=order_id)
    if with_request:
        aid = lock_request(AidRequest.objects.visible_to(actor), pk=found["request_id"])
    if with_funds:
        lines = PaymentOrderLine.objects.filter(order=found["pk"], is_live=True)
        Fund.objects.locked(lines.values_list("fund_id", flat=True))
    order = (
        visible.select_related("landlord", "bank_details", "request")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=found["pk"])
    )
    if with_request:
        order.request = aid
    return order


def live_terms(order: PaymentOrder) -> list[RentTerm]:
    return list(RentTerm.objects.filter(order_lines__order=order, order_lines__is_live=True).distinct())
