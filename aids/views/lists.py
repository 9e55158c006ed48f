"""The list of requests by role, and the manager's queue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from aids.display import list_row, queue_row
from aids.forms.filters import RequestFilterForm
from aids.lists import REQUESTS
from aids.models import AidRequest
from ales.http import reading
from ales.keyset import page_of
from ales.lists.reading import read_list
from members.access import roles_required
from members.roles import Role


@reading
@roles_required(Role.SOCIAL_WORKER, Role.MANAGER, Role.ASSOCIATION_ADMIN, Role.TREASURER)
def index(request: HttpRequest) -> HttpResponse:
    """Own organisation's requests, or every organisation's for the association's staff."""
    everywhere = request.actor.is_association
    listing = read_list(request, REQUESTS, without=frozenset() if everywhere else frozenset({"organisme"}))
    if listing.default_url:
        return redirect(listing.default_url)
    filters = RequestFilterForm(request.GET or {})
    requests = filters.apply(
        AidRequest.objects.visible_to(request.actor).select_related("landlord", "organisation")
    )
    page = listing.page(requests)
    context = {
        "filters": filters,
        "listing": listing,
        "is_filtered": any(filters.cleaned_data.values()),
        "rows": [list_row(found, with_organisation=everywhere) for found in page.rows],
        "everywhere": everywhere,
        "page": page,
    }
    return render(request, "aids/list.html", context)


@reading
@roles_required(Role.MANAGER)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a decision in this organisation, the oldest first; several are decided together as in
    the list of requests."""
    now, user_id = timezone.now(), request.actor.user_id
    waiting = AidRequest.objects.visible_to(request.actor).awaiting_decision().select_related("submitted_by")
    page = page_of(waiting, request.GET, ("submitted_at", "id"), descending=False)
    rows = [queue_row(found, now) | {"own": user_id in found.author_ids} for found in page.rows]
    return render(request, "aids/queue.html", {"rows": rows, "page": page})
