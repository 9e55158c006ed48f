"""Clears a file through the database's one privileged function (ales/privacy/scrub.py)."""

import logging
from uuid import UUID

from django.db import connection

from ales import tenancy
from ales.after_commit import after_commit
from ales.audit.models import ScrubReason
from ales.documents.models import StoredDocument, storage_name
from ales.privacy.scrub import ACCOUNTS, ANONYMISE
from cases.models import TenantCase
from cases.personal_data.accesses import subject_ids_of
from cases.personal_data.keeping import last_payment_of

logger = logging.getLogger(__name__)


def anonymise(case: TenantCase, reason: ScrubReason) -> None:
    """Clear a case in the current transaction, which is its organisation's manager's; its files go on commit.

    Raises django.db.Error when the database finds that the moment hasn't come.
    """
    subjects = subject_ids_of(case)
    TenantCase.objects.filter(pk=case.pk).update(last_payment_on=last_payment_of(case))
    with tenancy.tenant(tenancy.WORKER):
        documents = list(
            StoredDocument.objects.filter(subject_id__in=subjects, erased_at=None).values_list(
                "public_id", flat=True
            )
        )
    _scrub(case, ANONYMISE, reason)
    after_commit(_delete_files, documents)


def clear_accounts(case: TenantCase) -> None:
    """Clear what still ties the payments of an anonymised case to its tenant, ten years later."""
    _scrub(case, ACCOUNTS, ScrubReason.RETENTION)


def _scrub(case: TenantCase, stage: str, reason: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT privacy_scrub(%s, %s, %s)", [case.pk, stage, str(reason)])
    logger.info("case %s: %s (%s)", case.public_id, stage, reason)


def _delete_files(documents: list[UUID]) -> None:
    """What a crash leaves behind here goes with the orphan files of the next night."""
    storage = StoredDocument._meta.get_field("file").storage
    for public_id in documents:
        storage.delete(storage_name(StoredDocument(public_id=public_id), ""))
