"""What a list is made of: its columns, how they sort, and the filters that a saved view keeps."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict

#: The name in the address of the sort: a column's key, after a hyphen for the descending order.
SORT = "tri"
#: The name in the address of the words looked for.
WORDS = "q"
#: Asks for the list as it is, where a view would open first.
EVERYTHING = {"vue": "tout"}


@dataclass(frozen=True)
class Column:
    """A column. `sort` are the keys of a keyset page, indexed and unique together (`ales.keyset.page_of`)."""

    key: str
    label: str
    sort: tuple[str, ...] = ()
    is_numeric: bool = False
    #: Shown always: it leads to the row.
    is_fixed: bool = False
    #: What the first click asks for: latest and greatest first.
    falls_first: bool = False


@dataclass(frozen=True)
class ListShape:
    """A list of the product. `default` is its sort, as in the address; `filters` are the fields of its form
    that a saved view keeps: never words looked for."""

    code: str
    url_name: str
    roles: frozenset[str]
    columns: tuple[Column, ...]
    default: str
    filters: tuple[str, ...]
    #: Fields of words looked for.
    words: tuple[str, ...] = (WORDS,)

    def column(self, key: str) -> Column | None:
        return next((column for column in self.columns if column.key == key), None)

    def sort_of(self, params: Mapping[str, str], default: str = "") -> tuple[Column, bool]:
        """(column, descending) that the address asks for; the list's own where it can't be read."""
        for wanted in (params.get(SORT, ""), default, self.default):
            column = self.column(wanted.removeprefix("-"))
            if column is not None and column.sort:
                return column, wanted.startswith("-")
        raise ValueError(f"the list {self.code} sorts by nothing")

    def ordered(self, queryset: QuerySet, params: Mapping[str, str], default: str = "") -> QuerySet:
        """`queryset` whole, in the order that a page of the list would give it."""
        column, is_descending = self.sort_of(params, default)
        return queryset.order_by(*(f"-{key}" if is_descending else key for key in column.sort))

    def kept_of(self, params: QueryDict, *, with_words: bool = False) -> str:
        """The address's query that a view of `params` keeps: filters and sort, in one order.

        With `with_words`, the words looked for too: the way back to the list, never what is kept.
        """
        kept = QueryDict(mutable=True)
        for name in (*(self.words if with_words else ()), *self.filters, SORT):
            value = params.get(name, "")
            if value and "\x00" not in value:
                kept[name] = value
        return kept.urlencode()
