"""The treasurer's visa on orders (DOMAIN §9)."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from ales.errors import require
from members.access import Actor
from payments import permissions
from payments.documents import order as order_document
from payments.models import PaymentOrder
from payments.operations.locking import hold_account, locked_order


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
