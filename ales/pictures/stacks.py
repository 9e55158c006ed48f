"""Groups of stacked bars on one scale: what comes in, what goes out, what is left."""

from collections.abc import Sequence
from dataclasses import dataclass

from ales.pictures.scale import Segment, spread
from ales.pictures.svg import LENGTH, MARGIN, Drawing

HEIGHT = 14


@dataclass(frozen=True)
class Stack:
    """A bar: its label, its total in words, its parts."""

    label: str
    text: str
    segments: tuple[Segment, ...]

    @property
    def cents(self) -> int:
        return sum(segment.cents for segment in self.segments)


@dataclass(frozen=True)
class Group:
    """Bars read together (a moment), with the words that conclude them."""

    title: str
    stacks: tuple[Stack, ...]
    conclusion: str = ""


def stacks(name: str, title: str, description: str, groups: Sequence[Group]) -> str:
    """Every group on the same scale, so that moments compare; then the looks that serve, once each."""
    whole = max((stack.cents for group in groups for stack in group.stacks), default=0)
    drawing = Drawing()
    looks: dict[str, str] = {}
    for index, group in enumerate(groups):
        drawing.y += 10 if index else 0
        drawing.line_of(group.title, role="strong")
        for stack in group.stacks:
            drawing.line_of(stack.label, stack.text)
            places = spread([segment.cents for segment in stack.segments], whole, LENGTH)
            for segment, (start, width) in zip(stack.segments, places, strict=True):
                drawing.box(MARGIN + start, drawing.y + 1, width, HEIGHT, segment.look)
                if segment.cents:
                    looks.setdefault(segment.look, segment.label)
            drawing.rule(f"M{MARGIN} {drawing.y - 1}v{HEIGHT + 4}")
            drawing.y += HEIGHT + 5
        if group.conclusion:
            drawing.line_of(group.conclusion, role="strong")
    drawing.legend(list(looks.items()))
    return drawing.svg(name, title, description)
