"""Reading a plain CSV statement, for banks that give no camt file. Pure: no Django, no clock.

The file: `;` between columns, UTF-8 (with or without BOM) or Windows-1252, one line of headers, then one line
a movement. Headers (capitals and accents don't matter, the order neither):

| header | content |
|---|---|
| `date` | 2026-11-24 or 24/11/2026 |
| `libelle` | the bank's words |
| `reference` | the end-to-end reference of the transfer, empty when unknown |
| `debit` and `credit` | euros with a decimal comma, one of the two filled; a debit may have a minus |
| or `montant` | euros, negative when the money left |
| `contrepartie` (optional) | the other party |
| `motif` (optional) | for a credit, why the transfer came back: an ISO code (AC04) or words |

An example is docs/examples/releve.csv. Other columns are left aside. There are no balances to check here:
prefer a camt.053 wherever the bank has one.
"""

import csv
import hashlib
import io
import re
import unicodedata
from datetime import date
from decimal import Decimal

from ales.money import AmountError, parse_euros
from payments.rules.iso20022 import MAX_BYTES
from payments.rules.statement_model import Entry, Statement, StatementError, kind_of, refuse_too_many

MAX_FAULTS = 20
_FRENCH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class _LineError(ValueError):
    """Why a line can't be read, in French."""


def read(content: bytes, account_iban: str = "") -> Statement:
    """The statement in the file; its id is the fingerprint of the content, so the same file is known again.

    `account_iban` is what the person says: a CSV names no account.
    Raises StatementError: a file too big, empty or binary, missing headers, each faulty line by its number.
    """
    rows = _rows(content)
    if not rows:
        raise StatementError(["Le fichier est vide."])
    columns = _columns(rows[0][1])
    refuse_too_many(len(rows) - 1)
    entries, faults = [], []
    for number, row in rows[1:]:
        try:
            entries.append(_entry(len(entries) + 1, _cells(columns, row)))
        except _LineError as error:
            faults.append(f"Ligne {number} : {error}")
    if len(faults) > MAX_FAULTS:
        faults = [*faults[:MAX_FAULTS], f"… et {len(faults) - MAX_FAULTS} autres lignes fausses."]
    if not entries and not faults:
        faults = ["Le fichier n’a aucun mouvement sous ses en-têtes."]
    if faults:
        raise StatementError(faults)
    days = [entry.booked_on for entry in entries]
    return Statement(
        account_iban=account_iban,
        statement_id=f"CSV-{hashlib.sha256(content).hexdigest()[:28]}",
        created_at=None,
        starts_on=min(days),
        ends_on=max(days),
        opening=None,
        closing=None,
        currency="EUR",
        entries=tuple(entries),
    )


def _decoded(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise StatementError([f"Le fichier dépasse {MAX_BYTES // 1024 // 1024} Mo."])
    if b"\x00" in content:
        raise StatementError(["Ce fichier n’est pas un texte : exportez le relevé en CSV (UTF-8)."])
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise StatementError(["Les accents de ce fichier sont illisibles : exportez le relevé en CSV (UTF-8)."])


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    """Lines that hold something, with their number in the file."""
    reader = csv.reader(io.StringIO(_decoded(content), newline=""), delimiter=";", strict=True)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise StatementError([f"Ligne {reader.line_num} : {_said(error)}"]) from error


def _said(error: csv.Error) -> str:
    """What the reader meets, in French."""
    told = str(error)
    if "field limit" in told:
        return "une cellule dépasse 128 ko, ou ses guillemets ne sont pas fermés."
    if "unexpected end" in told:
        return "les guillemets ne sont pas fermés."
    if "expected after" in told:
        return "des guillemets fermés sont suivis d’autre chose que d’un point-virgule."
    return "elle n’est pas lisible comme du CSV : exportez le relevé à nouveau."


def _plain(header: str) -> str:
    decomposed = unicodedata.normalize("NFKD", header.strip().casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _columns(headers: list[str]) -> list[str]:
    names = [_plain(header) for header in headers]
    faults = []
    if missing := [name for name in ("date", "libelle", "reference") if name not in names]:
        faults.append(f"Il manque la colonne {' et la colonne '.join(missing)} dans les en-têtes.")
    has_sides = "debit" in names and "credit" in names
    if has_sides == ("montant" in names):
        faults.append("Les en-têtes doivent avoir soit « debit » et « credit », soit « montant ».")
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        faults.append(f"La colonne {', '.join(twice)} est en double.")
    if faults:
        raise StatementError([*faults, "Modèle : date;libelle;reference;debit;credit"])
    return names


def _cells(columns: list[str], row: list[str]) -> dict[str, str]:
    if len(row) > len(columns) and any(cell.strip() for cell in row[len(columns) :]):
        raise _LineError(f"elle a {len(row)} colonnes, les en-têtes {len(columns)}.")
    if len(row) < len(columns):
        raise _LineError(f"elle a {len(row)} colonnes, les en-têtes {len(columns)} : elle est incomplète.")
    return {name: cell.strip() for name, cell in zip(columns, row, strict=False)}


def _entry(position: int, cells: dict[str, str]) -> Entry:
    amount = _amount(cells)
    reason = cells.get("motif", "")
    is_credit = amount > 0
    return Entry(
        position=position,
        booked_on=_day(cells["date"]),
        amount=abs(amount),
        is_credit=is_credit,
        end_to_end_id=cells["reference"],
        counterparty=cells.get("contrepartie", ""),
        label=cells["libelle"],
        return_reason=reason if is_credit else "",
        kind=kind_of(is_credit=is_credit, is_return=bool(reason), is_reversal=False, is_booked=True),
    )


def _day(text: str) -> date:
    try:
        if french := _FRENCH_DAY.fullmatch(text):
            return date(int(french[3]), int(french[2]), int(french[1]))
        if _ISO_DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError as error:
        raise _LineError(f"le {text} n’existe pas.") from error
    raise _LineError(f"« {text} » n’est pas une date : écrivez 24/11/2026 ou 2026-11-24.")


def _amount(cells: dict[str, str]) -> Decimal:
    """Signed euros, never zero."""
    filled = [(name, cells[name]) for name in ("debit", "credit", "montant") if cells.get(name)]
    if not filled:
        raise _LineError("elle n’a pas de montant.")
    amounts = [(name, amount) for name, text in filled if (amount := _parsed(text))]
    if not amounts:
        raise _LineError("son montant est nul.")
    if len(amounts) > 1:
        raise _LineError("elle a un débit et un crédit.")
    name, amount = amounts[0]
    if name == "credit" and amount < 0:
        raise _LineError("un crédit ne peut pas être négatif.")
    return -abs(amount) if name == "debit" else amount


def _parsed(text: str) -> Decimal:
    try:
        return parse_euros(text)
    except AmountError as error:
        raise _LineError(str(error)) from error
