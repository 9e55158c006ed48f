"""A bank for the tests: the statements it sends about our transfer files.

`statement_of(pain)` for the whole way back of a file; `camt_053`/`camt_054` for one movement by one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal

from lxml import etree

from ales.money import ZERO
from payments.rules import iso20022

# From this version on, a status and a party are one level deeper.
_DEEPER = "07"
_OPENING = Decimal("100000.00")


@dataclass(frozen=True)
class Movement:
    """One transfer on the account, in euros; a `return_reason` or a reversal brings the money back."""

    end_to_end_id: str
    amount: Decimal
    is_credit: bool = False
    counterparty: str = ""
    label: str = ""
    return_reason: str = ""
    is_reversal: bool = False
    status: str = "BOOK"
    batch_id: str = ""

    @property
    def signed_amount(self) -> Decimal:
        return self.amount if self.is_credit else -self.amount


# Several movements booked as one line are given as a tuple.
Line = Movement | tuple[Movement, ...]


def executed(pain: bytes) -> list[Movement]:
    """The movements of a transfer file that the bank carried out."""
    root = iso20022.parse(pain)
    return [
        Movement(
            end_to_end_id=transfer.findtext("{*}PmtId/{*}EndToEndId"),
            amount=Decimal(transfer.findtext("{*}Amt/{*}InstdAmt")),
            counterparty=transfer.findtext("{*}Cdtr/{*}Nm"),
            label=transfer.findtext("{*}RmtInf/{*}Ustrd"),
            batch_id=transfer.getparent().findtext("{*}PmtInfId"),
        )
        for transfer in root.iter("{*}CdtTrfTxInf")
    ]


def returned(movement: Movement, reason: str) -> Movement:
    """The same money coming back."""
    return replace(movement, is_credit=True, return_reason=reason)


def statement_of(
    pain: bytes, *, day: date, rejected: Mapping[str, str] | None = None, in_batch: bool = False, **options
) -> bytes:
    """A camt.053 of a day when the file was carried out; `rejected`: reason by end-to-end reference.

    A rejected transfer leaves and comes back. `options` are those of `camt_053`; the account is the file's.
    """
    movements = executed(pain)
    back = [
        returned(m, (rejected or {})[m.end_to_end_id])
        for m in movements
        if m.end_to_end_id in (rejected or {})
    ]
    lines = [tuple(movements), *back] if in_batch else [*movements, *back]
    account = iso20022.parse(pain).findtext(".//{*}DbtrAcct/{*}Id/{*}IBAN")
    return camt_053(lines, iban=account, day=day, **options)


def camt_053(
    lines: Iterable[Line],
    *,
    iban: str,
    day: date,
    statement_id: str = "",
    opening: Decimal = _OPENING,
    closing: Decimal | None = None,
    version: str = "08",
    currency: str = "EUR",
) -> bytes:
    """A valid statement, but for what is asked otherwise (`closing`, `currency`)."""
    lines = list(lines)
    root, body = _document("053", "BkToCstmrStmt/Stmt", version, day, statement_id)
    _add(body, "Acct/Id/IBAN", iban)
    moved = sum((m.signed_amount for line in lines for m in _of(line) if m.status == "BOOK"), ZERO)
    _balance(body, "OPBD", opening, day, currency)
    _balance(body, "CLBD", opening + moved if closing is None else closing, day, currency)
    _entries(body, lines, day, version, currency)
    return _bytes(root)


def camt_054(
    lines: Iterable[Line], *, iban: str, day: date, statement_id: str = "", version: str = "08"
) -> bytes:
    """A valid notification of movements: no balances."""
    root, body = _document("054", "BkToCstmrDbtCdtNtfctn/Ntfctn", version, day, statement_id)
    _add(body, "Acct/Id/IBAN", iban)
    _entries(body, list(lines), day, version, "EUR")
    return _bytes(root)


def _of(line: Line) -> tuple[Movement, ...]:
    return line if isinstance(line, tuple) else (line,)


def _add(parent, path, text=None, **attributes):
    for name in path.split("/"):
        parent = etree.SubElement(parent, etree.QName(parent.nsmap[None], name))
    parent.text = text
    parent.attrib.update(attributes)
    return parent


def _bytes(root) -> bytes:
    return etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)


def _document(kind, path, version, day, statement_id):
    root = etree.Element(
        "Document", nsmap={None: f"urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}"}
    )
    message, name = path.split("/")
    top = _add(root, message)
    moment = datetime.combine(day, time(20)).isoformat()
    header = _add(top, "GrpHdr")
    _add(header, "MsgId", f"BANQUE-{day:%Y%m%d}")
    _add(header, "CreDtTm", moment)
    body = _add(top, name)
    _add(body, "Id", statement_id or f"RELEVE-{day:%Y%m%d}")
    _add(body, "CreDtTm", moment)
    return root, body


def _balance(body, code, amount, day, currency):
    balance = _add(body, "Bal")
    _add(balance, "Tp/CdOrPrtry/Cd", code)
    _add(balance, "Amt", f"{abs(amount):.2f}", Ccy=currency)
    _add(balance, "CdtDbtInd", "DBIT" if amount < 0 else "CRDT")
    _add(balance, "Dt/Dt", day.isoformat())


def _entries(body, lines, day, version, currency):
    totals = [sum((m.signed_amount for m in _of(line)), ZERO) for line in lines]
    summary = _add(body, "TxsSummry")
    for name, kept in (
        ("TtlNtries", totals),
        ("TtlCdtNtries", [total for total in totals if total > 0]),
        ("TtlDbtNtries", [total for total in totals if total <= 0]),
    ):
        block = _add(summary, name)
        _add(block, "NbOfNtries", str(len(kept)))
        _add(block, "Sum", f"{sum(map(abs, kept), ZERO):.2f}")
    for number, (line, total) in enumerate(zip(lines, totals, strict=True), start=1):
        _entry(body, number, _of(line), total, day, version, currency)


def _entry(body, number, movements, total, day, version, currency):
    first = movements[0]
    entry = _add(body, "Ntry")
    _add(entry, "Amt", f"{abs(total):.2f}", Ccy=currency)
    _add(entry, "CdtDbtInd", "CRDT" if total > 0 else "DBIT")
    if first.is_reversal:
        _add(entry, "RvslInd", "true")
    _add(entry, "Sts" if version < _DEEPER else "Sts/Cd", first.status)
    _add(entry, "BookgDt/Dt", day.isoformat())
    _add(entry, "AcctSvcrRef", f"B{day:%Y%m%d}{number:04}")
    domain = _add(entry, "BkTxCd/Domn")
    _add(domain, "Cd", "PMNT")
    family = _add(domain, "Fmly")
    _add(family, "Cd", "ICDT")
    _add(family, "SubFmlyCd", "RRTN" if first.return_reason else "ESCT")
    details = _add(entry, "NtryDtls")
    if len(movements) > 1:
        batch = _add(details, "Btch")
        _add(batch, "NbOfTxs", str(len(movements)))
    for movement in movements:
        _detail(details, movement, version, currency)


def _detail(parent, movement, version, currency):
    detail = _add(parent, "TxDtls")
    references = _add(detail, "Refs")
    if movement.batch_id:
        _add(references, "PmtInfId", movement.batch_id)
    _add(references, "EndToEndId", movement.end_to_end_id or "NOTPROVIDED")
    amount = f"{movement.amount:.2f}"
    if version == "02":
        _add(detail, "AmtDtls/TxAmt/Amt", amount, Ccy=currency)
    else:
        _add(detail, "Amt", amount, Ccy=currency)
        _add(detail, "CdtDbtInd", "CRDT" if movement.is_credit else "DBIT")
    if movement.counterparty:
        ours = movement.is_credit and not movement.return_reason
        path = f"RltdPties/{'Dbtr' if ours else 'Cdtr'}"
        _add(detail, f"{path}/Nm" if version < _DEEPER else f"{path}/Pty/Nm", movement.counterparty)
    if movement.label:
        _add(detail, "RmtInf/Ustrd", movement.label)
    if movement.return_reason:
        _add(detail, "RtrInf/Rsn/Cd", movement.return_reason)
