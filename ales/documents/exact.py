"""Files kept byte for byte, because they are evidence: what a bank sent. Scanned, never rewritten.

They are read by their own parser and handed back as a download only, under a content type no browser opens
(ales/documents/views.py); for papers of people, `uploads.store_upload` rewrites what it takes.
"""

import hashlib
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from ales.documents import scanning
from ales.documents.file_names import clean_file_name
from ales.documents.models import StoredDocument
from ales.errors import InvalidInputError

CONTENT_TYPE = "application/octet-stream"


def require_clean(content: bytes) -> None:
    """Raise InvalidInputError (`file`) unless the antivirus, where there is one, says clean."""
    try:
        scanning.scan(content)
    except scanning.InfectedError as error:
        raise InvalidInputError(
            {"file": [_("L’antivirus refuse ce fichier : téléchargez-le à nouveau auprès de la banque.")]}
        ) from error
    except scanning.ScanError as error:
        raise InvalidInputError(
            {
                "file": [
                    _(
                        "Ce fichier n’a pas pu être vérifié par l’antivirus : il n’est pas enregistré. "
                        "Réessayez dans quelques minutes."
                    )
                ]
            }
        ) from error


def store_exact(
    content: bytes,
    *,
    file_name: str,
    extension: str,
    organisation_id: int,
    audience: str,
    subject_kind: str,
    subject_id: UUID,
    kind: str,
    title: str,
    created_by_id: int,
) -> StoredDocument:
    """Scan the bytes and store them as they are, in the current transaction. The caller has read them as the
    type it says by `extension` (".xml"). Raises InvalidInputError (`file`) when they aren't clean."""
    require_clean(content)
    document = StoredDocument(
        organisation_id=organisation_id,
        audience=audience,
        subject_kind=subject_kind,
        subject_id=subject_id,
        kind=kind,
        title=title,
        file_name=clean_file_name(file_name, extension),
        content_type=CONTENT_TYPE,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_by_id=created_by_id,
    )
    document.file.save(document.file_name, ContentFile(content), save=False)
    document.save(force_insert=True)
    return document
