"""Demo data of the treasurer's queues: whatever the day, something to sign, and enough signed for a batch."""

import datetime as dt

from aids.models import RentTerm
from aids.states import RequestState, TermState
from ales.demo import act_as
from members.access import Actor
from payments import operations, permissions
from payments.demo_statements import TAKEN, ready_for_a_batch
from payments.models import PaymentOrder
from payments.states import OrderState

#: Orders left to the visitor: to sign, and signed besides those of the statements' batch.
TO_SIGN = 5
SIGNED = TAKEN + 2


def fill(*, managers: dict[int, Actor], treasurer: Actor, at: dt.datetime) -> None:
    """Ask for what is granted, then sign, until each queue holds what it should; managers by organisation.

    What the calendar left there is often enough; after weeks with few decisions it isn't.
    """
    act_as(treasurer.context)
    waiting = PaymentOrder.objects.filter(state=OrderState.TO_SIGN).exclude(
        barred_ids__contains=[treasurer.user_id]
    )
    missing = max(0, SIGNED - len(ready_for_a_batch(treasurer, SIGNED)))
    _ask(managers, TO_SIGN + missing - waiting.count(), at)
    act_as(treasurer.context)
    for order in list(waiting.oldest_first()[:missing]):
        operations.sign(actor=treasurer, order_id=order.public_id, at=at)


def _ask(managers: dict[int, Actor], count: int, at: dt.datetime) -> None:
    """Ask for that many orders, all that an aid still has to pay at once; the latest decisions last, for they
    are what a manager finds to ask for."""
    terms = RentTerm.objects.filter(
        state=TermState.GRANTED, request__state=RequestState.VALIDATED, request__organisation__in=managers
    ).select_related("request__landlord")
    by_aid: dict[int, list[RentTerm]] = {}
    for term in terms.order_by("request__decided_at", "request_id", "month"):
        by_aid.setdefault(term.request_id, []).append(term)
    for owed in by_aid.values():
        if count <= 0:
            return
        aid = owed[0].request
        if not permissions.payable(aid.landlord):
            continue
        manager = managers[aid.organisation_id]
        act_as(manager.context)
        operations.request_payment(
            actor=manager, request_id=aid.public_id, term_ids=[term.public_id for term in owed], at=at
        )
        count -= 1
