"""Columns along time: one panel a series, the same periods under all."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ales.pictures.scale import place
from ales.pictures.svg import (
    LENGTH,
    LETTER,
    LINE_HEIGHT,
    MARGIN,
    PRIMARY,
    WIDTH,
    Drawing,
    wrap,
)

HEIGHT = 72
#: Height of the mark of a hidden column: the same for all, so it tells nothing.
HIDDEN_HEIGHT = 14


@dataclass(frozen=True)
class Series:
    """A panel: its title, a whole number (never negative) a period, and its text.

    A value None is hidden: the same mark whatever it was, and its text.
    """

    title: str
    values: tuple[int | None, ...]
    texts: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.values) != len(self.texts):
            raise ValueError(f"{self.title}: {len(self.values)} values and {len(self.texts)} texts")


def trend(
    name: str, title: str, description: str, labels: Sequence[str], series: Sequence[Series], hidden: str = ""
) -> str:
    """A panel a series over the periods `labels`; `hidden` says what the mark of a hidden value means."""
    if any(len(one.values) != len(labels) for one in series):
        raise ValueError("a series has not one value a period")
    if not labels:
        return ""
    drawing = Drawing()
    for one in series:
        drawing.line_of(one.title, role="strong")
        _panel(drawing, one)
        drawing.y += 6
    _periods(drawing, labels)
    if hidden and any(value is None for one in series for value in one.values):
        drawing.legend([("open", hidden)])
    return drawing.svg(name, title, description)


def _columns(number: int) -> list[tuple[int, int]]:
    """(left, width) of each column, a gap of a fifth after each."""
    edges = [MARGIN + index * LENGTH // number for index in range(number + 1)]
    return [(left, max(1, (right - left) * 4 // 5)) for left, right in pairwise(edges)]


def _panel(drawing: Drawing, one: Series) -> None:
    columns = _columns(len(one.values))
    greatest = max((value or 0 for value in one.values), default=0)
    base = drawing.y + LINE_HEIGHT + HEIGHT
    told = _told(one, columns)
    path = ""
    for index, (value, text, (left, width)) in enumerate(zip(one.values, one.texts, columns, strict=True)):
        height = HIDDEN_HEIGHT
        if value is None:
            drawing.box(left, base - height, width, height, "open")
        elif height := max(place(value, greatest, HEIGHT), 1 if value > 0 else 0):
            path += f"M{left} {base}v-{height}h{width}v{height}z"
        if index in told:
            at = _within(left + width // 2, LETTER * len(text))
            drawing.text(at, base - height - 4, text, anchor="middle")
    if path:
        drawing.add(f'<path class="pic-column" d="{path}" fill="{PRIMARY}"/>')
    drawing.rule(f"M{MARGIN} {base}h{LENGTH}")
    drawing.y = base


def _told(one: Series, columns: list[tuple[int, int]]) -> set[int]:
    """Columns whose value is printed: all where they hold side by side, else the greatest."""
    widest = LETTER * max(map(len, one.texts), default=0)
    if (widest + 4) * len(columns) <= LENGTH:
        return set(range(len(columns)))
    known = [index for index, value in enumerate(one.values) if value]
    return {max(known, key=lambda index: one.values[index] or 0)} if known else set()


def _within(middle: int, width: int) -> int:
    """Where the middle of a text goes so that it stays in the frame."""
    return min(max(middle, MARGIN + width // 2), WIDTH - MARGIN - width // 2)


def _periods(drawing: Drawing, labels: Sequence[str]) -> None:
    """The labels under the columns: all, or one every so many that hold side by side."""
    columns = _columns(len(labels))
    width = LETTER * max(map(len, labels))
    every = max(1, -(-(width + 6) * len(labels) // LENGTH))
    top = drawing.y
    for index in range(0, len(labels), every):
        left, wide = columns[index]
        if every > 1 and index and left + width > WIDTH - MARGIN:
            continue
        y = top
        for line in wrap(labels[index], LENGTH):
            y += LINE_HEIGHT
            if every > 1:
                drawing.text(left, y - 2, line, role="muted")
            else:
                middle = _within(left + wide // 2, LETTER * len(line))
                drawing.text(middle, y - 2, line, anchor="middle", role="muted")
        drawing.y = max(drawing.y, y)
        drawing.rule(f"M{left + wide // 2} {top}v4")
