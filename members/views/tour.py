"""Putting the tour of the first visit away, and seeing it again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from ales.http import writing
from members import tour
from members.access import roles_required


@writing
@roles_required()
def end(request: HttpRequest) -> HttpResponse:
    """Seen, or put away unseen: it doesn't come back by itself."""
    tour.end(actor=request.actor, at=timezone.now())
    return redirect("members:dashboard")


@writing
@roles_required()
def begin_again(request: HttpRequest) -> HttpResponse:
    """Asked for again, from the guide: the dashboard shows it."""
    tour.begin_again(actor=request.actor)
    return redirect("members:dashboard")
