"""Writes what people are told, in the transaction of the event."""

from datetime import datetime

from django.db.models import QuerySet

from ales.after_commit import after_commit
from ales.registry import NotificationKind
from members.models import Membership, Notification
from members.notifications import delivery


def notify(
    memberships: QuerySet[Membership],
    *,
    kind: NotificationKind,
    title: str,
    text: str,
    path: str,
    at: datetime,
) -> None:
    """Tell each person of these habilitations once what happened; two queries, mails after the commit.

    `title` and `text` name references, organisations and days only: they go out by mail (DOMAIN §14).
    `path` is the address `reverse` gave. A suspended habilitation is told nothing.
    """
    people = memberships.active().values_list("user_id", "organisation_id").order_by().distinct()
    rows = [
        Notification(
            user_id=user_id,
            organisation_id=organisation_id,
            kind=kind.code,
            title=title,
            text=text,
            path=path,
            created_at=at,
        )
        for user_id, organisation_id in people
    ]
    if not rows:
        return
    Notification.objects.bulk_create(rows)
    # What is committed stays told as done: the next digest picks up what a failure left behind.
    after_commit(delivery.deliver, [row.pk for row in rows])
