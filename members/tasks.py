from celery import shared_task
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from members.notifications import delivery
from members.sign_in import sessions


@shared_task
def clear_sessions() -> None:
    """Delete expired sessions, the records of very old ones, and attempts that count no more."""
    call_command("clearsessions")
    sessions.forget_old(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {settings.CACHE_TABLE} WHERE expires < now()")


@shared_task
def send_digests() -> int:
    """The mail of the day to whoever wants one and hasn't had it, what is a year old forgotten. How many."""
    now = timezone.now()
    delivery.forget_old(now)
    return delivery.send_digests(now)
