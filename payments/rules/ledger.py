"""The ledger of a fund in a few lines: what the database must agree with (DOMAIN §6).

`available = contributed + transferred_in − transferred_out − committed + released + recovered`,
`to_pay = committed − released − paid`; neither goes below zero, and no more comes back than was paid.
Pure: no Django, no clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from ales.money import ZERO, format_euros, to_cents

# Kind of an entry, as the ledger writes it → the sum it adds to.
SUMS = {
    "CONTRIBUTION": "contributed",
    "TRANSFER_IN": "transferred_in",
    "TRANSFER_OUT": "transferred_out",
    "COMMITMENT": "committed",
    "RELEASE": "released",
    "PAYMENT": "paid",
    "RECOVERY": "recovered",
}


class LedgerError(ValueError):
    """An entry the ledger refuses; the message is French."""


@dataclass(frozen=True)
class Balance:
    """The sums of a fund, in euros; never changed, `apply` gives the next one."""

    contributed: Decimal = ZERO
    transferred_in: Decimal = ZERO
    transferred_out: Decimal = ZERO
    committed: Decimal = ZERO
    released: Decimal = ZERO
    paid: Decimal = ZERO
    recovered: Decimal = ZERO

    @property
    def available(self) -> Decimal:
        """Euros that can still be committed."""
        brought = self.contributed + self.transferred_in - self.transferred_out
        return brought - self.committed + self.released + self.recovered

    @property
    def to_pay(self) -> Decimal:
        """Euros committed, neither paid nor released."""
        return self.committed - self.released - self.paid

    def apply(self, kind: str, amount: Decimal) -> "Balance":
        """The balance after one entry.

        Raises LedgerError for an unknown kind, an amount that isn't a positive number of cents, or when the
        fund would break one of its rules (`faults`).
        """
        if kind not in SUMS:
            raise LedgerError(f"« {kind} » n’est pas une écriture de fonds.")
        if not _is_positive(amount):
            raise LedgerError("Une écriture porte un montant supérieur à zéro, en centimes entiers.")
        after = replace(self, **{SUMS[kind]: getattr(self, SUMS[kind]) + amount})
        if faults := after.faults():
            raise LedgerError(" ".join(faults))
        return after

    def faults(self) -> list[str]:
        """The rules of DOMAIN §6 that these sums break, in French."""
        faults = []
        if self.available < 0:
            faults.append(f"Il manque {format_euros(-self.available)} dans le fonds.")
        if self.to_pay < 0:
            faults.append(f"Le reste à payer serait dépassé de {format_euros(-self.to_pay)}.")
        if self.recovered > self.paid:
            excess = format_euros(self.recovered - self.paid)
            faults.append(f"Le fonds récupérerait {excess} de plus que payé.")
        return faults


def _is_positive(amount: Decimal) -> bool:
    try:
        return to_cents(amount) > 0
    except ValueError:
        return False


def balance_of(entries: Iterable[tuple[str, Decimal]]) -> Balance:
    """The sums of (kind, amount) entries in any order, without refusing any: `faults` judges them.

    Raises LedgerError for an unknown kind.
    """
    sums = dict.fromkeys(SUMS.values(), ZERO)
    for kind, amount in entries:
        if kind not in SUMS:
            raise LedgerError(f"« {kind} » n’est pas une écriture de fonds.")
        sums[SUMS[kind]] += amount
    return Balance(**sums)
