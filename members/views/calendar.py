"""The page of one's calendar address, and the calendar itself."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ales import tenancy
from ales.http import reading, writing
from members import calendar
from members.access import roles_required


@reading
@roles_required()
def address(request: HttpRequest) -> HttpResponse:
    """Whether there is an address, and what it gives."""
    return _page(request)


@writing
@roles_required()
def renew(request: HttpRequest) -> HttpResponse:
    """A new address, shown in the answer and never again: no redirect, nothing kept of it."""
    return _page(request, url=calendar.renew(actor=request.actor, at=timezone.now()))


@writing
@roles_required()
def revoke(request: HttpRequest) -> HttpResponse:
    calendar.revoke(actor=request.actor)
    messages.success(request, _("L’adresse est supprimée : votre agenda ne recevra plus rien."))
    return redirect("members:calendar")


def _page(request: HttpRequest, *, url: str = "") -> HttpResponse:
    context = {
        "url": url,
        "address": calendar.address_of(request.actor),
        "entries": calendar.entries(request.actor, timezone.localdate()),
    }
    return render(request, "notifications/calendar.html", context)


@reading
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar, for whoever has its address; without a sign-in."""
    actor = calendar.actor_of_token(token)
    if actor is None:
        raise Http404
    with tenancy.tenant(actor.context):
        found = calendar.entries(actor, timezone.localdate())
    return HttpResponse(
        calendar.as_calendar(found, datetime.now(UTC)),
        content_type=calendar.CONTENT_TYPE,
        headers={"Content-Disposition": 'inline; filename="ales.ics"', "X-Robots-Tag": "noindex"},
    )
