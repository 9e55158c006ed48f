"""Spreadsheets out: CSV that a French Excel opens as it is, with no cell a spreadsheet would run."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from io import StringIO

from django.http import HttpResponse

# A text starting so is taken for a formula by a spreadsheet (PITFALLS, output).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")

Cell = str | int | Decimal | None


def safe_cell(value: Cell) -> str:
    """The cell's text: decimal comma for an amount, an apostrophe before a text that would be a formula."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, int):
        return str(value)
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def csv_text(rows: Iterable[Iterable[Cell]]) -> str:
    """The rows with semicolons between cells and CRLF between lines, behind a byte order mark."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return "\ufeff" + out.getvalue()


def csv_response(file_name: str, rows: Iterable[Iterable[Cell]]) -> HttpResponse:
    """The CSV file as a download; `file_name` in plain ASCII."""
    response = HttpResponse(csv_text(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
