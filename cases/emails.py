"""Mails about shared and handed over cases: the reference only, never a name nor a detail (DOMAIN §14)."""

import logging
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from cases.models import CaseHandover, CaseShare
from members.models import Membership
from members.roles import Role

logger = logging.getLogger(__name__)


def _managers_of(organisation_id: int) -> list[str]:
    found = Membership.objects.active().filter(organisation_id=organisation_id, role=Role.MANAGER)
    return sorted(set(found.values_list("user__email", flat=True)))


def tell_managers_of_share(share: CaseShare, owner_name: str) -> None:
    """The managers of the organisation the case is opened to."""
    _send_later(
        f"share {share.pk}",
        _managers_of(share.shared_with_id),
        "Un dossier vous est partagé",
        "emails/case_shared.txt",
        {"owner": owner_name, "ends_on": share.ends_on},
        reverse("cases:list") + "?suivi=partage",
    )


def tell_managers_of_proposal(handover: CaseHandover) -> None:
    """The managers who may accept the case."""
    _send_handover(
        handover,
        handover.to_organisation_id,
        f"Dossier {handover.reference} : transfert proposé",
        "emails/handover_proposed.txt",
    )


def tell_managers_of_answer(handover: CaseHandover) -> None:
    """Both sides' managers: the case has changed hands, or stays where it is."""
    answer = "accepté" if handover.new_reference else "refusé"
    for organisation_id in (handover.from_organisation_id, handover.to_organisation_id):
        _send_handover(
            handover,
            organisation_id,
            f"Dossier {handover.reference} : transfert {answer}",
            "emails/handover_answered.txt",
        )


def _send_handover(handover: CaseHandover, organisation_id: int, subject: str, template: str) -> None:
    context = {
        "handover": handover,
        "sender": handover.from_organisation,
        "receiver": handover.to_organisation,
    }
    _send_later(
        f"handover {handover.pk}",
        _managers_of(organisation_id),
        subject,
        template,
        context,
        reverse("cases:handovers"),
    )


def _send_later(
    what: str, recipients: list[str], subject: str, template: str, context: dict, path: str
) -> None:
    body = render_to_string(template, context | {"address": settings.SITE_URL + path})
    transaction.on_commit(partial(_send, what, recipients, subject, body))


def _send(what: str, recipients: list[str], subject: str, body: str) -> None:
    for recipient in recipients:
        try:
            send_mail(settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + subject, body, None, [recipient])
        except OSError as error:
            # Ids only, not the mail server's answer: the logs have other readers than the case.
            logger.error("mail about case %s was not sent (%s)", what, type(error).__name__)
