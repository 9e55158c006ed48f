"""One function per use case of the payments (DESIGN §2.2): ask, sign, execute, give up, reject,
confirm received.

Every operation locks the request first, then the funds, then the order, then the batch (DESIGN §2.3); an
order's state is its version: done twice, the second time is refused and nothing changes.
"""

from payments.operations.asking import request_payment
from payments.operations.batches import cancel_batch, mark_sent, prepare_batch
from payments.operations.execution import CAUSE, record_execution
from payments.operations.giving_up import give_up
from payments.operations.locking import MOST_AT_ONCE
from payments.operations.queries import answer_query, ask_query
from payments.operations.receipts import confirm_receipt
from payments.operations.recoveries import (
    RECOVERY_CAUSE,
    ask_recovery,
    drop_recovery,
    record_recovery,
)
from payments.operations.rejects import reject, release_rejected, reorder
from payments.operations.settling import settle_with_batch, settle_with_order, settle_without_order
from payments.operations.signing import Signature, sign, sign_many
from payments.operations.statements import (
    apply_lines,
    apply_statement,
    import_statement,
    set_aside,
    start_applying,
)

__all__ = [
    "CAUSE",
    "MOST_AT_ONCE",
    "RECOVERY_CAUSE",
    "Signature",
    "answer_query",
    "apply_lines",
    "apply_statement",
    "ask_query",
    "ask_recovery",
    "cancel_batch",
    "confirm_receipt",
    "drop_recovery",
    "give_up",
    "import_statement",
    "mark_sent",
    "prepare_batch",
    "record_execution",
    "record_recovery",
    "reject",
    "release_rejected",
    "reorder",
    "request_payment",
    "set_aside",
    "settle_with_batch",
    "settle_with_order",
    "settle_without_order",
    "sign",
    "sign_many",
    "start_applying",
]
