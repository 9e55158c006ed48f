"""After an exchange of fragments the page is what a fresh load of its address shows."""

import difflib

from playwright.sync_api import Page, expect

#: What an element holds, a tag or a text a line, with what is typed and ticked; without what each answer has
#: anew (tokens), what htmx marks for its own use, what the reader opened, and what nobody sees (noscript).
READ = """
(element) => {
  const lines = [];
  const left_out = "[name=csrfmiddlewaretoken], #messages, .autosave-status, script, noscript";
  const names = (each) => {
    const found = Object.fromEntries([...each.attributes].map(({ name, value }) => [name, value]));
    const own = (word) => !/^htmx-(request|settling|swapping|added)$/.test(word);
    found.class = [...each.classList].filter(own).join(" ");
    if (each.matches("details")) delete found.open;
    if (each.matches("[type=checkbox], [type=radio]")) found.checked = each.checked;
    else if (each.matches("option")) found.selected = each.selected;
    else if (each.matches("input:not([type=file]), select, textarea")) found.value = each.value;
    return Object.entries(found).map(([name, value]) => `${name}=${value}`).sort().join(" ");
  };
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.textContent.replace(/\\s+/g, " ").trim();
      if (text) lines.push(text);
    } else if (node.nodeType === Node.ELEMENT_NODE && !node.matches(left_out)) {
      lines.push(`<${node.localName} ${names(node)}>`);
      if (!node.matches("textarea")) node.childNodes.forEach(walk);
    }
  };
  walk(element);
  return lines;
}
"""
BUSY = ".htmx-request, .htmx-settling, .htmx-swapping"


def settled(page: Page) -> None:
    """Wait until htmx has nothing under way."""
    expect(page.locator(BUSY)).to_have_count(0)


def markup(page: Page, selector: str) -> list[str]:
    """What the element holds, a tag or a text a line, once htmx has settled."""
    settled(page)
    return page.locator(selector).first.evaluate(READ)


def expect_fresh(page: Page, selector: str = "main") -> None:
    """Load the page anew: the element must be the same as before."""
    swapped = markup(page, selector)
    page.reload()
    expect_same(swapped, markup(page, selector))


def expect_same(swapped: list[str], fresh: list[str]) -> None:
    """The difference is the failure's text."""
    difference = "\n".join(difflib.unified_diff(fresh, swapped, "fresh load", "after the exchange", n=2))
    assert not difference, difference


def focused(page: Page) -> str:
    """The id of the element that has the keyboard."""
    return page.evaluate("document.activeElement.id")
