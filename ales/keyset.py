"""Keyset pages: page 10,000 costs what page 1 costs (DESIGN §2.11). Nothing is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.core.signing import b64_decode, b64_encode
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict

PAGE_SIZE = 50
AFTER, BEFORE = "apres", "avant"
_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Page:
    """One page of a list; the addresses are empty at an end (component `keyset_pager`)."""

    rows: list[Any]
    previous_url: str
    next_url: str
    summary: str = ""


def page_of(
    queryset: QuerySet, params: QueryDict, keys: Sequence[str], *, descending: bool, size: int = PAGE_SIZE
) -> Page:
    """The page of `queryset` that `params` (the request's GET) asks for; one query.

    `keys` are the model's columns of an index, or those of rows selected with it (`user__name_key`), unique
    together, all read in one direction. A cursor that
    can't be read (an address cut short) gives the first page.
    """
    after, before = (_read(queryset, params.get(name, ""), keys) for name in (AFTER, BEFORE))
    backwards = before is not None and after is None
    cursor = before if backwards else after
    downwards = descending != backwards
    if cursor is not None:
        queryset = queryset.filter(_beyond(keys, cursor, "lt" if downwards else "gt"))
    prefix = "-" if downwards else ""
    rows = list(queryset.order_by(*(prefix + key for key in keys))[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_previous = more if backwards else cursor is not None
    has_next = backwards or more
    return Page(
        rows=rows,
        previous_url=_address(params, BEFORE, rows[0], keys) if rows and has_previous else "",
        next_url=_address(params, AFTER, rows[-1], keys) if rows and has_next else "",
    )


def _beyond(keys: Sequence[str], values: Sequence[Any], side: str) -> Q:
    """Rows beyond `values` in the order of `keys`; the first term alone lets the index be used."""
    beyond, equal = Q(), Q()
    for key, value in zip(keys, values, strict=True):
        beyond |= equal & Q(**{f"{key}__{side}": value})
        equal &= Q(**{key: value})
    return Q(**{f"{keys[0]}__{side}e": values[0]}) & beyond


def _read(queryset: QuerySet, cursor: str, keys: Sequence[str]) -> list[Any] | None:
    if not cursor:
        return None
    try:
        text = b64_decode(cursor.encode()).decode()
        if "\x00" in text:  # no text column holds one: the database's driver would refuse the query
            return None
        texts = text.split(_SEPARATOR)
        fields = [_field(queryset.model, key) for key in keys]
        return [field.to_python(text) for field, text in zip(fields, texts, strict=True)]
    except (ValueError, ValidationError):
        return None


def _field(model: type[Model], key: str) -> Field:
    """The column that `key` names, through foreign keys where it has some (`user__name_key`)."""
    *through, name = key.split("__")
    for relation in through:
        model = model._meta.get_field(relation).related_model
    return model._meta.get_field(name)


def _address(params: QueryDict, name: str, row: Any, keys: Sequence[str]) -> str:
    kept = params.copy()
    for cursor in (AFTER, BEFORE):
        kept.pop(cursor, None)
    values = (attrgetter(key.replace("__", "."))(row) for key in keys)
    texts = (value.isoformat() if hasattr(value, "isoformat") else str(value) for value in values)
    kept[name] = b64_encode(_SEPARATOR.join(texts).encode()).decode()
    return f"?{kept.urlencode()}"
