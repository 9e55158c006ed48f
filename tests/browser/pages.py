"""What the browser tests do on any page: open a step, type in a table, read a PDF, keep a picture."""

import datetime as dt
import io
import os
import re
from pathlib import Path

from django.utils import timezone
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from ales.dates import add_months, first_of_month

PICTURES = os.environ.get("BROWSER_PICTURES")
"""Folder where `picture` keeps what the pages look like; nothing is kept when it isn't set."""


def picture(page: Page, name: str, *, width: int | None = None) -> None:
    """Check that no template variable is missing, and keep the page as `name`.png for a person to look at."""
    assert "!! undefined" not in page.content(), f"{page.url} shows an undefined variable"
    if not PICTURES:
        return
    size = page.viewport_size
    if width:
        page.set_viewport_size({"width": width, "height": 812})
    page.evaluate("window.scrollTo(0, 0)")  # The header follows the scroll: at the top it hides nothing.
    page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    page.set_viewport_size(size)


def today() -> str:
    """Today, as a person types it."""
    return f"{timezone.localdate():%d/%m/%Y}"


def month_before(months: int) -> dt.date:
    """First day of the month that many months ago."""
    return add_months(first_of_month(timezone.localdate()), -months)


def go(page: Page, entry: str) -> None:
    """Click an entry of the main navigation, and wait until its page is there."""
    link = page.get_by_role("navigation", name="Navigation principale").get_by_role("link", name=entry)
    link.click()
    expect(link).to_have_attribute("aria-current", "page")


def press(page: Page, name: str) -> None:
    """Click the button or the link of that name."""
    page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.click()


def fill(scope: Page | Locator, fields: dict[str, str]) -> None:
    """Type each text at the field of that label; choose it where the field is a list.

    On a whole page, what the header's search box says of itself isn't a field's label.
    """
    if isinstance(scope, Page):
        scope = scope.locator("main")
    for label, text in fields.items():
        field = scope.get_by_label(label, exact=False).and_(scope.locator("input, select, textarea")).first
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(label=text)
        else:
            field.fill(text)


def add_row(page: Page, button: str, fields: dict[str, str]) -> Locator:
    """Add a row to a table by its button, and type in it."""
    adder = page.get_by_role("button", name=button)
    prefix, value = adder.get_attribute("data-formset-add"), adder.get_attribute("value")
    adder.click()
    # Without scripts the button submits, and names the table by its value.
    table = prefix or value
    row = page.locator(f"#{table} [data-formset-rows] > tr").last
    fill(row, fields)
    return row


def runs_scripts(page: Page) -> bool:
    """Whether the pages' scripts run in this browser: the theme's is the first of them."""
    return page.locator("html[data-bs-theme]").count() == 1


def save_step(page: Page, next_heading: str) -> None:
    """Save a step of the case and arrive at the next one."""
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(next_heading)


def field_error(page: Page, label: str) -> Locator:
    """The message beside the field of that label."""
    field = page.get_by_label(label).and_(page.locator("input, select, textarea")).first
    return page.locator(f"[id='{field.get_attribute('id')}_error']")


def pdf_text(page: Page, link: Locator) -> str:
    """The text of the PDF behind a link, downloaded with the person's own session; blanks made one space."""
    address = link.get_attribute("href")
    answer = page.request.get(address)
    assert answer.status == 200, f"{address} answers {answer.status}"
    assert answer.headers["content-type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.body()))
    return re.sub(r"\s+", " ", " ".join(sheet.extract_text() for sheet in reader.pages))


def page_text(page: Page) -> str:
    """What the page says, blanks (the narrow ones of amounts too) made one space."""
    return re.sub(r"\s+", " ", page.locator("main").inner_text())


def scan(name: str = "scan.png") -> dict:
    """A small real picture, as a file chooser takes it."""
    content = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(content, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": content.getvalue()}


def plug_a_key_in(page: Page) -> None:
    """Give the browser a virtual passkey that says yes to everything; keys work at `localhost` only."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
