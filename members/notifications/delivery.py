"""Mails of the notifications: at once, or summed up once a day (DOMAIN §14: references and addresses only).

It runs in the capacity of the worker, which alone reads everybody's, and never talks to the mail server
inside a transaction. A mail that couldn't leave at once goes into the next digest; a digest that couldn't
leave is tried again at the scheduler's next run.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ales import mail, tenancy
from ales.dates import format_date
from members.models import Membership, Notification, NotificationDigest, User
from members.models.notification import Channel, MailState
from members.notifications import preferences, unsubscribe

#: How long a mail handed to the server may stay without an answer before it is taken for lost.
LEASE = dt.timedelta(minutes=15)
#: How long notifications are kept.
KEPT = dt.timedelta(days=365)

_STATE_OF = {
    Channel.NOW: MailState.SENDING,
    Channel.DAILY: MailState.DIGEST,
    Channel.NEVER: MailState.NONE,
}


def deliver(ids: Sequence[UUID]) -> None:
    """Mail the new notifications whose person wants to know at once. Outside any transaction."""
    for row in _sort_out(ids):
        sent = mail.send(
            [row.user.email],
            row.title,
            "emails/notification.txt",
            {
                "text": row.text,
                "address": mail.absolute(row.path),
                "preferences": mail.absolute(reverse("members:notification_preferences")),
                "unsubscribe": unsubscribe.address(row.user.public_id),
            },
            about=f"notification {row.kind} {row.pk}",
            headers=unsubscribe.headers(row.user.public_id),
        )
        with tenancy.tenant(tenancy.WORKER):
            state = MailState.SENT if sent else MailState.DIGEST
            Notification.objects.filter(pk=row.pk, mail=MailState.SENDING).update(mail=state)


def _sort_out(ids: Sequence[UUID]) -> list[Notification]:
    """Note each one's way; those to mail at once, taken by this process alone."""
    with tenancy.tenant(tenancy.WORKER):
        rows = list(
            Notification.objects.filter(pk__in=ids, mail=MailState.PENDING)
            .select_related("user")
            .select_for_update(of=["self"], skip_locked=True)
            .order_by("user__email", "id")
        )
        chosen = preferences.chosen_by({row.user_id for row in rows})
        for row in rows:
            row.mail = _STATE_OF[preferences.channel_of(row.user_id, row.kind, chosen)]
        for state in _STATE_OF.values():
            taken = [row.pk for row in rows if row.mail == state]
            if taken:
                Notification.objects.filter(pk__in=taken).update(mail=state)
    return [row for row in rows if row.mail == MailState.SENDING]


@dataclass(frozen=True)
class Letter:
    """A digest ready to leave: how many unread notifications of each kind."""

    digest: NotificationDigest
    user: User
    counts: dict[str, int]


def send_digests(at: dt.datetime) -> int:
    """Mail each person's digest of the day once; how many left. May run again the same day: whoever had
    theirs gets none, whoever had not gets it."""
    with tenancy.tenant(tenancy.WORKER):
        waiting = _waiting(at).order_by().values_list("user_id", flat=True).distinct()
        people = sorted(waiting)
    return sum(_send_digest(user_id, at) for user_id in people)


def _waiting(at: dt.datetime):
    """Unread, and to be mailed: chosen so, or lost on the way at once."""
    lost = Q(mail__in=(MailState.PENDING, MailState.SENDING), created_at__lte=at - LEASE)
    return Notification.objects.filter(Q(mail=MailState.DIGEST) | lost, unread=True)


def _send_digest(user_id: int, at: dt.datetime) -> bool:
    letter = _claim(user_id, at)
    if letter is None:
        return False
    sent = mail.send(
        [letter.user.email],
        _("Vos notifications du %s") % format_date(letter.digest.day),
        "emails/digest.txt",
        {
            "counts": letter.counts.items(),
            "address": mail.absolute(reverse("members:notifications")),
            "preferences": mail.absolute(reverse("members:notification_preferences")),
            "unsubscribe": unsubscribe.address(letter.user.public_id),
        },
        about=f"digest {letter.digest.pk}",
        # The same again if it has to leave twice: a mail server that has seen it drops the second.
        headers=unsubscribe.headers(letter.user.public_id)
        | {"Message-ID": f"<digest.{letter.digest.pk}@ales.invalid>"},
    )
    with tenancy.tenant(tenancy.WORKER):
        if sent:
            NotificationDigest.objects.filter(pk=letter.digest.pk).update(sent_at=timezone.now())
            Notification.objects.filter(digest=letter.digest).update(mail=MailState.SENT)
        else:
            NotificationDigest.objects.filter(pk=letter.digest.pk).update(claimed_at=None)
    return sent


def _claim(user_id: int, at: dt.datetime) -> Letter | None:
    """The person's digest of the day, for this process alone; None when it left, or another has it."""
    day = timezone.localdate(at)
    with tenancy.tenant(tenancy.WORKER):
        NotificationDigest.objects.bulk_create(
            [NotificationDigest(user_id=user_id, day=day)], ignore_conflicts=True
        )
        digest = (
            NotificationDigest.objects.select_for_update(skip_locked=True, of=["self"])
            .select_related("user")
            .filter(user_id=user_id, day=day, sent_at=None)
            .filter(Q(claimed_at=None) | Q(claimed_at__lte=at - LEASE))
            .first()
        )
        if digest is None:
            return None
        rows = _still_wanted(user_id, at)
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(
            digest=digest, mail=MailState.DIGEST
        )
        counts = _counts(rows)
        if not counts:
            digest.delete()
            return None
        digest.claimed_at = at
        digest.save(update_fields=["claimed_at"])
    return Letter(digest, digest.user, counts)


def _still_wanted(user_id: int, at: dt.datetime) -> list[Notification]:
    """What waits for this person and still concerns them: they work there, and didn't stop that mail."""
    offices = set(
        Membership.objects.active().filter(user_id=user_id).values_list("organisation_id", flat=True)
    )
    chosen = preferences.chosen_by([user_id])
    rows = list(_waiting(at).filter(user_id=user_id).select_for_update())
    unwanted = [
        row.pk
        for row in rows
        if row.organisation_id not in offices
        or preferences.channel_of(user_id, row.kind, chosen) == Channel.NEVER
    ]
    if unwanted:
        Notification.objects.filter(pk__in=unwanted).update(mail=MailState.NONE)
    return [row for row in rows if row.pk not in unwanted]


def _counts(rows: Iterable[Notification]) -> dict[str, int]:
    """Label of the kind -> how many, in the order of the kinds."""
    found = Counter(row.kind for row in rows)
    kinds = ((preferences.kind_named(code), number) for code, number in found.items())
    known = [(kind, number) for kind, number in kinds if kind]
    return {str(kind.label): number for kind, number in sorted(known, key=lambda pair: pair[0].order)}


def forget_old(at: dt.datetime) -> int:
    """Delete notifications and digests of more than a year; how many notifications."""
    with tenancy.tenant(tenancy.WORKER):
        gone, _models = Notification.objects.filter(created_at__lt=at - KEPT).delete()
        NotificationDigest.objects.filter(day__lt=timezone.localdate(at - KEPT), notifications=None).delete()
    return gone
