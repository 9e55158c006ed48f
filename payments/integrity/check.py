"""One invariant of the money, as a query or as a walk through files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """`title` says what should be true; `query` returns one text a row at fault, and so does `walk` where no
    query can tell."""

    name: str
    title: str
    query: str = ""
    walk: Callable[[], Iterator[str]] | None = None
