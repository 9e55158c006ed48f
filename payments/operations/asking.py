"""Ask for the payment of granted terms: an order to sign, and its lines by term and fund (DOMAIN §9)."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from aids.models import AidRequest, FundAllocation, RentTerm
from aids.operations import order_terms
from aids.states import TermState
from ales.errors import InvalidInputError, StalePageError, require
from ales.money import ZERO
from ales.numbering import next_number
from members.access import Actor
from members.models import BankDetails
from payments import permissions
from payments.documents import order as order_document
from payments.models import PaymentOrder, PaymentOrderLine
from payments.operations.locking import hold_account, lock_request
from payments.rules.references import end_to_end_id


@transaction.atomic
def request_payment(
    *,
    actor: Actor,
    request_id: UUID,
    term_ids: Sequence[UUID],
    at: dt.datetime,
    version: int | None = None,
    replaces: PaymentOrder | None = None,
) -> PaymentOrder:
    """Ask for the payment of granted terms of one aid: an order to sign, and its lines by term and fund.

    The number is taken last, so that other orders wait as little as possible; a rollback gives it back.
    `replaces`: the order of these terms that the bank rejected.
    Raises NotAllowedError, StalePageError, InvalidInputError (terms, or "" for the bank details).
    """
    aid = lock_request(AidRequest.objects.visible_to(actor), public_id=request_id)
    require(permissions.may_request_payment(actor, aid))
    if version is not None and version != aid.version:
        raise StalePageError
    terms = _payable_terms(aid, term_ids)
    hold_account(aid.landlord)
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
        replaces=replaces,
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
