"""The way of an aid: what each reader may see of it, in the picture and in its table."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from aids.models import AidRequest, RentTerm
from aids.pictures import Way, aid_picture, decision_steps, request_way, term_ways
from aids.states import RequestState

MARCH, APRIL = dt.date(2026, 3, 1), dt.date(2026, 4, 1)


def moment(month: int, day: int) -> dt.datetime:
    return dt.datetime(2026, month, day, 12, tzinfo=dt.UTC)


def aid(state: str, **dates) -> AidRequest:
    return AidRequest(state=state, **dates)


def term(pk: int, month: dt.date | None, **values) -> RentTerm:
    return RentTerm(pk=pk, month=month, asked=Decimal("277.20"), **values)


def test_a_granted_aid_tells_every_step():
    request = aid("in_payment", first_submitted_at=moment(3, 10), decided_at=moment(3, 20))
    terms = [
        term(1, MARCH, granted=Decimal("277.20"), paid_on=dt.date(2026, 4, 8)),
        term(2, APRIL, granted=Decimal("200.00")),
    ]
    ways = term_ways(terms, {1: "payé", 2: "accordé"}, {MARCH: dt.date(2026, 4, 15)})
    picture = aid_picture([request_way(request, "en paiement", signed_on=dt.date(2026, 3, 9)), *ways])
    assert picture.table.rows == (
        ("La demande", "demandée", "10 mars 2026"),
        ("La demande", "protocole signé", "9 mars 2026"),
        ("La demande", "accordée", "20 mars 2026"),
        ("Mars 2026", "payée", "8 avril 2026"),
        ("Mars 2026", "reçue par le bailleur", "15 avril 2026"),
    )
    texts = re.findall(r"<text[^>]*>([^<]*)<", picture.svg)
    assert "payé · 277,20\xa0€" in texts
    assert "accordé · 200,00\xa0€" in texts


def test_what_was_asked_stands_until_something_is_granted():
    (way,) = term_ways([term(1, None)], {1: "demandé"})
    assert way == Way("Règlement de la dette", "demandé · 277,20\xa0€", (), None)


def test_a_receipt_counts_for_its_own_month_and_only_once_paid():
    terms = [term(1, MARCH), term(2, APRIL, granted=Decimal(1), paid_on=dt.date(2026, 5, 2))]
    ways = term_ways(terms, {1: "demandé", 2: "payé"}, {MARCH: dt.date(2026, 5, 9)})
    assert [step.word for way in ways for step in way.steps] == ["payée"]


@pytest.mark.parametrize("state", RequestState)
def test_a_decision_shows_once_it_stands(state):
    steps = decision_steps(aid(state, decided_at=moment(3, 20)))
    expected = {
        "validated": "accordée",
        "in_payment": "accordée",
        "settled": "accordée",
        "stopped": "accordée",
        "rejected": "refusée",
    }
    assert [step.word for step in steps] == ([expected[state]] if state in expected else [])


def test_nothing_happened_yet():
    assert aid_picture([request_way(aid("draft"), "brouillon")]) is None
