"""The chain's arithmetic, without the database that wrote it: what a hash is taken over, and of whom.

`journal_hash` says the same in SQL (migration 0002); the tests hold the two together.
"""

import hashlib
from typing import NamedTuple

#: What the first entry follows.
GENESIS = "0" * 64
#: First line of every hashed text: another way to write it would need another name.
FORMAT = "ales-journal-1"


class Head(NamedTuple):
    """The last entry at some moment: its number and its hash, which vouch for every entry before."""

    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"


class Entry(NamedTuple):
    """An entry as the table holds it; `epoch` is its moment in microseconds since 1970, UTC.

    A number, because a moment read as a date changes with the session's time zone (PITFALLS, journal).
    """

    sequence: int
    subject_table: str
    event: str
    subject_id: str
    content: str
    epoch: int
    previous_hash: str
    hash: str


def entry_hash(entry: Entry) -> str:
    """SHA-256, in hexadecimal, of the entry's lines. Only the last, its content, might hold a line's end."""
    lines = (
        FORMAT,
        entry.previous_hash,
        str(entry.sequence),
        entry.subject_table,
        entry.event,
        entry.subject_id,
        str(entry.epoch),
        entry.content,
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def fingerprint(row_id: object, text: str | None) -> str | None:
    """What `content` keeps of a text: SHA-256 of the row's id and the text, None for none."""
    if text is None:
        return None
    return hashlib.sha256(f"{row_id}:{text}".encode()).hexdigest()
