"""The ledger of the funds: open, contribute, transfer, carry over, commit, release, pay, recover (DOMAIN §6).

Every function locks the funds it touches in the order of their ids, checks what is left, and adds
entries; the ledger's trigger keeps the sums and the database refuses a negative one whatever runs
at the same time. Amounts are euros. The same cause written twice with the same amounts is written
once, so a caller may repeat after a failure.
"""

import datetime as dt
import uuid
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from ales.errors import InvalidInputError, StalePageError, require
from ales.money import MAX_AMOUNT, ZERO, format_euros, to_cents
from members import permissions
from members.access import Actor
from members.models import Envelope, Fund, FundEntry, Organisation
from members.models.fund import FIRST_YEAR, LAST_YEAR, EntryKind, FundKind
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


class Writing(TypedDict):
    """What every line says: who writes it, how much on which funds, for which cause, and when."""

    actor: Actor
    lines: Lines
    cause_kind: str
    cause_id: uuid.UUID
    label: str
    value_date: dt.date


class InsufficientFundsError(InvalidInputError):
    """A fund holds less than asked; `fund`, `left` and `asked` (euros) say which and how much."""

    def __init__(self, fund: Fund, left: Decimal, asked: Decimal, message: str) -> None:
        self.fund, self.left, self.asked = fund, left, asked
        super().__init__(message)


class LedgerConflictError(RuntimeError):
    """A cause was already written with other amounts: a fault of the caller, never of the person."""


# --- Operations of the association ------------------------------------------------------------


@transaction.atomic
def open_fund(
    *, actor: Actor, owner_id: int, name: str, year: int, form_key: uuid.UUID | None = None
) -> Fund:
    """A new, empty fund of a member for a year; its kind follows from the member's. `form_key` makes a form
    sent twice open one.

    Raises InvalidInputError (owner_id, name, year), NotAllowedError, StalePageError.
    """
    require(permissions.may_manage_funds(actor))
    _check_year(year)
    # Whoever opens funds of this member at the same time waits here.
    owner = Organisation.objects.select_for_update(no_key=True).get(pk=owner_id)
    if opened := Fund.objects.filter(public_id=form_key).first():
        if opened.owner_id != owner_id:
            raise StalePageError
        return opened
    kind = KIND_OF_OWNER.get(OrganisationKind(owner.kind))
    if kind is None or not owner.is_member:
        raise InvalidInputError(
            {"owner_id": [_("Seul un adhérent (CIL, CCI ou bailleur) apporte un fonds.")]}
        )
    fund = Fund(public_id=form_key or uuid.uuid4(), owner=owner, kind=kind, name=name.strip(), year=year)
    try:
        with transaction.atomic():
            fund.save(force_insert=True)
    except IntegrityError as error:
        if "fund_once" not in str(error):
            raise
        message = _("%(owner)s a déjà un fonds de ce nom en %(year)s.") % {"owner": owner, "year": year}
        raise InvalidInputError({"name": [message]}) from error
    return fund


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        message = _("Un fonds est d’une année entre %(first)s et %(last)s, pas de %(year)s.")
        values = {"first": FIRST_YEAR, "last": LAST_YEAR, "year": year}
        raise InvalidInputError({"year": [message % values]})


@transaction.atomic
def contribute(
    *,
    actor: Actor,
    fund_id: int,
    amount: Decimal,
    label: str,
    value_date: dt.date,
    cause_id: uuid.UUID | None = None,
    envelope_id: uuid.UUID | None = None,
) -> None:
    """Record money brought to a fund, under one of its envelopes or none. `cause_id` makes a form sent twice
    count once.

    Raises InvalidInputError (envelope, amount), NotAllowedError, StalePageError when the form served for
    another sum.
    """
    require(permissions.may_manage_funds(actor))
    envelope = None
    if envelope_id:
        envelope = Envelope.objects.select_for_update().filter(public_id=envelope_id, fund_id=fund_id).first()
        if envelope is None or envelope.cancelled_at:
            raise InvalidInputError({"envelope": [_("Cette enveloppe n’existe pas, ou elle est annulée.")]})
    _from_form(
        (EntryKind.CONTRIBUTION, [(fund_id, amount)]),
        envelope=envelope,
        actor=actor,
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
    seen: Decimal | None = None,
) -> None:
    """Move money between two funds of one member: one entry in each. `seen` is what the person read as left
    in the first (DOMAIN §6).

    Raises InsufficientFundsError, InvalidInputError (to_fund, amount), StalePageError when less or more is
    left than seen, or when the form served for another sum.
    """
    require(permissions.may_manage_funds(actor))
    if from_fund_id == to_fund_id:
        raise InvalidInputError({"to_fund": [_("Choisissez deux fonds différents.")]})
    funds = {fund.pk: fund for fund in Fund.objects.locked([from_fund_id, to_fund_id])}
    if len({fund.owner_id for fund in funds.values()}) > 1:
        message = _("Un virement se fait entre deux fonds du même adhérent : choisissez un autre fonds.")
        raise InvalidInputError({"to_fund": [message]})
    cause_id = cause_id or uuid.uuid4()
    is_new = not _written(EntryKind.TRANSFER_OUT, TRANSFER_CAUSE, cause_id)
    left = funds[from_fund_id].available
    if is_new and seen is not None and seen != left:
        raise StalePageError(
            _("Le disponible du fonds a changé : il est maintenant de %(left)s. Vérifiez le montant.")
            % {"left": format_euros(left)}
        )
    _from_form(
        (EntryKind.TRANSFER_OUT, [(from_fund_id, amount)]),
        (EntryKind.TRANSFER_IN, [(to_fund_id, amount)]),
        actor=actor,
        cause_kind=TRANSFER_CAUSE,
        cause_id=cause_id,
        label=label,
        value_date=value_date,
    )


@transaction.atomic
def carry_over(
    *,
    actor: Actor,
    fund_id: int,
    amount: Decimal,
    label: str,
    value_date: dt.date,
    cause_id: uuid.UUID | None = None,
    seen: Decimal | None = None,
) -> Fund:
    """Move money to the fund of the same name for the next year, opened if need be; that fund.

    Raises like `transfer`, and InvalidInputError (year) after the last year a fund may have.
    """
    require(permissions.may_manage_funds(actor))
    fund = _locked_before_its_owner(fund_id)
    following = fund.next_year() or open_fund(
        actor=actor, owner_id=fund.owner_id, name=fund.name, year=fund.year + 1
    )
    transfer(
        actor=actor,
        from_fund_id=fund_id,
        to_fund_id=following.pk,
        amount=amount,
        label=label,
        value_date=value_date,
        cause_id=cause_id,
        seen=seen,
    )
    return following


def _locked_before_its_owner(fund_id: int) -> Fund:
    """The fund, locked with next year's where it stands, in the order of their ids.

    Payments lock funds, then the landlord's account: opening a fund locks its owner, so it comes after.
    A fund opened meanwhile has a higher id than this one, so it may be locked later.
    """
    fund = Fund.objects.get(pk=fund_id)
    following = fund.next_year()
    Fund.objects.locked([fund_id, following.pk] if following else [fund_id])
    return fund


def _from_form(*moves: tuple[EntryKind, Lines], envelope: Envelope | None = None, **written) -> None:
    """Entries a person typed: a form that comes back with other figures is told, not a fault of ours."""
    try:
        for kind, lines in moves:
            _write(kind, envelope=envelope, lines=lines, **written)
    except LedgerConflictError as error:
        raise StalePageError(
            _("Ce formulaire a déjà servi à enregistrer un autre montant : rouvrez la page du fonds.")
        ) from error


# --- Operations of the rooms above --------------------------------------------------------------


@transaction.atomic
def commit(**writing: Unpack[Writing]) -> None:
    """Commit money at the validation of a request. Raises InsufficientFundsError and writes nothing."""
    _record(EntryKind.COMMITMENT, **writing)


@transaction.atomic
def release(**writing: Unpack[Writing]) -> None:
    """Give back committed money that will not be paid. Raises InsufficientFundsError."""
    _record(EntryKind.RELEASE, **writing)


@transaction.atomic
def pay(**writing: Unpack[Writing]) -> None:
    """Record an executed payment of committed money. Raises InsufficientFundsError."""
    _record(EntryKind.PAYMENT, **writing)


@transaction.atomic
def recover(**writing: Unpack[Writing]) -> None:
    """Take back a payment that came back: the money is available again. Raises InsufficientFundsError."""
    _record(EntryKind.RECOVERY, **writing)


@transaction.atomic
def restore(*, actor: Actor, lines: Lines, cause_id: uuid.UUID, label: str, value_date: dt.date) -> None:
    """The bank returned an executed payment: it came back, and is committed and to pay again.

    Raises InsufficientFundsError.
    """
    require(permissions.may_write_ledger(actor, EntryKind.RECOVERY))
    for kind in (EntryKind.RECOVERY, EntryKind.COMMITMENT):
        _write(
            kind,
            actor=actor,
            lines=lines,
            cause_kind=RETURN_CAUSE,
            cause_id=cause_id,
            label=label,
            value_date=value_date,
        )


# --- The one way in ---------------------------------------------------------------------------


def _record(kind: EntryKind, **writing: Unpack[Writing]) -> None:
    require(permissions.may_write_ledger(writing["actor"], kind))
    _write(kind, **writing)


def _write(kind: EntryKind, *, envelope: Envelope | None = None, **writing: Unpack[Writing]) -> None:
    """Check and add the entries, unless their cause wrote the same before. Raises LedgerConflictError when
    it wrote others."""
    wanted = _sums(writing["lines"])
    if not wanted:
        return
    cause_kind, cause_id = writing["cause_kind"], writing["cause_id"]
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
        _check_size(kind, fund, wanted[fund.pk])
    FundEntry.objects.bulk_create(
        FundEntry(
            fund=fund,
            owner_id=fund.owner_id,
            kind=kind,
            amount=wanted[fund.pk],
            label=writing["label"],
            envelope=envelope,
            cause_kind=cause_kind,
            cause_id=cause_id,
            value_date=writing["value_date"],
            created_by_id=writing["actor"].user_id,
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


#: Where the ledger's trigger adds up what people type; commitments never pass what these hold.
_TYPED_SUMS = {
    EntryKind.CONTRIBUTION: "contributed",
    EntryKind.TRANSFER_IN: "transferred_in",
    EntryKind.TRANSFER_OUT: "transferred_out",
}


def _check_size(kind: EntryKind, fund: Fund, amount: Decimal) -> None:
    if kind not in _TYPED_SUMS:
        return
    sums = [getattr(fund, _TYPED_SUMS[kind])]
    if kind != EntryKind.TRANSFER_OUT:
        sums.append(fund.available)
    if max(sums) + amount > MAX_AMOUNT:
        message = _("Fonds « %(fund)s » : avec ce montant, ses sommes passeraient %(limit)s.")
        raise InvalidInputError({"amount": [message % {"fund": fund, "limit": format_euros(MAX_AMOUNT)}]})


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
