"""What people are told about requests: the reference only, never a detail of the file (DOMAIN §14)."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aids.models import AidRequest
from ales.registry import NotificationKind
from members.models import Membership
from members.notifications import notify
from members.roles import SOCIAL_ROLES, Role

SUBMITTED = NotificationKind(
    "aid_submitted", gettext_lazy("Demandes à décider"), frozenset({Role.MANAGER}), duty=True, order=10
)
SENT_BACK = NotificationKind(
    "aid_sent_back", gettext_lazy("Demandes à compléter"), SOCIAL_ROLES, duty=True, order=12
)
DECIDED = NotificationKind("aid_decided", gettext_lazy("Décisions sur mes demandes"), SOCIAL_ROLES, order=20)
KINDS = (SUBMITTED, SENT_BACK, DECIDED)


def tell_managers_of_submission(request: AidRequest, at: datetime) -> None:
    """The managers who may decide it: none of its authors."""
    managers = Membership.objects.filter(organisation_id=request.organisation_id, role=Role.MANAGER)
    notify(
        managers.exclude(user_id__in=request.author_ids),
        kind=SUBMITTED,
        title=_("Demande %s : à décider") % request.reference,
        text=_("La demande d’aide %s attend votre décision.") % request.reference,
        path=reverse("aids:decision", args=[request.public_id]),
        at=at,
    )


def tell_author_of_send_back(request: AidRequest, at: datetime) -> None:
    notify(
        _author(request),
        kind=SENT_BACK,
        title=_("Demande %s : à compléter") % request.reference,
        text=_("La demande d’aide %s vous est renvoyée : ses points à compléter vous attendent.")
        % request.reference,
        path=reverse("aids:points", args=[request.public_id]),
        at=at,
    )


def tell_author_of_decision(request: AidRequest, at: datetime) -> None:
    """Granted or refused: only that a decision awaits its reading."""
    notify(
        _author(request),
        kind=DECIDED,
        title=_("Demande %s : décision prise") % request.reference,
        text=_("La demande d’aide %s a reçu sa décision.") % request.reference,
        path=reverse("aids:detail", args=[request.public_id]),
        at=at,
    )


def _author(request: AidRequest):
    """Who submitted it: the person it comes back to, if they still work there."""
    person = request.submitted_by_id or request.created_by_id
    return Membership.objects.filter(organisation_id=request.organisation_id, user_id=person)
