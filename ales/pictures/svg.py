"""The frame every picture is drawn in, and its few marks."""

import re
import textwrap
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

#: Units of the frame's width: about the pixels of a telephone's column, so that texts are read at their size.
WIDTH = 320
#: Left and right of what is drawn: the half of a stroke never leaves the frame.
MARGIN = 2
LENGTH = WIDTH - 2 * MARGIN
FONT = "Source Sans 3, Source Sans Pro, sans-serif"
TEXT = 13
LINE_HEIGHT = 17
#: Units that a letter takes at most on average, at that size.
LETTER = 7
INK, MUTED, PRIMARY, SOFT, LINE, DANGER = "#1d2b2e", "#536366", "#0f5a63", "#e2f0f0", "#85908f", "#a3271f"
#: Fill and stroke of each look; stripes are drawn over the soft one.
_LOOKS = {
    "solid": f'fill="{PRIMARY}"',
    "striped": f'fill="{SOFT}" stroke="{PRIMARY}"',
    "soft": f'fill="{SOFT}" stroke="{PRIMARY}"',
    "open": f'fill="none" stroke="{LINE}" stroke-dasharray="3 2"',
    "base": f'fill="{LINE}"',
}
_NAME = re.compile(r"[a-z][a-z0-9-]*")
#: Characters that XML may not hold, whatever their escaping.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """The text as XML may hold it."""
    return escape(_FORBIDDEN.sub(" ", text))


def quoted(text: str) -> str:
    """The text as an attribute may hold it."""
    return clean(text).replace('"', "&quot;")


def letters(length: int) -> int:
    """How many letters hold on a length; at least one."""
    return max(1, length // LETTER)


def wrap(text: str, length: int) -> list[str]:
    """The text in lines that hold on `length`; nothing is cut, a word too long goes on below."""
    return textwrap.wrap(text, letters(length), break_on_hyphens=False) or [""]


class Drawing:
    """Marks put one after the other; `y` is where the next line starts."""

    def __init__(self) -> None:
        self.y = 0
        self._marks: list[str] = []

    def add(self, mark: str) -> None:
        self._marks.append(mark)

    @property
    def marks(self) -> str:
        return "".join(self._marks)

    def text(self, x: int, y: int, text: str, *, anchor: str = "start", role: str = "") -> None:
        """A text on its baseline; `role`: empty, strong or muted."""
        attributes = f' text-anchor="{anchor}"' if anchor != "start" else ""
        if role == "strong":
            attributes += ' font-weight="600"'
        elif role == "muted":
            attributes += f' class="pic-muted" fill="{MUTED}"'
        self.add(f'<text x="{x}" y="{y}"{attributes}>{clean(text)}</text>')

    def line_of(self, left: str, right: str = "", *, role: str = "", indent: int = 0) -> None:
        """Words with their value at the right end, below them where both don't hold on a line."""
        whole = LENGTH - indent
        room = whole - LETTER * (len(right) + 2) if right else whole
        for line in wrap(left, max(room, whole // 2)):
            self.y += LINE_HEIGHT
            self.text(MARGIN + indent, self.y - 4, line, role=role)
        if not right:
            return
        values = wrap(right, whole)
        if len(values) > 1 or LETTER * len(line) > room:
            self.y += LINE_HEIGHT
        for index, value in enumerate(values):
            self.y += LINE_HEIGHT if index else 0
            self.text(WIDTH - MARGIN, self.y - 4, value, anchor="end", role=role)

    def box(self, x: int, y: int, width: int, height: int, look: str) -> None:
        """A rectangle in one of the looks; nothing for an empty one."""
        if width <= 0 or height <= 0:
            return
        self.add(
            f'<rect class="pic-{look}" x="{x}" y="{y}" width="{width}" height="{height}" {_LOOKS[look]}/>'
        )
        if look == "striped":
            self.add(
                f'<path class="pic-stripe" d="M{x} {y + height // 2}h{width}" stroke="{PRIMARY}" '
                f'stroke-width="{height}" stroke-dasharray="2 4"/>'
            )

    def rule(self, path: str, *, dashed: bool = False) -> None:
        """A line of the frame: an axis, a threshold."""
        dashes = ' stroke-dasharray="3 2"' if dashed else ""
        self.add(f'<path class="pic-rule" d="{path}" fill="none" stroke="{INK}"{dashes}/>')

    def swatch(self, x: int, y: int, look: str) -> None:
        """A look's sample beside its label."""
        self.box(x, y - 5, 12, 10, look)

    def legend(
        self, items: Sequence[tuple[str, str]], swatch: Callable[[int, int, str], None] | None = None
    ) -> None:
        """(look, label) side by side as long as they hold; `swatch(x, middle, look)` draws a sample."""
        x, self.y = MARGIN, self.y + 6
        top = self.y
        for look, label in items:
            for index, line in enumerate(wrap(label, LENGTH - 20)):
                width = 20 + LETTER * len(line) + 12
                if index or (x > MARGIN and x + width - 12 > WIDTH - MARGIN):
                    x, top = MARGIN, top + LINE_HEIGHT
                if not index:
                    (swatch or self.swatch)(x, top + 8, look)
                self.text(x + 18, top + LINE_HEIGHT - 4, line, role="muted")
                x += width
        self.y = top + LINE_HEIGHT

    def svg(self, name: str, title: str, description: str) -> str:
        """The whole. `name` makes its ids unique in the page; title and description are read aloud."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"a picture's name is made of small letters, figures and hyphens, not {name!r}")
        described = f'<desc id="{name}-desc">{clean(description)}</desc>' if description else ""
        labelled = f"{name}-title {name}-desc" if description else f"{name}-title"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="pic" viewBox="0 0 {WIDTH} {self.y + 2}" '
            f'role="img" aria-labelledby="{labelled}" fill="{INK}" font-family="{FONT}" font-size="{TEXT}">'
            f'<title id="{name}-title">{clean(title)}</title>{described}{self.marks}</svg>'
        )
