"""The statement of a fund: its lines in order, what each left, and the same as a PDF or a spreadsheet.

What is available changes with every line but a payment; what remains to be paid with commitments, releases
and payments (DOMAIN §6). Amounts are euros.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ales.dates import format_date
from ales.documents.frozen import fingerprint
from ales.documents.models import Audience, ProductionJob
from ales.documents.pdf import PRINT_STYLES
from ales.documents.production import Builder, FileBuilder, enqueue
from ales.errors import InvalidInputError, require
from ales.money import ZERO, format_euros
from ales.spreadsheets import XLSX, Cell, xlsx_bytes
from members import permissions
from members.access import Actor
from members.models import Fund, FundEntry
from members.models.fund import EntryKind
from members.pictures import Use, fund_picture

SUBJECT = "fund"
PDF_KIND, SHEET_KIND = "fund_statement", "fund_statement_sheet"
#: Lines a file may hold: a PDF is for reading, and costs some 7 ms a line.
MAX_LINES = {PDF_KIND: 2_000, SHEET_KIND: 20_000}

#: The order of the lines; an index of the ledger follows it.
ORDER = ("value_date", "created_at", "id")

AVAILABLE_SIGN = {
    EntryKind.CONTRIBUTION: 1,
    EntryKind.TRANSFER_IN: 1,
    EntryKind.TRANSFER_OUT: -1,
    EntryKind.COMMITMENT: -1,
    EntryKind.RELEASE: 1,
    EntryKind.PAYMENT: 0,
    EntryKind.RECOVERY: 1,
}
TO_PAY_SIGN = {EntryKind.COMMITMENT: 1, EntryKind.RELEASE: -1, EntryKind.PAYMENT: -1}
#: What each kind adds to, among the sums of a fund (its columns): its balance is made of them.
SUMS = {
    EntryKind.CONTRIBUTION: "contributed",
    EntryKind.TRANSFER_IN: "transferred_in",
    EntryKind.TRANSFER_OUT: "transferred_out",
    EntryKind.COMMITMENT: "committed",
    EntryKind.RELEASE: "released",
    EntryKind.PAYMENT: "paid",
    EntryKind.RECOVERY: "recovered",
}


@dataclass(frozen=True)
class Balance:
    """What a fund holds at some moment: still available, and committed but not paid yet."""

    available: Decimal = ZERO
    to_pay: Decimal = ZERO

    def after(self, kind: str, amount: Decimal) -> "Balance":
        """The balance once a line of that kind is written."""
        kind = EntryKind(kind)
        return Balance(
            self.available + AVAILABLE_SIGN[kind] * amount, self.to_pay + TO_PAY_SIGN.get(kind, 0) * amount
        )


@dataclass(frozen=True)
class Line:
    """A line of the statement: `change` of what is available, what the bank `paid`, and the balance left."""

    date: dt.date
    kind: str
    label: str
    who: str
    change: Decimal
    paid: Decimal
    balance: Balance


@dataclass(frozen=True)
class Period:
    """The days a statement covers, both included; None leaves that side open."""

    start: dt.date | None = None
    end: dt.date | None = None

    def of(self, entries: QuerySet) -> QuerySet:
        """Those of the period."""
        if self.start:
            entries = entries.filter(value_date__gte=self.start)
        return entries.filter(value_date__lte=self.end) if self.end else entries

    @property
    def label(self) -> str:
        """`du 1er janvier 2026 au 30 juin 2026`."""
        if self.start and self.end:
            return _("du %(start)s au %(end)s") % {
                "start": format_date(self.start),
                "end": format_date(self.end),
            }
        if self.start:
            return _("depuis le %s") % format_date(self.start)
        return _("jusqu’au %s") % format_date(self.end) if self.end else _("depuis l’ouverture")


def running(entries: Iterable[FundEntry], opening: Balance) -> list[Line]:
    """The entries, in the order of the statement, each with the balance it leaves."""
    lines, balance = [], opening
    for entry in entries:
        kind = EntryKind(entry.kind)
        balance = balance.after(kind, entry.amount)
        lines.append(
            Line(
                date=entry.value_date,
                kind=str(kind.label).capitalize(),
                label=entry.label,
                who=entry.created_by.full_name,
                change=AVAILABLE_SIGN[kind] * entry.amount,
                paid=entry.amount if kind == EntryKind.PAYMENT else ZERO,
                balance=balance,
            )
        )
    return lines


def balance_of(entries: QuerySet) -> Balance:
    """What these entries leave together; one query."""
    balance = Balance()
    for kind, amount in entries.order_by().values_list("kind").annotate(Sum("amount")):
        balance = balance.after(kind, amount)
    return balance


def sums_of(entries: QuerySet) -> dict[str, Decimal]:
    """Euros contributed, transferred in and out, committed, released, paid and recovered by these entries.

    One query. `available` changes by contributed + transferred_in − transferred_out − committed + released
    + recovered.
    """
    sums = dict.fromkeys(SUMS.values(), ZERO)
    for kind, amount in entries.order_by().values_list("kind").annotate(Sum("amount")):
        sums[SUMS[EntryKind(kind)]] += amount
    return sums


def use_in(opening: Balance, sums: dict[str, Decimal], closing: Balance) -> Use:
    """What came in and where it went in a period."""
    moved = {
        name: sums[name] for name in ("contributed", "transferred_in", "recovered", "paid", "transferred_out")
    }
    return Use(
        opening=opening.available + opening.to_pay,
        to_pay=closing.to_pay,
        available=closing.available,
        **moved,
    )


def opening_of(fund: Fund, period: Period) -> Balance:
    """The balance before the period's first day; one query, or none where the period has no beginning."""
    return balance_of(fund.entries.filter(value_date__lt=period.start)) if period.start else Balance()


# --- As a file ------------------------------------------------------------------------------------


@transaction.atomic
def produce(*, actor: Actor, fund_id: UUID, period: Period, kind: str) -> ProductionJob:
    """Want the statement as a PDF (PDF_KIND) or a spreadsheet (SHEET_KIND); the same lines give one file.

    Raises InvalidInputError for more lines than the file may hold, NotAllowedError.
    """
    found = Fund.objects.visible_to(actor).get(public_id=fund_id)
    # Nobody writes in the fund while its lines are read.
    (fund,) = Fund.objects.locked([found.pk])
    require(permissions.may_read_statement(actor, fund.owner_id))
    entries = period.of(fund.entries.select_related("created_by")).order_by(*ORDER)
    limit = MAX_LINES[kind]
    entries = list(entries[: limit + 1])
    if len(entries) > limit:
        raise InvalidInputError(
            _("Ce relevé a plus de %(limit)s lignes : choisissez une période plus courte.") % {"limit": limit}
        )
    opening = opening_of(fund, period)
    sums = sums_of(period.of(fund.entries))
    payload = _payload(fund, period, opening, running(entries, opening), sums)
    # A threshold says something of what is left today, not of the end of a past period.
    payload["threshold"] = None if period.end else fund.alert_threshold
    extension = "pdf" if kind == PDF_KIND else "xlsx"
    return enqueue(
        kind=kind,
        subject_kind=SUBJECT,
        subject_id=fund.public_id,
        unique_key=f"{kind}:{fund.public_id}:{fingerprint(payload)[:32]}",
        payload=payload,
        title=_("Relevé %(fund)s, %(period)s") % {"fund": fund, "period": period.label},
        file_name=f"releve-{slugify(fund.name)}-{fund.year}.{extension}",
        organisation_id=fund.owner_id,
        audience=Audience.MONEY,
        created_by_id=actor.user_id,
    )


def _payload(
    fund: Fund, period: Period, opening: Balance, lines: list[Line], sums: dict[str, Decimal]
) -> dict[str, Any]:
    closing = lines[-1].balance if lines else opening
    return {
        "fund": {
            "name": fund.name,
            "year": fund.year,
            "owner": fund.owner.name,
            "kind": fund.get_kind_display(),
        },
        "period": period.label,
        "opening": {"available": opening.available, "to_pay": opening.to_pay},
        "closing": {"available": closing.available, "to_pay": closing.to_pay},
        "into": sum((line.change for line in lines if line.change > 0), ZERO),
        "out": -sum((line.change for line in lines if line.change < 0), ZERO),
        "sums": sums,
        "lines": [
            {
                "date": line.date,
                "kind": line.kind,
                "label": line.label,
                "who": line.who,
                "change": line.change,
                "paid": line.paid,
                "available": line.balance.available,
                "to_pay": line.balance.to_pay,
            }
            for line in lines
        ],
    }


def printed(payload: dict[str, Any]) -> dict[str, Any]:
    """The frozen statement as its template prints it."""
    threshold = payload["threshold"]
    opening, closing, sums = (_amounts(payload[name]) for name in ("opening", "closing", "sums"))
    use = use_in(Balance(**opening), sums, Balance(**closing))
    return {
        "picture": fund_picture(use, None if threshold is None else Decimal(threshold)),
        "fund": payload["fund"],
        "period": payload["period"],
        "opening": _printed_balance(payload["opening"]),
        "closing": _printed_balance(payload["closing"]),
        "into": format_euros(Decimal(payload["into"])),
        "out": format_euros(Decimal(payload["out"])),
        "sums": _printed_balance(payload["sums"]),
        "lines": [_printed_line(line) for line in payload["lines"]],
    }


def _amounts(frozen: dict[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(amount) for name, amount in frozen.items()}


def _printed_balance(balance: dict[str, str]) -> dict[str, str]:
    """Amounts by name, as they are printed."""
    return {name: format_euros(Decimal(amount)) for name, amount in balance.items()}


def _printed_line(line: dict[str, str]) -> dict[str, str]:
    change, paid = Decimal(line["change"]), Decimal(line["paid"])
    return {
        "date": f"{dt.date.fromisoformat(line['date']):%d/%m/%Y}",
        "kind": line["kind"],
        "label": line["label"],
        "into": format_euros(change) if change > 0 else "",
        "out": format_euros(-change) if change < 0 else "",
        "paid": format_euros(paid) if paid else "",
        "available": format_euros(Decimal(line["available"])),
    }


HEADINGS = (
    *("Date", "Écriture", "Libellé", "Par", "Entrée", "Sortie", "Payé", "Disponible", "Restant à payer"),
)
WIDTHS = (12, 18, 44, 24, 14, 14, 14, 16, 16)
#: The sums in the order of the calculation, from opening to closing.
SUM_LABELS = {
    "contributed": "Versé",
    "transferred_in": "Reporté ou viré d’autres fonds",
    "transferred_out": "Reporté ou viré vers d’autres fonds (en moins)",
    "committed": "Engagé (en moins)",
    "released": "Libéré (en plus)",
    "recovered": "Recouvré (en plus)",
    "paid": "Payé (compris dans l’engagé)",
}


def sheet_of(payload: dict[str, Any]) -> bytes:
    """The frozen statement as a spreadsheet: a line an entry between the opening and the closing balance."""
    fund = payload["fund"]
    rows: list[list[Cell]] = [
        [f"{fund['owner']} – {fund['name']} {fund['year']}, {payload['period']}"],
        list(HEADINGS),
        _balance_row("Solde d’ouverture", payload["opening"]),
        *(_sheet_row(line) for line in payload["lines"]),
        _balance_row("Solde de clôture", payload["closing"]),
        [],
        ["Sur la période"],
        *([None, label, Decimal(payload["sums"][name])] for name, label in SUM_LABELS.items()),
    ]
    return xlsx_bytes(rows, sheet="Relevé", widths=WIDTHS, heading=1)


def _balance_row(label: str, balance: dict[str, str]) -> list[Cell]:
    return [None, label, *(None,) * 5, Decimal(balance["available"]), Decimal(balance["to_pay"])]


def _sheet_row(line: dict[str, str]) -> list[Cell]:
    change, paid = Decimal(line["change"]), Decimal(line["paid"])
    return [
        dt.date.fromisoformat(line["date"]),
        line["kind"],
        line["label"],
        line["who"],
        change if change > 0 else None,
        -change if change < 0 else None,
        paid or None,
        Decimal(line["available"]),
        Decimal(line["to_pay"]),
    ]


BUILDERS = {
    PDF_KIND: Builder(
        "documents/fund_statement.html", stylesheets=(*PRINT_STYLES, "css/print-fund.css"), context=printed
    ),
    SHEET_KIND: FileBuilder(sheet_of, XLSX),
}
