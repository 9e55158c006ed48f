"""Reads what the lines of a statement are compared with, and asks the rules (rules/matching.py)."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.utils.timezone import localtime

from members.access import Actor
from payments import permissions
from payments.models import BankStatement, PaymentOrder, StatementLine
from payments.models.statement import StatementState
from payments.rules import matching
from payments.statement_hints import Hint, hints_of
from payments.states import OrderState

#: Statements whose lines count.
COUNTED = (StatementState.APPLYING, StatementState.APPLIED)


@dataclass(frozen=True)
class PlannedLine:
    """What a line means now: an outcome, the order's key and number, and why in French."""

    position: int
    outcome: str
    order_id: int | None
    reason: str


def plan_of(
    actor: Actor, statement: BankStatement, lines: Sequence[StatementLine], *, today: dt.date
) -> list[PlannedLine]:
    """What applying the statement would do for this actor, in the order it would be done. Four queries."""
    orders = _orders_of(lines)
    facts = {
        order.end_to_end_id: _facts(actor, order, tellings)
        for order, tellings in zip(orders, _tellings(statement, orders), strict=True)
    }
    keys = {order.end_to_end_id: order.pk for order in orders}
    hints = hints_of(lines)
    matches = matching.match(
        [_line(line, hints.get(line.position)) for line in lines],
        facts,
        told=_told(statement, lines),
        account_iban=statement.account_iban,
        today=today,
    )
    return [
        PlannedLine(found.position, found.outcome.value, keys.get(found.reference), found.reason)
        for found in matches
    ]


def digest_of(plan: Iterable[PlannedLine]) -> str:
    """A fingerprint of a plan: the page that showed it sends it back."""
    text = "\n".join(f"{row.position} {row.outcome} {row.order_id}" for row in plan)
    return hashlib.sha256(text.encode()).hexdigest()


def _line(line: StatementLine, hint: Hint | None) -> matching.Line:
    return matching.Line(
        position=line.position,
        booked_on=line.booked_on,
        amount=line.amount,
        is_credit=line.is_credit,
        end_to_end_id=line.end_to_end_id,
        kind=line.kind,
        fingerprint=line.fingerprint,
        hint=hint.text if hint else "",
        is_told=bool(hint and hint.is_told),
    )


def _orders_of(lines: Sequence[StatementLine]) -> list[PaymentOrder]:
    references = {line.end_to_end_id for line in lines if line.end_to_end_id}
    # Of a batch only its account: its frozen data hold every order of the file.
    orders = PaymentOrder.objects.filter(end_to_end_id__in=references).annotate(
        debtor_iban=F("batch__frozen__debtor__iban")
    )
    return list(orders.select_related("request", "advice").defer("frozen").order_by("pk"))


def _facts(actor: Actor, order: PaymentOrder, tellings: tuple[int, int]) -> matching.Order:
    advice = getattr(order, "advice", None)
    verdict = permissions.may_record_execution(actor, order)
    is_payable = order.state in (OrderState.SIGNED, OrderState.SENT)
    signed_on = localtime(order.signed_at).date() if order.signed_at else None
    return matching.Order(
        reference=order.end_to_end_id,
        number=order.number,
        state=order.state,
        amount=order.amount,
        was_executed=order.executed_on is not None,
        earliest=signed_on,
        account_iban=order.debtor_iban or "",
        refusal="" if verdict or not is_payable else verdict.reason,
        is_received=bool(advice and advice.received_on and not advice.cancelled_on),
        debits=tellings[0],
        returns=tellings[1],
    )


def _tellings(statement: BankStatement, orders: Sequence[PaymentOrder]) -> list[tuple[int, int]]:
    """How many debits and returns of each order other statements told."""
    others = _other_lines(statement).filter(order__in=[order.pk for order in orders])
    found = {
        row["order_id"]: (row["debits"], row["returns"])
        for row in others.order_by()
        .values("order_id")
        .annotate(
            debits=Count("pk", filter=Q(is_credit=False)), returns=Count("pk", filter=Q(is_credit=True))
        )
    }
    return [found.get(order.pk, (0, 0)) for order in orders]


def _told(statement: BankStatement, lines: Sequence[StatementLine]) -> dict[str, int]:
    """How many lines of other statements have the fingerprint of one of these."""
    others = _other_lines(statement).filter(fingerprint__in={line.fingerprint for line in lines})
    counted = others.exclude(kind="pending").order_by().values("fingerprint").annotate(number=Count("pk"))
    return {row["fingerprint"]: row["number"] for row in counted}


def _other_lines(statement: BankStatement):
    lines = StatementLine.objects.filter(statement__state__in=COUNTED)
    return lines.exclude(statement=statement.pk) if statement.pk else lines
