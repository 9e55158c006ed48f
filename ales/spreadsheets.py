"""Spreadsheets out: CSV that a French Excel opens as it is, XLSX; no cell a spreadsheet would run."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import xlsxwriter
from django.http import HttpResponse

# A text starting so is taken for a formula by a spreadsheet (PITFALLS, output).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Cell = str | int | Decimal | date | None

#: Written in every workbook, so that the same rows give the same bytes.
_EPOCH = datetime(2000, 1, 1)


def safe_cell(value: Cell) -> str:
    """The cell's text: decimal comma for an amount, an apostrophe before a text that would be a formula."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
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


def xlsx_bytes(rows: Iterable[Iterable[Cell]], *, sheet: str, widths: Sequence[int], heading: int) -> bytes:
    """A workbook of one sheet; row `heading` (from 0) is bold and stays in sight, `widths` are in characters.

    The same rows give the same bytes. Texts stay texts: none becomes a formula or a link.
    """
    out = BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": True} | safe)
    book.set_properties({"created": _EPOCH})
    page = book.add_worksheet(sheet)
    bold = book.add_format({"bold": True})
    amount, day = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "dd/mm/yyyy"})
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    page.freeze_panes(heading + 1, 0)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, Decimal):
                page.write_number(number, column, value, amount)
            elif isinstance(value, date):
                page.write_datetime(number, column, value, day)
            elif isinstance(value, int):
                page.write_number(number, column, value)
            elif value is not None:
                page.write_string(number, column, value, bold if number <= heading else None)
    book.close()
    return out.getvalue()
