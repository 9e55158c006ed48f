from payments.models.advice import PaymentAdvice
from payments.models.order import PaymentOrder, PaymentOrderLine

__all__ = ["PaymentAdvice", "PaymentOrder", "PaymentOrderLine"]
