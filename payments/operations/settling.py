"""Lines of a statement that nothing matched: settle them by hand (DOMAIN §9)."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from ales.errors import InvalidInputError, require
from ales.money import ZERO, format_euros
from members.access import Actor
from payments import statement_permissions
from payments.models import PaymentBatch, PaymentOrder, StatementLine
from payments.models.statement import LineOutcome
from payments.operations.execution import record_execution
from payments.operations.locking import lock_orders
from payments.operations.rejects import reject
from payments.rules.references import parse_order_number
from payments.states import OrderState


@transaction.atomic
def settle_with_order(
    *,
    actor: Actor,
    line_id: UUID,
    number: str,
    at: dt.datetime,
    note: str = "",
    receipt_mistaken: bool = False,
) -> StatementLine:
    """The line is the transfer of the order of this number: its execution, or its reject for money that came
    back, is recorded on the bank's day.

    The amount must be the order's. Raises NotAllowedError, InvalidInputError (number, note, receipt_mistaken,
    or what `record_execution` and `reject` refuse), InsufficientFundsError.
    """
    line = _locked_line(actor, line_id)
    order = _order_of(actor, line, number)
    note = _checked_note(note, required=False)
    if line.is_credit:
        reject(
            actor=actor,
            order_id=order.public_id,
            rejected_on=line.booked_on,
            code=line.return_reason,
            at=at,
            receipt_mistaken=receipt_mistaken,
        )
        outcome = LineOutcome.REJECT
    else:
        record_execution(
            actor=actor,
            order_id=order.public_id,
            executed_on=line.booked_on,
            at=at,
            # The person has recognised the transfer on the bank's own statement.
            account_confirmed=True,
        )
        outcome = LineOutcome.EXECUTION
    line.order = order
    return _close(line, outcome, note=note, actor=actor, at=at)


@transaction.atomic
def settle_with_batch(*, actor: Actor, line_id: UUID, batch_id: UUID, at: dt.datetime) -> StatementLine:
    """The debit is a whole bordereau booked in one line: the execution of each of its orders that waits for
    the bank is recorded on the bank's day, all of them or none.

    Together they must make the line's amount. Raises NotAllowedError, InvalidInputError (batch, or what
    `record_execution` refuses), InsufficientFundsError.
    """
    line = _locked_line(actor, line_id)
    batch = get_object_or_404(PaymentBatch.objects.visible_to(actor).defer("frozen"), public_id=batch_id)
    waiting = batch.orders.filter(state=OrderState.SENT).values_list("public_id", flat=True)
    orders = lock_orders(actor, list(waiting), with_funds=True)
    _check_total(line, batch, orders)
    for order in orders:
        record_execution(
            actor=actor,
            order_id=order.public_id,
            executed_on=line.booked_on,
            at=at,
            # The person has recognised our file on the bank's own statement.
            account_confirmed=True,
        )
    values = {"batch": batch.number, "orders": len(orders)}
    note = _("Bordereau %(batch)s passé en une ligne ; ordres constatés exécutés : %(orders)s.") % values
    return _close(line, LineOutcome.SETTLED, note=note, actor=actor, at=at)


def _check_total(line: StatementLine, batch: PaymentBatch, orders: Sequence[PaymentOrder]) -> None:
    if line.is_credit:
        fault = _("De l’argent est revenu : constatez le rejet de chaque ordre du bordereau %s.")
        raise InvalidInputError({"batch": [fault % batch.number]})
    total = sum((order.amount for order in orders), ZERO)
    if total != line.amount:
        fault = _(
            "Les ordres du bordereau %(number)s qui attendent la banque font %(ours)s, la ligne est de "
            "%(told)s : constatez-les un par un."
        )
        values = {
            "number": batch.number,
            "ours": format_euros(total),
            "told": format_euros(line.amount),
        }
        raise InvalidInputError({"batch": [fault % values]})


@transaction.atomic
def settle_without_order(
    *, actor: Actor, line_id: UUID, is_unrelated: bool, note: str, at: dt.datetime
) -> StatementLine:
    """The line calls for nothing here: settled otherwise, or unrelated to any order; the note says why.

    Raises NotAllowedError, InvalidInputError (note).
    """
    line = _locked_line(actor, line_id)
    outcome = LineOutcome.UNRELATED if is_unrelated else LineOutcome.SETTLED
    return _close(line, outcome, note=_checked_note(note, required=True), actor=actor, at=at)


def _locked_line(actor: Actor, line_id: UUID) -> StatementLine:
    visible = StatementLine.objects.visible_to(actor).select_related("statement")
    line = get_object_or_404(visible.select_for_update(of=("self",), no_key=True), public_id=line_id)
    require(statement_permissions.may_settle_line(actor, line))
    return line


def _order_of(actor: Actor, line: StatementLine, number: str) -> PaymentOrder:
    parsed = parse_order_number(number)
    if parsed is None:
        raise InvalidInputError({"number": [_("Un numéro d’ordre s’écrit OP-2026-000042.")]})
    order = PaymentOrder.objects.visible_to(actor).filter(year=parsed[0], sequence=parsed[1]).first()
    if order is None:
        raise InvalidInputError({"number": [_("Aucun ordre de paiement n’a ce numéro.")]})
    if order.amount != line.amount:
        fault = _("L’ordre %(number)s est de %(ours)s, la banque dit %(told)s : ce n’est pas ce virement.")
        values = {
            "number": order.number,
            "ours": format_euros(order.amount),
            "told": format_euros(line.amount),
        }
        raise InvalidInputError({"number": [fault % values]})
    return order


def _checked_note(note: str, *, required: bool) -> str:
    note = note.strip()
    if required and not note:
        raise InvalidInputError({"note": [_("Dites ce qui a été vérifié : la note est conservée.")]})
    if len(note) > StatementLine._meta.get_field("note").max_length:
        raise InvalidInputError({"note": [_("La note dépasse 500 caractères : raccourcissez-la.")]})
    return note


def _close(
    line: StatementLine, outcome: LineOutcome, *, note: str, actor: Actor, at: dt.datetime
) -> StatementLine:
    line.outcome, line.note = outcome, note
    line.settled_by_id, line.settled_at = actor.user_id, at
    line.save(update_fields=["outcome", "order", "note", "settled_by", "settled_at"])
    return line
