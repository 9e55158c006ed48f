"""Payment orders and advices of a volume run, numbered without gaps in the order they were asked for."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate

from aids.models.request import Purpose
from aids.models.term import TermNature
from aids.volume import AidsVolume, drawn
from aids.volume_plan import PlannedAid, PlannedPayment
from ales.dates import format_date
from ales.money import ZERO
from ales.volume import Volume, moment
from members.models import FundEntry
from members.models.fund import EntryKind
from members.roles import Role
from members.volume import ENTRY_COLUMNS, MembersVolume
from payments.documents.order import term_label
from payments.models import PaymentAdvice, PaymentOrder, PaymentOrderLine
from payments.rules.fec import MovementKind, accounts_of
from payments.rules.words import euros_in_words
from payments.states import OrderState


@dataclass(slots=True)
class _Order:
    id: int
    public_id: UUID
    aid: PlannedAid
    payment: PlannedPayment
    year: int
    sequence: int
    amount: Decimal

    @property
    def number(self) -> str:
        return f"OP-{self.year}-{self.sequence:06d}"

    @property
    def end_to_end_id(self) -> str:
        return f"ALES-{self.number}"


def build(volume: Volume) -> None:
    """An order a payment of the planned aids; an advice and the funds' lines once it is executed."""
    orders = _number(volume)
    members = volume.taken(MembersVolume)
    executed = [order for order in orders if order.payment.executed_on]
    volume.copy(PaymentOrder, _ORDER_COLUMNS, (_order(order, members) for order in orders))
    volume.copy(
        PaymentOrderLine,
        ("organisation_id", "order_id", "term_id", "fund_id", "amount"),
        (
            (order.aid.case.team.organisation_id, order.id, term.id, fund, amount)
            for order in orders
            for term in order.payment.terms
            for fund, _owner, amount in term.funds
        ),
    )
    volume.copy(FundEntry, ENTRY_COLUMNS, _entries(executed, members.treasurer_id))
    volume.copy(PaymentAdvice, _ADVICE_COLUMNS, (_advice(order) for order in executed))


def _number(volume: Volume) -> list[_Order]:
    planned = [(aid, payment) for aid in volume.taken(AidsVolume).aids for payment in aid.payments]
    planned.sort(key=lambda pair: (pair[1].requested_at, pair[0].id))
    by_year: dict[int, int] = {}
    for _aid, payment in planned:
        by_year[payment.requested_at.year] = by_year.get(payment.requested_at.year, 0) + 1
    numbers = {year: iter(volume.numbers(f"payment_order:{year}", count)) for year, count in by_year.items()}
    ids = iter(volume.ids(PaymentOrder, len(planned)))
    return [
        _Order(
            id=next(ids),
            public_id=volume.uuid(),
            aid=aid,
            payment=payment,
            year=payment.requested_at.year,
            sequence=next(numbers[payment.requested_at.year]),
            amount=sum((term.granted for term in payment.terms), ZERO),
        )
        for aid, payment in planned
    ]


_ORDER_COLUMNS = (
    "id",
    "public_id",
    "organisation_id",
    "request_id",
    "landlord_id",
    "year",
    "sequence",
    "state",
    "amount",
    "bank_details_id",
    "account_holder",
    "iban",
    "bic",
    "end_to_end_id",
    "frozen",
    "requested_by_id",
    "requested_at",
    "barred_ids",
    "signed_by_id",
    "signed_at",
    "executed_on",
    "executed_by_id",
)


def _order(order: _Order, members: MembersVolume) -> tuple[Any, ...]:
    aid, payment, case = order.aid, order.payment, order.aid.case
    signed = payment.signed_at is not None
    if payment.executed_on:
        state = OrderState.EXECUTED
    else:
        state = OrderState.SIGNED if signed else OrderState.TO_SIGN
    return (
        order.id,
        order.public_id,
        case.team.organisation_id,
        aid.id,
        case.landlord.organisation_id,
        order.year,
        order.sequence,
        state,
        order.amount,
        case.landlord.bank_details_id,
        case.landlord.account_holder,
        case.landlord.iban,
        case.landlord.bic,
        order.end_to_end_id,
        _frozen(order, members),
        aid.manager_id,
        payment.requested_at,
        sorted({case.referent_id, aid.manager_id}),
        members.treasurer_id if signed else None,
        payment.signed_at,
        payment.executed_on,
        members.treasurer_id if payment.executed_on else None,
    )


def _frozen(order: _Order, members: MembersVolume) -> dict[str, Any]:
    """The data the order's document is built from, in the shape of `payments.documents.order`."""
    aid, case, payment = order.aid, order.aid.case, order.payment
    debit, credit = accounts_of(MovementKind.PAYMENT)
    return {
        "number": order.number,
        "issuer": _party(members.association),
        "asked_by": {
            "name": members.names[aid.manager_id],
            "capacity": str(Role.MANAGER.label),
            "organisation": case.team.name,
            "at": payment.requested_at.isoformat(),
        },
        "request": {
            "reference": aid.reference,
            "purpose": str(Purpose(aid.purpose).label),
            "tenant": case.tenant,
            "landlord_reference": case.landlord_reference,
            "town": case.town[0],
            "decided_by": members.names[aid.manager_id],
            "decided_at": aid.decided_at.isoformat(),
        },
        "landlord": _party(case.landlord.name),
        "account_holder": case.landlord.account_holder,
        "iban": case.landlord.iban,
        "bic": case.landlord.bic,
        "amount": str(order.amount),
        "amount_in_words": _in_words(order.amount),
        "end_to_end_id": order.end_to_end_id,
        "terms": [
            {
                "month": term_label(term.month),
                "nature": str(TermNature(term.nature).label),
                "amount": str(term.granted),
            }
            for term in payment.terms
        ],
        "imputations": [
            {
                "fund": members.funds[fund].name,
                "owner": members.funds[fund].owner.name,
                "year": str(members.funds[fund].year),
                "debit": debit,
                "credit": credit,
                "amount": str(amount),
            }
            for (fund, _owner), amount in drawn(payment.terms).items()
        ],
        "lines": [
            {"month": term_label(term.month), "fund": str(members.funds[fund]), "amount": str(amount)}
            for term in payment.terms
            for fund, _owner, amount in term.funds
        ],
        "evidence": [
            {
                "what": f"Décision d’aide {aid.reference}",
                "detail": f"validée le {format_date(localdate(aid.decided_at))}",
            }
        ],
    }


def _party(name: str) -> dict[str, str]:
    return {"name": name, "siret": "", "address": ""}


_in_words = cache(euros_in_words)


def _entries(orders: list[_Order], treasurer: int) -> Iterator[tuple[Any, ...]]:
    for order in orders:
        day = order.payment.executed_on
        label = f"Ordre {order.number}, aide {order.aid.reference}"
        for (fund, owner), amount in drawn(order.payment.terms).items():
            yield (
                fund, owner, EntryKind.PAYMENT, amount, label, "payment_order", order.public_id, day,
                moment(day, 16), treasurer,
            )  # fmt: skip


_ADVICE_COLUMNS = (
    "organisation_id",
    "landlord_id",
    "request_id",
    "order_id",
    "order_number",
    "end_to_end_id",
    "amount",
    "executed_on",
    "months",
    "created_at",
)


def _advice(order: _Order) -> tuple[Any, ...]:
    months = [
        {
            "month": term.month.isoformat() if term.month else None,
            "label": term_label(term.month),
            "amount": str(term.granted),
        }
        for term in order.payment.terms
    ]
    return (
        order.aid.case.team.organisation_id,
        order.aid.case.landlord.organisation_id,
        order.aid.id,
        order.id,
        order.number,
        order.end_to_end_id,
        order.amount,
        order.payment.executed_on,
        json.dumps(months, ensure_ascii=False),
        moment(order.payment.executed_on, 16),
    )
