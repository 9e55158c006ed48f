from payments.models.accounting import AccountingEntry, AccountingPeriod
from payments.models.advice import PaymentAdvice
from payments.models.batch import PaymentBatch
from payments.models.order import PaymentOrder, PaymentOrderLine
from payments.models.query import PaymentQuery, QueryReason
from payments.models.recovery import PaymentRecovery, PaymentRecoveryLine, RecoveryCause, RecoveryState
from payments.models.statement import BankStatement, StatementLine

__all__ = [
    "AccountingEntry",
    "AccountingPeriod",
    "BankStatement",
    "PaymentAdvice",
    "PaymentBatch",
    "PaymentOrder",
    "PaymentOrderLine",
    "PaymentQuery",
    "PaymentRecovery",
    "PaymentRecoveryLine",
    "QueryReason",
    "RecoveryCause",
    "RecoveryState",
    "StatementLine",
]
