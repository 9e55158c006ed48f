"""Pictures: nothing leaves the frame, the parts make the whole, nothing against the content policy."""

import datetime as dt
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ales.pictures import (
    Bar,
    Group,
    Lane,
    Mark,
    Segment,
    Series,
    Stack,
    Table,
    bars,
    gauge,
    lanes,
    stacks,
    strip,
    trend,
)
from ales.pictures.lanes import SHAPES
from ales.pictures.scale import LOOKS, apart, place, spread
from ales.pictures.svg import LENGTH, LETTER, MARGIN, WIDTH, wrap

#: A busy machine draws slowly.
DRAWN = settings(deadline=None, max_examples=60)
SVG = "{http://www.w3.org/2000/svg}"
CENTS = st.integers(0, 10**12)
LABELS = st.text(min_size=1, max_size=120)
SEGMENTS = st.builds(Segment, LABELS, CENTS, st.sampled_from(LOOKS), LABELS)
STACKS = st.builds(Stack, LABELS, LABELS, st.lists(SEGMENTS, max_size=5).map(tuple))
GROUPS = st.builds(Group, LABELS, st.lists(STACKS, max_size=3).map(tuple), LABELS)
DAYS = st.dates(dt.date(1998, 1, 1), dt.date(2100, 12, 31))
MARKS = st.builds(Mark, DAYS, st.sampled_from(SHAPES), LABELS)
LANES = st.builds(
    Lane,
    LABELS,
    LABELS,
    st.lists(MARKS, max_size=8).map(tuple),
    st.none() | DAYS.map(lambda day: day.replace(day=1)),
)


def read(svg: str) -> ET.Element:
    """The picture, once everything in it was found inside its frame and inside the content policy."""
    assert not re.search(r"\bstyle=|<style|<script|\son\w+=|href|url\(", svg)
    root = ET.fromstring(svg)
    width, height = map(int, root.get("viewBox").split()[2:])
    assert width == WIDTH
    assert root.get("role") == "img"
    ids = {element.get("id") for element in root.iter() if element.get("id")}
    assert set(root.get("aria-labelledby", "").split()) == ids
    assert ids or root.get("aria-label")
    for element in root.iter():
        for x, y in _points(element):
            assert 0 <= x <= width, ET.tostring(element)
            assert 0 <= y <= height, ET.tostring(element)
    return root


def _points(element: ET.Element) -> list[tuple[int, int]]:
    """The corners that an element draws."""
    number = {
        name: int(element.get(name))
        for name in ("x", "y", "width", "height", "cx", "cy")
        if element.get(name)
    }
    if element.tag == f"{SVG}rect":
        x, y = number["x"], number["y"]
        return [(x, y), (x + number["width"], y + number["height"])]
    if element.tag == f"{SVG}circle":
        x, y = number["cx"], number["cy"]
        return [(x - 6, y - 6), (x + 6, y + 6)]
    if element.tag == f"{SVG}text":
        length = LETTER * len(element.text or "")
        shift = {None: 0, "middle": length // 2, "end": length}[element.get("text-anchor")]
        return [(number["x"] - shift, number["y"]), (number["x"] - shift + length, number["y"])]
    return _path(element.get("d", ""))


def _path(path: str) -> list[tuple[int, int]]:
    points, x, y = [], 0, 0
    for command, text in re.findall(r"([MhvlmzZ])([^MhvlmzZ]*)", path):
        values = [int(value) for value in re.findall(r"-?\d+", text)]
        if command in "Mlm":
            for dx, dy in zip(values[::2], values[1::2], strict=True):
                x, y = (dx, dy) if command == "M" else (x + dx, y + dy)
                points.append((x, y))
        elif command in "hv":
            x, y = (x + values[0], y) if command == "h" else (x, y + values[0])
            points.append((x, y))
    return points


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def widths(root: ET.Element, look: str) -> list[int]:
    return [int(e.get("width")) for e in root.iter(f"{SVG}rect") if e.get("class") == f"pic-{look}"]


# --- Along a length ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cents", "whole", "expected"),
    [(0, 100, 0), (50, 100, 150), (100, 100, 300), (101, 100, 300), (-1, 100, 0), (5, 0, 0), (1, 3, 100)],
)
def test_a_place_on_300_units(cents, whole, expected):
    assert place(cents, whole, 300) == expected


@DRAWN
@given(parts=st.lists(CENTS, max_size=8), rest=CENTS)
def test_the_widths_of_the_parts_make_the_width_of_the_whole(parts, rest):
    whole = sum(parts) + rest
    places = spread(parts, whole, LENGTH)
    assert all(width >= 0 for _start, width in places)
    assert sum(width for _start, width in places) == place(sum(parts), whole, LENGTH)
    assert all(a + width == b for (a, width), (b, _next) in pairwise(places))


@DRAWN
@given(places=st.lists(st.integers(0, LENGTH), max_size=40).map(sorted), gap=st.integers(0, 60))
def test_marks_stand_apart_in_their_order_inside_the_length(places, gap):
    moved = apart(places, gap, LENGTH)
    assert len(moved) == len(places)
    assert all(0 <= at <= LENGTH for at in moved)
    kept = min(gap, LENGTH // max(1, len(places) - 1))
    assert all(after - before >= kept for before, after in pairwise(moved))


def test_marks_far_enough_stay_where_they_are():
    assert apart([0, 50, 300], 14, LENGTH) == [0, 50, 300]


@DRAWN
@given(text=st.text(alphabet="abé -’", max_size=300), length=st.integers(1, LENGTH))
def test_no_letter_is_lost_in_the_lines(text, length):
    lines = wrap(text, length)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= max(1, length // LETTER) for line in lines)


# --- Stacks -----------------------------------------------------------------------------------------


@DRAWN
@given(groups=st.lists(GROUPS, max_size=3))
def test_stacks_stay_in_their_frame(groups):
    read(stacks("pile", "Budget <&>", "Une phrase", groups))


def test_stacks_share_one_scale():
    groups = [
        Group("Avant", (Stack("Ressources", "200 €", (Segment("ressources", 200_00, "solid"),)),)),
        Group(
            "Pendant",
            (Stack("Ressources", "100 €", (Segment("ressources", 100_00, "solid"),)),),
            "Il reste 5 €",
        ),
    ]
    root = read(stacks("pile", "Budget", "", groups))
    # The last one is the sample of the legend.
    assert widths(root, "solid") == [LENGTH, LENGTH // 2, 12]
    assert {"Avant", "Ressources", "200 €", "Il reste 5 €", "ressources"} <= set(texts(root))


def test_nothing_but_zeros():
    root = read(stacks("pile", "Budget", "", [Group("Avant", (Stack("Ressources", "0 €", ()),))]))
    assert not list(root.iter(f"{SVG}rect"))


# --- Gauges -----------------------------------------------------------------------------------------


@DRAWN
@given(segments=st.lists(SEGMENTS, min_size=1, max_size=5), threshold=st.none() | CENTS)
def test_gauges_stay_in_their_frame(segments, threshold):
    drawn = gauge("jauge", "Fonds", segments, threshold=threshold)
    small = strip('Fonds "A"', segments, threshold=threshold)
    if not sum(segment.cents for segment in segments):
        assert drawn == small == ""
        return
    read(drawn)
    # A page's HTML needs no namespace.
    read(small.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"'))


def test_the_threshold_counts_from_the_end():
    parts = [Segment("payé", 900, "solid", "9 €"), Segment("disponible", 100, "open", "1 €")]
    svg = gauge("jauge", "Fonds", parts, threshold=250)
    assert widths(read(svg), "solid")[0] == 900 * LENGTH // 1000
    at = MARGIN + 750 * LENGTH // 1000
    assert f'd="M{at} 1v' in svg
    assert "payé 9 €, disponible 1 €" in svg


# --- Lanes ------------------------------------------------------------------------------------------


@DRAWN
@given(rows=st.lists(LANES, max_size=6))
def test_lanes_stay_in_their_frame(rows):
    svg = lanes("frise", "Aide", "Une phrase", rows)
    if any(row.marks or row.month for row in rows):
        read(svg)
    else:
        assert not svg


@pytest.mark.parametrize("months", [1, 6, 60, 600])
def test_each_mark_stands_on_its_day(months):
    first = dt.date(2026, 1, 1)
    last = dt.date(2026 + (months - 1) // 12, (months - 1) % 12 + 1, 28)
    rows = [Lane("Demande", "", (Mark(first, "circle", "demandée"), Mark(last, "square", "payée")))]
    root = read(lanes("frise", "Aide", "", rows))
    circle = next(root.iter(f"{SVG}circle"))
    assert circle.get("cx") == "8"
    assert ("janv." in texts(root)) is (months < 60)
    assert "2026" in texts(root)


# --- Trends and bars --------------------------------------------------------------------------------


@DRAWN
@given(
    values=st.lists(st.tuples(LABELS, st.none() | CENTS, st.text(max_size=16)), max_size=60),
    hidden=st.sampled_from(["", "masqué"]),
)
def test_trends_stay_in_their_frame(values, hidden):
    labels = [label for label, _value, _text in values]
    series = [Series("Aides", tuple(v for _l, v, _t in values), tuple(t for _l, _v, t in values))] * 2
    svg = trend("tendance", "Aides", "Une phrase", labels, series, hidden)
    if values:
        read(svg)
    else:
        assert not svg


def heights(svg: str) -> list[int]:
    return [int(height) for height in re.findall(r"M\d+ \d+v-(\d+)h", svg)]


def test_columns_keep_their_proportion_and_zeros_none():
    series = [Series("Aides", (10, 20, 0), ("10", "20", "0"))]
    assert heights(trend("t", "Aides", "", ("2024", "2025", "2026"), series)) == [36, 72]


def test_a_hidden_value_looks_the_same_whatever_it_was():
    """What isn't drawn can't be read: the series is told None, and its mark has one height."""
    series = [Series("Aides", (10, None, None), ("10", "< 5", "< 5"))]
    root = read(trend("t", "Aides", "", ("2024", "2025", "2026"), series, "masqué"))
    marks = [e.get("height") for e in root.iter(f"{SVG}rect") if e.get("class") == "pic-open"]
    assert marks == ["14", "14", "10"]
    assert texts(root).count("< 5") == 2
    assert "masqué" in texts(root)


def test_sixty_months_print_the_greatest_value():
    series = [Series("Aides", tuple(range(60)), tuple(f"{n} €" for n in range(60)))]
    root = read(trend("t", "Aides", "", [f"m{n:02}" for n in range(60)], series))
    assert [text for text in texts(root) if text.endswith("€")] == ["59 €"]
    assert "m00" in texts(root)


@DRAWN
@given(values=st.lists(st.builds(Bar, LABELS, st.none() | CENTS, st.text(max_size=20)), max_size=24))
def test_bars_stay_in_their_frame(values):
    read(bars("barres", "Aides", values))


def test_bars_keep_their_proportion_and_their_words():
    values = [Bar("Employés <&>", 20, "20"), Bar("Ouvriers", 10, "10"), Bar("Retraités", None, "< 5")]
    root = read(bars("barres", "Aides", values))
    first, second = widths(root, "solid")
    assert abs(first - 2 * second) <= 1
    assert texts(root) == ["Employés <&>", "20", "Ouvriers", "10", "Retraités", "< 5"]


# --- Refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (lambda: Segment("x", -1, "solid"), "can't be negative"),
        (lambda: Segment("x", 1, "rouge"), "is not one of solid"),
        (lambda: Mark(dt.date(2026, 1, 1), "star", "x"), "is not one of circle"),
        (lambda: Series("x", (1,), ()), "1 values and 0 texts"),
        (lambda: Table(("a",), (("1", "2"),)), "a row of 2 cells"),
        (lambda: bars('x" onload="', "t", []), "a picture's name"),
        (lambda: trend("t", "t", "", ("a",), [Series("x", (1, 2), ("1", "2"))]), "not one value a period"),
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong, reason):
    with pytest.raises(ValueError, match=reason):
        wrong()


def test_characters_that_xml_refuses_are_left_out():
    read(bars("barres", "a\x00b\ud800", [Bar("\x0b", 1, "\ufffe")]))
