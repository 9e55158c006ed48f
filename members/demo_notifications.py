"""The notifications of the demo's five years: those of the last fortnight are news, nothing is mailed."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from ales import tenancy
from members.models import Notification
from members.models.notification import MailState

NEWS = timedelta(days=14)


def build(report: Callable[[str], None]) -> None:
    """Mark as read what is old; the last room's events are told before."""
    now = timezone.now()
    with tenancy.tenant(tenancy.WORKER):
        Notification.objects.update(mail=MailState.NONE)
        read = Notification.objects.filter(created_at__lt=now - NEWS).update(unread=False, read_at=now)
        left = Notification.objects.unread().count()
    report(f"{left} notifications non lues, {read} lues")
