"""The accounting export (DOMAIN §9)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ales.money import from_cents
from payments.rules import fec
from payments.rules.fec import Movement, MovementKind
from tests.payments.rules.snapshots import assert_same

CLOSED_ON = date(2026, 12, 31)
LANDLORD = {"auxiliary_number": "BAILLEUR0001", "auxiliary_name": "Habitat du Var"}


def movement(kind, amount, day, piece, **values):
    on = date(2026, 11, day)
    label = values.pop("label", f"Mouvement {piece}")
    return Movement(MovementKind(kind), Decimal(amount), on, piece, on, label, **values)


YEAR = [
    movement("contribution", "20000.00", 2, "CONV-2026-01", label="Contribution\tCIL Méditerranée"),
    movement("decision", "831.60", 5, "AIDE-2026-000007", **LANDLORD),
    movement("payment", "277.20", 24, "OP-2026-000042", label="Paiement\r\nOP-2026-000042", **LANDLORD),
    movement("reject", "277.20", 25, "OP-2026-000042", **LANDLORD),
    movement("release", "554.40", 26, "AIDE-2026-000007", **LANDLORD),
    movement("recovery", "12.5", 30, "OP-2026-000040"),
]


def test_the_file_is_the_same_to_the_byte():
    lines = fec.entries(YEAR, 118, CLOSED_ON)
    assert fec.check(lines) == []
    assert_same("fec.txt", fec.write(lines))
    assert fec.write(fec.entries(YEAR, 118, CLOSED_ON)) == fec.write(lines)


@pytest.mark.parametrize(
    ("kind", "debit", "credit", "journal"),
    [
        ("contribution", "512", "7551", "BQ"),
        ("decision", "6571", "4672", "OD"),
        ("release", "4672", "6571", "OD"),
        ("payment", "4672", "512", "BQ"),
        ("reject", "512", "4672", "BQ"),
        ("recovery", "512", "6571", "BQ"),
    ],
)
def test_each_movement_has_its_two_accounts(kind, debit, credit, journal):
    lines = fec.entries([movement(kind, "277.20", 5, "P1", **LANDLORD)], 1, CLOSED_ON)
    assert [(line.account, line.debit, line.credit) for line in lines] == [
        (debit, Decimal("277.20"), 0),
        (credit, 0, Decimal("277.20")),
    ]
    assert {line.journal_code for line in lines} == {journal}
    for line in lines:
        assert line.auxiliary_name == ("Habitat du Var" if line.account == "4672" else "")


def test_numbers_follow_the_dates_and_keep_the_order_of_a_day():
    movements = [movement("decision", "1", 9, "B", **LANDLORD), movement("decision", "1", 3, "A", **LANDLORD)]
    movements.append(movement("decision", "1", 9, "C", **LANDLORD))
    lines = fec.entries(movements, 10, CLOSED_ON)
    assert [(line.number, line.piece) for line in lines[::2]] == [(10, "A"), (11, "B"), (12, "C")]


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"amount": Decimal("0")}, "montant positif"),
        ({"amount": Decimal("-1")}, "montant positif"),
        ({"amount": Decimal("0.001")}, "centimes entiers"),
        ({"amount": Decimal("NaN")}, "montant positif"),
        ({"piece": " "}, "numéro de pièce manque"),
        ({"label": "\t"}, "libellé manque"),
        ({"auxiliary_number": ""}, "compte auxiliaire"),
        ({"on": date(2027, 1, 1)}, "d’après sa validation"),
    ],
)
def test_movements_that_cannot_be_entered(values, fault):
    with pytest.raises(fec.FecError, match=fault):
        fec.entries([replace(YEAR[1], **values)], 1, CLOSED_ON)


@pytest.mark.parametrize(
    ("place", "values", "fault"),
    [
        (0, {"debit": Decimal("19999.99")}, "Écriture 118 : débit 19"),
        (0, {"debit": Decimal("19999.99")}, "Au total, débit"),
        (0, {"number": 117}, "Après l’écriture 117 vient la 118|ne s’équilibrent pas"),
        (11, {"number": 124}, "ne s’équilibrent pas"),
        (0, {"credit": Decimal("1")}, "un débit ou un crédit"),
        (0, {"debit": Decimal("0")}, "un débit ou un crédit"),
        (0, {"debit": Decimal("-1")}, "un débit ou un crédit"),
        (0, {"debit": Decimal("0.001")}, "plus de deux décimales"),
        (0, {"account": "411"}, "le compte 411"),
        (0, {"journal_code": "XX"}, "le journal XX"),
        (3, {"auxiliary_number": ""}, "compte auxiliaire"),
        (0, {"piece": ""}, "la pièce ou le libellé"),
        (0, {"on": date(2027, 1, 1)}, "d’après sa validation"),
        (1, {"on": date(2026, 11, 1)}, "n’ont pas la même date"),
    ],
)
def test_a_changed_line_is_found_and_not_written(place, values, fault):
    lines = list(fec.entries(YEAR, 118, CLOSED_ON))
    lines[place] = replace(lines[place], **values)
    with pytest.raises(fec.FecError, match=fault):
        fec.write(lines)


def test_a_missing_entry_and_a_date_that_goes_back_are_found():
    lines = fec.entries(YEAR, 1, CLOSED_ON)
    assert fec.check(lines[:2] + lines[4:]) == [
        "Après l’écriture 1 vient la 3 : la numérotation doit se suivre."
    ]
    late = tuple(replace(line, on=line.on + timedelta(days=5)) for line in lines[2:4])
    assert fec.check(lines[:2] + late + lines[4:]) == []
    early = tuple(replace(line, on=date(2026, 1, 1)) for line in lines[2:4])
    assert fec.check(lines[:2] + early + lines[4:]) == ["L’écriture 2 est datée d’avant la 1."]


def test_the_name_of_the_file():
    assert fec.file_name("732 829 320", CLOSED_ON) == "732829320FEC20261231.txt"
    with pytest.raises(ValueError, match="SIREN"):
        fec.file_name("732829321", CLOSED_ON)


ANY = st.lists(
    st.builds(
        Movement,
        kind=st.sampled_from(MovementKind),
        amount=st.integers(1, 10**11).map(from_cents),
        on=st.dates(date(2026, 1, 1), CLOSED_ON),
        piece=st.text(min_size=1).filter(fec._clean),
        piece_on=st.dates(date(2026, 1, 1), CLOSED_ON),
        label=st.text(st.characters(codec="utf-8"), min_size=1).filter(fec._clean),
        auxiliary_number=st.just("BAILLEUR0001"),
        auxiliary_name=st.just("Habitat"),
    ),
    max_size=12,
)


def cents(cell):
    return int(cell.replace(",", ""))


@given(ANY, st.integers(1, 10**6))
def test_any_movements_make_a_balanced_file(movements, first_number):
    content = fec.write(fec.entries(movements, first_number, CLOSED_ON)).decode()
    header, *rows = [line.split("\t") for line in content.removesuffix("\r\n").split("\r\n")]
    assert header == list(fec.COLUMNS)
    assert all(len(row) == len(fec.COLUMNS) for row in rows)
    cells = [dict(zip(header, row, strict=True)) for row in rows]
    assert sum(cents(row["Debit"]) for row in cells) == sum(cents(row["Credit"]) for row in cells)
    assert sum(cents(row["Debit"]) for row in cells) == sum(int(m.amount * 100) for m in movements)
    numbers = [int(row["EcritureNum"]) for row in cells]
    assert numbers == [first_number + place // 2 for place in range(2 * len(movements))]
