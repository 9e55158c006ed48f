"""What works leave behind is cleared seven days after their end, their rows after twelve months."""

import logging

from django.db import connection, transaction

from ales.works.models import Work, source_name, storage_name

logger = logging.getLogger(__name__)


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
