"""Accounting entries in the shape of a FEC, the French file of accounting entries (DOMAIN §9).

Eighteen columns of article A47 A-1 of the LPF, tab-separated, dates AAAAMMJJ, decimal comma, one line of
headers, accounts of the chart ANC 2018-06. Amounts are Decimal euros. The order names ASCII and ISO 8859-15;
the administration's own test tool takes UTF-8 too: we write UTF-8, in which every name keeps its letters.
Pure: no Django, no clock.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby, pairwise

from stdnum.fr import siren as siren_number

from ales.money import ZERO, format_euros, to_cents

COLUMNS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
BANK = "512"
LANDLORDS = "4672"
AIDS = "6571"
CONTRIBUTIONS = "7551"
ACCOUNTS = {
    BANK: "Banque",
    LANDLORDS: "Aides à verser aux bailleurs",
    AIDS: "Aides financières octroyées par l’entité",
    CONTRIBUTIONS: "Contributions financières d’autres organismes",
}
JOURNALS = {"BQ": "Banque", "OD": "Opérations diverses"}


class FecError(ValueError):
    """Movements or lines that can't be exported; `faults` says in French which and why."""

    def __init__(self, faults: list[str]):
        super().__init__(" ".join(faults))
        self.faults = faults


class MovementKind(StrEnum):
    CONTRIBUTION = "contribution"  # a member brings money
    DECISION = "decision"  # an aid is validated
    RELEASE = "release"  # what was decided won't be paid
    PAYMENT = "payment"  # the bank has paid
    REJECT = "reject"  # the bank gave it back, it is still owed
    RECOVERY = "recovery"  # it came back, it is no longer owed


# Debit, credit (DOMAIN §9).
_ACCOUNTS_OF = {
    MovementKind.CONTRIBUTION: (BANK, CONTRIBUTIONS),
    MovementKind.DECISION: (AIDS, LANDLORDS),
    MovementKind.RELEASE: (LANDLORDS, AIDS),
    MovementKind.PAYMENT: (LANDLORDS, BANK),
    MovementKind.REJECT: (BANK, LANDLORDS),
    MovementKind.RECOVERY: (BANK, AIDS),
}


def accounts_of(kind: MovementKind) -> tuple[str, str]:
    """The account debited and the one credited by that kind of movement (DOMAIN §9)."""
    return _ACCOUNTS_OF[kind]


@dataclass(frozen=True)
class Movement:
    """One event of the ledger, in euros; `piece` is the number of the paper that proves it.

    The auxiliary account is the landlord's; it is wanted wherever 4672 moves.
    """

    kind: MovementKind
    amount: Decimal
    on: date
    piece: str
    piece_on: date
    label: str
    auxiliary_number: str = ""
    auxiliary_name: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the file, its fields in the order of `COLUMNS`."""

    journal_code: str
    journal_name: str
    number: int
    on: date
    account: str
    account_name: str
    auxiliary_number: str
    auxiliary_name: str
    piece: str
    piece_on: date
    label: str
    debit: Decimal
    credit: Decimal
    lettering: str
    lettered_on: date | None
    validated_on: date
    currency_amount: Decimal | None
    currency: str


def file_name(siren: str, closed_on: date) -> str:
    """`123456782FEC20261231.txt`; raises ValueError when it isn't a SIREN."""
    compact = siren_number.compact(siren)
    if not siren_number.is_valid(compact):
        raise ValueError(f"« {siren} » n’est pas un SIREN : neuf chiffres.")
    return f"{compact}FEC{closed_on:%Y%m%d}.txt"


def entries(movements: Iterable[Movement], first_number: int, validated_on: date) -> tuple[Line, ...]:
    """Two lines a movement, numbered without gaps from `first_number` in the order of dates.

    Movements of one day keep the order given, so the same movements always give the same lines.
    Raises FecError with every movement that can't be entered.
    """
    ordered = sorted(movements, key=lambda movement: movement.on)
    faults = [fault for movement in ordered for fault in _movement_faults(movement, validated_on)]
    if faults:
        raise FecError(faults)
    lines = []
    for number, movement in enumerate(ordered, start=first_number):
        debited, credited = _ACCOUNTS_OF[movement.kind]
        lines.append(_line(number, movement, debited, movement.amount, ZERO, validated_on))
        lines.append(_line(number, movement, credited, ZERO, movement.amount, validated_on))
    return tuple(lines)


def _line(
    number: int, movement: Movement, account: str, debit: Decimal, credit: Decimal, validated_on: date
) -> Line:
    journal = "BQ" if BANK in _ACCOUNTS_OF[movement.kind] else "OD"
    is_landlord = account == LANDLORDS
    return Line(
        journal_code=journal,
        journal_name=JOURNALS[journal],
        number=number,
        on=movement.on,
        account=account,
        account_name=ACCOUNTS[account],
        auxiliary_number=movement.auxiliary_number if is_landlord else "",
        auxiliary_name=movement.auxiliary_name if is_landlord else "",
        piece=movement.piece,
        piece_on=movement.piece_on,
        label=movement.label,
        debit=debit,
        credit=credit,
        lettering="",
        lettered_on=None,
        validated_on=validated_on,
        currency_amount=None,
        currency="",
    )


def _movement_faults(movement: Movement, validated_on: date) -> Iterator[str]:
    name = f"Pièce {movement.piece.strip() or 'sans numéro'} du {movement.on:%d/%m/%Y}"
    if not movement.piece.strip():
        yield f"{name} : le numéro de pièce manque."
    if not movement.label.strip():
        yield f"{name} : le libellé manque."
    if not _is_whole_cents(movement.amount) or movement.amount <= 0:
        yield f"{name} : {movement.amount} € n’est pas un montant positif en centimes entiers."
    if movement.on > validated_on:
        yield f"{name} : l’écriture est datée d’après sa validation ({validated_on:%d/%m/%Y})."
    has_auxiliary = movement.auxiliary_number.strip() and movement.auxiliary_name.strip()
    if LANDLORDS in _ACCOUNTS_OF[movement.kind] and not has_auxiliary:
        yield f"{name} : le compte auxiliaire du bailleur manque."


def _is_whole_cents(amount: Decimal) -> bool:
    if not amount.is_finite():
        return False
    try:
        to_cents(amount)
    except ValueError:
        return False
    return True


# The control ------------------------------------------------------------------------------------------------


def check(lines: Iterable[Line]) -> list[str]:
    """What is wrong with these lines, in French: an empty list when they can be handed over."""
    lines = tuple(lines)
    faults = [fault for line in lines for fault in _line_faults(line)]
    groups = [(number, list(group)) for number, group in groupby(lines, key=lambda line: line.number)]
    for number, group in groups:
        faults += _entry_faults(number, group)
    for (before, earlier), (after, later) in pairwise(groups):
        if after != before + 1:
            faults.append(f"Après l’écriture {before} vient la {after} : la numérotation doit se suivre.")
        if later[0].on < earlier[0].on:
            faults.append(f"L’écriture {after} est datée d’avant la {before}.")
    debit, credit = (sum((getattr(line, side) for line in lines), ZERO) for side in ("debit", "credit"))
    if debit != credit:
        faults.append(f"Au total, débit {format_euros(debit)} et crédit {format_euros(credit)} diffèrent.")
    return faults


def _entry_faults(number: int, lines: list[Line]) -> Iterator[str]:
    debit, credit = (sum((getattr(line, side) for line in lines), ZERO) for side in ("debit", "credit"))
    if debit != credit:
        yield (
            f"Écriture {number} : débit {format_euros(debit)} et crédit {format_euros(credit)} "
            "ne s’équilibrent pas."
        )
    if len({(line.on, line.journal_code, line.piece) for line in lines}) > 1:
        yield f"Écriture {number} : ses lignes n’ont pas la même date, le même journal ou la même pièce."


def _line_faults(line: Line) -> Iterator[str]:
    name = f"Écriture {line.number}"
    if line.number < 1:
        yield f"{name} : un numéro commence à 1."
    if line.account not in ACCOUNTS:
        yield f"{name} : le compte {line.account} n’est pas au plan comptable de l’association."
    if line.journal_code not in JOURNALS:
        yield f"{name} : le journal {line.journal_code} est inconnu."
    if line.account == LANDLORDS and not (line.auxiliary_number and line.auxiliary_name):
        yield f"{name} : le compte auxiliaire du bailleur manque."
    if not (_clean(line.piece) and _clean(line.label)):
        yield f"{name} : la pièce ou le libellé manque."
    if line.debit < 0 or line.credit < 0 or (line.debit > 0) == (line.credit > 0):
        yield f"{name} : une ligne porte un débit ou un crédit, positif."
    if not (_is_whole_cents(line.debit) and _is_whole_cents(line.credit)):
        yield f"{name} : un montant a plus de deux décimales."
    if line.on > line.validated_on:
        yield f"{name} : elle est datée d’après sa validation."


# The file ---------------------------------------------------------------------------------------------------


def write(lines: Iterable[Line]) -> bytes:
    """The file, headers first; raises FecError when `check` finds anything."""
    lines = tuple(lines)
    if faults := check(lines):
        raise FecError(faults)
    rows = [COLUMNS, *([_cell(value) for value in astuple(line)] for line in lines)]
    return "".join("\t".join(row) + "\r\n" for row in rows).encode()


def _cell(value: str | int | date | Decimal | None) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", ",")
    if isinstance(value, date):
        return value.isoformat().replace("-", "")
    return _clean(str(value))


def _clean(text: str) -> str:
    """One line without tabs nor control characters, which would shift the columns."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text).strip()
