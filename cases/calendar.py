"""Dates of the cases a person follows: follow-ups agreed, ends of shares, anonymisations announced."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from ales.registry import CalendarEntry
from cases.models import CaseShare, TenantCase, Undertaking
from cases.models.case import CaseState
from cases.models.protocol import ProtocolState
from cases.rules.retention import NOTICE_DAYS
from members.access import Actor

NOTICE = timedelta(days=NOTICE_DAYS)


def entries(actor: Actor, first: date) -> list[CalendarEntry]:
    """Of the open cases the actor is the référent of; three queries."""
    if not actor.is_social:
        return []
    return [*_follow_ups(actor, first), *_ends_of_shares(actor, first), *_anonymisations(actor, first)]


def _follow_ups(actor: Actor, first: date) -> list[CalendarEntry]:
    found = Undertaking.objects.filter(
        organisation_id=actor.organisation_id,
        is_follow_up=True,
        due_on__gte=first,
        protocol__state__in=(ProtocolState.ISSUED, ProtocolState.SIGNED),
        case__referent_id=actor.user_id,
        case__state=CaseState.OPEN,
    )
    return [
        _entry(f"suivi-{row.protocol.public_id}-{row.party}-{row.rank}", row.due_on, _("Suivi"), row.case)
        for row in found.select_related("case", "protocol")
    ]


def _ends_of_shares(actor: Actor, first: date) -> list[CalendarEntry]:
    found = CaseShare.objects.filter(
        organisation_id=actor.organisation_id,
        revoked_at=None,
        ends_on__gte=first,
        case__referent_id=actor.user_id,
        case__state=CaseState.OPEN,
    )
    return [
        _entry(f"partage-{row.public_id}", row.ends_on, _("Fin de partage"), row.case)
        for row in found.select_related("case")
    ]


def _anonymisations(actor: Actor, first: date) -> list[CalendarEntry]:
    found = TenantCase.objects.followed_by(actor).given_notice().filter(referent_id=actor.user_id)
    return [
        _entry(
            f"anonymisation-{case.public_id}", case.retention_noticed_on + NOTICE, _("Anonymisation"), case
        )
        for case in found.filter(retention_noticed_on__gte=first - NOTICE)
    ]


def _entry(uid: str, on: date, what: str, case: TenantCase) -> CalendarEntry:
    return CalendarEntry(
        uid=uid,
        on=on,
        title=_("%(what)s – dossier %(reference)s") % {"what": what, "reference": case.reference},
        path=reverse("cases:detail", args=[case.public_id]),
    )
