"""The gallery's page."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import RequestContext

from ales.gallery.catalogue import CATALOGUE
from ales.gallery.examples import GalleryFilters, GalleryForm, examples
from ales.http import reading
from ales.templatetags.components import file_link


@reading
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component on one page, in demo mode only."""
    if not settings.DEMO:
        raise Http404
    if "fichier" in request.GET:  # the example of a file in production asks here whether it is ready
        return render(
            request, "components/file_link.html", file_link("Lettre de décision", url="#", size=52310)
        )
    invalid = GalleryForm(
        {"landlord_reference": "LOG-2201", "rent": "1.234", "dated_on": "31/02/2026", "purpose": "MAINTIEN"},
        auto_id="refused_%s",
    )
    context = examples() | {"form": GalleryForm(), "invalid": invalid, "filters": GalleryFilters()}
    components = [
        {
            "component": component,
            "rows": list(component.rows()),
            "samples": list(component.rendered(RequestContext(request, context))),
        }
        for component in CATALOGUE
    ]
    return render(request, "components/gallery.html", context | {"components": components})
