"""What the rooms' demo builders share: today, chance that falls the same way each time, and time passing.

A story is a generator: it yields the moment of its next step and goes on when that moment has come. The
timeline runs the steps of all stories in the order of time, so that numbers, funds and histories follow
the calendar; a step still to come is never run, which leaves each story where today finds it.
"""

import datetime as dt
import gc
import heapq
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

from ales import tenancy
from ales.tenancy import TenantContext

PARIS = ZoneInfo("Europe/Paris")
SEED = "ales"
FIRST_DAY = dt.date(2022, 1, 10)

Story = Iterator[dt.datetime]


def chance(*names: object) -> random.Random:
    """Draws that depend on these names alone: a change elsewhere in the demo leaves them as they were."""
    return random.Random(":".join(map(str, (SEED, *names))))


def at_work(day: dt.date, draw: random.Random) -> dt.datetime:
    """A moment of office hours on that day, or on the next working day."""
    while day.weekday() >= 5:
        day += dt.timedelta(days=1)
    minutes = draw.randrange(9 * 60, 17 * 60 + 30)
    return dt.datetime.combine(day, dt.time(minutes // 60, minutes % 60), PARIS)


def later(at: dt.datetime, days: int, draw: random.Random) -> dt.datetime:
    """Office hours, at least that many days after `at` (an hour or more the same day)."""
    if days == 0:
        return at + dt.timedelta(minutes=draw.randrange(60, 110))
    return at_work(timezone.localtime(at).date() + dt.timedelta(days=days), draw)


def act_as(context: TenantContext) -> None:
    """Go on as this person until the next one acts: one query, where `tenancy.tenant` costs five."""
    tenancy.enter(context)


@contextmanager
def one_piece() -> Iterator[None]:
    """Thousands of operations in the command's own transaction, all or nothing: no savepoint for each of
    them, no log of the queries. An operation that fails ends the whole."""
    debug, savepoints, thresholds = settings.DEBUG, connection.features.uses_savepoints, gc.get_threshold()
    settings.DEBUG = connection.features.uses_savepoints = False
    # Millions of short-lived rows: a collection every 700 of them costs a tenth of the time.
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        settings.DEBUG, connection.features.uses_savepoints = debug, savepoints


def run(stories: Iterable[Story], until: dt.datetime, report: Callable[[str], None]) -> None:
    """Run every step not later than `until`, all stories together in the order of time.

    `report` hears of each year begun: this takes minutes.
    """
    waiting: list[tuple[dt.datetime, int, Story]] = []
    year = 0
    with one_piece():
        for rank, story in enumerate(stories):
            _wait(waiting, rank, story)
        while waiting and waiting[0][0] <= until:
            at, rank, story = heapq.heappop(waiting)
            if at.year != year:
                year = at.year
                report(f"{year}…")
            _wait(waiting, rank, story)
    tenancy.enter(None)


def _wait(waiting: list, rank: int, story: Story) -> None:
    moment = next(story, None)
    if moment is not None:
        heapq.heappush(waiting, (moment, rank, story))
