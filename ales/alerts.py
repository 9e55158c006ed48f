"""A word to those who run the extranet, when a nightly check finds something wrong."""

import logging

from ales import mail, registry

logger = logging.getLogger(__name__)


def warn_administrators(subject: str, template: str, context: dict) -> None:
    """One mail an administrator, outside any transaction; the caller keeps names and amounts out of it.

    A mail server that fails is logged: the check has logged its findings already.
    """
    addresses = {address for listed in registry.administrators for address in listed()}
    if not addresses:
        logger.error("nobody to warn: %s", subject)
    mail.send(addresses, subject, template, context, about=f"the check « {subject} »")
