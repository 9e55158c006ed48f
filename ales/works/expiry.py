"""What works leave behind is cleared seven days after their end, their rows after twelve months; a file whose
row was undone, or whose clearing was cut short, the night after."""

import datetime as dt
import logging
import re
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from ales import tenancy
from ales.works.models import FOLDER, Work, source_name, storage_name

logger = logging.getLogger(__name__)

#: Younger files may belong to a transaction that isn't committed yet.
MIN_AGE = dt.timedelta(days=1)
OWN_NAME = re.compile(r"([0-9a-f]{32})(-recu)?")


def clear() -> int:
    """Delete the lines and files of works that have outlived their days; how many works.

    The database's own function does it, and says whose files may go.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT works_expire()")
        gone = [public_id for (public_id,) in cursor.fetchall()]
    storage = Work._meta.get_field("file").storage
    for public_id in gone:
        for name in (storage_name, source_name):
            storage.delete(name(Work(public_id=public_id), ""))
    if gone:
        logger.info("works: %s cleared", len(gone))
    return len(gone)


def clear_strays() -> int:
    """Delete the files a day old that no work knows any more; how many."""
    storage = Work._meta.get_field("file").storage
    if not storage.exists(FOLDER):
        return 0
    limit = timezone.now() - MIN_AGE
    names = {name: match for name in storage.listdir(FOLDER)[1] if (match := OWN_NAME.fullmatch(name))}
    with tenancy.tenant(tenancy.WORKER):
        works = Work.objects.filter(public_id__in={UUID(match[1]) for match in names.values()})
        known = {name for kept in works.values_list("file", "source") for name in kept}
    strays = [f"{FOLDER}/{name}" for name in names if f"{FOLDER}/{name}" not in known]
    gone = [name for name in strays if storage.get_modified_time(name) < limit]
    for name in gone:
        storage.delete(name)
    if gone:
        logger.info("works: %s stray files deleted", len(gone))
    return len(gone)
