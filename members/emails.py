"""Mails of this room, sent once the transaction stands; a mail server that fails undoes nothing."""

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from ales.dates import format_date
from members.models import Invitation

logger = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, token: str, inviter: str) -> None:
    """The link that opens the invitation; logs the invitation's id when the server refuses."""
    context = {
        "invitation": invitation,
        "inviter": inviter,
        "role": invitation.get_role_display(),
        "url": settings.SITE_URL + reverse("members:invitation", args=[token]),
        "until": format_date(invitation.expires_at.date()),
    }
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}Invitation à l’extranet"
    body = render_to_string("emails/invitation.txt", context)
    try:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [invitation.email])
    except OSError:
        # smtplib's errors are OSErrors too. The page offers to send the invitation again.
        logger.exception("invitation %s not sent", invitation.public_id)
