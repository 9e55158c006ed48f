"""What a bank statement says, whatever file it came in. Decimal euros. Pure: no Django, no clock."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

#: Movements of one file; a month of the association has some hundreds.
MAX_ENTRIES = 20_000


class StatementError(ValueError):
    """A statement that can't be imported; `faults` says why, in French, for the person who chose the file."""

    def __init__(self, faults: list[str]):
        super().__init__(" ".join(faults))
        self.faults = faults


def refuse_too_many(count: int) -> None:
    """Raise StatementError over MAX_ENTRIES movements."""
    if count > MAX_ENTRIES:
        told, limit = (f"{number:_}".replace("_", "\u202f") for number in (count, MAX_ENTRIES))
        fault = (
            f"Ce fichier a {told} mouvements, {limit} au plus : demandez à la banque une période plus courte."
        )
        raise StatementError([fault])


class EntryKind(StrEnum):
    TRANSFER = "transfer"  # money that left
    RETURN = "return"  # a transfer of ours that came back: rejected or returned
    RECEIPT = "receipt"  # other money that came in
    OTHER = "other"  # a receipt that the bank took back
    PENDING = "pending"  # announced, not booked: it may still not happen


@dataclass(frozen=True)
class Entry:
    """One movement of one transfer; a batch booked as one line gives one entry for each of its transfers.

    `amount` is positive, `is_credit` says its side. `position` counts from 1 in the statement and is stable:
    (statement, position) names the entry. `return_reason` is an ISO code (`AC04`) or the bank's own words.
    `batch_id` is the PmtInfId of our file, where the bank repeats it.
    """

    position: int
    booked_on: date
    amount: Decimal
    is_credit: bool
    end_to_end_id: str = ""
    bank_reference: str = ""
    counterparty: str = ""
    label: str = ""
    is_reversal: bool = False
    return_reason: str = ""
    kind: EntryKind = EntryKind.OTHER
    batch_id: str = ""

    @property
    def signed_amount(self) -> Decimal:
        """Euros, negative when the money left."""
        return self.amount if self.is_credit else -self.amount


@dataclass(frozen=True)
class Statement:
    """One statement of one account, in euros.

    `account_iban`, `created_at` and the balances are unknown ('' or None) where the file doesn't tell: a CSV,
    or the balances of a camt.054. `created_at` is aware only when the bank wrote an offset.
    """

    account_iban: str
    statement_id: str
    created_at: datetime | None
    starts_on: date
    ends_on: date
    opening: Decimal | None
    closing: Decimal | None
    currency: str
    entries: tuple[Entry, ...]

    @property
    def movement(self) -> Decimal:
        """Euros by which the booked entries changed the balance."""
        booked = (entry.signed_amount for entry in self.entries if entry.kind != EntryKind.PENDING)
        return sum(booked, Decimal("0.00"))


def kind_of(*, is_credit: bool, is_return: bool, is_reversal: bool, is_booked: bool) -> EntryKind:
    """What a movement means for us; a credit that reverses or returns something is our money coming back."""
    if not is_booked:
        return EntryKind.PENDING
    if is_credit:
        return EntryKind.RETURN if is_return or is_reversal else EntryKind.RECEIPT
    return EntryKind.OTHER if is_return or is_reversal else EntryKind.TRANSFER


# The codes of ISO 20022's external list that a credit transfer meets, in our own words.
_RETURN_REASONS = {
    "AC01": "le numéro de compte est faux",
    "AC03": "le compte du bénéficiaire n’est pas valable",
    "AC04": "le compte est clôturé",
    "AC06": "le compte est bloqué",
    "AC13": "le type du compte ne convient pas",
    "AG01": "ce type d’opération est interdit sur ce compte",
    "AG02": "le code d’opération est faux",
    "AM02": "le montant dépasse ce qui est permis",
    "AM04": "la provision est insuffisante",
    "AM05": "l’opération est en double",
    "AM09": "le montant n’est pas le bon",
    "BE01": "le nom ne correspond pas au titulaire du compte",
    "BE04": "l’adresse du bénéficiaire manque ou est fausse",
    "BE05": "le donneur d’ordre n’est pas reconnu",
    "CNOR": "la banque du bénéficiaire n’est pas joignable",
    "CURR": "la devise n’est pas la bonne",
    "CUST": "à la demande du donneur d’ordre",
    "DNOR": "la banque du donneur d’ordre n’est pas joignable",
    "DUPL": "l’opération est en double",
    "ERIN": "une information obligatoire manque",
    "FF01": "le fichier n’a pas la forme attendue",
    "FOCR": "à la suite d’une demande d’annulation",
    "FRAD": "une fraude est soupçonnée",
    "MD07": "le titulaire du compte est décédé",
    "MS02": "le bénéficiaire refuse, sans donner de raison",
    "MS03": "la banque ne donne pas de raison",
    "NARR": "la raison est écrite dans le libellé",
    "NOAS": "le bénéficiaire n’a pas répondu",
    "RC01": "le BIC est faux",
    "RR01": "le compte du donneur d’ordre manque (obligation légale)",
    "RR02": "le nom du donneur d’ordre manque (obligation légale)",
    "RR03": "le nom du bénéficiaire manque (obligation légale)",
    "RR04": "pour une raison légale",
    "TECH": "un incident technique s’est produit",
    "TM01": "le fichier est arrivé après l’heure limite",
}


# Codes that name the account: paid there again, the transfer would come back again.
_ACCOUNT_REASONS = frozenset({"AC01", "AC03", "AC04", "AC06", "AC13", "BE01", "RC01"})


def names_the_account(reason: str) -> bool:
    """Whether the bank's reason (its code first, maybe words after it) is the account itself."""
    return reason.strip()[:4].upper() in _ACCOUNT_REASONS


def return_label(reason: str) -> str:
    """`AC04 : le compte est clôturé`; the bank's own words when unknown, a plain sentence when empty."""
    if not reason:
        return "la banque ne donne pas de raison"
    known = _RETURN_REASONS.get(reason)
    return f"{reason} : {known}" if known else reason
