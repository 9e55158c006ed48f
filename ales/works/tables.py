"""Spreadsheets people send: CSV or XLSX, read as rows of text, never run and never trusted.

A workbook is a zip of XML: its size once open is known beforehand, and a part that declares entities is
refused. Formulas count for what they showed when they were saved.
"""

import csv
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from ales.errors import InvalidInputError

MAX_BYTES = 5 * 1024 * 1024
MAX_INFLATED = 60 * 1024 * 1024
MAX_PARTS = 200
#: Of a zip's part, where a document type would stand.
HEAD = 4096
MOST_LINES = 5000
MOST_COLUMNS = 60
LONGEST_CELL = 1000
SEPARATORS = ";,\t"
ACCEPT = ".xlsx,.csv"
#: What a zip whose bytes were lost or changed on the way raises, once opened or in the middle of a part;
#: RuntimeError: a part behind a password, or compressed in a way nobody knows.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,
)

Row = tuple[int, list[str]]


def rows_of(file: BinaryIO) -> Iterator[Row]:
    """(line number in the file, its cells as text), blank lines left out; the first is the headings.

    Raises InvalidInputError (`file`): neither CSV nor XLSX, too large once open, too many lines.
    """
    start = file.read(4)
    file.seek(0)
    rows = _xlsx_rows(file) if start.startswith(b"PK") else _csv_rows(file.read())
    found = 0
    for number, cells in rows:
        if len(cells) > MOST_COLUMNS:
            raise refused(_("Ce fichier a plus de %s colonnes.") % MOST_COLUMNS)
        if not any(cells):
            continue
        found += 1
        if found > MOST_LINES + 1:
            raise refused(_("Ce fichier a plus de 5 000 lignes : coupez-le en plusieurs."))
        yield number, cells


def refused(message: str) -> InvalidInputError:
    return InvalidInputError({"file": [message]})


def _csv_rows(content: bytes) -> Iterator[Row]:
    if b"\0" in content:
        raise refused(_("Ce fichier n’est ni un CSV ni un XLSX : enregistrez-le dans l’un de ces formats."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # what an older Excel writes
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise refused(_("La ligne %s ne se lit pas comme du CSV.") % reader.line_num) from error


def _xlsx_rows(file: BinaryIO) -> Iterator[Row]:
    _check_parts(file)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # What the sheet says of its own size may be wrong, or huge.
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            texts = [text_of(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            yield number, texts
    except (InvalidFileException, KeyError, ValueError, IndexError, SyntaxError, *DAMAGED) as error:
        raise refused(_("Ce classeur ne se lit pas : enregistrez-le de nouveau au format XLSX.")) from error


def _check_parts(file: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_INFLATED:
                raise refused(_("Ce classeur est trop gros : n’y laissez que les lignes à importer."))
            for part in parts:
                with archive.open(part) as content:
                    if b"<!" in content.read(HEAD).replace(b"<!--", b""):
                        raise refused(_("Ce classeur contient ce qu’un tableur n’écrit pas : il est refusé."))
    except DAMAGED as error:
        raise refused(_("Ce classeur ne se lit pas : enregistrez-le de nouveau au format XLSX.")) from error
    finally:
        file.seek(0)


def text_of(value: Any) -> str:
    """A cell as a French person would have typed it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return value.strip()
    try:
        # A workbook holds binary numbers: their shortest decimal is what was typed.
        number = Decimal(repr(value))
    except InvalidOperation:
        return str(value)
    whole = number == number.to_integral_value()
    return f"{number.to_integral_value():f}" if whole else f"{number:f}".replace(".", ",")
