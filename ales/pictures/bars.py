"""One bar a category, its label above, its value beside."""

from collections.abc import Sequence
from dataclasses import dataclass

from ales.pictures.scale import place
from ales.pictures.svg import LENGTH, LETTER, MARGIN, TEXT, Drawing

HEIGHT = 10


@dataclass(frozen=True)
class Bar:
    """A category: its label, its value (a whole number, never negative) and the text printed beside it.

    `value` None draws no bar but prints its text: a hidden cell.
    """

    label: str
    value: int | None
    text: str


def bars(name: str, title: str, values: Sequence[Bar]) -> str:
    """The first on top; the greatest takes the width that the longest text leaves."""
    greatest = max((bar.value or 0 for bar in values), default=0)
    room = max(LENGTH - LETTER * max((len(bar.text) for bar in values), default=0) - 8, LENGTH // 2)
    drawing = Drawing()
    for bar in values:
        drawing.line_of(bar.label)
        width = place(bar.value or 0, greatest, room)
        drawing.box(MARGIN, drawing.y + 1, width, HEIGHT, "solid")
        drawing.text(MARGIN + width + (6 if width else 0), drawing.y + TEXT - 2, bar.text, role="strong")
        drawing.y += HEIGHT + 8
    return drawing.svg(name, title, "")
