"""A job or a document as the `file_link` component wants it (`{% stored_file file %}`)."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ales import registry
from ales.documents.models import ERASED, JobState, ProductionJob, StoredDocument
from ales.spreadsheets import XLSX
from ales.templatetags.components import file_link

KINDS = {
    "application/pdf": "PDF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "application/xml": "XML",
    "application/json": "JSON",
    "text/csv": "CSV",
    XLSX: "XLSX",
    "text/plain": "TXT",
}


def file_of_document(document: StoredDocument) -> dict[str, Any]:
    """A stored file, ready; of one erased with its case, what is left to say."""
    if document.erased_at:
        return file_link(
            name=_("Document effacé"), state="failed", error=_("Effacé avec les données du dossier.")
        )
    return file_link(
        name=document.title,
        kind=KINDS.get(document.content_type, _("Fichier")),
        size=document.size,
        url=reverse("documents:download", args=[document.public_id]),
    )


def file_of_job(job: ProductionJob) -> dict[str, Any]:
    """A produced file, ready or not; a ready one costs a query unless its `document` was selected with it."""
    if job.state == JobState.DONE:
        return file_of_document(job.document)
    if job.state == JobState.FAILED and job.error == ERASED:
        return file_link(
            name=_("Document effacé"), state="failed", error=_("Effacé avec les données du dossier.")
        )
    if job.state == JobState.FAILED:
        return file_link(
            name=job.title,
            state="failed",
            error=_("Le document n’a pas pu être produit (code %(error)s).") % {"error": job.error},
            retry_url=reverse("documents:retry", args=[job.public_id]),
        )
    if job.state == JobState.DEFERRED:
        return file_link(name=job.title, url=reverse("documents:open", args=[job.public_id]))
    builder = registry.document_builders.get(job.kind)
    return file_link(
        name=job.title,
        kind=KINDS.get(builder.content_type, _("Fichier")) if builder else "PDF",
        state="producing" if job.state == JobState.RUNNING else "queued",
        poll_url=reverse("documents:job", args=[job.public_id]),
    )
