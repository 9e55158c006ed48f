"""What every operation loads and locks: request, funds, order, in that order (DESIGN §2.3)."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from aids.models import AidRequest, RentTerm
from ales.errors import InvalidInputError
from members.access import Actor
from members.models import Fund, Organisation
from payments.models import PaymentOrder, PaymentOrderLine

#: Orders one gesture signs or sends together.
MOST_AT_ONCE = 500


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


def lock_orders(actor: Actor, order_ids: Collection[UUID], *, with_funds: bool = False) -> list[PaymentOrder]:
    """Several orders, by number, locked with what they depend on: all requests, then funds, landlords and
    orders, each kind in the order of its ids, so that two people acting on the same ones never block each
    other. Those the actor may not see are left out.

    Raises InvalidInputError when none is named, or more than MOST_AT_ONCE.
    """
    if not order_ids:
        raise InvalidInputError(_("Choisissez au moins un ordre de paiement."))
    if len(order_ids) > MOST_AT_ONCE:
        raise InvalidInputError(_("Choisissez %s ordres de paiement au plus à la fois.") % MOST_AT_ONCE)
    visible = PaymentOrder.objects.visible_to(actor).filter(public_id__in=order_ids)
    found = list(visible.values_list("pk", "request_id", "landlord_id"))
    aids = AidRequest.objects.visible_to(actor).filter(pk__in={row[1] for row in found})
    requests = {aid.pk: aid for aid in _locked_rows(aids.select_related("landlord", "decided_by"))}
    if with_funds:
        lines = PaymentOrderLine.objects.filter(order__in=[row[0] for row in found], is_live=True)
        Fund.objects.locked(lines.values_list("fund_id", flat=True))
    held = Organisation.objects.filter(pk__in={row[2] for row in found})
    landlords = {landlord.pk: landlord for landlord in _locked_rows(held)}
    orders = list(_locked_rows(visible.select_related("bank_details")))
    for order in orders:
        order.request, order.landlord = requests[order.request_id], landlords[order.landlord_id]
    return sorted(orders, key=lambda order: (order.year, order.sequence))


def _locked_rows(rows: QuerySet) -> QuerySet:
    return rows.order_by("pk").select_for_update(of=("self",), no_key=True)


def live_terms(order: PaymentOrder) -> list[RentTerm]:
    return list(RentTerm.objects.filter(order_lines__order=order, order_lines__is_live=True).distinct())
