"""The treasurer's visa on orders (DOMAIN §9)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from ales.errors import NotAllowedError, require
from members.access import Actor
from payments import permissions
from payments.documents import order as order_document
from payments.models import PaymentOrder
from payments.operations.locking import hold_account, lock_orders, locked_order
from payments.states import OrderState


@transaction.atomic
def sign(*, actor: Actor, order_id: UUID, at: dt.datetime) -> PaymentOrder:
    """The treasurer's visa.

    Raises NotAllowedError: barred, state, aid stopped, or bank details changed meanwhile.
    """
    order = locked_order(actor, order_id, with_request=True)
    hold_account(order.landlord)
    require(permissions.sign_verdict(actor, order))
    order.sign()
    order.signed_by_id = actor.user_id
    order.signed_at = at
    order.job = order_document.produce(order, actor=actor, at=at)
    order.save(update_fields=["state", "signed_by", "signed_at", "job"])
    return order


@dataclass(frozen=True)
class Signature:
    """What became of one order of a bulk signature: signed now, signed before by the same person, or not,
    and why."""

    order: PaymentOrder
    is_done: bool = False
    is_earlier: bool = False
    reason: str = ""


@transaction.atomic
def sign_many(*, actor: Actor, order_ids: Collection[UUID], at: dt.datetime) -> list[Signature]:
    """Sign each order by itself: one that can't be signed says why and hinders none of the others.

    Sent twice, the second time reports what the first has done. Raises InvalidInputError (none, too many).
    """
    return [_signature(actor, order, at) for order in lock_orders(actor, order_ids)]


def _signature(actor: Actor, order: PaymentOrder, at: dt.datetime) -> Signature:
    if order.state != OrderState.TO_SIGN and order.signed_by_id == actor.user_id:
        return Signature(order, is_earlier=True)
    try:
        # Its own savepoint: what a refused order has begun is undone, the others stay signed.
        signed = sign(actor=actor, order_id=order.public_id, at=at)
    except NotAllowedError as refusal:
        return Signature(order, reason=refusal.message)
    return Signature(signed, is_done=True)
