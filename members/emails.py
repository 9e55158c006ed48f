"""Mails of this room, sent once the transaction stands; a mail server that fails undoes nothing."""

import datetime as dt
import logging

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localtime

from ales.dates import format_date
from members.models import Invitation, Membership, User
from members.roles import Role

logger = logging.getLogger(__name__)


def administrators() -> list[str]:
    """Addresses of the association's staff, whom the nightly checks warn (ales/alerts.py); one query."""
    staff = Membership.objects.active().filter(role=Role.ASSOCIATION_ADMIN)
    return list(staff.values_list("user__email", flat=True))


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
    except OSError as error:
        # smtplib's errors are OSErrors too, and some name the address: only their kind is logged.
        # The page offers to send the invitation again.
        logger.error("invitation %s not sent (%s)", invitation.public_id, type(error).__name__)


def send_new_device(user: User, device: str, at: dt.datetime) -> None:
    """Tells a person that their account was opened on a device it didn't know; logs the id on failure."""
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}Connexion depuis un nouvel appareil"
    context = {
        "when": _moment(at),
        "device": device,
        "url": settings.SITE_URL + reverse("account_devices"),
    }
    body = render_to_string("emails/new_device.txt", context)
    try:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email])
    except OSError as error:
        logger.error("new device of user %s not told (%s)", user.public_id, type(error).__name__)


def send_security_change(user: User, change: str, at: dt.datetime) -> None:
    """Tells a person what changed in their account's security, and when; logs the id on failure."""
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}La sécurité de votre compte a changé"
    context = {
        "when": _moment(at),
        "change": change,
        "url": settings.SITE_URL + reverse("account_reset_password"),
    }
    body = render_to_string("emails/security_change.txt", context)
    try:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email])
    except OSError as error:
        logger.error("change of user %s not told (%s)", user.public_id, type(error).__name__)


def _moment(at: dt.datetime) -> str:
    moment = localtime(at)
    return f"{format_date(moment.date())} à {moment:%H h %M}"
