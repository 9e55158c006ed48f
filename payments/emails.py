"""Mails about the landlord's questions: the number of the payment, never a name nor a text (DOMAIN §14).

They leave after the commit; a broken mail server is logged without undoing anything.
"""

import logging
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from members.models import Membership
from members.roles import Role
from payments.models import PaymentQuery

logger = logging.getLogger(__name__)


def tell_managers_of_query(query: PaymentQuery) -> None:
    """The managers who may answer."""
    found = Membership.objects.active().filter(organisation_id=query.organisation_id, role=Role.MANAGER)
    _send_later(
        query,
        sorted(set(found.values_list("user__email", flat=True))),
        _("Question d’un bailleur sur un paiement"),
        "emails/payment_query.txt",
        reverse("payments:query", args=[query.public_id]),
    )


def tell_landlord_of_answer(query: PaymentQuery) -> None:
    """Who asked, if they still work there."""
    found = Membership.objects.active().filter(organisation_id=query.landlord_id, user_id=query.asked_by_id)
    _send_later(
        query,
        sorted(set(found.values_list("user__email", flat=True))),
        _("Réponse à votre question sur un paiement"),
        "emails/payment_query_answered.txt",
        reverse("payments:tenant_aid", args=[query.advice.request.public_id]),
    )


def _send_later(query: PaymentQuery, recipients: list[str], subject: str, template: str, path: str) -> None:
    if not recipients:
        return
    context = {"number": query.advice.order_number, "address": settings.SITE_URL + path}
    body = render_to_string(template, context)
    transaction.on_commit(partial(_send, query.pk, recipients, subject, body))


def _send(query_pk: int, recipients: list[str], subject: str, body: str) -> None:
    for recipient in recipients:
        try:
            send_mail(settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + subject, body, None, [recipient])
        except OSError as error:
            # Ids only, not the mail server's answer, which may name the person written to.
            logger.error("mail about payment query %s was not sent (%s)", query_pk, type(error).__name__)
