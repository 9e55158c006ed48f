"""Pages of stored documents: the file itself, and the state of one being produced."""

from uuid import UUID

from csp.constants import HEADER
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from ales import registry
from ales.audit.log import record
from ales.audit.models import Action
from ales.documents import production, uploads
from ales.documents.links import file_of_job
from ales.documents.models import ProductionJob, StoredDocument
from ales.documents.serving import serve
from ales.errors import InvalidInputError
from ales.http import reading, writing

NOTHING_MAY_RUN = "default-src 'none'; sandbox"
# Chromium's own PDF reader refuses to start in a sandbox; a PDF shown there still may load nothing.
SHOWN_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@reading
@login_required
def download(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The file, as an attachment; a PDF opens in the browser with `?voir=1`. Not visible: 404;
    withdrawn (`registry.file_refusals`): 410, with the reason.

    Told to `registry.document_opened` first: what can't be logged isn't sent.
    """
    readable = StoredDocument.objects.visible_to(request.actor).filter(erased_at=None)
    document = get_object_or_404(readable, public_id=public_id)
    if reason := next(filter(None, (refusal(document) for refusal in registry.file_refusals)), ""):
        return render(
            request, "stored_files/withdrawn.html", {"title": document.title, "reason": reason}, status=410
        )
    record(
        request,
        Action.DOWNLOADED,
        subject_kind=document.subject_kind,
        subject_id=document.subject_id,
        organisation_id=document.organisation_id,
    )
    shown = document.content_type == "application/pdf" and request.GET.get("voir") == "1"
    for tell in registry.document_opened:
        tell(request, document)
    response = serve(request, document, as_attachment=not shown)
    response.headers[HEADER] = SHOWN_PDF if shown else NOTHING_MAY_RUN
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@reading
@login_required
def job(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The `file_link` of a job as it stands (asked again until the file is ready). Not visible: 404."""
    return _fragment(request, _visible_job(request, public_id))


@reading
@login_required
def open_job(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The file of a deferred job: produced now for the first who opens it, who waits on this page.

    A GET that queues: the document and its data are fixed already, so opening it twice changes nothing.
    """
    wanted = _visible_job(request, public_id)
    if wanted.document_id:
        return redirect("documents:download", wanted.document.public_id)
    production.wake(wanted)
    wanted = _visible_job(request, public_id)
    return render(request, "stored_files/opening.html", {"job": wanted, "file": file_of_job(wanted)})


@writing
@login_required
def retry(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Queue a failed job again; the fragment to htmx, the page one came from to others. Not visible: 404."""
    wanted = _visible_job(request, public_id)
    production.retry(wanted)
    if request.htmx:
        return _fragment(request, _visible_job(request, public_id))
    origin = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure())
    return redirect(origin if safe else settings.LOGIN_REDIRECT_URL)


@writing
@login_required
def check(request: HttpRequest) -> HttpResponse:
    """What is to be said of a file just chosen in a form: nothing, a fault, a warning. Stores nothing."""
    name = request.GET.get("champ", "")
    chosen = request.FILES.get(name)
    if chosen is None:
        return HttpResponse()
    try:
        doubtful, fault = uploads.holds_number(chosen), ""
    except InvalidInputError as refusal:
        doubtful, fault = False, refusal.message
    if not doubtful and not fault:
        return HttpResponse()
    return render(request, "stored_files/_doubtful.html", {"name": name, "fault": fault})


def _visible_job(request: HttpRequest, public_id: UUID) -> ProductionJob:
    jobs = ProductionJob.objects.visible_to(request.actor).select_related("document")
    return get_object_or_404(jobs, public_id=public_id)


def _fragment(request: HttpRequest, wanted: ProductionJob) -> HttpResponse:
    return render(request, "components/file_link.html", file_of_job(wanted))
