"""One invariant of the money, as a query."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """`title` says what should be true; `query` returns one text a row at fault."""

    name: str
    title: str
    query: str
