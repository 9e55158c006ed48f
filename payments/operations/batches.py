"""Bordereaux: signed orders put together in one bank file, sent, or given back (DOMAIN §9)."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.shortcuts import get_object_or_404
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ales.dates import format_date
from ales.errors import InvalidInputError, StalePageError, require
from ales.money import ZERO
from ales.numbering import next_number
from ales.verdict import Verdict
from members.access import Actor
from members.models import Fund
from payments import bank_account, holds, permissions
from payments.documents import batch as batch_document
from payments.models import PaymentBatch, PaymentOrder, PaymentOrderLine
from payments.operations.locking import lock_orders
from payments.rules.banking_days import is_banking_day, next_banking_day
from payments.rules.sepa import TransferFileError

LONGEST_REASON = PaymentBatch._meta.get_field("cancelled_reason").max_length
#: Days ahead a bank takes a transfer for.
LATEST = dt.timedelta(days=60)


@transaction.atomic
def prepare_batch(
    *, actor: Actor, order_ids: Collection[UUID], execution_on: dt.date, at: dt.datetime
) -> PaymentBatch:
    """Put signed orders in one file for the bank, to be produced by the queue and sent by hand.

    All or nothing: an order on hold, unsigned or barred to this person refuses the whole batch. The number
    is taken last; a rollback gives it back. Raises NotAllowedError, StalePageError (an order that isn't
    there), InvalidInputError (orders, execution_on, or "" for what the file can't hold).
    """
    require(permissions.may_prepare_batches(actor))
    orders = lock_orders(actor, order_ids, with_funds=True)
    if len(orders) != len(set(order_ids)):
        raise StalePageError
    _check_orders(actor, orders)
    _check_execution_day(execution_on, today=localtime(at).date())
    total = _checked_total(orders)
    year = localtime(at).year
    batch = PaymentBatch(
        year=year,
        sequence=next_number(f"payment_batch:{year}"),
        schema=bank_account.schema(),
        execution_on=execution_on,
        orders_count=len(orders),
        control_sum=total,
        created_by_id=actor.user_id,
        created_at=at,
    )
    batch.message_id = f"ALES-{batch.number}"
    batch.payment_information_id = f"{batch.message_id}-1"
    try:
        batch.frozen = batch_document.freeze_batch(batch, orders, debtor=bank_account.debtor(), actor=actor)
    except TransferFileError as error:
        raise InvalidInputError({"": error.faults}) from error
    batch.file_job = batch_document.produce_file(batch, actor=actor, at=at)
    batch.statement_job = batch_document.produce_statement(batch, actor=actor, at=at)
    batch.save(force_insert=True)
    for order in orders:
        order.join_batch()
        order.batch = batch
        order.save(update_fields=["state", "batch"])
    return batch


def _check_orders(actor: Actor, orders: Sequence[PaymentOrder]) -> None:
    refusals = permissions.batch_refusals(actor, orders)
    if refusals:
        faults = [f"{order.number} : {refusals[order.pk]}" for order in orders if order.pk in refusals]
        raise InvalidInputError({"orders": faults})


def _check_execution_day(day: dt.date, *, today: dt.date) -> None:
    if day < today:
        fault = _("Le %s est passé : la banque exécute au plus tôt aujourd’hui.") % format_date(day)
    elif day > today + LATEST:
        fault = _("Le %(day)s est trop loin : choisissez un jour d’ici au %(latest)s.") % {
            "day": format_date(day),
            "latest": format_date(today + LATEST),
        }
    elif not is_banking_day(day):
        fault = _(
            "Les banques n’exécutent pas de virement le %(day)s : le premier jour suivant est le %(next)s."
        )
        fault %= {"day": format_date(day), "next": format_date(next_banking_day(day))}
    else:
        return
    raise InvalidInputError({"execution_on": [fault]})


def _checked_total(orders: Sequence[PaymentOrder]) -> Decimal:
    """The sum of the orders, in euros, once it is the ledger's too: each order's live lines make its amount,
    and each fund still has to pay what the batch draws on it. Two queries; raises InvalidInputError."""
    lines = (
        PaymentOrderLine.objects.filter(order__in=orders, is_live=True)
        .order_by()
        .values_list("order_id", "fund_id")
        .annotate(drawn=Sum("amount"))
    )
    by_order: dict[int, Decimal] = {}
    by_fund: dict[int, Decimal] = {}
    for order_id, fund_id, drawn in lines:
        by_order[order_id] = by_order.get(order_id, ZERO) + drawn
        by_fund[fund_id] = by_fund.get(fund_id, ZERO) + drawn
    faults = [
        _("%s : ses lignes sur les fonds ne font pas son montant.") % order.number
        for order in orders
        if by_order.get(order.pk, ZERO) != order.amount
    ]
    faults += [
        _("%s : le fonds a moins à payer que ces ordres n’y prennent.") % fund
        for fund in Fund.objects.filter(pk__in=by_fund).order_by("pk")
        if fund.to_pay < by_fund[fund.pk]
    ]
    if faults:
        raise InvalidInputError({"orders": faults})
    return sum((order.amount for order in orders), ZERO)


@transaction.atomic
def mark_sent(*, actor: Actor, batch_id: UUID, at: dt.datetime, already_gone: bool = False) -> PaymentBatch:
    """Note that the file was handed to the bank: its orders are sent.

    When one of them has been put on hold since, the treasurer says by `already_gone` that the file left
    before. Raises NotAllowedError (state, file not there yet, barred), InvalidInputError (already_gone).
    """
    batch, orders = _locked_batch(actor, batch_id, permissions.may_send_batch)
    waiting = holds.reasons(orders)
    if waiting and not already_gone:
        faults = [f"{order.number} : {waiting[order.pk]}" for order in orders if order.pk in waiting]
        faults.append(_("Annulez ce bordereau, ou confirmez que le fichier est déjà à la banque."))
        raise InvalidInputError({"already_gone": faults})
    batch.send()
    batch.sent_by_id = actor.user_id
    batch.sent_at = at
    batch.statement_job = batch_document.produce_statement(batch, actor=actor, at=at)
    batch.save(update_fields=["state", "sent_by", "sent_at", "statement_job"])
    for order in orders:
        order.send()
        order.save(update_fields=["state"])
    return batch


@transaction.atomic
def cancel_batch(
    *, actor: Actor, batch_id: UUID, reason: str, at: dt.datetime, not_sent: bool = False
) -> PaymentBatch:
    """Give a batch up before it is sent: its orders are signed and free again, its number stays taken.

    The treasurer declares by `not_sent` that the bank hasn't the file. Raises NotAllowedError (state),
    InvalidInputError (reason, not_sent).
    """
    batch, orders = _locked_batch(actor, batch_id, permissions.may_cancel_batch)
    reason = reason.strip()
    faults: dict[str, list[str]] = {}
    if not reason:
        faults["reason"] = [_("Dites pourquoi le bordereau est annulé : le motif est conservé.")]
    elif len(reason) > LONGEST_REASON:
        faults["reason"] = [_("Le motif dépasse 500 caractères : raccourcissez-le.")]
    if not not_sent:
        faults["not_sent"] = [
            _("Vérifiez que le fichier n’a pas été remis à la banque, puis cochez la case.")
        ]
    if faults:
        raise InvalidInputError(faults)
    batch.cancel()
    batch.cancelled_by_id = actor.user_id
    batch.cancelled_at = at
    batch.cancelled_reason = reason
    batch.statement_job = batch_document.produce_statement(batch, actor=actor, at=at)
    batch.save(update_fields=["state", "cancelled_by", "cancelled_at", "cancelled_reason", "statement_job"])
    for order in orders:
        order.leave_batch()
        order.batch = None
        order.save(update_fields=["state", "batch"])
    return batch


def _locked_batch(
    actor: Actor, batch_id: UUID, verdict: Callable[[Actor, PaymentBatch], Verdict]
) -> tuple[PaymentBatch, list[PaymentOrder]]:
    """The batch locked after its orders, which nobody then takes out or gives back; Http404 for who may not
    see it.

    The verdict is asked before, since who may not change it may not lock it either, and again under the lock.
    """
    visible = PaymentBatch.objects.visible_to(actor)
    found = get_object_or_404(visible, public_id=batch_id)
    require(verdict(actor, found))
    ids = list(found.orders.values_list("public_id", flat=True))
    orders = lock_orders(actor, ids) if ids else []
    batch = visible.select_related("file_job").select_for_update(of=("self",), no_key=True).get(pk=found.pk)
    require(verdict(actor, batch))
    return batch, [order for order in orders if order.batch_id == batch.pk]
