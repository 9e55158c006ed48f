"""Every address of the product, as the URL resolver knows it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    """A pattern: its name with its room (`cases:detail`), its route, its view."""

    name: str
    route: str
    view: object


def walk(patterns=None, prefix: str = "", namespace: str = "") -> Iterator[Address]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from walk(entry.url_patterns, route, inner)
        elif isinstance(entry, URLPattern):
            yield Address(f"{namespace}{entry.name or ''}", route, entry.callback)
