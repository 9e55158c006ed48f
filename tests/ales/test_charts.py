"""Charts: nothing against the content policy, the same bytes each time, values printed."""

import re
import xml.etree.ElementTree as ET

import pytest

from ales.charts import Bar, columns, rows

BARS = [Bar("2024", 10.0, "10 €"), Bar("2025 <&>", 20.0, "20 €"), Bar("2026", None, "< 5")]


@pytest.mark.parametrize("draw", [columns, rows])
def test_clean(draw) -> None:
    svg = draw("Montant par année", BARS)
    assert svg == draw("Montant par année", BARS)
    assert not re.search(r"style|script|pygal|<!--|\bid=|\son\w+=|href|desc", svg)
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Montant par année"
    texts = {element.text for element in root.iter() if element.tag.endswith("}text")}
    assert texts == {"2024", "2025 <&>", "2026", "10 €", "20 €", "< 5"}
    for element in root.iter():
        if element.tag.endswith("}text"):
            assert "sans-serif" in element.get("font-family")


def test_bars_keep_their_proportion() -> None:
    heights = [
        float(element.get("height"))
        for element in ET.fromstring(columns("t", BARS)).iter()
        if element.get("class") == "chart-bar"
    ]
    assert heights[1] == pytest.approx(2 * heights[0])
    assert heights[2] == 0


@pytest.mark.parametrize("draw", [columns, rows])
def test_nothing_but_zeros(draw) -> None:
    assert "0 €" in draw("t", [Bar("2024", 0.0, "0 €")])
