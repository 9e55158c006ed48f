"""What the funds' ledger says, told as accounting movements (DOMAIN §9).

One movement an entry of the ledger, but for two: a transfer between funds moves no account, and a payment the
bank returned is one movement where the ledger writes two entries (it came back, and is owed again).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aids.models import AidRequest, RentTerm
from members.funds import RETURN_CAUSE
from members.models import FundEntry, Organisation
from members.models.fund import EntryKind
from payments.models import AccountingEntry, PaymentOrder, PaymentRecovery
from payments.models.recovery import RECOVERY_CAUSE
from payments.rules.fec import Movement, MovementKind

NOT_POSTED = Q(kind__in=[EntryKind.TRANSFER_IN, EntryKind.TRANSFER_OUT]) | Q(
    kind=EntryKind.COMMITMENT, cause_kind=RETURN_CAUSE
)

KINDS = {
    EntryKind.CONTRIBUTION: MovementKind.CONTRIBUTION,
    EntryKind.COMMITMENT: MovementKind.DECISION,
    EntryKind.RELEASE: MovementKind.RELEASE,
    EntryKind.PAYMENT: MovementKind.PAYMENT,
    EntryKind.RECOVERY: MovementKind.RECOVERY,
}

LABELS = {
    MovementKind.CONTRIBUTION: _("Versement"),
    MovementKind.DECISION: _("Aide accordée"),
    MovementKind.RELEASE: _("Aide non versée"),
    MovementKind.PAYMENT: _("Aide versée"),
    MovementKind.REJECT: _("Virement retourné par la banque"),
    MovementKind.RECOVERY: _("Aide recouvrée"),
}


@dataclass(frozen=True)
class Piece:
    """The paper behind an entry, and the landlord whose account it moves (None for a contribution)."""

    number: str
    landlord: Organisation | None


def unposted(ends_on: dt.date) -> list[FundEntry]:
    """Entries of the ledger valued until that day and in no closed period yet, the oldest first."""
    posted = AccountingEntry.objects.values("fund_entry")
    entries = FundEntry.objects.filter(value_date__lte=ends_on).exclude(NOT_POSTED).exclude(pk__in=posted)
    return list(entries.select_related("fund", "owner").order_by("value_date", "created_at", "id"))


def movements(entries: Sequence[FundEntry], *, starts_on: dt.date) -> list[Movement]:
    """One movement an entry, in the order given; four queries.

    What was valued in a closed period is entered on the first day of this one, its paper keeping its date.
    """
    pieces = _pieces(entries)
    return [_movement(entry, pieces[entry.cause_kind, entry.cause_id], starts_on) for entry in entries]


def _movement(entry: FundEntry, piece: Piece, starts_on: dt.date) -> Movement:
    is_return = entry.kind == EntryKind.RECOVERY and entry.cause_kind == RETURN_CAUSE
    kind = MovementKind.REJECT if is_return else KINDS[EntryKind(entry.kind)]
    landlord = piece.landlord
    return Movement(
        kind=kind,
        amount=entry.amount,
        on=max(entry.value_date, starts_on),
        piece=piece.number,
        piece_on=entry.value_date,
        label=f"{LABELS[kind]} – {entry.fund}",
        auxiliary_number=auxiliary_number(landlord) if landlord else "",
        auxiliary_name=landlord.name if landlord else "",
    )


def auxiliary_number(landlord: Organisation) -> str:
    """The landlord's account under 4672: its SIRET, or a number of ours for one that has none."""
    return landlord.siret or f"B{landlord.pk:06d}"


def _pieces(entries: Iterable[FundEntry]) -> dict[tuple[str, UUID], Piece]:
    """(kind, id) of every known cause of the entries -> its paper."""
    wanted: dict[str, set[UUID]] = {}
    for entry in entries:
        wanted.setdefault(entry.cause_kind, set()).add(entry.cause_id)
    pieces: dict[tuple[str, UUID], Piece] = {}
    aids = AidRequest.objects.filter(public_id__in=wanted.get("aid_request", ()))
    for aid in aids.select_related("landlord"):
        pieces["aid_request", aid.public_id] = Piece(aid.reference, aid.landlord)
    terms = RentTerm.objects.filter(public_id__in=wanted.get("aid_terms", ()))
    for term in terms.select_related("request", "landlord"):
        pieces["aid_terms", term.public_id] = Piece(term.request.reference, term.landlord)
    of_orders = wanted.get("payment_order", set()) | wanted.get(RETURN_CAUSE, set())
    for order in PaymentOrder.objects.filter(public_id__in=of_orders).select_related("landlord"):
        for kind in ("payment_order", RETURN_CAUSE):
            pieces[kind, order.public_id] = Piece(order.number, order.landlord)
    recoveries = PaymentRecovery.objects.filter(public_id__in=wanted.get(RECOVERY_CAUSE, ()))
    for recovery in recoveries.select_related("order", "landlord"):
        pieces[RECOVERY_CAUSE, recovery.public_id] = Piece(recovery.number, recovery.landlord)
    for cause_id in wanted.get("contribution", ()):
        pieces["contribution", cause_id] = Piece(f"V-{cause_id.hex[:8].upper()}", None)
    return pieces
