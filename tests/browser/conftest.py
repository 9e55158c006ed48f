"""A real browser on the real pages. Anything the browser complains of fails the test."""

import os
import shutil
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from ales.documents import production
from members.access import SESSION_KEY, Actor
from members.models import User
from tests.access.scene import Scene, build_scene
from tests.browser.walk import Complaints, Watched
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


# A busy machine answers a form in more than the usual five seconds.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread; Django would take it for an asynchronous context.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


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


@pytest.fixture
def scene(transactional_db, produced_at_once) -> Scene:
    """The scene of the access tests, committed: the browser's requests come through another connection."""
    return build_scene()


@pytest.fixture
def new_context(browser: Browser, live_server):
    """`new_context()` is a browser nobody is signed in to; it takes Playwright's options."""
    made: list[BrowserContext] = []

    def make(**options) -> BrowserContext:
        # By name, as keys need it.
        context = browser.new_context(base_url=_named(live_server.url), locale="fr-FR", **options)
        context.set_default_timeout(15_000)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


def _named(url: str) -> str:
    return url.replace("127.0.0.1", "localhost")


@pytest.fixture
def signed_in(new_context, live_server):
    """`signed_in(actor)` is a watched page of this person's browser, their session made without the form."""

    def enter(actor: Actor, **options) -> Watched:
        client = Client()
        user = User.objects.get(pk=actor.user_id)
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session[SESSION_KEY] = str(actor.membership_id)
        session.save()
        context = new_context(**options)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": _named(live_server.url)}]
        )
        return Watched(context.new_page())

    return enter
