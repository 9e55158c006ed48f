"""Mails: plain text, in French, one message a person; what a mail server refuses undoes nothing.

A mail names references and addresses only, never a detail of a social file (DOMAIN §14): its callers keep
to that, and tests read every template.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)


def absolute(path: str) -> str:
    """The address of a page as a mail must write it."""
    return f"{settings.SITE_URL}{path}"


def send(
    recipients: Iterable[str],
    subject: str,
    template: str,
    context: Mapping[str, Any],
    *,
    about: str,
    headers: Mapping[str, str] | None = None,
) -> bool:
    """Send one message to each address; whether all of them left. Never inside a transaction.

    `about` names the thing by its kind and id for the logs, which have other readers than the mail.
    """
    body = render_to_string(template, dict(context))
    sent = [_send_one(address, subject, body, about, headers) for address in sorted(set(recipients))]
    return all(sent)


def _send_one(address: str, subject: str, body: str, about: str, headers: Mapping[str, str] | None) -> bool:
    message = EmailMessage(
        settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + subject, body, None, [address], headers=dict(headers or {})
    )
    try:
        message.send()
    except OSError as error:
        # smtplib's errors are OSErrors too. Their kind only: the mail server's answer may name the person
        # written to, and the subject the file.
        logger.error("mail about %s was not sent (%s)", about, type(error).__name__)
        return False
    return True
