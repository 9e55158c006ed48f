"""What each line of a bank statement means for our orders, before anything is written. Pure: no Django, no
clock.

Lines are read in the order of the bank's days, and each is judged after those before it: a transfer that
leaves on the 3rd and comes back on the 5th is an execution, then a reject.

| line | order with that reference | outcome |
|---|---|---|
| a transfer left | signed or sent, same amount | execution |
| a transfer left | executed already, same amount | known; to settle by hand if it is a second debit |
| a transfer came back | sent or executed, same amount | reject |
| a transfer came back | rejected already | known |
| either | another amount, account, state, or a barred person | to settle by hand |
| either | no order has this reference | to settle by hand |
| a whole batch in one line, a recovery quoted | none | to settle by hand; known once its orders are |
| told by another statement already | none | known |
| money came in, not said to be a return | any, by its reference | to settle by hand, or known |
| other movements (fees, contributions, announced ones) | none | unrelated |
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ales.dates import format_date
from ales.money import format_euros
from payments.rules.statement_model import EntryKind

#: What banks write where the payer gave no reference.
NO_REFERENCE = frozenset({"", "NOTPROVIDED"})


class Outcome(StrEnum):
    """Same names as `models.LineOutcome`, but for what only a person decides."""

    EXECUTION = "EXECUTION"
    REJECT = "REJECT"
    KNOWN = "KNOWN"
    TO_SETTLE = "TO_SETTLE"
    UNRELATED = "UNRELATED"


@dataclass(frozen=True)
class Line:
    """One movement, in positive euros; `kind` is an EntryKind.

    `hint`: what it may be although it names no order, "" when nothing; `is_told`: that is recorded already.
    """

    position: int
    booked_on: date
    amount: Decimal
    is_credit: bool
    end_to_end_id: str
    kind: str
    fingerprint: str
    hint: str = ""
    is_told: bool = False


@dataclass(frozen=True)
class Order:
    """What a line is compared with. `earliest` is the day of the signature, or of the execution.

    `state` is that of `states.OrderState`. `refusal` says why this person may not record the execution, ""
    when they may. `account_iban`: the account its file draws on, "" when it is in none. `debits`, `returns`:
    how many lines told of it so far.
    """

    reference: str
    number: str
    state: str
    amount: Decimal
    was_executed: bool
    earliest: date | None
    account_iban: str = ""
    refusal: str = ""
    is_received: bool = False
    debits: int = 0
    returns: int = 0


@dataclass(frozen=True)
class Match:
    """A line's outcome, the reference of its order ("" for none) and why, in French ("" when it is plain)."""

    position: int
    outcome: Outcome
    reference: str = ""
    reason: str = ""


#: Why a transfer can't be executed from a state; the others allow it.
_NOT_PAYABLE = {
    "to_sign": "l’ordre %s n’est pas signé, et pourtant le virement est parti : vérifiez avec la banque",
    "batched": "l’ordre %s est dans un bordereau qui n’est pas encore marqué transmis",
    "rejected": "l’ordre %s est rejeté : le virement est reparti, ou ce débit attend son retour",
    "given_up": "l’ordre %s est abandonné, et pourtant le virement est parti : vérifiez avec la banque",
}


def fingerprint(
    *,
    account_iban: str,
    booked_on: date,
    amount: Decimal,
    is_credit: bool,
    end_to_end_id: str,
    bank_reference: str,
    counterparty: str,
    label: str,
) -> str:
    """SHA-256 that the same movement has in a camt.054 and in the camt.053 that follows.

    The account, the side, the amount and the day, with the end-to-end reference; without one, with the bank's
    reference; without either, with the other party and the bank's words.
    """
    parts = [account_iban, "C" if is_credit else "D", f"{amount:.2f}", booked_on.isoformat()]
    if end_to_end_id not in NO_REFERENCE:
        parts += ["E", end_to_end_id]
    elif bank_reference:
        parts += ["B", bank_reference]
    else:
        parts += ["L", counterparty, label]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def in_order(lines: Iterable[Line]) -> list[Line]:
    """The order in which lines are judged and applied: by day, debits before credits, then as told."""
    return sorted(lines, key=lambda line: (line.booked_on, line.is_credit, line.position))


def match(
    lines: Iterable[Line],
    orders: Mapping[str, Order],
    *,
    told: Mapping[str, int],
    account_iban: str,
    today: date,
) -> list[Match]:
    """The outcome of each line, in the order they are to be applied.

    `orders` by end-to-end reference; `told`: how many lines with a fingerprint the other statements hold.
    """
    orders = dict(orders)
    left = Counter(told)
    matches = []
    for line in in_order(lines):
        order = orders.get(line.end_to_end_id)
        found = _match(line, order, account_iban=account_iban, today=today)
        if found.outcome in (Outcome.UNRELATED, Outcome.TO_SETTLE) and left[line.fingerprint] > 0:
            left[line.fingerprint] -= 1
            found = replace(found, outcome=Outcome.KNOWN, reason="déjà lu sur un autre relevé")
        if order and line.kind != EntryKind.PENDING and found.outcome != Outcome.TO_SETTLE:
            orders[order.reference] = _after(order, line, found.outcome)
        matches.append(found)
    return matches


def _after(order: Order, line: Line, outcome: Outcome) -> Order:
    """The order as the next lines find it."""
    if line.is_credit:
        order = replace(order, returns=order.returns + 1)
    else:
        order = replace(order, debits=order.debits + 1)
    if outcome == Outcome.EXECUTION:
        return replace(order, state="executed", was_executed=True, earliest=line.booked_on)
    return replace(order, state="rejected") if outcome == Outcome.REJECT else order


def _match(line: Line, order: Order | None, *, account_iban: str, today: date) -> Match:
    if line.kind == EntryKind.PENDING:
        return Match(line.position, Outcome.UNRELATED, reason="annoncé, pas encore comptabilisé")
    if order is None:
        return _without_order(line)
    if fault := _fault(line, order, account_iban=account_iban, today=today):
        return Match(line.position, Outcome.TO_SETTLE, order.reference, fault)
    if line.kind == EntryKind.TRANSFER:
        return _transfer(line, order)
    if line.kind == EntryKind.OTHER:
        reason = f"la banque a repris un retour de l’ordre {order.number} : vérifiez avec elle"
        return Match(line.position, Outcome.TO_SETTLE, order.reference, reason)
    found = _returned(line, order)
    if line.kind == EntryKind.RECEIPT and found.outcome == Outcome.REJECT:
        reason = (
            f"de l’argent est revenu pour l’ordre {order.number}, la banque ne dit pas que c’est un rejet"
        )
        return replace(found, outcome=Outcome.TO_SETTLE, reason=reason)
    return found


def _without_order(line: Line) -> Match:
    """A debit without a reference is the bank's own business (fees); a return is always ours to settle."""
    if line.hint:
        outcome = Outcome.KNOWN if line.is_told else Outcome.TO_SETTLE
        return Match(line.position, outcome, reason=line.hint)
    if line.kind not in (EntryKind.TRANSFER, EntryKind.RETURN):
        return Match(line.position, Outcome.UNRELATED)
    if line.kind == EntryKind.TRANSFER and line.end_to_end_id in NO_REFERENCE:
        return Match(line.position, Outcome.UNRELATED)
    if line.end_to_end_id in NO_REFERENCE:
        return Match(line.position, Outcome.TO_SETTLE, reason="virement revenu sans référence")
    reason = f"aucun ordre n’a la référence {line.end_to_end_id}"
    return Match(line.position, Outcome.TO_SETTLE, reason=reason)


def _fault(line: Line, order: Order, *, account_iban: str, today: date) -> str:
    if line.amount != order.amount:
        told, ours = format_euros(line.amount), format_euros(order.amount)
        return f"la banque dit {told}, l’ordre {order.number} est de {ours}"
    if order.account_iban and order.account_iban != account_iban:
        return f"l’ordre {order.number} est parti d’un autre compte"
    if line.booked_on > today:
        return f"le {format_date(line.booked_on)} est à venir"
    if order.earliest and line.booked_on < order.earliest:
        day = format_date(order.earliest)
        return f"l’ordre {order.number} date du {day} : le mouvement ne peut pas être antérieur"
    return ""


def _transfer(line: Line, order: Order) -> Match:
    if order.state == "executed" or (order.state == "rejected" and order.was_executed):
        if order.debits:
            reason = f"l’ordre {order.number} est déjà débité : la banque l’a payé une seconde fois ?"
            return Match(line.position, Outcome.TO_SETTLE, order.reference, reason)
        return Match(line.position, Outcome.KNOWN, order.reference, "virement déjà constaté")
    if reason := _NOT_PAYABLE.get(order.state):
        return Match(line.position, Outcome.TO_SETTLE, order.reference, reason % order.number)
    if order.refusal:
        return Match(line.position, Outcome.TO_SETTLE, order.reference, order.refusal)
    return Match(line.position, Outcome.EXECUTION, order.reference)


def _returned(line: Line, order: Order) -> Match:
    if order.state == "rejected":
        if order.returns:
            reason = f"le virement de l’ordre {order.number} est déjà revenu une fois"
            return Match(line.position, Outcome.TO_SETTLE, order.reference, reason)
        return Match(line.position, Outcome.KNOWN, order.reference, "rejet déjà constaté")
    if order.state not in ("sent", "executed"):
        reason = f"l’ordre {order.number} n’est ni transmis ni exécuté : il ne peut pas revenir"
        return Match(line.position, Outcome.TO_SETTLE, order.reference, reason)
    if order.is_received:
        reason = "le bailleur a confirmé avoir reçu ce virement : vérifiez avec lui"
        return Match(line.position, Outcome.TO_SETTLE, order.reference, reason)
    return Match(line.position, Outcome.REJECT, order.reference)
