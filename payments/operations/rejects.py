"""What the bank did not pay, or gave back: record it, then ask again or release the money (DOMAIN §9)."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from aids.operations import release_ordered_terms, return_terms, unsettle_terms
from ales.dates import format_date
from ales.errors import InvalidInputError, require
from members import bank_details, funds
from members.access import Actor
from payments import notices, permissions
from payments.documents import order as order_document
from payments.models import PaymentAdvice, PaymentOrder
from payments.models.order import RejectionOutcome
from payments.operations.asking import request_payment
from payments.operations.locking import hold_account, live_terms, locked_order
from payments.rules.statements import names_the_account, return_label
from payments.states import OrderState

LONGEST_REASON = PaymentOrder._meta.get_field("rejection_reason").max_length


@transaction.atomic
def reject(
    *,
    actor: Actor,
    order_id: UUID,
    rejected_on: dt.date,
    code: str,
    at: dt.datetime,
    receipt_mistaken: bool = False,
) -> PaymentOrder:
    """Record that the bank rejected the transfer of a sent order, or gave an executed one back.

    The terms stay in their order until `reorder` or `release_rejected`. An executed order's payment comes
    back to its funds and is committed again; the landlord's advice is cancelled. When the landlord had
    confirmed the receipt, the treasurer declares by `receipt_mistaken` that the money came back all the same.
    `code` is the bank's (ISO 20022, or its own words, or ""); one that `names_the_account` puts all payments
    to that account on hold. Raises NotAllowedError, InvalidInputError (rejected_on, code, receipt_mistaken),
    InsufficientFundsError.
    """
    order = locked_order(actor, order_id, with_request=True, with_funds=True)
    require(permissions.may_reject(actor, order))
    advice = _locked_advice(order)
    was_executed = order.state == OrderState.EXECUTED
    _check_reject(order, advice, rejected_on=rejected_on, code=code, at=at, receipt_mistaken=receipt_mistaken)
    reason = return_label(code)
    order.reject()
    order.rejected_on, order.rejected_code = rejected_on, code
    order.rejected_by_id, order.rejected_at = actor.user_id, at
    order.job = order_document.produce(order, actor=actor, at=at)
    order.save(update_fields=["state", "rejected_on", "rejected_code", "rejected_by", "rejected_at", "job"])
    if names_the_account(code):
        hold_account(order.landlord)
        bank_details.note_bank_refusal(
            landlord_id=order.landlord_id, iban=order.iban, refused_on=rejected_on, reason=reason
        )
    if was_executed:
        funds.restore(
            actor=actor,
            lines=list(order.lines.filter(is_live=True).values_list("fund_id", "amount")),
            cause_id=order.public_id,
            label=_("Virement revenu, ordre %(number)s, aide %(aid)s")
            % {"number": order.number, "aid": order.request.reference},
            value_date=rejected_on,
        )
    if advice:
        advice.cancelled_on = rejected_on
        advice.cancelled_reason = _("Virement rejeté par la banque (%s)") % reason
        advice.save(update_fields=["cancelled_on", "cancelled_reason"])
    unsettle_terms(actor=actor, request=order.request, terms=live_terms(order), at=at, reason=reason)
    notices.tell_managers_of_reject(order, at)
    return order


def _locked_advice(order: PaymentOrder) -> PaymentAdvice | None:
    """The executed order's advice, so that no receipt is confirmed between the check and the commit."""
    return PaymentAdvice.objects.filter(order=order).select_for_update(no_key=True).first()


def _check_reject(
    order: PaymentOrder,
    advice: PaymentAdvice | None,
    *,
    rejected_on: dt.date,
    code: str,
    at: dt.datetime,
    receipt_mistaken: bool,
) -> None:
    faults: dict[str, list[str]] = {}
    earliest = order.executed_on or localtime(order.signed_at).date()
    if rejected_on > localtime(at).date():
        fault = _("Le %s est à venir : indiquez le jour où la banque a rejeté le virement.")
        faults["rejected_on"] = [fault % format_date(rejected_on)]
    elif rejected_on < earliest:
        fault = _("Le virement date du %s : il n’a pas pu être rejeté avant.")
        faults["rejected_on"] = [fault % format_date(earliest)]
    if len(code) > PaymentOrder._meta.get_field("rejected_code").max_length:
        faults["code"] = [_("Le motif de la banque dépasse 140 caractères : résumez-le.")]
    if advice and advice.received_on and not receipt_mistaken:
        faults["receipt_mistaken"] = [
            _(
                "Le bailleur a confirmé avoir reçu ce virement le %s : vérifiez avec lui et avec la banque "
                "que l’argent est bien revenu, puis déclarez-le."
            )
            % format_date(advice.received_on)
        ]
    if faults:
        raise InvalidInputError(faults)


# --- The choice -----------------------------------------------------------------------------------


@transaction.atomic
def reorder(*, actor: Actor, order_id: UUID, reason: str, at: dt.datetime) -> PaymentOrder:
    """Ask again for the payment of a rejected order, to the landlord's confirmed account: the new order.

    Raises NotAllowedError, InvalidInputError (reason; or "" when the account is on hold: nothing is changed
    and the money waits).
    """
    order = _settled(
        actor, order_id, RejectionOutcome.REORDERED, reason=reason, at=at, verdict=permissions.may_reorder
    )
    terms = live_terms(order)
    order.lines.update(is_live=False)
    return_terms(actor=actor, request=order.request, terms=terms, at=at, reason=order.rejection_reason)
    return request_payment(
        actor=actor,
        request_id=order.request.public_id,
        term_ids=[term.public_id for term in terms],
        at=at,
        replaces=order,
    )


@transaction.atomic
def release_rejected(*, actor: Actor, order_id: UUID, reason: str, at: dt.datetime) -> PaymentOrder:
    """Give the money of a rejected order back to its funds: its terms won't be paid.

    Raises NotAllowedError, InvalidInputError (reason).
    """
    order = _settled(
        actor,
        order_id,
        RejectionOutcome.RELEASED,
        reason=reason,
        at=at,
        verdict=permissions.may_release_rejected,
    )
    terms = live_terms(order)
    order.lines.update(is_live=False)
    release_ordered_terms(
        actor=actor, request=order.request, terms=terms, at=at, reason=order.rejection_reason
    )
    return order


def _settled(
    actor: Actor, order_id: UUID, outcome: RejectionOutcome, *, reason: str, at: dt.datetime, verdict
) -> PaymentOrder:
    """The order, locked and saved with its outcome; Http404, NotAllowedError, InvalidInputError (reason)."""
    order = locked_order(actor, order_id, with_request=True, with_funds=True)
    require(verdict(actor, order))
    reason = reason.strip()
    if not reason:
        raise InvalidInputError({"reason": [_("Dites pourquoi : le motif est conservé avec l’ordre.")]})
    if len(reason) > LONGEST_REASON:
        raise InvalidInputError({"reason": [_("Le motif dépasse 500 caractères : raccourcissez-le.")]})
    order.rejection_outcome = outcome
    order.rejection_reason = reason
    order.rejection_settled_by_id = actor.user_id
    order.rejection_settled_at = at
    order.save(
        update_fields=[
            "rejection_outcome",
            "rejection_reason",
            "rejection_settled_by",
            "rejection_settled_at",
        ]
    )
    return order
