"""What a line that names no order may be all the same: a whole bordereau, or what a landlord gives back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from payments.models import PaymentBatch, PaymentOrder, StatementLine
from payments.rules.references import recovery_number, recovery_numbers
from payments.rules.statements import EntryKind
from payments.states import BatchState, OrderState


@dataclass(frozen=True)
class Hint:
    """Why a person should look at a line, in French; `is_told`: nothing is left to record of it."""

    text: str
    is_told: bool = False


def hints_of(lines: Sequence[StatementLine]) -> dict[int, Hint]:
    """The hints by position; one query."""
    batches = batches_of(lines)
    found = {line.position: _batch_hint(line, batches) or _recovery_hint(line) for line in lines}
    return {position: hint for position, hint in found.items() if hint}


def batches_of(lines: Iterable[StatementLine]) -> list[PaymentBatch]:
    """Sent bordereaux that lines without a reference may be: the bank names it, or a debit has its total and
    orders of it wait for the bank. One query; `is_waiting` says whether some do."""
    bare = [line for line in lines if _is_bare(line)]
    named = Q(payment_information_id__in={line.batch_reference for line in bare})
    alike = Q(control_sum__in={line.amount for line in bare if not line.is_credit}, is_waiting=True)
    waiting = PaymentOrder.objects.filter(batch=OuterRef("pk"), state=OrderState.SENT)
    sent = PaymentBatch.objects.filter(state=BatchState.SENT).annotate(is_waiting=Exists(waiting))
    # The frozen data hold every order of the file.
    return list(sent.filter(named | alike).defer("frozen").order_by("year", "sequence"))


def batches_like(line: StatementLine, batches: Iterable[PaymentBatch]) -> list[PaymentBatch]:
    """Those of `batches_of` that this line may be."""
    if not _is_bare(line):
        return []
    if named := [batch for batch in batches if batch.payment_information_id == line.batch_reference]:
        return named
    if line.is_credit:
        return []
    return [batch for batch in batches if batch.is_waiting and batch.control_sum == line.amount]


def recoveries_quoted(line: StatementLine) -> list[tuple[int, int]]:
    """Year and rank of each recovery that money coming in quotes."""
    if not line.is_credit:
        return []
    return recovery_numbers(f"{line.end_to_end_id}\n{line.bank_reference}\n{line.label}")


def _is_bare(line: StatementLine) -> bool:
    return not line.end_to_end_id and line.kind != EntryKind.PENDING


def _batch_hint(line: StatementLine, batches: Iterable[PaymentBatch]) -> Hint | None:
    alike = batches_like(line, batches)
    if not alike:
        return None
    numbers = _(" ou ").join(batch.number for batch in alike)
    if line.is_credit:
        return Hint(_("le bordereau %s est revenu : constatez le rejet de chacun de ses ordres") % numbers)
    if not any(batch.is_waiting for batch in alike):
        return Hint(_("bordereau %s, ses ordres sont déjà constatés") % numbers, is_told=True)
    return Hint(_("bordereau %s passé en une seule ligne : constatez-y ses ordres") % numbers)


def _recovery_hint(line: StatementLine) -> Hint | None:
    numbers = [recovery_number(*quoted) for quoted in recoveries_quoted(line)]
    if not numbers:
        return None
    return Hint(_("remboursement du recouvrement %s : constatez-le sur sa page") % ", ".join(numbers[:10]))
