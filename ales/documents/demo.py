"""Papers of the demo data: one small PDF a kind, which says what it stands for."""

import datetime as dt
import hashlib
from functools import cache
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils.html import format_html

from ales.documents import pdf
from ales.documents.models import StoredDocument

PAGE = (
    '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="dcterms.created" content="2022-01-01T09:00:00Z"></head>'
    "<body><h1>{title}</h1><p>{text}</p></body></html>"
)


@cache
def paper(title: str, text: str) -> bytes:
    """A one-page PDF; rendered once for each text."""
    return pdf.render(format_html(PAGE, title=title, text=text))


def store_paper(
    content: bytes,
    *,
    organisation_id: int,
    audience: str,
    subject_kind: str,
    subject_id: UUID,
    kind: str,
    title: str,
    file_name: str,
    created_by_id: int,
    created_at: dt.datetime,
) -> StoredDocument:
    """Store our own PDF as an upload would be, without the cleaning that strangers' files need."""
    document = StoredDocument(
        organisation_id=organisation_id,
        audience=audience,
        subject_kind=subject_kind,
        subject_id=subject_id,
        kind=kind,
        title=title,
        file_name=file_name,
        content_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_by_id=created_by_id,
        created_at=created_at,
    )
    document.file.save(file_name, ContentFile(content), save=False)
    document.save(force_insert=True)
    return document
