"""Times the pages on a filled database; started by `python -m bench`."""

import argparse
import json
import platform
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from html import unescape

import django

django.setup()

from django.conf import settings  # noqa: E402 - the settings must be read first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from aids.models import AidRequest  # noqa: E402
from ales import tenancy  # noqa: E402
from cases.models import TenantCase  # noqa: E402
from members.access import SESSION_KEY, Actor, actor_of  # noqa: E402
from members.models import Membership  # noqa: E402
from members.roles import Role  # noqa: E402
from payments.models import PaymentOrder  # noqa: E402

DEEP = 40  # pages turned before a deep page is measured
WARM_UP, LEAST = 2, 5
_NEXT = re.compile(r'href="(\?[^"]*apres=[^"]+)"')


@dataclass(frozen=True)
class Figures:
    """What a page cost: milliseconds, queries, kilobytes of HTML."""

    page: str
    role: str
    status: int
    median_ms: float
    p95_ms: float
    queries: int
    html_kb: float
    runs: int


class Visitor:
    """A person signed in, who opens pages and counts what they cost."""

    def __init__(self, role: str) -> None:
        memberships = Membership.objects.select_related("user", "organisation")
        # The first member of the last run has the most rows (members.volume.Weighted).
        last = memberships.filter(role=role, user__email__startswith="volume-")
        self.actor: Actor = actor_of(last.order_by("id").first())
        self.client = Client(SERVER_NAME="localhost", raise_request_exception=False)
        self.client.force_login(
            memberships.get(public_id=self.actor.membership_id).user,
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        session = self.client.session
        session[SESSION_KEY] = str(self.actor.membership_id)
        session.save()

    def first(self, queryset: Callable):
        """The first row of `queryset(actor)` that this person sees; None without any."""
        with tenancy.tenant(self.actor.context):
            return queryset(self.actor).first()

    def deep(self, url: str) -> str:
        """The address of a page far down the list at `url`, reached by its pager."""
        base, page = url.partition("?")[0], url
        for _turn in range(DEEP):
            found = _NEXT.search(self.client.get(page).content.decode())
            if not found:
                break
            page = base + unescape(found[1])
        return page

    def measure(self, name: str, url: str, seconds: float) -> Figures:
        """Open `url` for about `seconds` s, five times at least."""
        for _run in range(WARM_UP):
            response = self.client.get(url)
        with counted() as queries:
            self.client.get(url)
        times, end = [], time.perf_counter() + seconds
        while len(times) < LEAST or (time.perf_counter() < end and len(times) < 200):
            start = time.perf_counter()
            self.client.get(url)
            times.append(1000 * (time.perf_counter() - start))
        return Figures(
            page=name,
            role=self.actor.role_label,
            status=response.status_code,
            median_ms=round(statistics.median(times), 1),
            p95_ms=round(statistics.quantiles(times, n=20, method="inclusive")[-1], 1),
            queries=len(queries),
            html_kb=round(len(response.content) / 1000, 1),
            runs=len(times),
        )


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements run inside."""
    statements: list[str] = []

    def note(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield statements


def pages() -> Iterator[tuple[str, Visitor, str]]:
    """(name, visitor, address) of what is measured."""
    worker, manager, agent, admin, treasurer = (
        Visitor(role)
        for role in (
            Role.SOCIAL_WORKER,
            Role.MANAGER,
            Role.LANDLORD_AGENT,
            Role.ASSOCIATION_ADMIN,
            Role.TREASURER,
        )
    )
    case = worker.first(lambda actor: TenantCase.objects.visible_to(actor).latest_first())
    aid = manager.first(lambda actor: AidRequest.objects.visible_to(actor).granted().latest_first())
    waiting = manager.first(lambda actor: AidRequest.objects.visible_to(actor).awaiting_decision())
    order = treasurer.first(lambda actor: PaymentOrder.objects.visible_to(actor).latest_first())
    name = case.tenant_name.split()[0]

    yield "tableau de bord", manager, reverse("members:dashboard")
    yield "tableau de bord", admin, reverse("members:dashboard")
    yield from _list("dossiers", worker, "cases:list")
    yield "dossiers : recherche d’un nom", worker, f"{reverse('cases:list')}?q={name}"
    yield "dossiers : recherche sans réponse", worker, f"{reverse('cases:list')}?q=introuvable"
    yield "dossiers triés par nom", worker, f"{reverse('cases:list')}?tri=locataire"
    for visitor in (worker, manager, agent, admin):
        yield "recherche d’un nom", visitor, f"{reverse('search:page')}?q={name}"
        yield "recherche mal tapée", visitor, f"{reverse('search:page')}?q={name[:2]}{name[3:]}"
        yield "recherche sans réponse", visitor, f"{reverse('search:page')}?q=introuvable"
    yield "dossier", worker, reverse("cases:detail", args=[case.public_id])
    yield "dossier : étape budget", worker, reverse("cases:step", args=[case.public_id, "budget"])
    for visitor in (manager, admin):
        yield from _list("aides", visitor, "aids:list")
        yield "aides : recherche d’un nom", visitor, f"{reverse('aids:list')}?q={name}"
    yield "aides : recherche sans réponse", admin, f"{reverse('aids:list')}?q=introuvable"
    yield "aide", manager, reverse("aids:detail", args=[aid.public_id])
    yield "aides à décider", manager, reverse("aids:queue")
    if waiting:
        yield "décision", manager, reverse("aids:decision", args=[waiting.public_id])
    for visitor in (manager, treasurer):
        yield from _list("ordres de paiement", visitor, "payments:orders")
    yield "ordre de paiement", treasurer, reverse("payments:order", args=[order.public_id])
    yield from _list("aides des locataires", agent, "payments:tenant_aids")
    yield "fonds", admin, reverse("members:funds")
    yield "statistiques", manager, reverse("association:statistics")
    yield "statistiques", admin, reverse("association:statistics")


def _list(name: str, visitor: Visitor, url_name: str) -> Iterator[tuple[str, Visitor, str]]:
    url = reverse(url_name)
    yield name, visitor, url
    deep = visitor.deep(url)
    if deep != url:
        yield f"{name} : page profonde", visitor, deep


HEADER = f"{'page':<38}{'rôle':<20}{'médiane':>11}{'95 %':>11}{'requêtes':>10}{'HTML':>10}"


def line(row: Figures) -> str:
    """A row of the printed table."""
    note = "" if row.status == 200 else f"  réponse {row.status}"
    return (
        f"{row.page:<38}{row.role:<20}{row.median_ms:>8.1f} ms{row.p95_ms:>8.1f} ms{row.queries:>10}"
        f"{row.html_kb:>7.1f} kB{note}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.pages")
    parser.add_argument("--aids", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--filled-in", type=float)
    options = parser.parse_args()
    settings.DEBUG = False  # Django's own records of a run in development are none of the product's cost
    print(HEADER)
    rows = []
    for name, visitor, url in pages():
        rows.append(visitor.measure(name, url, options.seconds))
        print(line(rows[-1]), flush=True)
    result = {
        "aids": options.aids,
        "filled_in_seconds": options.filled_in,
        "machine": {"python": platform.python_version(), "system": platform.platform()},
        "pages": [asdict(row) for row in rows],
    }
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    (settings.VAR_DIR / "bench.json").write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    wrong = [row for row in rows if row.status != 200]
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
