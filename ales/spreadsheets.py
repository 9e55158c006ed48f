"""Spreadsheets out: CSV that a French Excel opens as it is, XLSX; no cell a spreadsheet would run."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO, TextIOWrapper
from typing import BinaryIO

import xlsxwriter
from django.http import HttpResponse

# A text starting so is taken for a formula by a spreadsheet (PITFALLS, output).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

BYTE_ORDER_MARK = "\ufeff"
SHEET_NAME = 31  # characters: a spreadsheet refuses longer names

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


class CsvFile:
    """A CSV written row by row into `out` (binary): semicolons, CRLF, a byte order mark; dates and amounts as
    a French Excel reads them."""

    content_type = "text/csv; charset=utf-8"
    extension = "csv"

    def __init__(self, out: BinaryIO, *, sheet: str = "", widths: Sequence[int] = ()) -> None:
        self._text = TextIOWrapper(out, encoding="utf-8", newline="")
        self._text.write(BYTE_ORDER_MARK)
        self._writer = csv.writer(self._text, delimiter=";", lineterminator="\r\n")

    def write(self, row: Iterable[Cell]) -> None:
        self._writer.writerow([safe_cell(value) for value in row])

    def close(self) -> None:
        """End the file; `out` stays open."""
        self._text.detach()


class XlsxFile:
    """A workbook of one sheet written row by row into `out` (binary), in constant memory.

    Row `heading` (from 0) is bold and stays in sight, `widths` are in characters. Texts stay texts: none
    becomes a formula or a link. The same rows give the same bytes.
    """

    content_type = XLSX
    extension = "xlsx"

    def __init__(self, out: BinaryIO, *, sheet: str, widths: Sequence[int], heading: int = 0) -> None:
        safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(out, {"constant_memory": True} | safe)
        self._book.set_properties({"created": _EPOCH})
        self._page = self._book.add_worksheet(sheet[:SHEET_NAME])
        self._bold = self._book.add_format({"bold": True})
        self._amount = self._book.add_format({"num_format": "#,##0.00"})
        self._day = self._book.add_format({"num_format": "dd/mm/yyyy"})
        self._heading, self._next = heading, 0
        for column, width in enumerate(widths):
            self._page.set_column(column, column, width)
        self._page.freeze_panes(heading + 1, 0)

    def write(self, row: Iterable[Cell]) -> None:
        number, page = self._next, self._page
        bold = self._bold if number <= self._heading else None
        for column, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(number, column, value, bold)
            elif isinstance(value, Decimal):
                page.write_number(number, column, value, self._amount)
            elif isinstance(value, date):
                page.write_datetime(number, column, value, self._day)
            elif value is not None:
                page.write_number(number, column, value)
        self._next += 1

    def close(self) -> None:
        self._book.close()


def csv_text(rows: Iterable[Iterable[Cell]]) -> str:
    """The rows with semicolons between cells and CRLF between lines, behind a byte order mark."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + out.getvalue()


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
    file = XlsxFile(out, sheet=sheet, widths=widths, heading=heading)
    for row in rows:
        file.write(row)
    file.close()
    return out.getvalue()
