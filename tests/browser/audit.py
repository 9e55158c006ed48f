"""axe on a page as it stands in the browser: both themes, both widths, what is folded away opened too."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

THEMES = ("light", "dark")
#: Widths in CSS pixels: a desk and a phone.
WIDTHS = (1280, 375)
#: WCAG 2.2 at levels A and AA, and axe's own good practice (headings in order, all content in landmarks…).
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
RUN = f"""
async (include) => {{
  const {{ violations }} = await axe.run(include ?? document, {json.dumps(OPTIONS)});
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => ({{
      rule: violation.id,
      target: node.target.join(" "),
      why: [...node.any, ...node.all, ...node.none].map((check) => check.message).join(" ; "),
    }})));
}}
"""
#: A window of 1280 × 1024 zoomed to 400 %.
ZOOMED = {"width": 320, "height": 256}
#: The innermost elements beyond the window's edge that make the page scroll sideways.
TOO_WIDE = """
() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const scrolls = (element) => element && (getComputedStyle(element).overflowX !== "visible"
    || scrolls(element.parentElement === document.body ? null : element.parentElement));
  const ends = (element) =>
    element.getBoundingClientRect().left + Math.max(element.offsetWidth, element.scrollWidth);
  const wide = [...document.body.querySelectorAll("*")].filter((element) =>
    ends(element) > root.clientWidth + 1 && !scrolls(element));
  return wide.filter((element) => !wide.some((other) => other !== element && element.contains(other)))
    .slice(0, 4)
    .map((element) => `${element.tagName.toLowerCase()}.${element.className.baseVal ?? element.className}`);
}
"""
#: Tags, classes, attributes (not their text); rows of one shape count once.
SHAPE = """
() => {
  const shape = (element) => {
    const parts = [];
    for (const child of element.children) {
      const part = shape(child);
      if (part !== parts.at(-1)) parts.push(part);
    }
    const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const names = element.getAttributeNames().filter((name) => name !== "open").sort();
    const classes = element.className.baseVal ?? element.className;
    const own = [element.tagName, classes, element.type, ...names, says];
    return `${own.join(" ")}(${parts.join(",")})`;
  };
  return shape(document.body);
}
"""


@dataclass
class Audit:
    """What axe found, and the shapes of the pages it has already seen."""

    found: list[str] = field(default_factory=list)
    shapes: set[str] = field(default_factory=set)
    runs: int = 0

    def is_new(self, page: Page) -> bool:
        """False for a page built as one already audited: other figures, same elements."""
        shape = hashlib.sha256(page.evaluate(SHAPE).encode()).hexdigest()
        if shape in self.shapes:
            return False
        self.shapes.add(shape)
        return True

    def look(self, page: Page, who: str, widths: tuple[int, ...] = WIDTHS) -> None:
        """Run axe in both themes and widths, once for the page and once for each of its dialogs."""
        page.evaluate(AXE_SCRIPT)
        page.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))")
        dialogs = page.evaluate("[...document.querySelectorAll('dialog[id]')].map((dialog) => dialog.id)")
        for how in appearances(page, widths):
            self._run(page, f"{who} {page.url} {how}", "document")
            for dialog in dialogs:
                page.evaluate("id => document.getElementById(id).showModal()", dialog)
                self._run(page, f"{who} {page.url} {how}, dialog {dialog}", f"#{dialog}")
                page.evaluate("id => document.getElementById(id).close()", dialog)

    def reflow(self, page: Page, who: str) -> None:
        """At 400 % zoom nothing goes beyond the window: one never scrolls sideways to read (WCAG 1.4.10)."""
        page.set_viewport_size(ZOOMED)
        settle(page)
        self.found += [f"{who} {page.url} at 400 %: {wide} is too wide" for wide in page.evaluate(TOO_WIDE)]

    def _run(self, page: Page, where: str, include: str) -> None:
        self.runs += 1
        for violation in page.evaluate(RUN, {"include": [include]} if include != "document" else None):
            self.found.append(f"{where}: {violation['rule']} at {violation['target']} ({violation['why']})")


def appearances(page: Page, widths: tuple[int, ...]) -> Iterator[str]:
    """Show the page in each width and theme, without loading it anew; yields their names."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            page.evaluate("theme => (document.documentElement.dataset.bsTheme = theme)", theme)
            settle(page)
            yield f"{theme} {width}"


def settle(page: Page) -> None:
    """What follows the window's size has followed: wide tables have become scrollable regions."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
