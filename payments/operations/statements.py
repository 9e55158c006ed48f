"""Relevés: bring a file of the bank in, set it aside, or apply what it says (DOMAIN §9).

Applying writes lines by groups: a large statement is left to the queue, which commits each group
(payments/tasks.py), so that what is written stays written and going on starts where it stopped. A group locks
the statement, then the requests, funds and orders of its lines, each kind in the order of its ids: two
treasurers applying the same statement write each line once.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ales.documents.exact import store_exact
from ales.documents.models import Audience
from ales.errors import InvalidInputError, Refusal, StalePageError, require
from ales.money import format_euros
from members.access import Actor
from payments import bank_account, statement_permissions
from payments.models import BankStatement, StatementLine
from payments.models.statement import LineOutcome, StatementState
from payments.operations.execution import record_execution
from payments.operations.locking import lock_orders
from payments.operations.rejects import reject
from payments.reconciliation import digest_of, plan_of
from payments.rules import matching, statements
from payments.rules.matching import Outcome
from payments.rules.statements import Entry, Statement, StatementError

#: What a line calls for until it is applied.
TO_APPLY = (LineOutcome.EXECUTION, LineOutcome.REJECT)
#: Lines written by one transaction.
GROUP = 20
SUBJECT = "bank_statement"
EXTENSIONS = {"camt": ".xml", "csv": ".csv"}


# --- Bringing in ----------------------------------------------------------------------------------


@transaction.atomic
def import_statement(
    *, actor: Actor, content: bytes, file_name: str, at: dt.datetime
) -> tuple[BankStatement, bool]:
    """Read a file of the bank and keep it, to be checked and applied; whether it is new.

    The same bytes give the statement they gave the first time. Raises NotAllowedError, InvalidInputError
    (`file`, each fault of the file in French): nothing is kept.
    """
    require(statement_permissions.may_import_statements(actor))
    sha256 = hashlib.sha256(content).hexdigest()
    if known := BankStatement.objects.filter(sha256=sha256).first():
        return known, False
    account = bank_account.debtor().iban
    try:
        told = statements.read(content, account_iban=account)
    except StatementError as error:
        raise InvalidInputError({"file": error.faults}) from error
    statement = _statement_of(content, told, sha256=sha256, actor=actor, at=at, account=account)
    if statement.format == "csv":
        # A CSV names itself by nothing: its file's name is what its reader knows.
        statement.statement_id = Path(file_name).stem.strip() or statement.statement_id
        _refuse_long(statement, ("statement_id",), where="")
    lines = _lines_of(statement, told)
    try:
        with transaction.atomic():
            statement.document = store_exact(
                content,
                file_name=file_name,
                extension=EXTENSIONS[statement.format],
                organisation_id=actor.organisation_id,
                audience=Audience.ASSOCIATION,
                subject_kind=SUBJECT,
                subject_id=statement.public_id,
                kind=SUBJECT,
                title=_("Relevé %s") % statement.statement_id,
                created_by_id=actor.user_id,
            )
            statement.save(force_insert=True)
    except IntegrityError:
        # Sent twice at the same moment: the other one is in by now.
        return BankStatement.objects.get(sha256=sha256), False
    for match in plan_of(actor, statement, lines, today=localtime(at).date()):
        lines[match.position - 1].outcome = match.outcome
    StatementLine.objects.bulk_create(lines)
    return statement, True


def _statement_of(
    content: bytes, told: Sequence[Statement], *, sha256: str, actor: Actor, at: dt.datetime, account: str
) -> BankStatement:
    """One row for the file; of several statements, the first opens and the last closes."""
    ordered = sorted(told, key=lambda row: (row.starts_on, row.ends_on))
    first, last = ordered[0], ordered[-1]
    statement = BankStatement(
        public_id=uuid.uuid4(),
        sha256=sha256,
        format="camt" if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else "csv",
        statement_id=first.statement_id,
        account_iban=first.account_iban or account,
        from_on=first.starts_on,
        to_on=last.ends_on,
        opening=first.opening,
        closing=last.closing,
        imported_by_id=actor.user_id,
        imported_at=at,
    )
    if len(told) > 1:
        statement.statement_id = _("%(first)s à %(last)s") % {
            "first": first.statement_id,
            "last": last.statement_id,
        }
    _refuse_long(statement, ("statement_id",), where="")
    _refuse_large(statement, ("opening", "closing"), where="")
    return statement


def _lines_of(statement: BankStatement, told: Iterable[Statement]) -> list[StatementLine]:
    """The movements; those of 0,00 € (a notice, a free operation) move nothing and have no line."""
    entries = [entry for row in told for entry in row.entries if entry.amount]
    lines = [_line_of(statement, position, entry) for position, entry in enumerate(entries, start=1)]
    for line in lines:
        _refuse_long(
            line,
            ("end_to_end_id", "bank_reference", "batch_reference", "counterparty", "return_reason"),
            where=_("Ligne %s : ") % line.position,
        )
        _refuse_large(line, ("amount",), where=_("Ligne %s : ") % line.position)
    return lines


def _line_of(statement: BankStatement, position: int, entry: Entry) -> StatementLine:
    reference = "" if entry.end_to_end_id in matching.NO_REFERENCE else entry.end_to_end_id
    return StatementLine(
        statement=statement,
        position=position,
        booked_on=entry.booked_on,
        amount=entry.amount,
        is_credit=entry.is_credit,
        end_to_end_id=reference,
        bank_reference=entry.bank_reference,
        batch_reference=entry.batch_id,
        counterparty=entry.counterparty,
        label=entry.label,
        kind=entry.kind,
        return_reason=entry.return_reason,
        fingerprint=matching.fingerprint(
            account_iban=statement.account_iban,
            booked_on=entry.booked_on,
            amount=entry.amount,
            is_credit=entry.is_credit,
            end_to_end_id=reference,
            bank_reference=entry.bank_reference,
            counterparty=entry.counterparty,
            label=entry.label,
        ),
    )


def _refuse_long(row, names: Iterable[str], *, where: str) -> None:
    """Nothing of a bank's file is cut: a text longer than its column refuses the file."""
    for name in names:
        field = row._meta.get_field(name)
        if len(getattr(row, name)) > field.max_length:
            fault = _("%(where)s%(what)s dépasse %(limit)s caractères.")
            values = {"where": where, "what": field.verbose_name, "limit": field.max_length}
            raise InvalidInputError({"file": [fault % values]})


def _refuse_large(row, names: Iterable[str], *, where: str) -> None:
    """An amount that its column can't hold refuses the file, too."""
    for name in names:
        field, amount = row._meta.get_field(name), getattr(row, name)
        if amount is not None and abs(amount) >= 10 ** (field.max_digits - field.decimal_places):
            fault = _("%(where)s%(what)s de %(euros)s : ce montant est trop grand pour être vrai.")
            values = {"where": where, "what": field.verbose_name, "euros": format_euros(amount)}
            raise InvalidInputError({"file": [fault % values]})


# --- Setting aside --------------------------------------------------------------------------------


@transaction.atomic
def set_aside(*, actor: Actor, statement_id: UUID, reason: str, at: dt.datetime) -> BankStatement:
    """Leave a statement unapplied, for good: its lines count for nothing.

    Raises NotAllowedError, InvalidInputError (reason).
    """
    statement = _locked_statement(actor, statement_id)
    require(statement_permissions.may_set_aside(actor, statement))
    reason = reason.strip()
    if not reason:
        raise InvalidInputError(
            {"reason": [_("Dites pourquoi ce relevé est écarté : le motif est conservé.")]}
        )
    if len(reason) > BankStatement._meta.get_field("decision_reason").max_length:
        raise InvalidInputError({"reason": [_("Le motif dépasse 500 caractères : raccourcissez-le.")]})
    statement.state = StatementState.SET_ASIDE
    statement.decided_by_id, statement.decided_at = actor.user_id, at
    statement.decision_reason = reason
    statement.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    return statement


# --- Applying -------------------------------------------------------------------------------------


def apply_statement(
    *, actor: Actor, statement_id: UUID, at: dt.datetime, digest: str | None = None
) -> BankStatement:
    """Apply every line of a statement as its page showed it, in this transaction; the statement, applied.

    Done twice, or by two people at once, each line is written once. What a line's order refuses is left to
    settle by hand, with the reason. Raises NotAllowedError, StalePageError.
    """
    statement = start_applying(actor=actor, statement_id=statement_id, at=at, digest=digest)
    while statement.state == StatementState.APPLYING:
        statement = apply_lines(actor=actor, statement_id=statement_id, at=at)
    return statement


@transaction.atomic
def start_applying(
    *, actor: Actor, statement_id: UUID, at: dt.datetime, digest: str | None = None
) -> BankStatement:
    """Fix what each line means now and who decided to apply it; nothing is paid yet.

    `digest` is that of the page that showed it: another one is a stale page. Already started or applied, the
    statement is given back as it is. Raises NotAllowedError, StalePageError.
    """
    statement = _locked_statement(actor, statement_id)
    require(statement_permissions.may_apply(actor, statement))
    if statement.state != StatementState.READ:
        return statement
    lines = list(statement.lines.order_by("position"))
    plan = plan_of(actor, statement, lines, today=localtime(at).date())
    if digest is not None and digest != digest_of(plan):
        raise StalePageError
    by_position = {line.position: line for line in lines}
    for match in plan:
        line = by_position[match.position]
        line.outcome, line.note = match.outcome, match.reason
        line.order_id = match.order_id
    StatementLine.objects.bulk_update(lines, ["outcome", "order", "note"], batch_size=500)
    statement.state = StatementState.APPLYING
    statement.decided_by_id, statement.decided_at = actor.user_id, at
    statement.save(update_fields=["state", "decided_by", "decided_at"])
    return statement


@transaction.atomic
def apply_lines(*, actor: Actor, statement_id: UUID, at: dt.datetime, most: int = GROUP) -> BankStatement:
    """Write the next lines (`most` of them) of a statement being applied; it is applied after the last one.

    Raises NotAllowedError.
    """
    statement = _locked_statement(actor, statement_id)
    require(statement_permissions.may_apply(actor, statement))
    if statement.state != StatementState.APPLYING:
        return statement
    waiting = statement.lines.filter(outcome__in=TO_APPLY, settled_at=None).select_related("order")
    lines = list(waiting.order_by("booked_on", "is_credit", "position")[:most])
    if lines:
        # All that the group needs is locked before its first line holds anything.
        lock_orders(actor, {line.order.public_id for line in lines}, with_funds=True)
    for line in lines:
        _apply(actor, line, at)
    if len(lines) < most:
        statement.state = StatementState.APPLIED
        statement.save(update_fields=["state"])
    return statement


def _apply(actor: Actor, line: StatementLine, at: dt.datetime) -> None:
    """One line, in a savepoint: refused, it is left to settle by hand and the others go on."""
    try:
        with transaction.atomic():
            record(actor, line, at)
    except Refusal as refusal:
        line.outcome = LineOutcome.TO_SETTLE
        line.note = refusal.message
    else:
        line.settled_by_id, line.settled_at = actor.user_id, at
    line.save(update_fields=["outcome", "note", "settled_by", "settled_at"])


def record(actor: Actor, line: StatementLine, at: dt.datetime) -> None:
    """The line's execution or reject, on the bank's day; raises what they raise."""
    if line.outcome == Outcome.EXECUTION:
        record_execution(
            actor=actor,
            order_id=line.order.public_id,
            executed_on=line.booked_on,
            at=at,
            # The bank names our transfer, hence the account that it was sent to.
            account_confirmed=True,
        )
    else:
        reject(
            actor=actor,
            order_id=line.order.public_id,
            rejected_on=line.booked_on,
            code=line.return_reason,
            at=at,
        )


def _locked_statement(actor: Actor, statement_id: UUID) -> BankStatement:
    visible = BankStatement.objects.visible_to(actor)
    return get_object_or_404(visible.select_for_update(no_key=True), public_id=statement_id)
