"""The guide's contents and chapters, as far as they are written for the reader's role."""

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ales import registry
from ales.http import acting, reading
from ales.registry import Chapter


@reading
@acting
def contents(request: HttpRequest) -> HttpResponse:
    """Every chapter of this role, under the heading of its part."""
    chapters = registry.chapters_for(request.actor.role)
    return render(request, "guide/contents.html", {"parts": _parts(chapters), "start": _link(chapters[0])})


@reading
@acting
def chapter(request: HttpRequest, slug: str) -> HttpResponse:
    """One chapter, with those before and after it; 404 for a role it isn't written for."""
    chapters = registry.chapters_for(request.actor.role)
    place = next((place for place, chapter in enumerate(chapters) if chapter.slug == slug), None)
    if place is None:
        raise Http404
    context = {
        "chapter": chapters[place],
        "parts": _parts(chapters, chapters[place]),
        "former": _link(chapters[place - 1]) if place else None,
        "following": _link(chapters[place + 1]) if place + 1 < len(chapters) else None,
    }
    return render(request, chapters[place].template, context)


def _parts(chapters: list[Chapter], current: Chapter | None = None) -> list[dict]:
    return [
        {
            "title": title,
            "chapters": [_link(chapter) | {"is_current": chapter == current} for chapter in group],
        }
        for title, group in groupby(chapters, key=lambda chapter: chapter.part)
    ]


def _link(chapter: Chapter) -> dict:
    url = reverse("guide:chapter", args=[chapter.slug])
    return {"title": chapter.title, "summary": chapter.summary, "url": url}
