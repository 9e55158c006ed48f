"""Bar charts as SVG text, the same in a page and in a PDF.

pygal draws them; what it writes against the content policy is taken out (inline style, script, random ids)
and each mark gets presentation attributes. On screen static/css/charts.css lays the theme's colours over
them; a PDF uses them as they are. A chart never stands without its table.
"""

import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pygal
from pygal.style import Style

# pygal leaves a finder of the old protocol on the import path, for map plug-ins that we don't have; every
# failed import would then warn.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "PluginImportFixer"]

SVG = "http://www.w3.org/2000/svg"
FONT = "Source Sans 3, Source Sans Pro, sans-serif"
FONT_SIZE = 15
WIDTH = 480
ROW_HEIGHT = 34
COLUMN_HEIGHT = 260
INK, BAR = "#1d2b2e", "#0f5a63"

Number = int | float


@dataclass(frozen=True)
class Bar:
    """A bar: its label, its height (a count, or euros as float: it is only drawn) and the text printed on it.

    `value` None draws no bar but prints its text: a hidden cell.
    """

    label: str
    value: Number | None
    text: str


def columns(title: str, bars: Sequence[Bar]) -> str:
    """Vertical bars, for what follows in time. `title` is read aloud by a screen reader."""
    chart = pygal.Bar(height=COLUMN_HEIGHT, show_y_labels=False, **_options(bars))
    return _clean(_drawn(chart, list(bars)), title, value_anchor="middle")


def rows(title: str, bars: Sequence[Bar]) -> str:
    """Horizontal bars, the first on top, for categories with long labels."""
    height = ROW_HEIGHT * len(bars) + 8
    chart = pygal.HorizontalBar(height=height, show_x_labels=False, **_options(bars))
    return _clean(_drawn(chart, list(reversed(bars))), title, value_anchor="start")


def _options(bars: Sequence[Bar]) -> dict:
    style = Style(
        font_family=FONT,
        label_font_size=FONT_SIZE,
        major_label_font_size=FONT_SIZE,
        value_font_size=FONT_SIZE,
    )
    greatest = max((bar.value or 0 for bar in bars), default=0)
    return {
        "width": WIDTH,
        "style": style,
        "js": [],
        "show_legend": False,
        "print_values": True,
        "print_values_position": "top",
        "truncate_label": -1,
        "margin": 4,
        "show_y_guides": False,
        "show_x_guides": False,
        # Room above the highest bar for its printed value.
        "range": (0, greatest * 1.22 or 1),
        "disable_xml_declaration": True,
    }


def _drawn(chart: pygal.graph.graph.Graph, bars: list[Bar]) -> str:
    chart.x_labels = [bar.label for bar in bars]
    chart.add(
        "",
        [{"value": bar.value or 0, "formatter": _printed(bar.text)} for bar in bars],
    )
    return chart.render(is_unicode=True)


def _printed(text: str) -> Callable[[Number], str]:
    return lambda _value: text


def _clean(svg: str, title: str, value_anchor: str) -> str:
    ET.register_namespace("", SVG)
    root = ET.fromstring(svg)
    _drop(root)
    view_box = root.get("viewBox")
    root.attrib.clear()
    root.attrib.update({"class": "chart", "viewBox": view_box, "role": "img", "aria-label": title})
    for element in root.iter():
        element.attrib.pop("style", None)
        _dress(element, value_anchor)
    return ET.tostring(root, encoding="unicode")


def _drop(parent: ET.Element) -> None:
    """Take out what pygal adds for its own script: styles, tooltips, values as hidden texts."""
    for child in list(parent):
        name = child.tag.removeprefix(f"{{{SVG}}}")
        classes = (child.get("class") or "").split()
        if (
            name in {"defs", "desc", "title", "script", "style"}
            or "tooltip-overlay" in classes
            or "background" in classes
            or "line" in classes
        ):
            parent.remove(child)
        else:
            _drop(child)


def _dress(element: ET.Element, value_anchor: str) -> None:
    name = element.tag.removeprefix(f"{{{SVG}}}")
    classes = (element.attrib.pop("class", "")).split()
    if name == "rect":
        element.attrib.update({"class": "chart-bar", "fill": BAR, "rx": "3", "ry": "3"})
    elif name == "text":
        element.attrib.update({"fill": INK, "font-family": FONT, "font-size": str(FONT_SIZE)})
        if "value" in classes:
            element.attrib.update({"class": "chart-value", "font-weight": "600", "text-anchor": value_anchor})
            if value_anchor == "middle":
                element.set("dy", "-3")
        else:
            element.set("class", "chart-label")
    elif name == "g" and "axis" in classes:
        element.set("text-anchor", "end" if "y" in classes else "middle")
    elif name == "svg":
        element.set("class", "chart")
