"""The ledger of the funds: open, contribute, transfer, commit, release, pay, recover (DOMAIN §6).

Every function locks the funds it touches in the order of their ids, checks what is left, and adds
entries; the ledger's trigger keeps the sums and the database refuses a negative one whatever runs
at the same time. Amounts are euros. The same cause written twice with the same amounts is written
once, so a caller may repeat after a failure.
"""

import datetime as dt
import uuid
from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from ales.errors import InvalidInputError, require
from ales.money import ZERO, format_euros, to_cents
from members import permissions
from members.access import Actor
from members.models import Fund, FundEntry, Organisation
from members.models.fund import EntryKind, FundKind
from members.roles import OrganisationKind

#: (fund id, euros); several lines of one fund are added up.
Lines = list[tuple[int, Decimal]]

CONTRIBUTION_CAUSE = "contribution"
TRANSFER_CAUSE = "transfer"
#: Its commitment is the only one the association writes (members/migrations/0011).
RETURN_CAUSE = "returned_payment"

KIND_OF_OWNER = {
    OrganisationKind.BAILLEUR: FundKind.LANDLORD,
    OrganisationKind.CIL: FundKind.EMPLOYER,
    OrganisationKind.CCI: FundKind.EMPLOYER,
}


class InsufficientFundsError(InvalidInputError):
    """A fund holds less than asked; `fund`, `left` and `asked` (euros) say which and how much."""

    def __init__(self, fund: Fund, left: Decimal, asked: Decimal, message: str) -> None:
        self.fund, self.left, self.asked = fund, left, asked
        super().__init__(message)


class LedgerConflictError(RuntimeError):
    """A cause was already written with other amounts: a fault of the caller, never of the person."""


# --- Operations of the association ------------------------------------------------------------


@transaction.atomic
def open_fund(*, actor: Actor, owner_id: int, name: str, year: int) -> Fund:
    """A new, empty fund of a member for a year; its kind follows from the member's.

    Raises InvalidInputError (owner_id, name), NotAllowedError.
    """
    require(permissions.may_manage_funds(actor))
    owner = Organisation.objects.get(pk=owner_id)
    kind = KIND_OF_OWNER.get(OrganisationKind(owner.kind))
    if kind is None or not owner.is_member:
        raise InvalidInputError(
            {"owner_id": [_("Seul un adhérent (CIL, CCI ou bailleur) apporte un fonds.")]}
        )
    fund = Fund(owner=owner, kind=kind, name=name.strip(), year=year)
    try:
        with transaction.atomic():
            fund.save(force_insert=True)
    except IntegrityError as error:
        if "fund_once" not in str(error):
            raise
        message = _("%(owner)s a déjà un fonds de ce nom en %(year)s.") % {"owner": owner, "year": year}
        raise InvalidInputError({"name": [message]}) from error
    return fund


@transaction.atomic
def contribute(
    *,
    actor: Actor,
    fund_id: int,
    amount: Decimal,
    label: str,
    value_date: dt.date,
    cause_id: uuid.UUID | None = None,
) -> None:
    """Record money brought to a fund. `cause_id` makes a form sent twice count once."""
    require(permissions.may_manage_funds(actor))
    _write(
        EntryKind.CONTRIBUTION,
        actor=actor,
        lines=[(fund_id, amount)],
        cause_kind=CONTRIBUTION_CAUSE,
        cause_id=cause_id or uuid.uuid4(),
        label=label,
        value_date=value_date,
    )


@transaction.atomic
def transfer(
    *,
    actor: Actor,
    from_fund_id: int,
    to_fund_id: int,
    amount: Decimal,
    label: str,
    value_date: dt.date,
    cause_id: uuid.UUID | None = None,
) -> None:
    """Move money between two funds. Raises InsufficientFundsError."""
    require(permissions.may_manage_funds(actor))
    if from_fund_id == to_fund_id:
        raise InvalidInputError({"to_fund_id": [_("Choisissez deux fonds différents.")]})
    Fund.objects.locked([from_fund_id, to_fund_id])
    common = {
        "actor": actor,
        "cause_kind": TRANSFER_CAUSE,
        "cause_id": cause_id or uuid.uuid4(),
        "label": label,
        "value_date": value_date,
    }
    _write(EntryKind.TRANSFER_OUT, lines=[(from_fund_id, amount)], **common)
    _write(EntryKind.TRANSFER_IN, lines=[(to_fund_id, amount)], **common)


# --- Operations of the rooms above --------------------------------------------------------------


@transaction.atomic
def commit(
    *, actor: Actor, lines: Lines, cause_kind: str, cause_id: uuid.UUID, label: str, value_date: dt.date
) -> None:
    """Commit money at the validation of a request. Raises InsufficientFundsError and writes nothing."""
    require(permissions.may_write_ledger(actor, EntryKind.COMMITMENT))
    _write(
        EntryKind.COMMITMENT,
        actor=actor,
        lines=lines,
        cause_kind=cause_kind,
        cause_id=cause_id,
        label=label,
        value_date=value_date,
    )


@transaction.atomic
def release(
    *, actor: Actor, lines: Lines, cause_kind: str, cause_id: uuid.UUID, label: str, value_date: dt.date
) -> None:
    """Give back committed money that will not be paid. Raises InsufficientFundsError."""
    require(permissions.may_write_ledger(actor, EntryKind.RELEASE))
    _write(
        EntryKind.RELEASE,
        actor=actor,
        lines=lines,
        cause_kind=cause_kind,
        cause_id=cause_id,
        label=label,
        value_date=value_date,
    )


@transaction.atomic
def pay(
    *, actor: Actor, lines: Lines, cause_kind: str, cause_id: uuid.UUID, label: str, value_date: dt.date
) -> None:
    """Record an executed payment of committed money. Raises InsufficientFundsError."""
    require(permissions.may_write_ledger(actor, EntryKind.PAYMENT))
    _write(
        EntryKind.PAYMENT,
        actor=actor,
        lines=lines,
        cause_kind=cause_kind,
        cause_id=cause_id,
        label=label,
        value_date=value_date,
    )


@transaction.atomic
def recover(
    *, actor: Actor, lines: Lines, cause_kind: str, cause_id: uuid.UUID, label: str, value_date: dt.date
) -> None:
    """Take back a payment that came back: the money is available again. Raises InsufficientFundsError."""
    require(permissions.may_write_ledger(actor, EntryKind.RECOVERY))
    _write(
        EntryKind.RECOVERY,
        actor=actor,
        lines=lines,
        cause_kind=cause_kind,
        cause_id=cause_id,
        label=label,
        value_date=value_date,
    )


@transaction.atomic
def restore(*, actor: Actor, lines: Lines, cause_id: uuid.UUID, label: str, value_date: dt.date) -> None:
    """The bank returned an executed payment: it came back, and is committed and to pay again.

    Raises InsufficientFundsError.
    """
    require(permissions.may_write_ledger(actor, EntryKind.RECOVERY))
    common = {
        "actor": actor,
        "lines": lines,
        "cause_kind": RETURN_CAUSE,
        "cause_id": cause_id,
        "label": label,
        "value_date": value_date,
    }
    _write(EntryKind.RECOVERY, **common)
    _write(EntryKind.COMMITMENT, **common)


# --- The one way in ---------------------------------------------------------------------------


def _write(
    kind: EntryKind,
    *,
    actor: Actor,
    lines: Lines,
    cause_kind: str,
    cause_id: uuid.UUID,
    label: str,
    value_date: dt.date,
) -> None:
    wanted = _sums(lines)
    if not wanted:
        return
    funds = Fund.objects.locked(wanted)
    if missing := set(wanted) - {fund.pk for fund in funds}:
        raise InvalidInputError(_("Fonds introuvable : %(ids)s.") % {"ids": missing})
    # After the lock: whoever wrote this cause before us has committed by now.
    if written := _written(kind, cause_kind, cause_id):
        if written != wanted:
            raise LedgerConflictError(f"{kind} of {cause_kind} {cause_id} is written with other amounts")
        return
    for fund in funds:
        _check(kind, fund, wanted[fund.pk])
    FundEntry.objects.bulk_create(
        FundEntry(
            fund=fund,
            owner_id=fund.owner_id,
            kind=kind,
            amount=wanted[fund.pk],
            label=label[:200],
            cause_kind=cause_kind,
            cause_id=cause_id,
            value_date=value_date,
            created_by_id=actor.user_id,
        )
        for fund in funds
    )


def _sums(lines: Lines) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for fund_id, amount in lines:
        if to_cents(amount) < 0:
            raise ValueError(f"a ledger line is positive, not {amount}")
        sums[fund_id] = sums.get(fund_id, ZERO) + amount
    return {fund_id: amount for fund_id, amount in sums.items() if amount}


def _written(kind: EntryKind, cause_kind: str, cause_id: uuid.UUID) -> dict[int, Decimal]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT fund_id, amount FROM members_entries_of_cause(%s, %s, %s)",
            [cause_kind, cause_id, kind.value],
        )
        return dict(cursor.fetchall())


def _check(kind: EntryKind, fund: Fund, amount: Decimal) -> None:
    if kind in {EntryKind.COMMITMENT, EntryKind.TRANSFER_OUT}:
        left, sentence = fund.available, _("Fonds « %(fund)s » : il reste %(left)s, %(asked)s demandés.")
    elif kind in {EntryKind.RELEASE, EntryKind.PAYMENT}:
        left, sentence = (
            fund.to_pay,
            _("Fonds « %(fund)s » : %(left)s restent engagés et à payer, %(asked)s demandés."),
        )
    elif kind == EntryKind.RECOVERY:
        left, sentence = (
            fund.paid - fund.recovered,
            _("Fonds « %(fund)s » : %(left)s ont été payés, %(asked)s ne peuvent pas en revenir."),
        )
    else:
        return
    if amount > left:
        values = {"fund": fund, "left": format_euros(left), "asked": format_euros(amount)}
        raise InsufficientFundsError(fund, left, amount, sentence % values)
