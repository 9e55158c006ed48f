"""The orders a person acts on at once: those ticked, or all that the filters of the list show."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest

from ales.errors import StalePageError
from ales.money import ZERO
from payments.forms.filters import OrderFilters, visible_orders
from payments.models import PaymentOrder
from payments.operations import MOST_AT_ONCE
from payments.states import OrderState


@dataclass(frozen=True)
class Selection:
    """`is_cut`: the filters show more than may be done at once; the oldest are taken."""

    orders: list[PaymentOrder]
    is_cut: bool = False


def chosen_orders(request: HttpRequest, state: OrderState) -> Selection:
    """What the address names: `o` each ticked order in whatever state, or `tout` those of `state` that the
    filters show; oldest first, MOST_AT_ONCE at the most. Two queries, and those of the filters."""
    orders = visible_orders(request.actor).oldest_first()
    if "tout" in request.GET:
        orders = OrderFilters(request.GET, actor=request.actor).apply(orders).filter(state=state)
    else:
        orders = orders.filter(public_id__in=_readable_ids(request.GET.getlist("o")))
    found = list(orders[: MOST_AT_ONCE + 1])
    return Selection(found[:MOST_AT_ONCE], is_cut=len(found) > MOST_AT_ONCE)


def posted_ids(request: HttpRequest) -> list[UUID]:
    """The orders a confirming page posts, each once: exactly what was shown.

    Raises StalePageError when one can't be read: fewer orders than the person confirmed are never acted on.
    """
    texts = set(request.POST.getlist("o"))
    ids = _readable_ids(request.POST.getlist("o"))
    if len(ids) != len(texts):
        raise StalePageError
    return ids


def _readable_ids(texts: Sequence[str]) -> list[UUID]:
    """The readable ids among them, each once; an address cut short loses the others."""
    ids: dict[UUID, None] = {}
    for text in texts:
        try:
            ids[UUID(text)] = None
        except ValueError:
            continue
    return list(ids)


def total_of(orders: Sequence[PaymentOrder]) -> Decimal:
    """Their sum in euros."""
    return sum((order.amount for order in orders), ZERO)


def landlords_of(orders: Sequence[PaymentOrder]) -> int:
    """How many landlords they pay."""
    return len({order.landlord_id for order in orders})
