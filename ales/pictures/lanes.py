"""Steps along the months: one lane a thing that goes its way, one mark a step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ales.dates import add_months, first_of_month
from ales.pictures.scale import apart, place
from ales.pictures.svg import DANGER, LENGTH, LETTER, LINE_HEIGHT, MARGIN, PRIMARY, WIDTH, Drawing

SHAPES = ("circle", "diamond", "check", "square", "triangle", "cross")
#: Half a mark, and the least between the middles of two.
HALF, GAP = 6, 14
HEIGHT = 18
#: Months between two labels of the axis: the first of these that leaves room for one.
STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
LABEL = 6 * LETTER


@dataclass(frozen=True)
class Mark:
    """A step: its day, its shape, what the shape stands for."""

    on: date
    shape: str
    label: str

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise ValueError(f"{self.label}: shape={self.shape!r} is not one of {', '.join(SHAPES)}")


@dataclass(frozen=True)
class Lane:
    """A line: its label, where it stands in words, its marks; `month` is the one it is about."""

    label: str
    text: str
    marks: tuple[Mark, ...]
    month: date | None = None


def lanes(name: str, title: str, description: str, rows: Sequence[Lane], month: str = "") -> str:
    """Every lane on the same months; `month` says what the box of a lane's month means.

    Empty while nothing is dated.
    """
    days = [mark.on for row in rows for mark in row.marks] + [row.month for row in rows if row.month]
    if not days:
        return ""
    first, last = first_of_month(min(days)), first_of_month(max(days))
    axis = _Axis(first, (last.year - first.year) * 12 + last.month - first.month + 1)
    drawing = Drawing()
    shapes: dict[str, str] = {}
    axis.draw(drawing)
    for row in rows:
        drawing.line_of(row.label, row.text)
        _lane(drawing, axis, row)
        shapes |= {mark.shape: mark.label for mark in row.marks if mark.shape not in shapes}
    if month and any(row.month for row in rows):
        shapes["soft"] = month

    def swatch(x: int, y: int, key: str) -> None:
        if key in SHAPES:
            drawing.add(_shape(key, x + HALF, y))
        else:
            drawing.swatch(x, y, key)

    drawing.legend(list(shapes.items()), swatch=swatch)
    return drawing.svg(name, title, description)


@dataclass(frozen=True)
class _Axis:
    """The months that the picture covers, from the first day of one."""

    first: date
    months: int

    def at(self, day: date) -> int:
        """Units from the left of the frame's length."""
        return place((day - self.first).days, (self._month(self.months) - self.first).days, LENGTH)

    def _month(self, index: int) -> date:
        return add_months(self.first, index)

    def draw(self, drawing: Drawing) -> None:
        step = next((s for s in STEPS if s * LENGTH >= LABEL * self.months), self.months)
        drawing.y = 2 * LINE_HEIGHT - 4
        drawing.rule(f"M{MARGIN} {drawing.y + 2}h{LENGTH}")
        told = None
        for index in range(0, self.months, step):
            month = self._month(index)
            x = MARGIN + self.at(month)
            drawing.rule(f"M{x} {drawing.y - 2}v4")
            if x + LABEL > WIDTH and index:
                continue
            if step < 12:
                drawing.text(x + 2, drawing.y - 4, MONTHS[month.month - 1], role="muted")
            if month.year != told:
                drawing.text(x + 2, drawing.y - LINE_HEIGHT, str(month.year), role="muted")
                told = month.year
        drawing.y += 4


def _lane(drawing: Drawing, axis: _Axis, row: Lane) -> None:
    middle = drawing.y + HEIGHT // 2
    if row.month:
        start, end = axis.at(row.month), axis.at(add_months(row.month, 1))
        drawing.box(MARGIN + start, middle - 5, end - start, 10, "soft")
    drawing.add(
        f'<path class="pic-track" d="M{MARGIN} {middle}h{LENGTH}" stroke="{PRIMARY}" stroke-opacity="0.35"/>'
    )
    marks = sorted(row.marks, key=lambda mark: mark.on)
    room = LENGTH - 2 * HALF
    places = apart([min(max(axis.at(mark.on) - HALF, 0), room) for mark in marks], GAP, room)
    for mark, at in zip(marks, places, strict=True):
        drawing.add(_shape(mark.shape, MARGIN + HALF + at, middle))
    drawing.y += HEIGHT + 4


def _shape(shape: str, x: int, y: int) -> str:
    filled = f'class="pic-solid" fill="{PRIMARY}"'
    drawn = {
        "circle": f'<circle class="pic-hollow" cx="{x}" cy="{y}" r="5" fill="#fff" stroke="{PRIMARY}"/>',
        "diamond": f'<path {filled} d="M{x - 6} {y}l6-6 6 6-6 6z"/>',
        "square": f'<path {filled} d="M{x - 5} {y - 5}h10v10h-10z"/>',
        "triangle": f'<path {filled} d="M{x - 6} {y - 5}h12l-6 10z"/>',
        "check": f'<circle {filled} cx="{x}" cy="{y}" r="6"/>'
        f'<path class="pic-over" d="M{x - 3} {y}l2 2 4-4" fill="none" stroke="#fff"/>',
        "cross": f'<path class="pic-cross" d="M{x - 4} {y - 4}l8 8m0-8l-8 8" fill="none" stroke="{DANGER}"/>',
    }
    return drawn[shape].replace("/>", ' stroke-width="2"/>')
