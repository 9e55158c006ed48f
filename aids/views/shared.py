"""What the views of a request share: find it, read the version of its page, say a refusal."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from aids.models import AidRequest
from ales.errors import Refusal


def find(request: HttpRequest, request_id: UUID) -> AidRequest:
    """The visible request of the address, 404 for a stranger's; one query."""
    found = AidRequest.objects.visible_to(request.actor).select_related(
        "landlord", "organisation", "renewal_of"
    )
    return get_object_or_404(found, public_id=request_id)


def page_version(request: HttpRequest) -> int | None:
    """The version of the object the form was made from."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None


def refused(request: HttpRequest, refusal: Refusal, url_name: str, request_id: UUID) -> HttpResponse:
    """Say why nothing was changed, and go back to a page that shows what is there now."""
    messages.error(request, refusal.message)
    return redirect(url_name, request_id)
