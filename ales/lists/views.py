"""Changes to one's own lists, each from a small form above the list, back to it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ales import registry
from ales.errors import InvalidInputError
from ales.http import acting, writing
from ales.lists import operations
from ales.lists.models import SavedView
from ales.lists.shape import SORT, ListShape


@writing
@acting
def columns(request: HttpRequest, code: str) -> HttpResponse:
    """Choose the columns of a list."""
    shape = _shape(request, code)
    operations.choose_columns(actor=request.actor, shape=shape, shown=request.POST.getlist("colonne"))
    return _back(shape, request.POST.get("adresse", ""))


@writing
@acting
def save(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the filters and the sort under a name."""
    shape, query = _shape(request, code), request.POST.get("adresse", "")
    name = request.POST.get("nom", "")
    try:
        view = operations.save_view(actor=request.actor, shape=shape, name=name, query=query)
    except InvalidInputError as error:
        _say(request, error)
    else:
        messages.success(request, _("La vue « %(name)s » est gardée.") % {"name": view.name})
        query = view.query
    return _back(shape, query)


@writing
@acting
def rename(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Name a view anew."""
    name = request.POST.get("nom", "")
    return _changed(request, view_id, lambda: operations.rename_view(
        actor=request.actor, view_id=view_id, name=name
    ))  # fmt: skip


@writing
@acting
def make_default(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Open a view first, or no longer."""
    return _changed(request, view_id, lambda: operations.toggle_default(actor=request.actor, view_id=view_id))


@writing
@acting
def delete(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Drop a view."""
    return _changed(request, view_id, lambda: operations.delete_view(actor=request.actor, view_id=view_id))


def _changed(request: HttpRequest, view_id: UUID, change: Callable[[], SavedView]) -> HttpResponse:
    if request.actor is None:
        raise Http404
    shape = _shape(request, operations.own_view(request.actor, view_id).list_code)
    query = request.POST.get("adresse", "")
    try:
        change()
    except InvalidInputError as error:
        _say(request, error)
    return _back(shape, query)


def _say(request: HttpRequest, error: InvalidInputError) -> None:
    for texts in error.faults.values():
        for text in texts:
            messages.error(request, text)


def _shape(request: HttpRequest, code: str) -> ListShape:
    """The list of that code, 404 for a role that has no such list."""
    role = request.actor.role if request.actor else ""
    for shape in registry.list_shapes:
        if shape.code == code and role in shape.roles:
            return shape
    raise Http404


def _back(shape: ListShape, query: str) -> HttpResponse:
    """To the list, under the same filters and sort: what else the form says is left out."""
    params = QueryDict(query)
    kept = shape.kept_of(params, with_words=True) or f"vue=tout&{SORT}={shape.default}"
    return redirect(f"{reverse(shape.url_name)}?{kept}")
