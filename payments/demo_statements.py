"""Demo data of the way back from the bank: a batch sent, a statement applied, one waiting, two rejects.

Needs payments.demo: it takes orders that are signed there.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal

from django.utils import timezone

from ales.demo import act_as
from ales.documents import production
from ales.money import format_euros
from members.access import Actor, actor_of
from members.demo import demo_actor
from members.models import Membership
from members.roles import Role
from payments import bank_account, holds, operations
from payments.documents import batch as batch_document
from payments.models import BankStatement, PaymentBatch, PaymentOrder
from payments.rules.banking_days import next_banking_day
from payments.states import WAITING_FOR_BANK, OrderState

#: Orders of the batch: executed, executed then sent back, sent back, and left to the second statement.
TAKEN = 6
HEADERS = "date;libelle;reference;montant;contrepartie;motif"


def build(report: Callable[[str], None]) -> None:
    """Send some signed orders to the bank and bring its answers in; once."""
    if BankStatement.objects.exists() or bank_account.problem():
        return
    treasurer = demo_actor("tresorier")
    with production.deferring():
        _tell(treasurer, timezone.now())
    report(f"relevés : {BankStatement.objects.count()}, dont un à appliquer ; 2 virements rejetés")


def _tell(treasurer: Actor, now: dt.datetime) -> None:
    act_as(treasurer.context)
    orders = ready_for_a_batch(treasurer, TAKEN)
    _send(treasurer, orders, now)
    today = timezone.localdate(now)
    *executed, closed, refused, late = _least_awaited_apart(orders)
    first = [
        *(_debit(order, today) for order in (*executed, closed, refused)),
        _credit(closed, today, "AC04"),
        _credit(refused, today, "MS03"),
        _row(today, "COTISATION CARTE", "", Decimal("-7.50"), "", ""),
        _row(today, "PRLV ASSURANCE DU SIÈGE", "ASSUR-2026-114", Decimal("-212.40"), "ASSUREUR", ""),
    ]
    statement = _import(treasurer, first, "releve-1.csv", now)
    operations.apply_statement(actor=treasurer, statement_id=statement.public_id, at=now)
    second = [
        _debit(late, today),
        _row(today, "VIR RECU", "", Decimal("20000.00"), "CIL MÉDITERRANÉE", ""),
    ]
    _import(treasurer, second, "releve-2.csv", now)
    _release(refused, now)
    act_as(treasurer.context)


def ready_for_a_batch(treasurer: Actor, most: int) -> list[PaymentOrder]:
    """At most that many signed orders that nothing holds and the treasurer may send, the oldest first."""
    orders = PaymentOrder.objects.filter(state=OrderState.SIGNED).exclude(
        barred_ids__contains=[treasurer.user_id]
    )
    found = list(orders.select_related("landlord", "request").oldest_first())
    held = holds.reasons(found)
    return [order for order in found if order.pk not in held][:most]


def _least_awaited_apart(orders: Sequence[PaymentOrder]) -> list[PaymentOrder]:
    """The third last is the order whose landlord waits for the fewest others: its account turns out to be
    closed, which holds whatever else that landlord is to receive."""
    waiting = Counter(
        PaymentOrder.objects.filter(state__in=WAITING_FOR_BANK).values_list("landlord_id", flat=True)
    )
    closed = min(orders, key=lambda order: waiting[order.landlord_id])
    *others, refused, late = (order for order in orders if order is not closed)
    return [*others, closed, refused, late]


def _send(treasurer: Actor, orders: Sequence[PaymentOrder], now: dt.datetime) -> None:
    batch = operations.prepare_batch(
        actor=treasurer,
        order_ids=[order.public_id for order in orders],
        execution_on=next_banking_day(timezone.localdate(now)),
        at=now,
    )
    produce_file(batch)
    operations.mark_sent(actor=treasurer, batch_id=batch.public_id, at=now)


def produce_file(batch: PaymentBatch) -> None:
    """The file at once, where the demo's other documents wait until somebody opens them."""
    production.wake(batch.file_job)
    job = production.take_lease(batch.file_job.public_id)
    production.store(job, batch_document.build_file(job.payload))


def _debit(order: PaymentOrder, on: dt.date) -> str:
    return _row(on, "VIREMENT SEPA EMIS", order.end_to_end_id, -order.amount, order.account_holder, "")


def _credit(order: PaymentOrder, on: dt.date, reason: str) -> str:
    return _row(on, "VIREMENT SEPA REJETE", order.end_to_end_id, order.amount, order.account_holder, reason)


def _row(on: dt.date, label: str, reference: str, amount: Decimal, party: str, reason: str) -> str:
    euros = format_euros(amount).removesuffix("€").strip()
    return f'{on.isoformat()};{label};{reference};{euros};"{party}";{reason}'


def _import(treasurer: Actor, rows: Sequence[str], name: str, now: dt.datetime) -> BankStatement:
    content = "\n".join((HEADERS, *rows, "")).encode()
    statement, _is_new = operations.import_statement(actor=treasurer, content=content, file_name=name, at=now)
    return statement


def _release(order: PaymentOrder, now: dt.datetime) -> None:
    """A manager of the organisation gives the money of this rejected order back."""
    membership = (
        Membership.objects.active()
        .filter(organisation=order.organisation_id, role=Role.MANAGER)
        .select_related("user", "organisation")
        .order_by("pk")
        .first()
    )
    manager = actor_of(membership)
    act_as(manager.context)
    operations.release_rejected(
        actor=manager,
        order_id=order.public_id,
        reason="Le locataire a réglé ce mois lui-même : l’aide n’est plus nécessaire.",
        at=now,
    )
