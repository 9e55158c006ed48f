"""The walk through every page: the addresses and who may open them are the access matrix's.

A new page is walked by itself as soon as tests/access/matrix.py knows it.
"""

import re
from dataclasses import dataclass, field

from django.urls import reverse
from playwright.sync_api import Page, Response

from members.access import Actor
from tests.access.asking import arguments, people
from tests.access.matrix import ROUTES
from tests.access.scene import Scene

#: These answer a file, never a page; the browser would keep it.
FILES = ("documents:download", "association:statistics_export", "works:download", "works:report")
LISTEN = """
window.policyViolations = [];
document.addEventListener("securitypolicyviolation", event => window.policyViolations.push(
    `${event.violatedDirective} refused ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`));
"""


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

    def _hear(self, page: Page, message) -> None:
        if message.type == "error" and not self.ANSWERS.match(message.text):
            self.append(f"{page.url}: {message.text}")


@dataclass
class Watched:
    """A page of one person's browser, and all that was heard against what it opened."""

    page: Page
    heard: Complaints = field(default_factory=Complaints)

    def __post_init__(self) -> None:
        self.page.context.add_init_script(LISTEN)
        self.heard.watch(self.page)
        self.page.on("response", self._answered)

    def open(self, url: str, statuses: tuple[int, ...] = (200,)) -> None:
        """Open an address; what it runs when it loads has run."""
        answer = self.page.goto(url)
        if answer.status not in statuses:
            self.heard.append(f"{answer.status} {url}")
        if not answer.headers["content-type"].startswith("text/html"):
            self.heard.append(f"{url}: not a page")
        if "!! undefined" in self.page.content():
            self.heard.append(f"{url}: undefined variable")
        self.heard += [f"{url}: {refused}" for refused in self.page.evaluate("window.policyViolations")]

    def _answered(self, answer: Response) -> None:
        # A fragment names no icon: opened alone, it makes Chromium ask for one.
        is_part = answer.request.resource_type != "document" and not answer.url.endswith("/favicon.ico")
        if is_part and answer.status >= 400:
            self.heard.append(f"{answer.status} {answer.url} on {self.page.url}")

    def complaints(self) -> list[str]:
        """What was heard, without Chromium's own words on a status: statuses are checked one by one."""
        return [text for text in self.heard if not re.search(r"Failed to load resource: .* 40[34] ", text)]


def pages_of(scene: Scene) -> dict[Actor, list[str]]:
    """Every page each person may open, about their own organisation's objects."""
    found: dict[Actor, list[str]] = {}
    for route in ROUTES:
        if route.name in FILES:
            continue
        url = reverse(route.name, args=arguments(scene, scene.a, route.about))
        for actor, status in zip(people(scene, route).values(), route.answers("get"), strict=True):
            if status == 200:
                found.setdefault(actor, []).append(url)
    return found


def once(pages: dict[Actor, list[str]]) -> dict[Actor, list[str]]:
    """Each page once, for the first person who may open it."""
    seen: set[str] = set()
    kept: dict[Actor, list[str]] = {}
    for actor, urls in pages.items():
        kept[actor] = [url for url in urls if url not in seen]
        seen.update(urls)
    return kept
