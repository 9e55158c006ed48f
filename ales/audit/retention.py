"""Twelve months of access log, no more and no less (DOMAIN §14)."""

import datetime as dt
import logging

from django.db import connection
from django.utils import timezone

logger = logging.getLogger(__name__)

MONTHS_KEPT = 12


def limit_on(day: dt.date) -> dt.date:
    """The day twelve months before `day`: what is older may go. 29 February gives the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def purge() -> int:
    """Delete the lines older than twelve months; how many.

    The application may not delete from the log: the database's function does, and refuses a younger date.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_purge(%s)", [limit_on(timezone.localdate())])
        (deleted,) = cursor.fetchone()
    if deleted:
        logger.info("access log: %s lines older than %s months deleted", deleted, MONTHS_KEPT)
    return deleted
