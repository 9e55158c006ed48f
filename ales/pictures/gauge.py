"""One bar cut into what a whole has become, with an optional threshold."""

from collections.abc import Sequence

from ales.pictures.scale import Segment, place, spread
from ales.pictures.svg import LENGTH, MARGIN, WIDTH, Drawing, quoted

HEIGHT = 18


def gauge(name: str, title: str, segments: Sequence[Segment], *, threshold: int | None = None) -> str:
    """The parts of a whole in cents, in order, what is left last; below, each with its value.

    Empty when the whole is nothing. `threshold` cents counts from the right end: the mark is passed when
    less than that is left.
    """
    drawing = _bar(segments, HEIGHT, threshold)
    if drawing is None:
        return ""
    for segment in segments:
        if segment.cents or segment is segments[-1]:
            drawing.swatch(MARGIN, drawing.y + 8, segment.look)
            drawing.line_of(segment.label, segment.text, indent=18)
    return drawing.svg(name, title, _told(segments))


def strip(title: str, segments: Sequence[Segment], *, threshold: int | None = None) -> str:
    """The bar alone, for a row that says the figures: light, without font nor ids, so on screen only."""
    drawing = _bar(segments, HEIGHT, threshold)
    if drawing is None:
        return ""
    return (
        f'<svg class="pic pic-strip" viewBox="0 0 {WIDTH} {drawing.y + 2}" role="img" '
        f'aria-label="{quoted(title)} : {quoted(_told(segments))}">{drawing.marks}</svg>'
    )


def _bar(segments: Sequence[Segment], height: int, threshold: int | None) -> Drawing | None:
    whole = sum(segment.cents for segment in segments)
    if not whole:
        return None
    drawing = Drawing()
    drawing.y = 5
    places = spread([segment.cents for segment in segments], whole, LENGTH)
    for segment, (start, width) in zip(segments, places, strict=True):
        drawing.box(MARGIN + start, drawing.y, width, height, segment.look)
    if threshold is not None:
        at = MARGIN + place(whole - threshold, whole, LENGTH)
        drawing.rule(f"M{at} {drawing.y - 4}v{height + 8}")
        drawing.add(f'<path d="M{at - 2} {drawing.y - 4}h4l-2 4z"/>')
    drawing.y += height + 5
    return drawing


def _told(segments: Sequence[Segment]) -> str:
    return ", ".join(f"{segment.label} {segment.text}" for segment in segments if segment.cents)
