"""The landlord asks about a payment, the organisation's manager answers (DOMAIN §9)."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from ales.errors import InvalidInputError, require
from ales.money import format_euros
from members.access import Actor
from payments import notices, permissions
from payments.models import PaymentAdvice, PaymentQuery, QueryReason
from payments.models.query import MOST_RECEIVED

#: Characters of a question or of its answer.
TEXT_LIMIT = 2000


@transaction.atomic
def ask_query(
    *,
    actor: Actor,
    advice_id: UUID,
    reason: str,
    amount_received: Decimal | None = None,
    text: str = "",
    at: dt.datetime,
) -> PaymentQuery:
    """Ask what is wrong with a payment; the managers are told. One question at a time: the advice is locked,
    and the database says so too. `reason` is one of QueryReason, the amount (euros) goes with OTHER_AMOUNT.

    Raises NotAllowedError, InvalidInputError (reason, amount_received, text).
    """
    visible = PaymentAdvice.objects.visible_to(actor)
    # Who may not ask may not lock the advice either.
    found = get_object_or_404(visible, public_id=advice_id)
    require(permissions.may_ask_query(actor, found, has_open_query=False))
    advice = visible.select_for_update(no_key=True).get(pk=found.pk)
    has_open_query = bool(PaymentQuery.objects.asked_about([advice]))
    require(permissions.may_ask_query(actor, advice, has_open_query=has_open_query))
    text = text.strip()
    if faults := _question_faults(advice, reason, amount_received, text):
        raise InvalidInputError(faults)
    query = PaymentQuery.objects.create(
        organisation_id=advice.organisation_id,
        landlord_id=advice.landlord_id,
        advice=advice,
        reason=reason,
        amount_received=amount_received if reason == QueryReason.OTHER_AMOUNT else None,
        text=text,
        asked_by_id=actor.user_id,
        asked_at=at,
    )
    notices.tell_managers_of_query(query, at)
    return query


def _question_faults(
    advice: PaymentAdvice, reason: str, amount: Decimal | None, text: str
) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    if reason not in QueryReason.values:
        faults["reason"] = [_("Choisissez ce qui ne va pas dans la liste.")]
    if reason == QueryReason.OTHER_AMOUNT:
        if amount is None:
            faults["amount_received"] = [_("Indiquez le montant reçu sur votre compte.")]
        elif amount < 0:
            faults["amount_received"] = [_("Un montant reçu ne peut pas être négatif.")]
        elif amount > MOST_RECEIVED:
            fault = _("Le montant ne peut pas dépasser %s.") % format_euros(MOST_RECEIVED)
            faults["amount_received"] = [fault]
        elif amount == advice.amount:
            fault = _("%s est le montant annoncé : confirmez la réception, ou choisissez un autre motif.")
            faults["amount_received"] = [fault % format_euros(amount)]
    if reason == QueryReason.OTHER and not text:
        faults["text"] = [_("Écrivez votre question.")]
    if len(text) > TEXT_LIMIT:
        faults["text"] = [_("La question dépasse 2 000 caractères : raccourcissez-la.")]
    return faults


@transaction.atomic
def answer_query(*, actor: Actor, query_id: UUID, answer: str, at: dt.datetime) -> PaymentQuery:
    """Answer the landlord, once; who asked is told. Raises NotAllowedError, InvalidInputError (answer)."""
    visible = PaymentQuery.objects.visible_to(actor)
    # Who may not answer may not lock the question either.
    require(permissions.may_answer_query(actor, get_object_or_404(visible, public_id=query_id)))
    query = (
        visible.select_related("advice__request")
        .select_for_update(of=("self",), no_key=True)
        .get(public_id=query_id)
    )
    require(permissions.may_answer_query(actor, query))
    answer = answer.strip()
    if not answer:
        raise InvalidInputError({"answer": [_("Écrivez la réponse que le bailleur lira.")]})
    if len(answer) > TEXT_LIMIT:
        raise InvalidInputError({"answer": [_("La réponse dépasse 2 000 caractères : raccourcissez-la.")]})
    query.answer, query.answered_by_id, query.answered_at = answer, actor.user_id, at
    query.save(update_fields=["answer", "answered_by", "answered_at"])
    notices.tell_landlord_of_answer(query, at)
    return query
