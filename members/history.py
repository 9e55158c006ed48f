"""The page of a history, whatever it is about: rooms name the sources, this shows them (ales/history)."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ales.history import reading, wording
from members.roles import Role

CAPACITIES = {role.value: str(role.label) for role in Role}


def history_page(
    request: HttpRequest,
    sources: Sequence[reading.Source],
    *,
    title: str,
    back_url: str,
    back_label: str,
) -> HttpResponse:
    """One page of changes: the fragment to htmx, which puts it in the page it came from; else a page of
    its own. The caller has checked that the reader sees what the sources are about."""
    page = reading.read(sources, request.GET.get("apres", ""))
    context = {
        "entries": wording.entries(page.groups, capacities=CAPACITIES),
        "next_url": f"{request.path}?apres={page.next_cursor}" if page.next_cursor else "",
        "is_first": "apres" not in request.GET,
        "title": title,
        "back_url": back_url,
        "back_label": back_label,
    }
    return render(request, "history/_entries.html" if request.htmx else "history/page.html", context)
