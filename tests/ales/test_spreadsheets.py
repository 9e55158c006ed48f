"""CSV out: formulas guarded, French decimals."""

from decimal import Decimal

import pytest

from ales.spreadsheets import csv_response, csv_text, safe_cell


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (12, "12"),
        (-3, "-3"),
        (Decimal("1234.50"), "1234,50"),
        (Decimal("-0.10"), "-0,10"),
        ("CIL de l’Essai", "CIL de l’Essai"),
        ("=1+1", "'=1+1"),
        ("+33 1", "'+33 1"),
        ("-lui", "'-lui"),
        ("@cmd", "'@cmd"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\0=1", "'\0=1"),
    ],
)
def test_cells(value, text) -> None:
    assert safe_cell(value) == text


def test_file_is_what_a_french_excel_reads() -> None:
    assert csv_text([["Libellé", "Montant"], ["A;B", Decimal("2.5")]]) == (
        '\ufeffLibellé;Montant\r\n"A;B";2,5\r\n'
    )
    response = csv_response("statistiques.csv", [["a"]])
    assert response["Content-Disposition"] == 'attachment; filename="statistiques.csv"'
