"""The lines of a statement against our orders: worked cases as a table (DOMAIN §9)."""

import datetime as dt
from decimal import Decimal

import pytest

from payments.models.statement import LineOutcome
from payments.rules.matching import Line, Match, Order, Outcome, fingerprint, match
from payments.rules.statement_model import EntryKind

DAY = dt.date(2026, 6, 10)
NEXT = DAY + dt.timedelta(days=1)
TODAY = dt.date(2026, 6, 15)
ACCOUNT = "FR09300010079400000ALES0978"
REFERENCE = "ALES-OP-2026-000001"
AMOUNT = Decimal("831.60")


def line(position=1, *, back=False, on=DAY, amount=AMOUNT, reference=REFERENCE, **fields) -> Line:
    values = {
        "position": position,
        "booked_on": on,
        "amount": amount,
        "is_credit": back,
        "end_to_end_id": reference,
        "kind": EntryKind.RETURN if back else EntryKind.TRANSFER,
        "fingerprint": f"{back} {on} {amount} {reference}",
    }
    return Line(**values | fields)


def receipt(**fields) -> Line:
    return line(back=True, kind=EntryKind.RECEIPT, **fields)


def order(state="sent", **fields) -> Order:
    values = {
        "reference": REFERENCE,
        "number": "OP-2026-000001",
        "state": state,
        "amount": AMOUNT,
        "was_executed": state == "executed",
        "earliest": dt.date(2026, 6, 8),
        "account_iban": ACCOUNT,
    }
    return Order(**values | fields)


def matched(*lines: Line, orders=(), told=None) -> list[Match]:
    return match(
        lines,
        {row.reference: row for row in orders},
        told=told or {},
        account_iban=ACCOUNT,
        today=TODAY,
    )


CASES = [
    # a transfer left
    ("sent", line(), order(), "EXECUTION", ""),
    ("signed, typed by hand", line(), order("signed", account_iban=""), "EXECUTION", ""),
    ("executed by hand", line(), order("executed"), "KNOWN", "déjà constaté"),
    ("executed, then a second debit", line(), order("executed", debits=1), "TO_SETTLE", "une seconde fois"),
    ("rejected after execution", line(), order("rejected", was_executed=True), "KNOWN", "déjà constaté"),
    ("rejected before execution", line(), order("rejected"), "TO_SETTLE", "est rejeté"),
    ("not signed", line(), order("to_sign"), "TO_SETTLE", "pas signé"),
    ("in a batch not sent", line(), order("batched"), "TO_SETTLE", "pas encore marqué transmis"),
    ("given up", line(), order("given_up"), "TO_SETTLE", "abandonné"),
    ("another amount", line(amount=Decimal("831.61")), order(), "TO_SETTLE", "la banque dit 831,61"),
    ("another account", line(), order(account_iban="FR76"), "TO_SETTLE", "autre compte"),
    (
        "before the signature",
        line(on=dt.date(2026, 6, 7)),
        order(),
        "TO_SETTLE",
        "ne peut pas être antérieur",
    ),
    ("to come", line(on=dt.date(2026, 6, 16)), order(), "TO_SETTLE", "est à venir"),
    ("a barred person", line(), order(refusal="Une autre personne doit"), "TO_SETTLE", "autre personne"),
    ("unknown reference", line(reference="ALES-OP-2026-000009"), order(), "TO_SETTLE", "aucun ordre"),
    # it came back
    ("sent, back", line(back=True), order(), "REJECT", ""),
    ("executed, back", line(back=True), order("executed"), "REJECT", ""),
    ("rejected, told again", line(back=True), order("rejected"), "KNOWN", "rejet déjà constaté"),
    ("rejected, back twice", line(back=True), order("rejected", returns=1), "TO_SETTLE", "une fois"),
    ("signed only, back", line(back=True), order("signed"), "TO_SETTLE", "ni transmis ni exécuté"),
    ("received, back", line(back=True), order("executed", is_received=True), "TO_SETTLE", "a confirmé"),
    ("back without reference", line(back=True, reference=""), order(), "TO_SETTLE", "sans référence"),
    # it came back, and the bank doesn't say so
    ("a receipt with our reference", receipt(), order("executed"), "TO_SETTLE", "de l’argent est revenu"),
    ("the same before execution", receipt(), order(), "TO_SETTLE", "OP-2026-000001"),
    ("the same, rejected by hand", receipt(), order("rejected"), "KNOWN", "rejet déjà constaté"),
    ("part of it", receipt(amount=Decimal("1")), order("executed"), "TO_SETTLE", "la banque dit"),
    ("a return taken back", line(kind=EntryKind.OTHER), order("rejected"), "TO_SETTLE", "a repris"),
    # the rest
    ("fees", line(reference="NOTPROVIDED"), order(), "UNRELATED", ""),
    ("a contribution", line(back=True, reference="X", kind=EntryKind.RECEIPT), order(), "UNRELATED", ""),
    ("a whole batch", line(reference="", hint="bordereau BV-2026-000001"), order(), "TO_SETTLE", "BV-2026"),
    ("its orders are recorded", line(reference="", hint="BV", is_told=True), order(), "KNOWN", "BV"),
    ("a recovery", receipt(reference="", hint="recouvrement RC"), order(), "TO_SETTLE", "RC"),
    ("announced", line(kind=EntryKind.PENDING), order(), "UNRELATED", "pas encore comptabilisé"),
]


@pytest.mark.parametrize(
    ("told", "known", "outcome", "reason"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_one_line(told, known, outcome, reason):
    (found,) = matched(told, orders=[known])
    assert (found.outcome, reason in found.reason) == (outcome, True), found


@pytest.mark.parametrize("kind", [EntryKind.RECEIPT, EntryKind.OTHER])
def test_what_has_our_reference_names_its_order(kind):
    (found,) = matched(line(back=kind == EntryKind.RECEIPT, kind=kind), orders=[order("executed")])
    assert found.reference == REFERENCE


def test_an_announced_debit_is_not_a_first_one():
    found = matched(line(1, kind=EntryKind.PENDING), line(2), orders=[order("executed")])
    assert [row.outcome for row in found] == ["UNRELATED", "KNOWN"]


def test_a_transfer_that_leaves_and_comes_back_is_both():
    found = matched(line(1, back=True, on=NEXT), line(2), orders=[order()])
    assert [(row.position, row.outcome) for row in found] == [(2, "EXECUTION"), (1, "REJECT")]


def test_on_one_day_the_debit_comes_first():
    found = matched(line(1, back=True), line(2), orders=[order()])
    assert [row.position for row in found] == [2, 1]


def test_a_second_debit_in_one_statement_is_shown():
    found = matched(line(1), line(2), orders=[order()])
    assert [row.outcome for row in found] == ["EXECUTION", "TO_SETTLE"]


def test_a_line_told_by_another_statement_is_known_as_often_as_it_was_told():
    fee = line(1, reference="")
    debit = line(1, reference="ALES-OP-2026-000009")
    found = matched(debit, line(2, reference="ALES-OP-2026-000009"), told={debit.fingerprint: 1})
    assert [row.outcome for row in found] == ["KNOWN", "TO_SETTLE"]
    assert [row.outcome for row in matched(fee, told={fee.fingerprint: 1})] == ["KNOWN"]


def test_the_fingerprint_ignores_what_two_files_tell_differently():
    movement = {
        "account_iban": ACCOUNT,
        "booked_on": DAY,
        "amount": AMOUNT,
        "is_credit": False,
        "end_to_end_id": REFERENCE,
        "bank_reference": "B1",
        "counterparty": "HABITAT",
        "label": "VIR",
    }
    same = fingerprint(**movement | {"bank_reference": "", "label": "VIREMENT SEPA", "counterparty": ""})
    assert fingerprint(**movement) == same
    for name, other in (("is_credit", True), ("amount", Decimal("1")), ("booked_on", NEXT)):
        assert fingerprint(**movement | {name: other}) != same


def test_outcomes_are_those_of_the_table():
    assert {row.value for row in Outcome} <= set(LineOutcome.values)
