"""The main pages are light and still: full lists of 50 rows, weighed and watched as they load."""

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse

from aids.models import AidRequest
from ales import tenancy
from ales.management.commands.volume import fill
from cases.models import TenantCase
from members.access import Actor
from members.models import Fund
from members.roles import OrganisationKind, Role
from payments.models import PaymentOrder
from tests.volume import holder

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

AIDS = 1_500  # The member with the most cases has more than a page of each list.
HTML = 60_000  # bytes of a page, before compression
#: Endings of heavier addresses: a budget's lines are a list of choices each, the statistics hold
#: its pictures and their tables.
HEAVIER = {"/etapes/budget/": 85_000, "/statistiques/": 75_000}
STYLE_AND_SCRIPT = 120_000  # bytes of a page's style sheets and scripts, as WhiteNoise compresses them
SHIFT = 0.02  # layout shift, in the browsers' own unit (CLS)

WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
"""
PARTS = (
    "[...document.querySelectorAll('link[rel=stylesheet], script[src]')].map((part) => part.href || part.src)"
)
SETTLED = """
async () => {
  await document.fonts.ready;
  await new Promise((done) => setTimeout(done, 300));
  return window.shifts.reduce((sum, shift) => sum + shift, 0);
}
"""


@pytest.fixture
def main_pages(log_in) -> dict[Actor, list[str]]:
    """The pages people spend their days on, by person, over a volume run."""
    log_in("owner")
    fill(AIDS, report=lambda _line: None)
    worker, manager = (holder(role, OrganisationKind.CIL) for role in (Role.SOCIAL_WORKER, Role.MANAGER))
    agent = holder(Role.LANDLORD_AGENT, OrganisationKind.BAILLEUR)
    treasurer, admin = (
        holder(role, OrganisationKind.ALES) for role in (Role.TREASURER, Role.ASSOCIATION_ADMIN)
    )
    log_in("application")
    with tenancy.tenant(manager.context):
        case = TenantCase.objects.visible_to(manager).latest("id").public_id
        aid = AidRequest.objects.visible_to(manager).latest("id").public_id
        order = PaymentOrder.objects.visible_to(manager).latest("id").public_id
        fund = Fund.objects.visible_to(manager).latest("id").public_id
    home = reverse("members:dashboard")
    return {
        worker: [
            home,
            reverse("cases:list"),
            reverse("cases:detail", args=[case]),
            reverse("cases:step", args=[case, "menage"]),
            reverse("cases:step", args=[case, "budget"]),
            reverse("aids:list"),
            reverse("aids:detail", args=[aid]),
        ],
        manager: [
            home,
            reverse("aids:queue"),
            reverse("aids:decision", args=[aid]),
            reverse("payments:order", args=[order]),
            reverse("members:funds"),
            reverse("members:fund", args=[fund]),
        ],
        treasurer: [home, reverse("payments:orders")],
        admin: [home, reverse("members:organisations"), reverse("association:statistics")],
        agent: [home, reverse("payments:tenant_aids")],
    }


def test_the_main_pages_are_light_and_still(main_pages, signed_in):
    heavy = []
    for actor, urls in main_pages.items():
        page = signed_in(actor).page
        page.add_init_script(WATCH_SHIFTS)
        for url in urls:
            answer = page.goto(url)
            assert answer.ok, url
            size, parts = len(answer.body()), sum(compressed(part) for part in page.evaluate(PARTS))
            shift = page.evaluate(SETTLED)
            print(f"{size:7} {parts:7} {shift:.4f} {actor.role} {url}")
            allowed = next((bytes_ for end, bytes_ in HEAVIER.items() if url.endswith(end)), HTML)
            if size > allowed or parts > STYLE_AND_SCRIPT or shift > SHIFT:
                heavy.append(f"{actor.role} {url}: {size} bytes, {parts} of parts, shift {shift:.3f}")
    assert not heavy, "\n".join(heavy)


def compressed(address: str) -> int:
    """Bytes of one style sheet or script as it is sent."""
    path = address.partition(static(""))[2]
    with open(finders.find(path), "rb") as file:
        return len(brotli.compress(file.read()))
