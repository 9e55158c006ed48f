"""Demo data of what follows a payment: a landlord's question answered, one waiting; money that came back, and
money awaited."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from django.utils import timezone

from ales.demo import act_as
from members.access import Actor
from payments import operations
from payments.models import PaymentAdvice, PaymentOrder, RecoveryCause
from payments.operations.recoveries import paid_terms
from payments.states import OrderState

ANSWER = "Le virement porte aussi sur le mois précédent : les deux échéances figurent sur l’avis de paiement."


def build(
    report: Callable[[str], None], *, managers: dict[int, Actor], agents: dict[int, Actor], treasurer: Actor
) -> None:
    """Tell them through the operations; managers by organisation, agents by landlord."""
    _ask_about_payments(managers, agents, treasurer)
    _ask_money_back(managers, treasurer)
    report("deux questions de bailleurs, deux recouvrements")


def _ask_about_payments(managers: dict[int, Actor], agents: dict[int, Actor], treasurer: Actor) -> None:
    """The two latest payments their landlord has not confirmed; the earlier question is answered."""
    act_as(treasurer.context)
    waiting = PaymentAdvice.objects.filter(
        received_on=None, cancelled_on=None, landlord__in=agents, organisation__in=managers
    )
    asked = list(waiting.order_by("-executed_on", "-id")[:2])
    for rank, advice in enumerate(asked):
        agent = agents[advice.landlord_id]
        act_as(agent.context)
        query = operations.ask_query(
            actor=agent,
            advice_id=advice.public_id,
            reason="NOT_RECEIVED" if rank else "OTHER",
            text="" if rank else "À quels mois ce virement se rapporte-t-il ?",
            at=timezone.now() - dt.timedelta(days=rank, hours=2),
        )
        if rank == 0:
            manager = managers[advice.organisation_id]
            act_as(manager.context)
            operations.answer_query(actor=manager, query_id=query.public_id, answer=ANSWER, at=timezone.now())


def _ask_money_back(managers: dict[int, Actor], treasurer: Actor) -> None:
    """Half a term of two executed orders; the first came back."""
    act_as(treasurer.context)
    executed = PaymentOrder.objects.filter(state=OrderState.EXECUTED, organisation__in=managers)
    for rank, order in enumerate(list(executed.latest_first()[:2])):
        manager = managers[order.organisation_id]
        act_as(manager.context)
        term = paid_terms(order)[0]
        recovery = operations.ask_recovery(
            actor=manager,
            order_id=order.public_id,
            amounts={term.term.public_id: min(term.left, Decimal("80.00"))},
            cause=RecoveryCause.TENANT_LEFT,
            reason="Le bail a pris fin dans le mois : la part d’après le départ n’est pas due.",
            at=timezone.now(),
        )
        if rank == 0:
            act_as(treasurer.context)
            operations.record_recovery(
                actor=treasurer,
                recovery_id=recovery.public_id,
                received_on=timezone.localdate(),
                at=timezone.now(),
            )
