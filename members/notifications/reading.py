"""What a person does with their notifications in the page."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404

from members.access import Actor
from members.models import Notification

#: The bell counts no further: the page has the rest.
COUNT_BOUND = 99


def count_unread(actor: Actor) -> int:
    """How many this person hasn't read, counted to 99 at most; one query."""
    unread = Notification.objects.visible_to(actor).unread()
    return len(unread.values_list("pk", flat=True)[:COUNT_BOUND])


@transaction.atomic
def read(*, actor: Actor, notification_id: UUID, at: dt.datetime) -> Notification:
    """Mark one as read; Http404 for one that is not the person's own."""
    found = get_object_or_404(Notification.objects.visible_to(actor), pk=notification_id)
    if found.unread:
        found.unread, found.read_at = False, at
        found.save(update_fields=["unread", "read_at"])
    return found


@transaction.atomic
def read_all(*, actor: Actor, at: dt.datetime) -> int:
    """Mark all of the person's as read; how many."""
    return Notification.objects.visible_to(actor).unread().update(unread=False, read_at=at)


@transaction.atomic
def read_about(*, actor: Actor, path: str, at: dt.datetime) -> None:
    """Mark as read what told the person of the page they have before their eyes."""
    Notification.objects.visible_to(actor).unread().filter(path=path).update(unread=False, read_at=at)
