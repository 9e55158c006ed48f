"""What higher rooms hang onto lower pages (DESIGN §1), filled in each room's AppConfig.ready().

A hook is a list of callables or values in the order of registration; a lower room reads it and
knows nothing of who wrote in it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class NavEntry:
    """An entry of the main navigation: label, address name, heroicon, and the roles that see it."""

    label: str
    url_name: str
    icon: str
    roles: frozenset[str]
    order: int
    #: Optional (actor) -> int: what waits there, shown beside the label.
    count: Callable[[Any], int] | None = None


@dataclass(frozen=True)
class Card:
    """A dashboard card: what waits for this person. `rows` carry text and address ready made."""

    title: str
    icon: str
    rows: list[dict]
    empty: str
    url: str = ""
    url_label: str = ""
    order: int = 50
    tone: str = "neutral"


@dataclass(frozen=True)
class Panel:
    """A block a higher room shows on a lower page (case, aid): a template and its context."""

    title: str
    template: str
    context: dict
    order: int = 50


@dataclass(frozen=True)
class CaseSubject:
    """What files, documents and the access log call by kind and UUID, and how it hangs on a case."""

    kind: str
    label: str
    model: Any
    #: Foreign keys from the model to the case, joined by `__`; empty for the case itself.
    path: str


@dataclass(frozen=True)
class FundDemand:
    """Aids asked for that a fund may be drawn on for, not committed yet: how many, and how many euros."""

    label: str
    requests: int
    amount: Decimal


@dataclass(frozen=True)
class ThreadSubject:
    """What people may talk about: its kind in the rows, its word in addresses, and (actor, public id) ->
    cases.threads.subjects.Thread, or None for a stranger."""

    kind: str
    slug: str
    find: Callable[[Any, Any], Any]


@dataclass(frozen=True)
class CalendarEntry:
    """A day of a person's calendar: `title` holds a reference only, since calendars are read by other
    programs (DOMAIN §14); `path` is the address of the page; `uid` stays the same from one day to another."""

    uid: str
    on: date
    title: str
    path: str


@dataclass(frozen=True)
class NotificationKind:
    """What people are told of: its code in the rows, its label, and the roles it concerns.

    `duty`: somebody waits for what the person told has to do, so its mail may be put off to the daily digest
    but not turned off. `digest`: the daily digest is what a person who has chosen nothing gets.
    """

    code: str
    label: str
    roles: frozenset[str]
    duty: bool = False
    digest: bool = False
    order: int = 50


class Hook(list):
    """A list that refuses the same entry twice: `ready()` may run again in tests."""

    def add(self, entry: Any) -> Any:
        if entry not in self:
            self.append(entry)
        return entry

    def add_all(self, entries: Iterable[Any]) -> None:
        """Add each of them, in their order."""
        for entry in entries:
            self.add(entry)


@dataclass(frozen=True)
class QuickAction:
    """A button of the dashboard: what these roles start several times a day."""

    label: str
    url_name: str
    icon: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Hit:
    """A row the search box found. `words` is the folded text it was found by, which ranks it."""

    title: str
    url: str
    words: str
    detail: str = ""
    state: str = ""
    tone: str = "neutral"


@dataclass(frozen=True)
class SearchSource:
    """A kind of rows the search box finds.

    `find(actor, query, most)` returns at most `most` Hits among what the actor may open: `query` is an
    `ales.search.needles.Query`.
    """

    label: str
    icon: str
    roles: frozenset[str]
    order: int
    find: Callable[[Any, Any, int], list[Hit]]


@dataclass(frozen=True)
class TourStep:
    """A stop of the tour of the first visit: what it points at, and what that is for.

    It points at the menu's entry of `url_name`, or at `target` (CSS selectors; the first one in sight). The
    text stands by itself: without JavaScript the steps are a list of links.
    """

    title: str
    text: str
    roles: frozenset[str]
    order: int
    url_name: str = ""
    target: str = ""


@dataclass(frozen=True)
class Chapter:
    """A chapter of the guide (ales/guide): a task in the reader's words, and the roles it is written for.

    `slug` is its address, `part` the heading it stands under in the contents, `summary` one sentence;
    `template` extends guide/chapter.html.
    """

    slug: str
    title: str
    summary: str
    part: str
    roles: frozenset[str]
    template: str
    order: int


#: NavEntry values.
navigation = Hook()
#: TourStep values.
tour_steps = Hook()
#: Chapter values.
chapters = Hook()
#: ales.lists.shape.ListShape values: lists whose columns and views a person may choose.
list_shapes = Hook()
#: SearchSource values: what the search box looks through.
search_sources = Hook()
#: QuickAction values.
quick_actions = Hook()
#: (request) -> list[Card]
dashboard_cards = Hook()
#: (request, case) -> list[Panel]
case_panels = Hook()
#: (request, aid) -> list[Panel]: what the rooms above show on the page of an aid request
aid_panels = Hook()
#: (request, aid) -> list[Panel]: on the page that stops an aid, what the rooms above have to do about it
stop_panels = Hook()
#: (request id) -> address of the page of an aid request, for the lower rooms' pages that carry its terms
aid_pages = Hook()
#: (request id) -> address of the page of an aid request for the landlord's agents
landlord_aid_pages = Hook()
#: (request, case) -> list of dicts for the case's timeline: at, who, capacity, what, reason
case_events = Hook()
#: (case) -> bool: something above still needs the case's tenancy or household as it stands
case_locks = Hook()

#: (actor, fund, today) -> {first day of the month: euros}: committed and not paid yet, by the month of the
#: expected payment, as far as the actor may read
fund_payments_expected = Hook()
#: (actor, fund, today) -> list[FundDemand], as far as the actor may read
fund_demands = Hook()
#: (actor, aid) -> {term's id: (label, tone)}: what a term's own state doesn't tell (a rejected transfer)
term_states = Hook()
#: (actor, aid) -> {first day of the month, None for a settlement: day its landlord confirmed the payment}
term_receipts = Hook()
#: (actor, landlord) -> (number, euros) of its payments under way that the actor may read: those a change of
#: its account puts on hold
payments_under_way = Hook()

#: ThreadSubject values: each room names its own.
thread_subjects = Hook()
#: (actor, first day) -> list[CalendarEntry]: deadlines and follow-up dates of this person from that day on
calendar_entries = Hook()
#: NotificationKind values: each room names its own.
notification_kinds = Hook()

#: (case) -> list of reasons why the case can't change organisation now
handover_refusals = Hook()


#: CaseSubject values: each room names its own.
case_subjects = Hook()


#: ales.privacy.declarations.Treatment and PersonalData values: each room declares its own tables.
treatments = Hook()
personal_data = Hook()
#: ales.privacy.scrub.Guard: what a scrub starts from and what forbids it.
scrub_guard = Hook()
#: (case) -> list[str]: duties (in French) that forbid to anonymise it now: an aid or a payment under way.
retention_duties = Hook()
#: (case) -> date | None: the day of its last payment.
last_payments = Hook()


def navigation_for(role: str) -> list[NavEntry]:
    """Entries a role sees, in their order."""
    return sorted((entry for entry in navigation if role in entry.roles), key=lambda entry: entry.order)


def chapters_for(role: str) -> list[Chapter]:
    """The guide as a role reads it, in its order."""
    return sorted((chapter for chapter in chapters if role in chapter.roles), key=lambda c: c.order)


def tour_steps_for(role: str) -> list[TourStep]:
    """The tour of the first visit for a role, in its order."""
    return sorted((step for step in tour_steps if role in step.roles), key=lambda step: step.order)


def search_sources_for(role: str) -> list[SearchSource]:
    """Kinds of rows a role may look for, in their order."""
    return sorted((source for source in search_sources if role in source.roles), key=lambda s: s.order)


def cards_for(request: HttpRequest) -> list[Card]:
    """Every room's cards for this request's actor, in their order."""
    return sorted((card for build in dashboard_cards for card in build(request)), key=lambda card: card.order)


def aid_panels_for(request: HttpRequest, aid: Any) -> list[Panel]:
    """Every room's blocks for the page of an aid request, in their order."""
    panels = (panel for build in aid_panels for panel in build(request, aid))
    return sorted(panels, key=lambda panel: panel.order)


def stop_panels_for(request: HttpRequest, aid: Any) -> list[Panel]:
    """Every room's blocks for the page that stops an aid, in their order."""
    panels = (panel for build in stop_panels for panel in build(request, aid))
    return sorted(panels, key=lambda panel: panel.order)


def aid_page(request_id: Any) -> str:
    """Address of the page of that aid request; empty where no room above shows one."""
    return next((address(request_id) for address in aid_pages), "")


def landlord_aid_page(request_id: Any) -> str:
    """Address of the landlord's page of that aid request; empty where no room above shows one."""
    return next((address(request_id) for address in landlord_aid_pages), "")


#: () -> list[str]: mail addresses of those who run the extranet (ales/alerts.py).
administrators = Hook()
#: (request, document) -> None: somebody opens a stored file they may see; called before it is sent
document_opened = Hook()
#: (document) -> str: why a stored file isn't handed over any more, in French; "" when it is
file_refusals = Hook()
#: (membership id) -> the actor that habilitation makes today, or None: whom a long work is done as
habilitations = Hook()
#: Kinds of long works: code -> an object of ales.works (Export, Bulk, Import)
work_kinds: dict[str, Any] = {}
#: (actor, work) -> None: a long work has ended, or waits for its asker, who may have gone; in their own name
work_endings = Hook()
#: Kinds of produced documents: kind -> documents.production.Builder
document_builders: dict[str, Any] = {}
