"""The page of the search box, and what it proposes while one types.

The page is asked for by GET, like every list: its words stand in the address, which no journal of ours keeps
(Procfile, docs/operations.md). What is proposed while one types is posted: a name half typed is nobody's
address, history or proxy journal.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ales.http import acting, reading, writing
from ales.search.finding import LONGEST, find

#: Hits of a kind while one types, and on the page.
PROPOSED, SHOWN = 4, 20


@reading
@acting
def page(request: HttpRequest) -> HttpResponse:
    """Everything found for `?q=`, by kind."""
    return render(request, "search/page.html", _context(request, request.GET.get("q", ""), SHOWN))


@writing
@acting
def propositions(request: HttpRequest) -> HttpResponse:
    """The best hits of each kind for the words posted so far; changes nothing."""
    context = _context(request, request.POST.get("q", ""), PROPOSED)
    number = 0
    for group in context["groups"]:
        for hit in group["hits"]:
            hit["id"] = f"proposition-{number}"
            number += 1
    return render(request, "search/propositions.html", context | {"number": number})


def _context(request: HttpRequest, typed: str, shown: int) -> dict:
    text = typed.replace("\x00", "").strip()
    too_long = len(text) > LONGEST
    groups = [] if too_long else find(request.actor, text, shown=shown)
    return {
        "q": text,
        "too_long": too_long,
        "longest": LONGEST,
        "groups": [
            {
                "label": group.label,
                "icon": group.icon,
                "hits": [vars(hit).copy() for hit in group.hits],
                "more": group.more,
            }
            for group in groups
        ],
    }
