"""Mails about requests. They name the reference only, never a detail of the social file (DOMAIN §14)."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from aids.models import AidRequest
from ales import mail
from members.access import Actor
from members.models import Membership, User
from members.roles import Role


def tell_managers_of_submission(request: AidRequest) -> None:
    """The managers who may decide it: none of its authors."""
    recipients = (
        Membership.objects.active()
        .filter(organisation_id=request.organisation_id, role=Role.MANAGER)
        .exclude(user_id__in=request.author_ids)
        .values_list("user__email", flat=True)
    )
    subject = _("Demande %s : à décider") % request.reference
    _tell(request, recipients, subject, "emails/aid_submitted.txt", "aids:decision")


def tell_author_of_send_back(request: AidRequest) -> None:
    subject = _("Demande %s : à compléter") % request.reference
    _tell(request, _author(request), subject, "emails/aid_sent_back.txt", "aids:points")


def tell_author_of_decision(request: AidRequest, actor: Actor) -> None:
    """Granted or refused: the mail says only that a decision awaits its reading."""
    subject = _("Demande %s : décision prise") % request.reference
    _tell(request, _author(request), subject, "emails/aid_decided.txt", "aids:detail")


def _author(request: AidRequest) -> list[str]:
    """Who submitted it: the person it comes back to."""
    person = request.submitted_by_id or request.created_by_id
    return list(User.objects.filter(pk=person, is_active=True).values_list("email", flat=True))


def _tell(request: AidRequest, recipients: Iterable[str], subject: str, template: str, url_name: str) -> None:
    address = mail.absolute(reverse(url_name, args=[request.public_id]))
    context = {"reference": request.reference, "address": address}
    mail.send_after_commit(recipients, subject, template, context, about=f"aid request {request.pk}")
