"""A person's deadlines as a calendar that other programs read (RFC 5545): references and addresses only.

The address is the only key, so it is long, kept as a hash, shown once, renewed and deleted at will; it opens
nothing but these lines, as the habilitation it was made for stands today.
"""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from icalendar import Calendar, Event

from ales import mail, registry, tenancy
from ales.registry import CalendarEntry
from ales.tenancy import TenantContext
from members.access import Actor, actor_of
from members.models import CalendarAddress, Membership

#: A transaction that may look for an address by its token, and see nothing else of anybody.
READER = TenantContext(user_id=None, organisation_id=None, capacity="CALENDAR")
#: Days gone by that stay in the calendar.
PAST = timedelta(days=31)
CONTENT_TYPE = "text/calendar; charset=utf-8"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def renew(*, actor: Actor, at: datetime) -> str:
    """A new secret address for this habilitation; the former one is dead. It can't be shown again."""
    token = secrets.token_urlsafe(32)
    membership = Membership.objects.get(public_id=actor.membership_id)
    CalendarAddress.objects.filter(membership=membership).delete()
    CalendarAddress.objects.create(
        user_id=actor.user_id, membership=membership, token_hash=_hash(token), created_at=at
    )
    return mail.absolute(reverse("members:calendar_feed", args=[token]))


@transaction.atomic
def revoke(*, actor: Actor) -> None:
    """The address of this habilitation is dead, where there was one."""
    CalendarAddress.objects.filter(membership__public_id=actor.membership_id, user_id=actor.user_id).delete()


def address_of(actor: Actor) -> CalendarAddress | None:
    return CalendarAddress.objects.filter(
        membership__public_id=actor.membership_id, user_id=actor.user_id
    ).first()


def actor_of_token(token: str) -> Actor | None:
    """Whose calendar it is; None for an address nobody has (any more), or a habilitation that is over."""
    with tenancy.tenant(READER):
        found = CalendarAddress.objects.filter(token_hash=_hash(token)).values_list("membership", flat=True)
        membership = Membership.objects.active().filter(pk__in=list(found))
        owner = membership.select_related("user", "organisation").first()
    return actor_of(owner) if owner else None


def entries(actor: Actor, today: date) -> list[CalendarEntry]:
    """Deadlines and follow-up dates of the actor, the earliest first; in the actor's transaction."""
    first = today - PAST
    found = (entry for build in registry.calendar_entries for entry in build(actor, first))
    return sorted(found, key=lambda entry: (entry.on, entry.title))


def as_calendar(found: list[CalendarEntry], at: datetime) -> bytes:
    """The entries as whole days of an iCalendar file."""
    calendar = Calendar()
    calendar.add("prodid", "-//ALES//Extranet//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Extranet ALES")
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"value": "DURATION"})
    host = urlsplit(settings.SITE_URL).hostname
    for entry in found:
        event = Event()
        event.add("uid", f"{entry.uid}@{host}")
        event.add("dtstamp", at)
        event.add("dtstart", entry.on)
        event.add("dtend", entry.on + timedelta(days=1))
        event.add("summary", entry.title)
        event.add("url", mail.absolute(entry.path))
        event.add("transp", "TRANSPARENT")
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    return calendar.to_ical()
