"""Proofs joined to a case: stored rewritten, opened by the organisation's social workers only."""

from datetime import datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from ales.documents.models import Audience, StoredDocument
from ales.documents.uploads import store_upload
from ales.errors import require
from cases import permissions
from cases.operations.base import lock, record
from members.access import Actor


@transaction.atomic
def add_proof(
    *, actor: Actor, case_id: UUID, title: str, uploaded: UploadedFile, at: datetime
) -> StoredDocument:
    """Join a file to the case; raises InvalidInputError at `file` for one that can't be taken."""
    case = lock(actor, case_id)
    require(permissions.may_follow(actor, case))
    document = store_upload(
        uploaded,
        organisation_id=case.organisation_id,
        audience=Audience.SOCIAL,
        subject_kind="case",
        subject_id=case.public_id,
        kind="proof",
        title=title,
        created_by_id=actor.user_id,
    )
    record(case, actor, at, "document", f"Document joint : {title}")
    return document
