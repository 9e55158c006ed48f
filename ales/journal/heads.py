"""Heads of the chain, sent where whoever rewrites the database cannot reach: the log `ales.journal`."""

import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from ales import tenancy
from ales.journal.chain import Head
from ales.journal.models import JournalEntry
from ales.journal.verification import READER

logger = logging.getLogger("ales.journal")

_LINE = re.compile(r"journal head (\d{1,18}) ([0-9a-f]{64})\b")
_TEXT = re.compile(r"(\d{1,18}):([0-9a-f]{64})")
#: Bytes read from the end of the log to find the last line with a head.
_TAIL = 8_192


def current() -> Head | None:
    """The chain's last entry; None while it is empty. Needs a transaction that reads as `READER`."""
    values = JournalEntry.objects.order_by("-sequence").values_list("sequence", "hash").first()
    return Head(*values) if values else None


def log() -> Head | None:
    """Log the head if the log doesn't end with it already; the head."""
    with tenancy.tenant(READER):
        head = current()
    if head and head != _last_logged(settings.JOURNAL_LOG):
        logger.info("journal head %s %s", head.sequence, head.hash)
    return head


def parse(text: str) -> Head:
    """A head as `SEQUENCE:HASH`; raises ValueError."""
    match = _TEXT.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(text)
    return Head(int(match[1]), match[2])


def logged(lines: Iterable[str]) -> Iterator[Head]:
    """The heads that stand in lines of a log, whatever else stands there."""
    for line in lines:
        for match in _LINE.finditer(line):
            yield Head(int(match[1]), match[2])


def logged_in(path: Path) -> set[Head]:
    """The heads in the log `path`, and in the former parts of it kept beside (`path.1`, …)."""
    found: set[Head] = set()
    for part in sorted(path.parent.glob(f"{path.name}*")):
        if not part.name.endswith(".gz"):
            with part.open(encoding="utf-8", errors="replace") as lines:
                found.update(logged(lines))
    return found


def _last_logged(path: Path) -> Head | None:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL))
            tail = file.read().decode(errors="replace")
    except FileNotFoundError:
        return None
    *_former, last = [None, *logged(tail.splitlines())]
    return last
