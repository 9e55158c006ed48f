"""Paid money that must come back: asked of the landlord, recorded when it arrives, or dropped (DOMAIN §6).

The paid term is never edited: what comes back is an entry of its own in the ledger of each fund. Locks as
everywhere: request, funds, order, then the recovery.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aids.models import RentTerm
from aids.operations import note_recovery, settle_recovery
from ales.dates import format_date
from ales.errors import InvalidInputError, StalePageError, require
from ales.money import ZERO, format_euros, to_cents
from ales.numbering import next_number
from ales.verdict import Verdict
from members import funds
from members.access import Actor
from payments import permissions
from payments.documents import recovery as recovery_document
from payments.documents.order import term_label
from payments.models import (
    PaymentOrder,
    PaymentRecovery,
    PaymentRecoveryLine,
    RecoveryCause,
    RecoveryState,
)
from payments.models.recovery import RECOVERY_CAUSE
from payments.operations.locking import locked_order
from payments.rules.shares import shares

LONGEST_REASON = PaymentRecovery._meta.get_field("reason").max_length


@dataclass(frozen=True)
class PaidTerm:
    """A term an order paid, in euros: `paid`, `coming_back` of it (asked or received), and what each fund has
    still out, as (fund id, euros)."""

    term: RentTerm
    paid: Decimal
    coming_back: Decimal
    still_out: tuple[tuple[int, Decimal], ...]

    @property
    def left(self) -> Decimal:
        """What may still be asked back."""
        return self.paid - self.coming_back


def paid_terms(order: PaymentOrder) -> list[PaidTerm]:
    """The terms of an executed order, by month; two queries."""
    back = PaymentRecoveryLine.objects.coming_back(order)
    lines: dict[RentTerm, list[tuple[int, Decimal, Decimal]]] = {}
    for line in order.lines.select_related("term").order_by("term__month", "term_id", "fund_id"):
        returned = back.get((line.term_id, line.fund_id), ZERO)
        lines.setdefault(line.term, []).append((line.fund_id, line.amount, returned))
    return [
        PaidTerm(
            term=term,
            paid=sum((paid for _fund, paid, _back in found), ZERO),
            coming_back=sum((returned for _fund, _paid, returned in found), ZERO),
            still_out=tuple((fund, paid - returned) for fund, paid, returned in found),
        )
        for term, found in lines.items()
    ]


def amount_field(term: RentTerm) -> str:
    """The name under which the amount of a term is typed and refused."""
    return f"amounts.{term.public_id}"


@transaction.atomic
def ask_recovery(
    *,
    actor: Actor,
    order_id: UUID,
    amounts: Mapping[UUID, Decimal],
    cause: str,
    reason: str,
    at: dt.datetime,
    version: int | None = None,
) -> PaymentRecovery:
    """Ask the landlord for euros of an executed order back; a letter goes to them.

    `amounts` by term: at most what was paid of each less what is coming back already.

    `version` is the number of recoveries of the order the page was made from. Raises NotAllowedError,
    StalePageError, InvalidInputError (`amounts.<term>`, cause, reason).
    """
    order = locked_order(actor, order_id, with_request=True)
    require(permissions.may_ask_recovery(actor, order))
    if version is not None and version != order.recoveries.count():
        raise StalePageError
    terms = paid_terms(order)
    wanted = {term_id: amount for term_id, amount in amounts.items() if amount}
    reason = reason.strip()
    if faults := _faults(terms, wanted, cause, reason):
        raise InvalidInputError(faults)
    chosen = [paid for paid in terms if paid.term.public_id in wanted]
    year = localtime(at).year
    recovery = PaymentRecovery(
        public_id=uuid.uuid4(),
        organisation_id=order.organisation_id,
        landlord_id=order.landlord_id,
        order=order,
        request_id=order.request_id,
        order_number=order.number,
        year=year,
        sequence=next_number(f"payment_recovery:{year}"),
        amount=sum(wanted.values(), ZERO),
        months=[_month(paid.term, wanted[paid.term.public_id]) for paid in chosen],
        cause=cause,
        reason=reason,
        asked_by_id=actor.user_id,
        asked_at=at,
    )
    recovery.job = recovery_document.produce(recovery, order, actor=actor, at=at)
    recovery.save(force_insert=True)
    PaymentRecoveryLine.objects.bulk_create(
        PaymentRecoveryLine(
            organisation_id=order.organisation_id,
            recovery=recovery,
            term=paid.term,
            fund_id=fund_id,
            amount=share,
        )
        for paid in chosen
        for fund_id, share in _split(paid, wanted[paid.term.public_id])
        if share
    )
    text = _("Remboursement demandé au bailleur : %(number)s, %(euros)s") % {
        "number": recovery.number,
        "euros": format_euros(recovery.amount),
    }
    note_recovery(actor=actor, request=order.request, text=text, reason=reason, at=at)
    return recovery


def _month(term: RentTerm, amount: Decimal) -> dict[str, str | None]:
    month = term.month.isoformat() if term.month else None
    return {"month": month, "label": term_label(term.month), "amount": str(amount)}


def _split(paid: PaidTerm, amount: Decimal) -> list[tuple[int, Decimal]]:
    parts = shares(amount, [out for _fund, out in paid.still_out])
    return [(fund_id, share) for (fund_id, _out), share in zip(paid.still_out, parts, strict=True)]


def _faults(
    terms: list[PaidTerm], wanted: Mapping[UUID, Decimal], cause: str, reason: str
) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    by_id = {paid.term.public_id: paid for paid in terms}
    if unknown := set(wanted) - set(by_id):
        told = ngettext(
            "%s échéance choisie n’est pas de cet ordre : relisez la page.",
            "%s échéances choisies ne sont pas de cet ordre : relisez la page.",
            len(unknown),
        )
        faults[""] = [told % len(unknown)]
    if not wanted:
        faults[""] = [_("Indiquez ce qui doit revenir pour au moins une échéance.")]
    for term_id, paid in by_id.items():
        if fault := _amount_fault(paid, wanted.get(term_id, ZERO)):
            faults[amount_field(paid.term)] = [fault]
    if cause not in RecoveryCause.values:
        faults["cause"] = [_("Choisissez la cause dans la liste.")]
    if not reason:
        faults["reason"] = [_("Dites pourquoi cet argent doit revenir : le motif est conservé.")]
    elif len(reason) > LONGEST_REASON:
        faults["reason"] = [_("Le motif dépasse 500 caractères : raccourcissez-le.")]
    return faults


def _amount_fault(paid: PaidTerm, amount: Decimal) -> str:
    try:
        to_cents(amount)
    except ValueError:
        return _("Un montant a deux décimales au plus.")
    if amount < 0:
        return _("Un montant à rendre ne peut pas être négatif.")
    if amount > paid.left:
        return _("Au plus %(left)s : %(paid)s payés, %(back)s déjà demandés ou rendus.") % {
            "left": format_euros(paid.left),
            "paid": format_euros(paid.paid),
            "back": format_euros(paid.coming_back),
        }
    return ""


@transaction.atomic
def record_recovery(
    *, actor: Actor, recovery_id: UUID, received_on: dt.date, at: dt.datetime
) -> PaymentRecovery:
    """The landlord has paid back, on a day from the payment to today (Paris): each fund gets its share again.

    Raises NotAllowedError, InvalidInputError (received_on), InsufficientFundsError.
    """
    recovery = _locked(actor, recovery_id, permissions.may_record_recovery, with_funds=True)
    require(permissions.may_ask_recovery(actor, recovery.order))
    if received_on > localtime(at).date():
        fault = _("Le %s est à venir : indiquez le jour où l’argent est arrivé sur le compte.")
        raise InvalidInputError({"received_on": [fault % format_date(received_on)]})
    if received_on < recovery.order.executed_on:
        fault = _("Le virement a été exécuté le %s : il n’a pas pu revenir avant.")
        raise InvalidInputError({"received_on": [fault % format_date(recovery.order.executed_on)]})
    _settle(recovery, RecoveryState.RECEIVED, actor, at)
    recovery.received_on = received_on
    recovery.save(update_fields=["state", "settled_by", "settled_at", "received_on"])
    funds.recover(
        actor=actor,
        lines=list(recovery.lines.values_list("fund_id", "amount")),
        cause_kind=RECOVERY_CAUSE,
        cause_id=recovery.public_id,
        label=_("Recouvrement %(number)s, ordre %(order)s, aide %(aid)s")
        % {
            "number": recovery.number,
            "order": recovery.order_number,
            "aid": recovery.order.request.reference,
        },
        value_date=received_on,
    )
    text = _("Remboursé par le bailleur : %(number)s, %(euros)s") % {
        "number": recovery.number,
        "euros": format_euros(recovery.amount),
    }
    settle_recovery(actor=actor, request=recovery.order.request, amount=recovery.amount, text=text, at=at)
    return recovery


@transaction.atomic
def drop_recovery(*, actor: Actor, recovery_id: UUID, reason: str, at: dt.datetime) -> PaymentRecovery:
    """Give up what was asked back: the payment stands, and its amounts may be asked for again.

    Raises NotAllowedError, InvalidInputError (reason).
    """
    recovery = _locked(actor, recovery_id, permissions.may_drop_recovery)
    reason = reason.strip()
    if not reason:
        raise InvalidInputError(
            {"reason": [_("Dites pourquoi l’association y renonce : le motif est conservé.")]}
        )
    if len(reason) > LONGEST_REASON:
        raise InvalidInputError({"reason": [_("Le motif dépasse 500 caractères : raccourcissez-le.")]})
    _settle(recovery, RecoveryState.DROPPED, actor, at)
    recovery.settlement_reason = reason
    recovery.save(update_fields=["state", "settled_by", "settled_at", "settlement_reason"])
    text = _("Recouvrement abandonné : %(number)s, %(euros)s") % {
        "number": recovery.number,
        "euros": format_euros(recovery.amount),
    }
    note_recovery(actor=actor, request=recovery.order.request, text=text, reason=reason, at=at)
    return recovery


def _settle(recovery: PaymentRecovery, state: RecoveryState, actor: Actor, at: dt.datetime) -> None:
    recovery.state, recovery.settled_by_id, recovery.settled_at = state, actor.user_id, at


def _locked(
    actor: Actor,
    recovery_id: UUID,
    verdict: Callable[[Actor, PaymentRecovery], Verdict],
    *,
    with_funds: bool = False,
) -> PaymentRecovery:
    """The recovery, locked after its request, its funds and its order; Http404 for who may not see it.

    The verdict is asked before, since who may not change it may not lock it either, and again under the lock.
    """
    visible = PaymentRecovery.objects.visible_to(actor)
    found = get_object_or_404(visible, public_id=recovery_id)
    require(verdict(actor, found))
    order = locked_order(actor, found.order.public_id, with_request=True, with_funds=with_funds)
    recovery = visible.select_for_update(of=("self",), no_key=True).get(pk=found.pk)
    require(verdict(actor, recovery))
    recovery.order = order
    return recovery
