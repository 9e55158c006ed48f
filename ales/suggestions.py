"""What a field proposes while one types: the options of its datalist, asked for by htmx.

Nothing depends on it: whoever has no script, or doesn't wait, types the whole text.
"""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def propose(field: forms.Field, url: str) -> None:
    """Have `url` asked for options of the field's datalist (its attribute `list`) while one types."""
    field.widget.attrs |= {
        "hx-get": url,
        "hx-trigger": "input changed delay:200ms",
        "hx-target": f"#{field.widget.attrs['list']}",
        "hx-sync": "this:replace",
    }


def typed_in(request: HttpRequest) -> str:
    """The text of the one field that asks, whatever its form calls it."""
    return next(iter(request.GET.values()), "").strip()


def options(request: HttpRequest, found: list[tuple[str, str]]) -> HttpResponse:
    """The answer: pairs (text to type, what is said beside it)."""
    return render(request, "components/options.html", {"options": found})
