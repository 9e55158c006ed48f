"""Reads the history of one thing (a case, a request, a landlord's accounts) from all its tables, by pages.

One query whatever the number of tables: each is read by its index on the subject, the latest first, and each
row brings its own former state along (PITFALLS: keyset, DESIGN §2.11).
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.core.signing import b64_decode, b64_encode
from django.db import connection, models
from psycopg import sql

from ales.history.tracking import Tracking, trackings

#: Rows read for a page, and requests told on it.
ROWS, ENTRIES = 300, 20
INSERT, UPDATE, DELETE = "insert", "update", "delete"


@dataclass(frozen=True)
class Source:
    """A tracked model, and which of its rows: those whose subject has this key."""

    model: type[models.Model]
    subject_id: int

    @property
    def tracking(self) -> Tracking:
        return trackings[self.model]


@dataclass(frozen=True)
class Row:
    """One row of history; `former` is the state before an update, None when it was never recorded."""

    tracking: Tracking
    id: int
    at: dt.datetime
    label: str
    object_id: int
    request_id: Any
    context: dict[str, Any]
    values: dict[str, Any]
    former: dict[str, Any] | None
    cursor: str


@dataclass(frozen=True)
class Page:
    """Rows by request, the latest first; `next_cursor` is empty at the end."""

    groups: list[list[Row]]
    next_cursor: str


def read(sources: Sequence[Source], cursor: str = "") -> Page:
    """The page that follows `cursor` (the first one when it can't be read); one query.

    Rows of one request stay together: a page ends between two requests, unless one fills it alone.
    """
    rows = _rows(sources, _position(cursor))
    more = len(rows) > ROWS
    groups = [list(group) for _key, group in groupby(rows[:ROWS], key=_request)]
    if more and len(groups) > 1:
        groups.pop()
    if len(groups) > ENTRIES:
        groups, more = groups[:ENTRIES], True
    return Page(groups, groups[-1][-1].cursor if more and groups else "")


def _request(row: Row) -> Any:
    """What nobody signed in did is told by the second."""
    return row.request_id or row.at.replace(microsecond=0)


_SOURCE = sql.SQL("""
(SELECT {number} AS source, c.pgh_id, c.pgh_created_at, c.pgh_label, c.pgh_obj_id, c.pgh_context_id,
    c.pgh_context::text, to_jsonb(c)::text, former.state::text
FROM (SELECT * FROM {table} WHERE {subject} = {subject_id} AND pgh_created_at <= {at}
        AND (pgh_created_at, {number}, pgh_id) < ({at}, {after_number}, {after_id})
    ORDER BY pgh_created_at DESC, pgh_id DESC LIMIT {limit}) AS c
LEFT JOIN LATERAL (SELECT to_jsonb(p) AS state FROM {table} AS p
    WHERE p.pgh_obj_id = c.pgh_obj_id AND p.pgh_id < c.pgh_id
    ORDER BY p.pgh_id DESC LIMIT 1) AS former ON c.pgh_label = 'update')
""")


def _rows(sources: Sequence[Source], position: tuple[dt.datetime, int, int]) -> list[Row]:
    at, after_number, after_id = position
    parts = [
        _SOURCE.format(
            number=sql.Literal(number),
            table=sql.Identifier(source.tracking.changes._meta.db_table),
            subject=sql.Identifier(source.tracking.subject),
            subject_id=sql.Literal(source.subject_id),
            at=sql.Literal(at),
            after_number=sql.Literal(after_number),
            after_id=sql.Literal(after_id),
            limit=sql.Literal(ROWS + 1),
        )
        for number, source in enumerate(sources)
    ]
    query = sql.SQL("{} ORDER BY 3 DESC, 1 DESC, 2 DESC LIMIT {}").format(
        sql.SQL(" UNION ALL ").join(parts), sql.Literal(ROWS + 1)
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [_row(sources, *values) for values in cursor.fetchall()]


def _row(sources, number, change_id, at, label, object_id, request_id, context, values, former) -> Row:
    return Row(
        tracking=sources[number].tracking,
        id=change_id,
        at=at,
        label=label,
        object_id=object_id,
        request_id=request_id,
        context=json.loads(context) if context else {},
        # Amounts are never floats on their way (DESIGN §2).
        values=json.loads(values, parse_float=Decimal),
        former=json.loads(former, parse_float=Decimal) if former else None,
        cursor=b64_encode(f"{at.isoformat()} {number} {change_id}".encode()).decode(),
    )


def _position(cursor: str) -> tuple[dt.datetime, int, int]:
    """What a cursor says; for one cut short, the beginning."""
    beginning = dt.datetime(9999, 1, 1, tzinfo=dt.UTC), 0, 0
    try:
        at, number, change_id = b64_decode(cursor.encode()).decode().split(" ")
        moment = dt.datetime.fromisoformat(at)
        position = moment, int(number), int(change_id)
    except ValueError:
        return beginning
    # Such as PostgreSQL reads: a moment with its zone, numbers of their columns' size.
    fits = moment.tzinfo is not None and 0 <= position[1] < 2**15 and 0 <= position[2] < 2**63
    return position if fits else beginning
