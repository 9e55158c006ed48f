"""The mouse put away: what a test clicks, ticks, chooses and types is reached and done with the keyboard.

`only_the_keyboard` gives Playwright's locators other hands. Tab or Shift+Tab goes on until the element has
the keyboard, as a person who can't point would; an element that Tab never reaches fails the test.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from playwright.sync_api import Locator

#: More stops than any page has: further is never.
STOPS = 400
#: Milliseconds in which a browser that is to leave the page has begun to.
SOON = 150

#: Where the element lies from the one that has the keyboard: 0 has it, 1 later in the page, -1 earlier.
WHERE = """
(element) => {
  const own = (element.matches("label") && element.control) || element;
  const now = document.activeElement;
  if (now === own || own.contains(now) && !own.matches("body, main, dialog")) return 0;
  return now.compareDocumentPosition(own) & Node.DOCUMENT_POSITION_PRECEDING ? -1 : 1;
}
"""

#: The place in the page, and the beginning, of what has the keyboard.
STOP = """
[...document.querySelectorAll("*")].indexOf(document.activeElement) +
  document.activeElement.outerHTML.slice(0, 80)
"""


def reach(locator: Locator) -> None:
    """Go to the element by Tab, forwards or backwards; inside a group of radio buttons, by the arrows."""
    locator.wait_for(state="visible")
    keyboard = locator.page.keyboard
    seen = []
    for _ in range(STOPS):
        where = locator.evaluate(WHERE)
        if where == 0:
            return
        if locator.evaluate("e => e.type === 'radio' && document.activeElement.name === e.name"):
            keyboard.press("ArrowDown")
            continue
        keyboard.press("Tab" if where > 0 else "Shift+Tab")
        seen.append(locator.page.evaluate(STOP))
        if len(seen) > 3 and seen[-1] == seen[-3] != seen[-2]:
            break  # To and fro: what lies between takes no keyboard.
    raise AssertionError(f"the keyboard never reaches {locator}; last stops: {seen[-3:]}")


def click(locator: Locator, **_options) -> None:
    """Enter opens a link, presses a button, and unfolds."""
    reach(locator)
    ticks = locator.evaluate("e => e.matches('[type=checkbox], [type=radio], label')")
    page = locator.page
    page.keyboard.press("Space" if ticks else "Enter")
    # A click waits for the page it leads to; a key doesn't.
    page.wait_for_timeout(SOON)
    page.wait_for_load_state()


def check(locator: Locator, **_options) -> None:
    reach(locator)
    if not locator.is_checked():
        locator.page.keyboard.press("Space")
    assert locator.is_checked()


def uncheck(locator: Locator, **_options) -> None:
    reach(locator)
    if locator.is_checked():
        locator.page.keyboard.press("Space")
    assert not locator.is_checked()


def fill(locator: Locator, text: str, **_options) -> None:
    reach(locator)
    keyboard = locator.page.keyboard
    keyboard.press("Control+A")
    keyboard.press("Delete")
    keyboard.type(text)


def select_option(
    locator: Locator, value: str | None = None, *, label: str | None = None, **_options
) -> None:
    """The arrows go through the list."""
    reach(locator)
    keyboard = locator.page.keyboard
    keyboard.press("Home")
    for _ in range(locator.locator("option").count()):
        chosen = locator.evaluate("e => [e.value, e.selectedOptions[0].label.trim()]")
        if (label is not None and chosen[1] == label.strip()) or (value is not None and chosen[0] == value):
            return
        keyboard.press("ArrowDown")
    raise AssertionError(f"the arrows never reach « {label or value} » in {locator}")


@contextmanager
def only_the_keyboard() -> Iterator[None]:
    """Inside, locators are worked by keys alone. A file is still handed over: its chooser is the system's."""
    hands = {
        "click": click,
        "check": check,
        "uncheck": uncheck,
        "fill": fill,
        "select_option": select_option,
    }
    with patch.multiple(Locator, **hands):
        yield
