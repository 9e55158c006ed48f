"""What is done to payment orders: ask, sign, record as executed, give up, confirm received (DOMAIN §9).

Every operation locks the request first, then the funds, then the order (DESIGN §2.3); an order's state is its
version: done twice, the second time is refused and nothing changes.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from aids.models import AidRequest, FundAllocation, RentTerm
from aids.operations import order_terms, return_terms, settle_terms
from aids.states import TermState
from ales.dates import format_date
from ales.errors import InvalidInputError, StalePageError, require
from ales.money import ZERO
from ales.numbering import next_number
from members import funds
from members.access import Actor
from members.models import BankDetails, Fund, Organisation
from payments import permissions
from payments.documents import advice as advice_document
from payments.documents import order as order_document
from payments.models import PaymentAdvice, PaymentOrder, PaymentOrderLine
from payments.rules.references import end_to_end_id
from payments.states import OrderState

#: What the ledger's entries name as their cause.
CAUSE = "payment_order"


# --- Asking for a payment -------------------------------------------------------------------------


@transaction.atomic
def request_payment(
    *, actor: Actor, request_id: UUID, term_ids: Sequence[UUID], at: dt.datetime, version: int | None = None
) -> PaymentOrder:
    """Ask for the payment of granted terms of one aid: an order to sign, and its lines by term and fund.

    The number is taken last, so that other orders wait as little as possible; a rollback gives it back.
    Raises NotAllowedError, StalePageError, InvalidInputError (terms, or "" for the bank details).
    """
    aid = _lock_request(AidRequest.objects.visible_to(actor), public_id=request_id)
    require(permissions.may_request_payment(actor, aid))
    if version is not None and version != aid.version:
        raise StalePageError
    terms = _payable_terms(aid, term_ids)
    _hold_account(aid.landlord_id)
    bank = _confirmed_bank_details(aid)
    allocations = _allocations(aid, terms)
    year = localtime(at).year
    amount = sum((term.granted for term in terms), ZERO)
    order = PaymentOrder(
        organisation_id=aid.organisation_id,
        request=aid,
        landlord=aid.landlord,
        year=year,
        sequence=next_number(f"payment_order:{year}"),
        amount=amount,
        bank_details=bank,
        account_holder=bank.account_holder,
        iban=bank.iban,
        bic=bank.bic,
        requested_by_id=actor.user_id,
        requested_at=at,
        barred_ids=sorted({*aid.author_ids, aid.decided_by_id, actor.user_id}),
    )
    order.end_to_end_id = end_to_end_id(order.number)
    order.frozen = order_document.freeze_order(
        order, actor=actor, aid=aid, terms=terms, allocations=allocations
    )
    order.job = order_document.produce(order, actor=actor, at=at)
    order.save(force_insert=True)
    PaymentOrderLine.objects.bulk_create(
        PaymentOrderLine(
            organisation_id=order.organisation_id,
            order=order,
            term_id=line.term_id,
            fund_id=line.fund_id,
            amount=line.amount,
        )
        for line in allocations
    )
    order_terms(actor=actor, request=aid, terms=terms, at=at)
    return order


def _payable_terms(aid: AidRequest, term_ids: Sequence[UUID]) -> list[RentTerm]:
    """The chosen terms, granted and not yet asked for; one query."""
    wanted = set(term_ids)
    if not wanted:
        raise InvalidInputError({"terms": [_("Choisissez au moins une échéance à payer.")]})
    terms = list(aid.terms.filter(public_id__in=wanted).select_related("proof"))
    if len(terms) != len(wanted):
        raise InvalidInputError(
            {"terms": [_("Une échéance choisie n’est pas de cette aide : relisez la page.")]}
        )
    faults = [
        _("%(term)s : paiement impossible, cette échéance est « %(state)s ».")
        % {"term": order_document.term_label(term.month), "state": term.get_state_display()}
        for term in terms
        if term.state != TermState.GRANTED
    ]
    if faults:
        raise InvalidInputError({"terms": faults})
    return terms


def _confirmed_bank_details(aid: AidRequest) -> BankDetails:
    verdict = permissions.payable(aid.landlord)
    details = BankDetails.objects.confirmed_for(aid.landlord_id) if verdict else None
    if details is None:
        raise InvalidInputError(
            verdict.reason or _("Les coordonnées bancaires du bailleur viennent de changer.")
        )
    return details


def _allocations(aid: AidRequest, terms: Sequence[RentTerm]) -> list[FundAllocation]:
    """What each term draws on each fund, as set at validation; it must make the term's amount exactly."""
    allocations = list(
        FundAllocation.objects.filter(request=aid, term__in=terms)
        .select_related("fund__owner")
        .order_by("term__month", "term_id", "fund_id")
    )
    drawn = dict.fromkeys((term.pk for term in terms), ZERO)
    for line in allocations:
        drawn[line.term_id] += line.amount
    for term in terms:
        if drawn[term.pk] != term.granted:
            raise InvalidInputError(
                _("L’imputation sur les fonds ne couvre pas exactement %(term)s : elle est à revoir.")
                % {"term": order_document.term_label(term.month)}
            )
    return allocations


# --- Signing --------------------------------------------------------------------------------------


@transaction.atomic
def sign(*, actor: Actor, order_id: UUID, at: dt.datetime) -> PaymentOrder:
    """The treasurer's visa.

    Raises NotAllowedError: barred, state, aid stopped, or bank details changed meanwhile.
    """
    order = _locked(actor, order_id, with_request=True)
    _hold_account(order.landlord_id)
    require(permissions.sign_verdict(actor, order))
    order.sign()
    order.signed_by_id = actor.user_id
    order.signed_at = at
    order.job = order_document.produce(order, actor=actor, at=at)
    order.save(update_fields=["state", "signed_by", "signed_at", "job"])
    return order


# --- Giving up ------------------------------------------------------------------------------------


@transaction.atomic
def give_up(
    *, actor: Actor, order_id: UUID, reason: str, at: dt.datetime, not_executed: bool = False
) -> PaymentOrder:
    """Give an order up before its execution: its terms may be asked for again, its number stays taken.

    The money stays committed to the aid, or goes back to the funds if the aid was stopped meanwhile.
    Once the order is signed, the treasurer declares by `not_executed` that the bank hasn't paid it.
    Raises NotAllowedError, InvalidInputError (reason, not_executed).
    """
    order = _locked(actor, order_id, with_request=True, with_funds=True)
    require(permissions.may_give_up(actor, order))
    reason = reason.strip()
    faults: dict[str, list[str]] = {}
    if not reason:
        faults["reason"] = [_("Dites pourquoi l’ordre est abandonné : le motif est conservé.")]
    if order.state == OrderState.SIGNED and not not_executed:
        faults["not_executed"] = [_("Vérifiez auprès de la banque que le virement n’est pas parti.")]
    if faults:
        raise InvalidInputError(faults)
    terms = _live_terms(order)
    order.give_up()
    order.given_up_by_id = actor.user_id
    order.given_up_at = at
    order.given_up_reason = reason[:500]
    order.job = order_document.produce(order, actor=actor, at=at)
    order.save(update_fields=["state", "given_up_by", "given_up_at", "given_up_reason", "job"])
    order.lines.update(is_live=False)
    return_terms(actor=actor, request=order.request, terms=terms, at=at, reason=order.given_up_reason)
    return order


# --- Execution ------------------------------------------------------------------------------------


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
    order = _locked(actor, order_id, with_request=True, with_funds=True)
    require(permissions.may_record_execution(actor, order))
    _check_execution_date(
        executed_on, signed_on=localtime(order.signed_at).date(), today=localtime(at).date()
    )
    if not account_confirmed and permissions.account_changed(order):
        fault = _("Les coordonnées bancaires du bailleur ont changé : confirmez le compte qui a été payé.")
        raise InvalidInputError({"account_confirmed": [fault]})
    terms = _live_terms(order)
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


# --- The landlord's receipt -----------------------------------------------------------------------


@transaction.atomic
def confirm_receipt(
    *, actor: Actor, advice_id: UUID, received_on: dt.date, at: dt.datetime | None = None
) -> PaymentAdvice:
    """The landlord's agent says when the money arrived: between the execution and today (Paris).

    Raises NotAllowedError, InvalidInputError (received_on).
    """
    advice = get_object_or_404(
        PaymentAdvice.objects.visible_to(actor).select_for_update(no_key=True), public_id=advice_id
    )
    require(permissions.may_confirm_receipt(actor, advice))
    if received_on > localtime(at or timezone.now()).date():
        fault = _("Le %s est à venir : indiquez le jour où le virement est arrivé sur votre compte.")
        raise InvalidInputError({"received_on": [fault % format_date(received_on)]})
    if received_on < advice.executed_on:
        fault = _("Le virement a été exécuté le %s : il n’a pas pu arriver avant.")
        raise InvalidInputError({"received_on": [fault % format_date(advice.executed_on)]})
    advice.received_on = received_on
    advice.received_by_id = actor.user_id
    advice.save(update_fields=["received_on", "received_by"])
    return advice


# --- Loading and locking --------------------------------------------------------------------------


def _hold_account(landlord_id: int) -> None:
    """Nobody may enter other bank details of the landlord until this transaction ends: whoever enters
    some locks the same row (members.bank_details), so a change is seen or comes after."""
    Organisation.objects.select_for_update(no_key=True).values("pk").get(pk=landlord_id)


def _lock_request(requests, **which) -> AidRequest:
    locked = requests.select_related("landlord", "decided_by").select_for_update(of=("self",), no_key=True)
    return get_object_or_404(locked, **which)


def _locked(
    actor: Actor, order_id: UUID, *, with_request: bool = False, with_funds: bool = False
) -> PaymentOrder:
    """The order, locked after its request and its funds; Http404 for who may not see it."""
    visible = PaymentOrder.objects.visible_to(actor)
    found = get_object_or_404(visible.values("pk", "request_id"), public_id=order_id)
    if with_request:
        aid = _lock_request(AidRequest.objects.visible_to(actor), pk=found["request_id"])
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


def _live_terms(order: PaymentOrder) -> list[RentTerm]:
    return list(RentTerm.objects.filter(order_lines__order=order, order_lines__is_live=True).distinct())
