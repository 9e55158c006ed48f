"""Amounts laid along a length, in whole units, so that the parts make the whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LOOKS = ("solid", "striped", "soft", "open", "base")


@dataclass(frozen=True)
class Segment:
    """A part of a bar: what it is, how many cents (never negative), how it looks, its value in words."""

    label: str
    cents: int
    look: str
    text: str = ""

    def __post_init__(self) -> None:
        if self.cents < 0:
            raise ValueError(f"{self.label}: a part of a bar can't be negative")
        if self.look not in LOOKS:
            raise ValueError(f"{self.label}: look={self.look!r} is not one of {', '.join(LOOKS)}")


def place(cents: int, whole: int, length: int) -> int:
    """Where `cents` of `whole` fall on a `length`, between 0 and it; 0 when the whole is nothing."""
    return 0 if whole <= 0 else min(max(cents, 0), whole) * length // whole


def spread(parts: Sequence[int], whole: int, length: int) -> list[tuple[int, int]]:
    """(start, width) of each part on a `length` that stands for `whole`.

    Each starts where the former ends: rounded sums, never a sum of roundings, so the widths add up.
    """
    edges = [0]
    total = 0
    for part in parts:
        total += part
        edges.append(place(total, whole, length))
    return [(start, end - start) for start, end in pairwise(edges)]


def apart(places: Sequence[int], gap: int, length: int) -> list[int]:
    """These ascending places moved as little as need be to stand `gap` apart between 0 and `length`.

    Where they are too many for that, the gap shrinks.
    """
    if len(places) > 1:
        gap = min(gap, length // (len(places) - 1))
    moved: list[int] = []
    for at in places:
        moved.append(max(at, moved[-1] + gap) if moved else max(at, 0))
    limit = length
    for index in range(len(moved) - 1, -1, -1):
        moved[index] = min(moved[index], limit)
        limit = moved[index] - gap
    return moved
