"""Record that the bank has paid: funds debited, terms paid, landlord advised (DOMAIN §9)."""

import datetime as dt
import uuid
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from aids.models import RentTerm
from aids.operations import settle_terms
from ales.dates import format_date
from ales.errors import InvalidInputError, require
from members import funds
from members.access import Actor
from payments import notices, permissions
from payments.documents import advice as advice_document
from payments.documents import order as order_document
from payments.models import PaymentAdvice, PaymentOrder
from payments.operations.locking import live_terms, locked_order

#: What the ledger's entries name as their cause.
CAUSE = "payment_order"


@transaction.atomic
def record_execution(
    *,
    actor: Actor,
    order_id: UUID,
    executed_on: dt.date,
    at: dt.datetime,
    account_confirmed: bool = False,
) -> PaymentAdvice:
    """Record that the bank has paid: the funds are debited, the terms paid, the landlord advised.

    `executed_on` lies between the signature and today (Paris). If the landlord's account has changed since,
    the treasurer says by `account_confirmed` that the transfer did leave for the order's. Raises
    NotAllowedError, InvalidInputError (executed_on, account_confirmed), InsufficientFundsError.
    """
    order = locked_order(actor, order_id, with_request=True, with_funds=True)
    require(permissions.may_record_execution(actor, order))
    _check_execution_date(
        executed_on, signed_on=localtime(order.signed_at).date(), today=localtime(at).date()
    )
    if not account_confirmed and permissions.account_changed(order):
        fault = _("Les coordonnées bancaires du bailleur ont changé : confirmez le compte qui a été payé.")
        raise InvalidInputError({"account_confirmed": [fault]})
    terms = live_terms(order)
    lines = list(order.lines.filter(is_live=True).values_list("fund_id", "amount"))
    order.execute()
    order.executed_on = executed_on
    order.executed_by_id = actor.user_id
    order.job = order_document.produce(order, actor=actor, at=at)
    order.save(update_fields=["state", "executed_on", "executed_by", "job"])
    funds.pay(
        actor=actor,
        lines=lines,
        cause_kind=CAUSE,
        cause_id=order.public_id,
        label=_("Ordre %(number)s, aide %(aid)s") % {"number": order.number, "aid": order.request.reference},
        value_date=executed_on,
    )
    settle_terms(actor=actor, request=order.request, terms=terms, paid_on=executed_on, at=at)
    notices.tell_of_execution(order, at)
    return _advise(order, terms, actor=actor, at=at)


def _check_execution_date(executed_on: dt.date, *, signed_on: dt.date, today: dt.date) -> None:
    if executed_on > today:
        fault = _("Le %s est à venir : indiquez le jour où la banque a exécuté le virement.")
        raise InvalidInputError({"executed_on": [fault % format_date(executed_on)]})
    if executed_on < signed_on:
        fault = _("L’ordre a été signé le %s : le virement ne peut pas être antérieur.")
        raise InvalidInputError({"executed_on": [fault % format_date(signed_on)]})


def _advise(
    order: PaymentOrder, terms: Iterable[RentTerm], *, actor: Actor, at: dt.datetime
) -> PaymentAdvice:
    advice = PaymentAdvice(
        public_id=uuid.uuid4(),
        organisation_id=order.organisation_id,
        landlord_id=order.landlord_id,
        request_id=order.request_id,
        order=order,
        order_number=order.number,
        end_to_end_id=order.end_to_end_id,
        amount=order.amount,
        executed_on=order.executed_on,
        months=[
            {
                "month": term.month.isoformat() if term.month else None,
                "label": order_document.term_label(term.month),
                "amount": str(term.granted),
            }
            for term in terms
        ],
        created_at=at,
    )
    advice.job = advice_document.produce(advice, order, actor=actor, at=at)
    advice.save(force_insert=True)
    return advice
