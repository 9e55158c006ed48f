"""Sessions end by themselves (idle, too old), by their owner's hand, and all with a new password."""

import datetime as dt
import hashlib
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from allauth.account.signals import password_changed, password_reset, password_set
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from members import emails
from members.models import Membership, SessionRecord, User
from members.sign_in import devices, second_factor
from members.sign_in.session_store import digest

logger = logging.getLogger(__name__)

#: In the session, seconds since 1970.
STARTED, SEEN = "signed_in_at", "seen_at"
#: Seconds between two notes of a person's activity.
NOTE_EVERY = 60
#: How long a session that has ended stays listed in the database.
KEPT = dt.timedelta(days=365)
DEVICE_AGE = dt.timedelta(days=365)


@dataclass(frozen=True)
class Limits:
    """How long a session may stay idle, and last in all, in minutes."""

    idle: int
    total: int


def limits_of(roles: Iterable[str]) -> Limits:
    """The shortest of the person's roles (settings.SESSION_LIMITS); the default one without a role."""
    default = settings.SESSION_LIMITS["default"]
    found = [settings.SESSION_LIMITS.get(role, default) for role in roles] or [default]
    return Limits(idle=min(idle for idle, _ in found), total=min(total for _, total in found))


def limits_for(request: HttpRequest) -> Limits:
    """Of all active habilitations: changing to a lesser one doesn't lengthen the session."""
    if request.memberships:
        return limits_of(membership.role for membership in request.memberships)
    # Sign-in's own pages stand outside the tenant's transaction: nobody has read the habilitations.
    return limits_of(Membership.objects.active().of(request.user.pk).values_list("role", flat=True))


def is_over(session: SessionBase, limits: Limits, at: dt.datetime) -> bool:
    """Idle too long, too old, or of unknown age."""
    started, seen = session.get(STARTED), session.get(SEEN)
    if started is None or seen is None:
        return True
    now = at.timestamp()
    return now - seen >= limits.idle * 60 or now - started >= limits.total * 60


def note_activity(session: SessionBase, at: dt.datetime) -> None:
    """At most once a minute: two short writes."""
    now = int(at.timestamp())
    if now - session[SEEN] >= NOTE_EVERY:
        session[SEEN] = now
        SessionRecord.objects.filter(key=digest(session.session_key)).update(last_seen_at=at)


# --- By its owner's hand ------------------------------------------------------------------------


def end(*, user: User, record_id: UUID, at: dt.datetime) -> bool:
    """Close one of the person's own sessions; False when there is none such."""
    return _end(SessionRecord.objects.open_of(user.pk, at).filter(public_id=record_id), at) > 0


def end_others(*, user: User, current_key: str, at: dt.datetime) -> int:
    """Close every session of the person but this one; how many."""
    return _end(SessionRecord.objects.open_of(user.pk, at).exclude(key=digest(current_key)), at)


def end_all(*, user: User, at: dt.datetime) -> int:
    """Close every session of the person; how many."""
    return _end(SessionRecord.objects.filter(user=user, ended_at=None), at)


def _end(records, at: dt.datetime) -> int:
    keys = list(records.values_list("key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    return SessionRecord.objects.filter(key__in=keys).update(ended_at=at)


def forget_old(at: dt.datetime) -> int:
    """Delete the records of sessions that are a year old; how many."""
    deleted, _ = SessionRecord.objects.filter(last_seen_at__lt=at - KEPT).delete()
    return deleted


# --- At sign-in and after -----------------------------------------------------------------------


def connect() -> None:
    """Called once when the room opens."""
    user_logged_in.connect(_begin, dispatch_uid="session begun")
    user_logged_out.connect(_close, dispatch_uid="session closed")
    for changed in (password_changed, password_reset, password_set):
        changed.connect(_password_changed, dispatch_uid="sessions end with the password")


def _begin(sender, request: HttpRequest, user: User, **kwargs) -> None:
    now = timezone.now()
    request.session[STARTED] = request.session[SEEN] = int(now.timestamp())
    if request.session.session_key is None:
        # Somebody else was signed in here: Django has emptied the session and not yet named the new one.
        request.session.save()
    device = devices.describe(request.META.get("HTTP_USER_AGENT", ""))
    mark = request.COOKIES.get(settings.DEVICE_COOKIE_NAME) or secrets.token_urlsafe(24)
    device_hash = hashlib.sha256(mark.encode()).hexdigest()
    former = SessionRecord.objects.filter(user=user)
    came_before, on_this_device = former.exists(), former.filter(device_hash=device_hash).exists()
    SessionRecord.objects.update_or_create(
        key=digest(request.session.session_key),
        defaults={
            "user": user,
            "device": device,
            "device_hash": device_hash,
            "started_at": now,
            "last_seen_at": now,
            "ended_at": None,
        },
    )
    request.device_mark = mark
    by_browser = "REMOTE_ADDR" in request.META
    if came_before and not on_this_device and by_browser and not second_factor.is_demo_account(user):
        emails.send_new_device(user, device, now)


def _close(sender, request: HttpRequest, user: User | None, **kwargs) -> None:
    if request.session.session_key:
        SessionRecord.objects.filter(key=digest(request.session.session_key)).update(ended_at=timezone.now())


def _password_changed(sender, user: User, **kwargs) -> None:
    end_all(user=user, at=timezone.now())
