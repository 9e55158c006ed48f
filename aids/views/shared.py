"""What the views of a request share: find it, read the version of its page, say a refusal."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from aids.models import AidRequest
from ales.audit.log import record
from ales.audit.models import Action
from ales.errors import Refusal


def find(request: HttpRequest, request_id: UUID) -> AidRequest:
    """The visible request of the address, 404 for a stranger's; one query."""
    found = AidRequest.objects.visible_to(request.actor).select_related(
        "landlord", "organisation", "renewal_of"
    )
    return get_object_or_404(found, public_id=request_id)


def log_access(request: HttpRequest, aid: AidRequest) -> None:
    """Log that this page of the request is shown (DOMAIN §14); one query."""
    record(
        request,
        Action.VIEWED,
        subject_kind="aid_request",
        subject_id=aid.public_id,
        organisation_id=aid.organisation_id,
    )


#: Of no request: their versions start at 1.
NO_VERSION = 0


def page_version(request: HttpRequest) -> int:
    """The version of the object the form was made from; one that never fits when it is missing or malformed,
    so that the page is told to be stale instead of going unchecked."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else NO_VERSION


def refused(request: HttpRequest, refusal: Refusal, url_name: str, request_id: UUID) -> HttpResponse:
    """Say why nothing was changed, and go back to a page that shows what is there now."""
    messages.error(request, refusal.message)
    return redirect(url_name, request_id)
