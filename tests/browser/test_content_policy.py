"""Every page of the product in a real browser: the content policy refuses nothing, no script fails.

The addresses and who may open them are the access matrix's (tests/access/matrix.py), so that a new page is
opened here by itself. Its own scene is committed: the browser's requests come through another connection.
"""

import re
from dataclasses import dataclass, field

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, Response

from ales import tenancy
from members import operations
from members.access import SESSION_KEY, Actor
from members.models import User
from members.roles import Role
from members.sign_in import encryption
from tests.access.asking import arguments, people
from tests.access.matrix import DOORS, ROUTES
from tests.access.scene import Scene, build_scene
from tests.browser.conftest import Complaints
from tests.browser.pages import plug_a_key_in
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

#: These answer a file, never a page; the browser would keep it.
FILES = ("documents:download", "association:statistics_export")
LISTEN = """
window.policyViolations = [];
document.addEventListener("securitypolicyviolation", event => window.policyViolations.push(
    `${event.violatedDirective} refused ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`));
"""


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


@pytest.fixture
def scene(transactional_db, produced_at_once) -> Scene:
    return build_scene()


@pytest.fixture
def new_context(browser: Browser, live_server):
    """`new_context()` is a browser nobody is signed in to."""
    made: list[BrowserContext] = []

    def make() -> BrowserContext:
        # By name, as keys need it.
        context = browser.new_context(base_url=_named(live_server.url), locale="fr-FR")
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

    def enter(actor: Actor) -> Watched:
        client = Client()
        user = User.objects.get(pk=actor.user_id)
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session[SESSION_KEY] = str(actor.membership_id)
        session.save()
        context = new_context()
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": _named(live_server.url)}]
        )
        return Watched(context.new_page())

    return enter


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


@pytest.mark.parametrize(
    "chosen", [once, pytest.param(dict, marks=pytest.mark.slow)], ids=["each page once", "as every role"]
)
def test_every_page_opens_without_a_refusal(scene, signed_in, chosen):
    pages = chosen(pages_of(scene))
    heard = []
    for actor, urls in pages.items():
        watched = signed_in(actor)
        for url in urls:
            watched.open(url)
        heard += [f"{actor.role}: {text}" for text in watched.complaints()]
        watched.page.context.close()
    assert heard == []


def test_the_listener_hears_a_refusal(world, signed_in):
    """A page that runs an inline script under the policy is reported: the tests above can fail."""
    watched = signed_in(world.claire)
    watched.open("/tableau-de-bord/")
    watched.page.evaluate(
        "() => { const script = document.createElement('script'); script.textContent = 'window.ran = 1';"
        " document.body.append(script); }"
    )
    assert watched.page.evaluate("window.ran") is None
    assert any("script-src" in text for text in watched.page.evaluate("window.policyViolations"))
    assert watched.heard != []


# --- The doors: sign-in, and one's own account -----------------------------------------------------


def test_the_pages_before_sign_in(world, new_context):
    """What nobody signed in may open, with the links that mails hold."""
    with tenancy.tenant(world.marc.context):
        operations.invite(
            actor=world.marc,
            organisation_id=world.cil.public_id,
            email="nora@test.example",
            first_name="Nora",
            last_name="Petit",
            role=Role.SOCIAL_WORKER,
        )
    Client().post(reverse("account_reset_password"), {"email": User.objects.get(pk=world.marc.user_id).email})
    links = [re.search(r"https?://[^/]+(/\S+)", message.body)[1] for message in mail.outbox]
    assert len(links) == 2
    watched = Watched(new_context().new_page())
    doors = [reverse(door.name, args=door.arguments) for door in DOORS if door.anonymous == "200"]
    for url in doors + links:
        if url != reverse("health"):
            watched.open(url)
    watched.open("/une/page/qui/n-existe/pas/", (404,))
    watched.open(reverse("members:invitation", args=["no-such-token"]), (404,))
    assert watched.complaints() == []


def test_the_pages_of_ones_own_account(world, new_context):
    """From the password to the last page of the second factor, as a person sees them."""
    user = User.objects.get(pk=world.marc.user_id)
    watched = Watched(new_context().new_page())
    page = watched.page
    page.goto("/connexion/")
    page.get_by_label("Adresse électronique").fill(user.email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/tableau-de-bord/")
    for name in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn"):
        watched.open(reverse(name))
    plug_a_key_in(page)
    page.get_by_label("Nom de la clé").fill("Clé du bureau")
    page.get_by_role("button", name="Enregistrer la clé").click()
    page.wait_for_url("**/codes-de-secours/")
    totp = {"secret": encryption.encrypt(generate_totp_secret())}
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=totp)
    key = Authenticator.objects.get(user=user, type=Authenticator.Type.WEBAUTHN)
    skipped = {"health", "mfa_download_recovery_codes", "members:invitation", "account_logout"}
    posts_only = {"account_devices_end_others", "account_device_end", "proconnect_begin", "proconnect_back"}
    for door in DOORS:
        if door.name in skipped | posts_only:
            continue
        args = [key.pk] if door.arguments == (1,) else door.arguments
        watched.open(reverse(door.name, args=args))
    watched.open(reverse("cases:list") + "?q=Martin")
    watched.open(reverse("aids:scale_create"), (403,))
    watched.open(reverse("account_logout"))
    assert watched.complaints() == []
