"""A real browser on the real pages. Anything the browser complains of fails the test."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from ales.documents import production
from members.access import Actor
from members.models import User
from tests.world import PASSWORD

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread; Django would take it for an asynchronous context.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


class Complaints(list):
    """What the browser said against a page: script errors, refused styles and scripts, failed requests."""

    #: Chromium reports a form answered by its faults or by a newer page as an error; here it's an answer.
    ANSWERS = re.compile(r"Failed to load resource: .* status of (409|422) ")

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: self._hear(page, message))
        page.on("pageerror", lambda error: self.append(f"{page.url}: {error}"))
        page.on(
            "response", lambda answer: answer.status >= 500 and self.append(f"{answer.status} {answer.url}")
        )

    def _hear(self, page: Page, message: ConsoleMessage) -> None:
        if message.type == "error" and not self.ANSWERS.match(message.text):
            self.append(f"{page.url}: {message.text}")


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What the browser complains of; anything at all fails the test."""
    heard = Complaints()
    yield heard
    assert heard == []


@pytest.fixture
def produced_at_once(monkeypatch) -> None:
    """Documents are produced after the commit, in the request's own thread: no worker is needed.

    Sent by name, a task goes to the broker whatever `CELERY_TASK_ALWAYS_EAGER` says.
    """

    def produce_now(public_id: UUID, *, expires: float | None = None) -> None:
        production.produce(public_id)

    monkeypatch.setattr(production, "nudge", produce_now)


@pytest.fixture
def sign_in_browser(
    browser, live_server, produced_at_once, world, complaints
) -> Iterator[Callable[..., Page]]:
    """`sign_in_browser(actor)` types the address and password, and returns the page after it.

    `width` is the window's, in pixels; `scripts=False` turns JavaScript off.
    """
    contexts: list[BrowserContext] = []

    def enter(actor: Actor, *, width: int = 1280, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            java_script_enabled=scripts,
            viewport={"width": width, "height": 900},
            locale="fr-FR",
            accept_downloads=True,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        complaints.watch(page)
        page.goto("/connexion/")
        page.get_by_label("Adresse électronique").fill(User.objects.get(pk=actor.user_id).email)
        page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_url("**/tableau-de-bord/")
        return page

    yield enter
    for context in contexts:
        context.close()
