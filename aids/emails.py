"""Mails about requests. They name the reference only, never a detail of the social file (DOMAIN §14).

Recipients are read inside the transaction; the mail leaves after the commit, and a broken mail server
is logged without undoing anything.
"""

import logging
from collections.abc import Sequence
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from aids.models import AidRequest
from members.access import Actor
from members.models import Membership, User
from members.roles import Role

logger = logging.getLogger(__name__)


def tell_managers_of_submission(request: AidRequest) -> None:
    """The managers who may decide it: none of its authors."""
    recipients = (
        Membership.objects.active()
        .filter(organisation_id=request.organisation_id, role=Role.MANAGER)
        .exclude(user_id__in=request.author_ids)
        .values_list("user__email", flat=True)
    )
    subject = _("Demande %s : à décider") % request.reference
    _send_later(request, sorted(set(recipients)), subject, "emails/aid_submitted.txt", "aids:decision")


def tell_author_of_send_back(request: AidRequest) -> None:
    subject = _("Demande %s : à compléter") % request.reference
    _send_later(request, _author(request), subject, "emails/aid_sent_back.txt", "aids:points")


def tell_author_of_decision(request: AidRequest, actor: Actor) -> None:
    """Granted or refused: the mail says only that a decision awaits its reading."""
    subject = _("Demande %s : décision prise") % request.reference
    _send_later(request, _author(request), subject, "emails/aid_decided.txt", "aids:detail")


def _author(request: AidRequest) -> list[str]:
    """Who submitted it: the person it comes back to."""
    person = request.submitted_by_id or request.created_by_id
    return list(User.objects.filter(pk=person, is_active=True).values_list("email", flat=True))


def _send_later(
    request: AidRequest, recipients: Sequence[str], subject: str, template: str, url_name: str
) -> None:
    if not recipients:
        return
    address = settings.SITE_URL + reverse(url_name, args=[request.public_id])
    body = render_to_string(template, {"reference": request.reference, "address": address})
    transaction.on_commit(partial(_send, request.pk, recipients, subject, body))


def _send(request_pk: int, recipients: Sequence[str], subject: str, body: str) -> None:
    for recipient in recipients:
        try:
            send_mail(settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + subject, body, None, [recipient])
        except OSError as error:
            # Ids only: the subject would name the request in the logs' readers' hands, and the mail
            # server's answer the person written to.
            logger.error("mail about aid request %s was not sent (%s)", request_pk, type(error).__name__)
