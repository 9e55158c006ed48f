"""Give an order up before the bank has it (DOMAIN §9)."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from aids.operations import return_terms
from ales.errors import InvalidInputError, require
from members.access import Actor
from payments import permissions
from payments.documents import order as order_document
from payments.models import PaymentOrder
from payments.operations.locking import live_terms, locked_order
from payments.states import OrderState

LONGEST_REASON = PaymentOrder._meta.get_field("given_up_reason").max_length


@transaction.atomic
def give_up(
    *, actor: Actor, order_id: UUID, reason: str, at: dt.datetime, not_executed: bool = False
) -> PaymentOrder:
    """Give an order up before its execution: its terms may be asked for again, its number stays taken.

    The money stays committed to the aid, or goes back to the funds if the aid was stopped meanwhile.
    Once the order is signed, the treasurer declares by `not_executed` that the bank hasn't paid it.
    Raises NotAllowedError, InvalidInputError (reason, not_executed).
    """
    order = locked_order(actor, order_id, with_request=True, with_funds=True)
    require(permissions.may_give_up(actor, order))
    reason = reason.strip()
    faults: dict[str, list[str]] = {}
    if not reason:
        faults["reason"] = [_("Dites pourquoi l’ordre est abandonné : le motif est conservé.")]
    elif len(reason) > LONGEST_REASON:
        faults["reason"] = [_("Le motif dépasse 500 caractères : raccourcissez-le.")]
    if order.state == OrderState.SIGNED and not not_executed:
        faults["not_executed"] = [_("Vérifiez auprès de la banque que le virement n’est pas parti.")]
    if faults:
        raise InvalidInputError(faults)
    terms = live_terms(order)
    order.give_up()
    order.given_up_by_id = actor.user_id
    order.given_up_at = at
    order.given_up_reason = reason
    order.job = order_document.produce(order, actor=actor, at=at)
    order.save(update_fields=["state", "given_up_by", "given_up_at", "given_up_reason", "job"])
    order.lines.update(is_live=False)
    return_terms(actor=actor, request=order.request, terms=terms, at=at, reason=order.given_up_reason)
    return order
