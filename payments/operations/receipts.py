"""The landlord says when the money arrived (DOMAIN §9)."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ales.dates import format_date
from ales.errors import InvalidInputError, require
from members.access import Actor
from payments import permissions
from payments.models import PaymentAdvice, PaymentQuery


@transaction.atomic
def confirm_receipt(
    *, actor: Actor, advice_id: UUID, received_on: dt.date, at: dt.datetime | None = None
) -> PaymentAdvice:
    """The landlord's agent says when the money arrived: between the execution and today (Paris).

    Raises NotAllowedError, InvalidInputError (received_on).
    """
    advice = get_object_or_404(
        PaymentAdvice.objects.visible_to(actor).select_for_update(no_key=True), public_id=advice_id
    )
    has_open_query = bool(PaymentQuery.objects.asked_about([advice]))
    require(permissions.may_confirm_receipt(actor, advice, has_open_query=has_open_query))
    if received_on > localtime(at or timezone.now()).date():
        fault = _("Le %s est à venir : indiquez le jour où le virement est arrivé sur votre compte.")
        raise InvalidInputError({"received_on": [fault % format_date(received_on)]})
    if received_on < advice.executed_on:
        fault = _("Le virement a été exécuté le %s : il n’a pas pu arriver avant.")
        raise InvalidInputError({"received_on": [fault % format_date(advice.executed_on)]})
    advice.received_on = received_on
    advice.received_by_id = actor.user_id
    advice.save(update_fields=["received_on", "received_by"])
    return advice
