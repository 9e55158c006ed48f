"""SEPA credit transfers: the file handed to the bank, as a pure function of frozen rows (DOMAIN §9).

ISO 20022 `pain.001.001.09`, or `.03` for banks that still want it; EPC guidelines for content: SEPA character
set, no address, no `//` in references. The same rows always give the same bytes. Pure: no Django, no clock.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import schwifty
from lxml import etree
from schwifty.exceptions import SchwiftyException

from ales.money import format_euros, to_cents
from payments.rules import iso20022

VERSIONS = ("09", "03")
MAX_ID = 35
MAX_NAME = 70
MAX_REMITTANCE = 140
MAX_TRANSFER = Decimal("999999999.99")  # EPC: the highest amount of one transfer
NOT_PROVIDED = "NOTPROVIDED"

_REFUSED_CHARACTER = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_REFERENCE = re.compile(r"(?!/)(?!.*//)[A-Za-z0-9/\-?:().,'+ ]*(?<!/)")
# What Unicode doesn't take apart by itself. The rest (Greek, emoji, <, >…) is refused, never dropped.
_FOLDED = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ´`", "'"),
        **dict.fromkeys('«»“”„"', "'"),
        **dict.fromkeys("‐‑‒–—_", "-"),
        "&": "+",
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "Æ": "AE",
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "°": "o",
        "€": "EUR",
        ";": ",",
        "!": ".",
        "@": "(at)",
    }
)


class UnfoldableTextError(ValueError):
    """A text with characters that have no counterpart in the SEPA set; the message names them, in French."""


class TransferFileError(ValueError):
    """Rows that can't become a bank file; `faults` says in French which transfer and why."""

    def __init__(self, faults: list[str]):
        super().__init__(" ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Debtor:
    """Who pays. `bic` may be empty: the bank then finds it from the IBAN."""

    name: str
    iban: str
    bic: str


@dataclass(frozen=True)
class Transfer:
    """One credit transfer. Amount in euros; `end_to_end_id` comes back in the bank's statement."""

    end_to_end_id: str
    amount: Decimal
    creditor_name: str
    creditor_iban: str
    creditor_bic: str
    remittance: str


@dataclass(frozen=True)
class TransferFile:
    """Everything the file says. `message_id` never changes for a batch: the bank spots a second sending."""

    message_id: str
    payment_information_id: str
    created_at: datetime
    execution_on: date
    debtor: Debtor
    transfers: tuple[Transfer, ...]
    version: str = "09"


def fold(text: str) -> str:
    """The text in the SEPA character set: no accents, `&` → `+`, single spaces and slashes, none at the ends.

    Raises UnfoldableTextError when a character has no counterpart: nothing is dropped silently.
    """
    quoted = re.sub(r"(?<=«)\s+|\s+(?=»)", "", text)
    decomposed = unicodedata.normalize("NFKD", quoted.translate(_FOLDED))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_FOLDED)
    plain = re.sub(r"\s+", " ", plain)
    plain = re.sub(r"/(?: ?/)+", "/", plain).strip(" /")
    if refused := sorted(set(_REFUSED_CHARACTER.findall(plain))):
        raise UnfoldableTextError(
            f"un virement SEPA n’accepte pas {' '.join(f'« {c} »' for c in refused)} dans « {text.strip()} »"
        )
    return plain


def remittance(landlord_reference: str, our_reference: str) -> str:
    """What the landlord reads on their account: our reference, then theirs (140 characters at most).

    Never the tenant's name nor the reason (DOMAIN §9): there is no argument for them.
    Raises UnfoldableTextError, or ValueError when it would be too long.
    """
    parts = [fold(our_reference), f"REF {fold(landlord_reference)}" if landlord_reference.strip() else ""]
    text = " ".join(part for part in parts if part)
    if len(text) > MAX_REMITTANCE:
        raise ValueError(
            f"Le libellé du virement compte {len(text)} caractères, {MAX_REMITTANCE} au plus : {text}"
        )
    return text


def count(file: TransferFile) -> int:
    """Number of transfers (NbOfTxs)."""
    return len(file.transfers)


def control_sum(file: TransferFile) -> Decimal:
    """Sum of the amounts in euros (CtrlSum)."""
    return sum((transfer.amount for transfer in file.transfers), Decimal("0.00"))


def write(file: TransferFile) -> bytes:
    """The file for the bank, UTF-8, always the same for the same rows.

    Raises TransferFileError with every fault found (French, naming the transfer).
    """
    if faults := list(_faults(file)):
        raise TransferFileError(faults)
    document = etree.Element("Document", nsmap={None: _namespace(file.version)})
    initiation = _add(document, "CstmrCdtTrfInitn")
    _group_header(initiation, file)
    _payment_information(initiation, file)
    body = etree.tostring(document, pretty_print=True, encoding="UTF-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body


def validate(content: bytes, version: str) -> list[str]:
    """What the ISO 20022 schema of this version refuses, in French; an empty list when the file is valid.

    The number and the sum in the headers must be those of the transfers, too.
    """
    try:
        root = iso20022.parse(content)
    except iso20022.UnsafeXmlError as error:
        return error.faults
    path = f"sepaxml/schemas/pain.001.001.{_known_version(version)}.xsd"
    if faults := iso20022.schema_faults(root, iso20022.schema("sepaxml", path)):
        return faults
    return _total_faults(root)


def read_totals(content: bytes) -> tuple[int, Decimal]:
    """Number and sum in euros of the transfers that a file really holds, to be checked against the ledger.

    Raises iso20022.UnsafeXmlError when the content is no XML.
    """
    return _totals(iso20022.parse(content))


def _namespace(version: str) -> str:
    return f"urn:iso:std:iso:20022:tech:xsd:pain.001.001.{_known_version(version)}"


def _known_version(version: str) -> str:
    if version not in VERSIONS:
        raise ValueError(f"No pain.001.001.{version}: {' or '.join(VERSIONS)}")
    return version


def _totals(root: etree._Element) -> tuple[int, Decimal]:
    amounts = [Decimal(element.text) for element in root.iterfind(".//{*}CdtTrfTxInf/{*}Amt/{*}InstdAmt")]
    return len(amounts), sum(amounts, Decimal("0.00"))


def _total_faults(root: etree._Element) -> list[str]:
    faults = []
    for place in (root.find(".//{*}GrpHdr"), *root.iterfind(".//{*}PmtInf")):
        found_count, found_sum = _totals(root if place.tag.endswith("GrpHdr") else place)
        name = etree.QName(place).localname
        if place.findtext("{*}NbOfTxs") not in (None, str(found_count)):
            faults.append(
                f"{name} annonce {place.findtext('{*}NbOfTxs')} virements, le fichier en a {found_count}."
            )
        announced = place.findtext("{*}CtrlSum")
        if announced is not None and Decimal(announced) != found_sum:
            faults.append(f"{name} annonce {announced} € au total, les virements font {found_sum} €.")
    return faults


# What is refused -------------------------------------------------------------------------------------------


def _faults(file: TransferFile) -> Iterator[str]:
    if file.version not in VERSIONS:
        yield f"Version de fichier inconnue : « {file.version} »."
    for what, reference in (
        ("L’identifiant du message", file.message_id),
        ("L’identifiant du lot", file.payment_information_id),
    ):
        yield from _reference_faults(what, reference)
    yield from debtor_faults(file.debtor)
    if not file.transfers:
        yield "Un fichier de virements ne peut pas être vide."
    for reference, times in Counter(transfer.end_to_end_id for transfer in file.transfers).items():
        if times > 1:
            yield f"La référence {reference} est portée par {times} virements : elle doit être unique."
    for transfer in file.transfers:
        yield from _transfer_faults(transfer)


def debtor_faults(debtor: Debtor) -> list[str]:
    """What is wrong with the account that pays, in French."""
    return [
        *_account_faults("Le compte de l’association", debtor.iban, debtor.bic),
        *_text_faults("Le nom de l’association", debtor.name, MAX_NAME),
    ]


def _transfer_faults(transfer: Transfer) -> Iterator[str]:
    name = f"Virement {transfer.end_to_end_id or 'sans référence'}"
    yield from _reference_faults(f"{name} : la référence", transfer.end_to_end_id)
    yield from _amount_faults(name, transfer.amount)
    yield from _text_faults(f"{name} : le nom du bénéficiaire", transfer.creditor_name, MAX_NAME)
    yield from _account_faults(f"{name} : le compte", transfer.creditor_iban, transfer.creditor_bic)
    yield from _text_faults(f"{name} : le libellé", transfer.remittance, MAX_REMITTANCE)


def _reference_faults(what: str, reference: str) -> Iterator[str]:
    if not reference.strip():
        yield f"{what} est vide."
    elif len(reference) > MAX_ID:
        yield f"{what} « {reference} » compte {len(reference)} caractères, {MAX_ID} au plus."
    elif reference != reference.strip() or not _REFERENCE.fullmatch(reference):
        yield (
            f"{what} « {reference} » n’est pas une référence SEPA : lettres sans accent, chiffres et "
            "/ - ? : ( ) . , ' + ; ni « / » au début ou à la fin, ni « // »."
        )


def _amount_faults(name: str, amount: Decimal) -> Iterator[str]:
    if not isinstance(amount, Decimal) or not amount.is_finite():
        yield f"{name} : le montant « {amount} » n’est pas un nombre décimal d’euros."
        return
    try:
        cents = to_cents(amount)
    except ValueError:
        yield f"{name} : le montant {amount} € a plus de deux décimales."
        return
    if cents <= 0:
        yield f"{name} : le montant doit être supérieur à zéro."
    elif amount > MAX_TRANSFER:
        yield f"{name} : {format_euros(amount)} dépasse ce qu’un virement SEPA peut porter."


def _text_faults(what: str, text: str, longest: int) -> Iterator[str]:
    try:
        folded = fold(text)
    except UnfoldableTextError as error:
        yield f"{what} : {error}."
        return
    if not folded:
        yield f"{what} est vide."
    elif len(folded) > longest:
        yield f"{what} compte {len(folded)} caractères, {longest} au plus : « {folded} »."


def _account_faults(what: str, iban: str, bic: str) -> Iterator[str]:
    try:
        if schwifty.IBAN(iban, validate_bban=True).compact != iban:
            yield f"{what} : l’IBAN « {iban} » s’écrit sans espace et en capitales."
    except SchwiftyException:
        yield f"{what} : « {iban} » n’est pas un IBAN."
    try:
        if bic and schwifty.BIC(bic).compact != bic:
            yield f"{what} : le BIC « {bic} » s’écrit sans espace et en capitales."
    except SchwiftyException:
        yield f"{what} : « {bic} » n’est pas un BIC."


# What is written -------------------------------------------------------------------------------------------


def _add(parent: etree._Element, path: str, text: str | None = None, **attributes: str) -> etree._Element:
    """Elements of a path such as `FinInstnId/BICFI` under the parent; the last one gets the text."""
    for name in path.split("/"):
        parent = etree.SubElement(parent, etree.QName(parent.nsmap[None], name))
    parent.text = text
    parent.attrib.update(attributes)
    return parent


def _group_header(parent: etree._Element, file: TransferFile) -> None:
    header = _add(parent, "GrpHdr")
    _add(header, "MsgId", file.message_id)
    _add(header, "CreDtTm", file.created_at.isoformat(timespec="seconds"))
    _totals_of(header, file)
    _add(header, "InitgPty/Nm", fold(file.debtor.name))


def _payment_information(parent: etree._Element, file: TransferFile) -> None:
    block = _add(parent, "PmtInf")
    _add(block, "PmtInfId", file.payment_information_id)
    _add(block, "PmtMtd", "TRF")
    # One line an order on the statement, so that each comes back with its own reference.
    _add(block, "BtchBookg", "false")
    _totals_of(block, file)
    _add(block, "PmtTpInf/SvcLvl/Cd", "SEPA")
    _add(block, "ReqdExctnDt" if file.version == "03" else "ReqdExctnDt/Dt", file.execution_on.isoformat())
    _add(block, "Dbtr/Nm", fold(file.debtor.name))
    _add(block, "DbtrAcct/Id/IBAN", file.debtor.iban)
    _agent(block, "DbtrAgt", file.debtor.bic, file.version)
    _add(block, "ChrgBr", "SLEV")
    for transfer in file.transfers:
        _transfer(block, transfer, file.version)


def _totals_of(parent: etree._Element, file: TransferFile) -> None:
    _add(parent, "NbOfTxs", str(count(file)))
    _add(parent, "CtrlSum", f"{control_sum(file):.2f}")


def _transfer(parent: etree._Element, transfer: Transfer, version: str) -> None:
    block = _add(parent, "CdtTrfTxInf")
    _add(block, "PmtId/EndToEndId", transfer.end_to_end_id)
    _add(block, "Amt/InstdAmt", f"{transfer.amount:.2f}", Ccy="EUR")
    if transfer.creditor_bic:
        _agent(block, "CdtrAgt", transfer.creditor_bic, version)
    _add(block, "Cdtr/Nm", fold(transfer.creditor_name))
    _add(block, "CdtrAcct/Id/IBAN", transfer.creditor_iban)
    _add(block, "RmtInf/Ustrd", fold(transfer.remittance))


def _agent(parent: etree._Element, name: str, bic: str, version: str) -> None:
    institution = _add(parent, f"{name}/FinInstnId")
    if bic:
        _add(institution, "BIC" if version == "03" else "BICFI", bic)
    else:
        _add(institution, "Othr/Id", NOT_PROVIDED)
