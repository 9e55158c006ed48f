"""A small pure model of the money, for `test_ledger_machine.py`: who may do what, what each fund then holds.

Written from DOMAIN §6, §7 and §9, not from the operations: it knows no database, no lock and no document. A
method is a move of one person; it changes the model, or raises `Refused` and the caller forgets what it
began. Amounts are euros.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from ales.money import ZERO, from_cents, to_cents
from payments.rules.ledger import Balance, LedgerError

#: Whose each fund is: money moves between two funds of one owner only.
FUND_OWNERS = {
    "employer": "cil",
    "earlier": "cil",
    "landlord": "landlord",
    "other_employer": "other_cil",
}
#: Order states before the bank has the transfer: a changed account or a stopped aid puts them on hold.
WAITING = ("to_sign", "signed", "batched")


class Refused(Exception):
    """The move is not allowed; nothing changes."""


def need(*conditions: object) -> None:
    if not all(conditions):
        raise Refused


@dataclass(frozen=True)
class Person:
    name: str
    role: str
    organisation: str

    @property
    def is_treasurer(self) -> bool:
        return self.role == "TREASURER"

    @property
    def is_admin(self) -> bool:
        return self.role == "ADMIN"

    @property
    def is_association(self) -> bool:
        return self.role in ("TREASURER", "ADMIN")

    def manages(self, organisation: str) -> bool:
        return self.role == "MANAGER" and self.organisation == organisation


@dataclass
class Landlord:
    """`confirmed` and `proposed` name accounts; `proposed_by` the person who must not confirm theirs.

    `is_refused`: the bank refused the confirmed one, and no treasurer has vouched for it since.
    """

    is_active: bool = True
    confirmed: str = ""
    proposed: str = ""
    proposed_by: str = ""
    is_refused: bool = False

    @property
    def pays_to(self) -> str:
        """The account payments go to, "" while one waits for its second person."""
        return "" if self.proposed else self.confirmed


@dataclass
class Term:
    """`parts`: euros by fund, set when the aid is granted."""

    asked: Decimal
    state: str = "ASKED"
    parts: dict[str, Decimal] = field(default_factory=dict)

    @property
    def granted(self) -> Decimal:
        return sum(self.parts.values(), ZERO)


@dataclass
class Aid:
    organisation: str
    landlord: str
    terms: list[Term]
    state: str = "submitted"
    recovered: Decimal = ZERO

    def amount(self, state: str) -> Decimal:
        return sum((term.granted for term in self.terms if term.state == state), ZERO)

    def has(self, *states: str) -> bool:
        return any(term.state in states for term in self.terms)


@dataclass
class Order:
    """`terms` are ranks in the aid; `is_live` until they may be asked for again."""

    aid: str
    terms: tuple[int, ...]
    account: str
    state: str = "to_sign"
    is_live: bool = True
    batch: int | None = None
    outcome: str = ""
    was_executed: bool = False
    is_received: bool = False


@dataclass
class Batch:
    orders: tuple[int, ...]
    state: str = "prepared"
    has_file: bool = False


@dataclass
class Recovery:
    """`parts`: euros by (rank of the term, fund)."""

    order: int
    parts: dict[tuple[int, str], Decimal]
    state: str = "ASKED"


@dataclass
class Model:
    funds: dict[str, Balance] = field(default_factory=dict)
    landlords: dict[str, Landlord] = field(default_factory=dict)
    aids: dict[str, Aid] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    batches: dict[int, Batch] = field(default_factory=dict)
    recoveries: dict[int, Recovery] = field(default_factory=dict)
    #: What each form of the association was sent with: sent again, it counts once.
    forms: dict[tuple[str, int], tuple] = field(default_factory=dict)

    # --- Small words ------------------------------------------------------------------------------

    def post(self, kind: str, parts: dict[str, Decimal]) -> None:
        try:
            self.funds |= {fund: self.funds[fund].apply(kind, amount) for fund, amount in parts.items()}
        except LedgerError as error:
            raise Refused from error

    def terms_of(self, order: Order) -> list[Term]:
        return [self.aids[order.aid].terms[rank] for rank in order.terms]

    def parts_of(self, terms: list[Term]) -> dict[str, Decimal]:
        parts: dict[str, Decimal] = {}
        for term in terms:
            for fund, amount in term.parts.items():
                parts[fund] = parts.get(fund, ZERO) + amount
        return parts

    def amount_of(self, order: Order) -> Decimal:
        return sum((term.granted for term in self.terms_of(order)), ZERO)

    def is_on_hold(self, order: Order) -> bool:
        aid = self.aids[order.aid]
        landlord = self.landlords[aid.landlord]
        held = landlord.pays_to != order.account or landlord.is_refused
        return order.state in WAITING and (aid.state == "stopped" or not landlord.is_active or held)

    def _release(self, terms: list[Term]) -> None:
        self.post("RELEASE", self.parts_of(terms))
        for term in terms:
            term.state = "RELEASED"

    def _rest(self, aid: Aid) -> None:
        """A request in payment is settled when nothing waits, only validated when nothing was ordered."""
        if aid.state != "in_payment":
            return
        if not aid.has("GRANTED", "ORDERED"):
            aid.state = "settled"
        elif not aid.has("ORDERED", "PAID"):
            aid.state = "validated"

    def _return(self, order: Order) -> None:
        """The order's terms wait again, or go back to their funds when the aid was stopped meanwhile."""
        aid, terms = self.aids[order.aid], self.terms_of(order)
        order.is_live = False
        for term in terms:
            term.state = "GRANTED"
        if aid.state == "stopped":
            self._release(terms)
        else:
            self._rest(aid)

    def _owned(self, who: Person, order: Order) -> bool:
        return who.manages(self.aids[order.aid].organisation)

    # --- Aids ---------------------------------------------------------------------------------------

    def validate(self, who: Person, *, aid: str, parts: list[dict[str, Decimal]]) -> None:
        """`parts` by term, euros by fund; nothing refuses the term."""
        found = self.aids[aid]
        need(who.manages(found.organisation), found.state == "submitted")
        for term, drawn in zip(found.terms, parts, strict=True):
            term.parts = {fund: amount for fund, amount in drawn.items() if amount}
            need(term.granted <= term.asked)
            term.state = "GRANTED" if term.parts else "REFUSED"
        need(found.has("GRANTED"))
        self.post("COMMITMENT", self.parts_of(found.terms))
        found.state = "validated"

    def stop(self, who: Person, *, aid: str, is_stale: bool = False) -> None:
        found = self.aids[aid]
        need(not is_stale, who.manages(found.organisation), found.state in ("validated", "in_payment"))
        self._release([term for term in found.terms if term.state == "GRANTED"])
        found.state = "stopped"

    # --- Orders -------------------------------------------------------------------------------------

    def request_payment(
        self, who: Person, *, aid: str, terms: tuple[int, ...], is_stale: bool = False
    ) -> None:
        found = self.aids[aid]
        landlord = self.landlords[found.landlord]
        need(not is_stale, who.manages(found.organisation), found.state in ("validated", "in_payment"))
        need(terms, all(found.terms[rank].state == "GRANTED" for rank in terms))
        need(landlord.is_active, landlord.pays_to, not landlord.is_refused)
        for rank in terms:
            found.terms[rank].state = "ORDERED"
        found.state = "in_payment"
        self.orders[len(self.orders) + 1] = Order(aid, terms, landlord.pays_to)

    def sign(self, who: Person, *, order: int) -> None:
        found = self.orders[order]
        need(who.is_treasurer, found.state == "to_sign", not self.is_on_hold(found))
        found.state = "signed"

    def give_up(self, who: Person, *, order: int, not_executed: bool) -> None:
        found = self.orders[order]
        need(who.is_treasurer or (self._owned(who, found) and found.state == "to_sign"))
        need(found.state in ("to_sign", "signed"), found.state == "to_sign" or not_executed)
        found.state = "given_up"
        self._return(found)

    def record_execution(
        self, who: Person, *, order: int, account_confirmed: bool, is_early: bool = False
    ) -> None:
        """`is_early`: a day that is still to come."""
        found = self.orders[order]
        aid = self.aids[found.aid]
        changed = self.landlords[aid.landlord].pays_to != found.account
        need(who.is_treasurer, found.state in ("signed", "sent"), not is_early)
        need(account_confirmed or not changed)
        self.post("PAYMENT", self.parts_of(self.terms_of(found)))
        for term in self.terms_of(found):
            term.state = "PAID"
        found.state, found.was_executed = "executed", True
        self._rest(aid)

    def reject(self, who: Person, *, order: int, receipt_mistaken: bool, names_account: bool = False) -> None:
        """`names_account`: the bank refuses the account itself."""
        found = self.orders[order]
        aid = self.aids[found.aid]
        need(who.is_treasurer, found.state in ("sent", "executed"))
        need(receipt_mistaken or not found.is_received)
        if found.state == "executed":
            need(not any(row.order == order and row.state != "DROPPED" for row in self.recoveries.values()))
            for kind in ("RECOVERY", "COMMITMENT"):
                self.post(kind, self.parts_of(self.terms_of(found)))
        for term in self.terms_of(found):
            term.state = "ORDERED"
        found.state = "rejected"
        landlord = self.landlords[aid.landlord]
        landlord.is_refused |= names_account and landlord.confirmed == found.account
        if aid.state == "settled":
            aid.state = "in_payment"

    def reorder(self, who: Person, *, order: int) -> None:
        found = self.orders[order]
        need(self._owned(who, found), found.state == "rejected", not found.outcome)
        need(self.aids[found.aid].state != "stopped")
        found.outcome = "REORDERED"
        self._return(found)
        self.request_payment(who, aid=found.aid, terms=found.terms)

    def release_rejected(self, who: Person, *, order: int) -> None:
        found = self.orders[order]
        need(who.is_treasurer or self._owned(who, found), found.state == "rejected", not found.outcome)
        found.outcome, found.is_live = "RELEASED", False
        self._release(self.terms_of(found))
        self._rest(self.aids[found.aid])

    def confirm_receipt(self, who: Person, *, order: int) -> None:
        found = self.orders[order]
        need(who.role == "AGENT", who.organisation == self.aids[found.aid].landlord)
        need(found.state == "executed", not found.is_received)
        found.is_received = True

    # --- Batches ------------------------------------------------------------------------------------

    def prepare_batch(self, who: Person, *, orders: tuple[int, ...]) -> None:
        chosen = [self.orders[number] for number in orders]
        need(who.is_treasurer, chosen)
        need(*(order.state == "signed" and not self.is_on_hold(order) for order in chosen))
        number = len(self.batches) + 1
        self.batches[number] = Batch(orders)
        for order in chosen:
            order.state, order.batch = "batched", number

    def produce_file(self, who: Person, *, batch: int) -> None:
        """The queue makes the file, whoever acts meanwhile and however often it is told."""
        self.batches[batch].has_file = True

    def mark_sent(self, who: Person, *, batch: int, already_gone: bool) -> None:
        found = self.batches[batch]
        chosen = [self.orders[number] for number in found.orders]
        need(who.is_treasurer, found.state == "prepared", found.has_file)
        need(already_gone or not any(map(self.is_on_hold, chosen)))
        found.state = "sent"
        for order in chosen:
            order.state = "sent"

    def cancel_batch(self, who: Person, *, batch: int, not_sent: bool) -> None:
        found = self.batches[batch]
        need(who.is_treasurer, found.state == "prepared", not_sent)
        found.state = "cancelled"
        for number in found.orders:
            self.orders[number].state, self.orders[number].batch = "signed", None

    # --- Recoveries ---------------------------------------------------------------------------------

    def ask_recovery(self, who: Person, *, aid: str, order: int, amounts: dict[int, Decimal]) -> None:
        """`amounts` by rank of the term, shared by the funds in proportion of what each has still out."""
        found = self.orders[order]
        need(found.aid == aid)
        need(who.is_association or self._owned(who, found), found.state == "executed")
        need(amounts, set(amounts) <= set(found.terms))
        parts: dict[tuple[int, str], Decimal] = {}
        for rank, amount in amounts.items():
            out = self._still_out(order, rank)
            need(amount > 0, amount <= sum(out.values(), ZERO))
            parts |= {(rank, fund): part for fund, part in shared(amount, out).items() if part}
        self.recoveries[len(self.recoveries) + 1] = Recovery(order, parts)

    def _still_out(self, order: int, rank: int) -> dict[str, Decimal]:
        out = dict(self.aids[self.orders[order].aid].terms[rank].parts)
        for row in self.recoveries.values():
            if row.order == order and row.state != "DROPPED":
                for (term, fund), amount in row.parts.items():
                    if term == rank:
                        out[fund] -= amount
        return out

    def record_recovery(self, who: Person, *, recovery: int) -> None:
        found = self.recoveries[recovery]
        need(who.is_treasurer, found.state == "ASKED")
        back: dict[str, Decimal] = {}
        for (_rank, fund), amount in found.parts.items():
            back[fund] = back.get(fund, ZERO) + amount
        self.post("RECOVERY", back)
        found.state = "RECEIVED"
        self.aids[self.orders[found.order].aid].recovered += sum(back.values(), ZERO)

    def drop_recovery(self, who: Person, *, recovery: int) -> None:
        found = self.recoveries[recovery]
        need(who.is_association, found.state == "ASKED")
        found.state = "DROPPED"

    # --- Funds and landlords ------------------------------------------------------------------------

    def contribute(self, who: Person, *, fund: str, amount: Decimal, form: int) -> None:
        need(who.is_admin)
        if self._is_first("contribution", form, (fund, amount)):
            self.post("CONTRIBUTION", {fund: amount})

    def transfer(
        self, who: Person, *, source: str, into: str, amount: Decimal, form: int, is_stale: bool = False
    ) -> None:
        need(who.is_admin, source != into, FUND_OWNERS[source] == FUND_OWNERS[into])
        if self._is_first("transfer", form, (source, into, amount)):
            need(not is_stale)
            self.post("TRANSFER_OUT", {source: amount})
            self.post("TRANSFER_IN", {into: amount})

    def _is_first(self, kind: str, form: int, sent: tuple) -> bool:
        """Whether this form was never sent; sent with other figures, it is refused."""
        if (kind, form) in self.forms:
            need(self.forms[kind, form] == sent)
            return False
        self.forms[kind, form] = sent
        return True

    def enter_account(self, who: Person, *, landlord: str, account: str) -> None:
        found = self.landlords[landlord]
        need(who.is_admin or (who.role == "AGENT" and who.organisation == landlord), not found.proposed)
        found.proposed, found.proposed_by = account, who.name

    def confirm_account(self, who: Person, *, landlord: str) -> None:
        found = self.landlords[landlord]
        need(who.is_treasurer, found.proposed, found.proposed_by != who.name)
        found.confirmed, found.proposed, found.is_refused = found.proposed, "", False

    def refuse_account(self, who: Person, *, landlord: str) -> None:
        found = self.landlords[landlord]
        need(who.is_treasurer, found.proposed, found.proposed_by != who.name)
        found.proposed = ""

    def vouch(self, who: Person, *, landlord: str) -> None:
        found = self.landlords[landlord]
        need(who.is_treasurer, found.is_refused)
        found.is_refused = False

    def suspend(self, who: Person, *, landlord: str, is_active: bool) -> None:
        need(who.is_admin)
        self.landlords[landlord].is_active = is_active


def shared(amount: Decimal, out: dict[str, Decimal]) -> dict[str, Decimal]:
    """`amount` in proportion of `out`, whole cents; those left over go to the largest remainders."""
    cents, total = to_cents(amount), sum(map(to_cents, out.values()))
    exact = {fund: Fraction(cents * to_cents(part), total) for fund, part in out.items()}
    found = {fund: int(share) for fund, share in exact.items()}
    left = cents - sum(found.values())
    for fund in sorted(exact, key=lambda fund: found[fund] - exact[fund])[:left]:
        found[fund] += 1
    return {fund: from_cents(share) for fund, share in found.items()}
