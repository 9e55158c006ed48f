"""Files without a document: an upload's transaction was undone, a worker died before its commit, or the
document was erased with its case."""

import datetime as dt
import logging
from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from django.utils import timezone

from ales import tenancy
from ales.documents.models import StoredDocument, storage_name

logger = logging.getLogger(__name__)

#: Younger files may belong to a transaction that isn't committed yet.
MIN_AGE = dt.timedelta(days=1)
BATCH = 500


def clear() -> int:
    """Delete stored files a day old that no document knows; how many."""
    storage = StoredDocument._meta.get_field("file").storage
    limit = timezone.now() - MIN_AGE
    deleted = 0
    stored = _stored_names(storage)
    while names := list(islice(stored, BATCH)):
        ids = {UUID(name.rpartition("/")[2]): name for name in names}
        with tenancy.tenant(tenancy.WORKER):
            kept = StoredDocument.objects.filter(public_id__in=ids, erased_at=None)
            known = set(kept.values_list("public_id", flat=True))
        for public_id, name in ids.items():
            if public_id not in known and storage.get_modified_time(name) < limit:
                storage.delete(name)
                deleted += 1
    if deleted:
        logger.info("orphan files: %s deleted", deleted)
    return deleted


def _stored_names(storage) -> Iterator[str]:
    """Names our own `storage_name` could have given; anything else is left alone."""
    if not storage.exists(""):
        return
    for folder in storage.listdir("")[0]:
        for file in storage.listdir(folder)[1]:
            try:
                expected = storage_name(StoredDocument(public_id=UUID(file)), "")
            except ValueError:
                continue
            if expected == f"{folder}/{file}":
                yield expected
