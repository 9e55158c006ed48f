"""A list as this person asks for it: its sort, its columns, its views."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from ales.keyset import AFTER, BEFORE, PAGE_SIZE, Page, page_of
from ales.lists.models import ListColumns, SavedView
from ales.lists.shape import EVERYTHING, SORT, Column, ListShape


@dataclass(frozen=True)
class Listing:
    """What a view and its templates need of a list. Text and addresses are ready made."""

    shape: ListShape
    params: QueryDict
    column: Column
    is_descending: bool
    columns: list[Column]
    views: list[dict[str, Any]]
    #: Where to go instead, on arriving without a filter: the person's default view.
    default_url: str
    #: The list as it is, without the default view.
    reset_url: str
    #: What a new view would keep, and the way back here.
    query: str
    address: str
    menu: list[dict[str, Any]] = field(default_factory=list)

    @property
    def shown(self) -> set[str]:
        """Keys of the columns on the page."""
        return {column.key for column in self.columns}

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form of the filters sends along: the sort."""
        return [(SORT, self.params[SORT])] if self.params.get(SORT) else []

    @property
    def headers(self) -> list[dict[str, Any]]:
        """Column headings: label, link that sorts by it, and what `aria-sort` says."""
        return [self._header(column) for column in self.columns]

    def page(self, queryset: QuerySet, *, size: int = PAGE_SIZE) -> Page:
        """The page of `queryset` in the order asked for; one query."""
        return page_of(queryset, self.params, self.column.sort, descending=self.is_descending, size=size)

    def whole(self, queryset: QuerySet) -> list[Any]:
        """All of a short `queryset`, in the order asked for; one query."""
        return list(self.shape.ordered(queryset, self.params))

    def _header(self, column: Column) -> dict[str, Any]:
        is_current = column.key == self.column.key
        falls = not self.is_descending if is_current else column.falls_first
        return {
            "key": column.key,
            "label": column.label,
            "is_numeric": column.is_numeric,
            "url": f"?{self._sorted_by(column, falls)}" if column.sort else "",
            "sort": ("descending" if self.is_descending else "ascending") if is_current else "",
        }

    def _sorted_by(self, column: Column, falls: bool) -> str:
        params = self.params.copy()
        for name in (AFTER, BEFORE):
            params.pop(name, None)
        params[SORT] = f"-{column.key}" if falls else column.key
        return params.urlencode()


def read_list(
    request: HttpRequest, shape: ListShape, *, without: frozenset[str] = frozenset(), default: str = ""
) -> Listing:
    """The list as the address and the person ask for it; two queries.

    `without` are columns this role has not; `default` is the sort of this page where it isn't the list's.
    """
    user_id = request.actor.user_id
    hidden = _hidden(user_id, shape)
    owned = [column for column in shape.columns if column.key not in without]
    columns = [column for column in owned if column.is_fixed or column.key not in hidden]
    column, is_descending = shape.sort_of(request.GET, default)
    query = shape.kept_of(request.GET)
    base = reverse(shape.url_name)
    saved = list(SavedView.objects.filter(user_id=user_id, list_code=shape.code))
    views = [_view(view, shape, base, query) for view in saved]
    opening = next((view["url"] for view in views if view["is_default"] and view["url"]), "")
    return Listing(
        shape=shape,
        params=request.GET,
        column=column,
        is_descending=is_descending,
        columns=columns,
        views=views,
        default_url="" if request.GET else opening,
        reset_url=f"{base}?{urlencode(EVERYTHING)}" if opening else base,
        query=query,
        address=shape.kept_of(request.GET, with_words=True),
        menu=[
            {"key": column.key, "label": column.label, "is_shown": column in columns}
            for column in owned
            if not column.is_fixed
        ],
    )


def shown_keys(user_id: int, shape: ListShape) -> list[str]:
    """The columns that this person sees in the list; one query."""
    hidden = _hidden(user_id, shape)
    return [column.key for column in shape.columns if column.is_fixed or column.key not in hidden]


def _hidden(user_id: int, shape: ListShape) -> set[str]:
    row = ListColumns.objects.filter(user_id=user_id, list_code=shape.code).first()
    return set(row.hidden) if row else set()


def _view(view: SavedView, shape: ListShape, base: str, query: str) -> dict[str, Any]:
    """A view as the list reads it today: a filter that the list no longer has is left aside, and said.

    With nothing left it has no address: it would show everything under its name.
    """
    kept = shape.kept_of(QueryDict(view.query))
    return {
        "id": view.public_id,
        "name": view.name,
        "url": f"{base}?{kept}" if kept else "",
        "is_default": view.is_default,
        "is_current": kept == query and bool(query),
        "is_reduced": not kept or len(QueryDict(kept)) < len(QueryDict(view.query)),
        "rename_label": _("Nouveau nom de la vue %(name)s") % {"name": view.name},
    }
