"""A word to those who run the extranet, when a nightly check finds something wrong."""

import logging

from django.conf import settings
from django.core.mail import send_mail

from ales import registry

logger = logging.getLogger(__name__)


def warn_administrators(subject: str, body: str) -> None:
    """One mail an administrator, outside any transaction; the caller keeps names and amounts out of it.

    A mail server that fails is logged: the check has logged its findings already.
    """
    addresses = sorted({address for listed in registry.administrators for address in listed()})
    if not addresses:
        logger.error("nobody to warn: %s", subject)
    for address in addresses:
        try:
            send_mail(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}", body, None, [address])
        except OSError as error:
            # smtplib's errors are OSErrors too, and some name the address: only their kind is logged.
            logger.error("warning not sent (%s): %s", type(error).__name__, subject)
