"""Reads the whole chain again, and holds it against the rows it tells of and the heads kept elsewhere.

Hashes are taken anew in Python, from what the table holds; whoever rewrote both the rows and the functions
that hash them in SQL is found all the same. Everything is read in blocks by key: memory doesn't grow with the
chain. It may run while people work: each comparison of a row with its entry is one statement.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models.expressions import RawSQL
from psycopg import sql

from ales.journal.attaching import trigger_names
from ales.journal.chain import GENESIS, Entry, Head, entry_hash, fingerprint
from ales.journal.models import EventKind, JournalEntry
from ales.tenancy import TenantContext

#: Rows read at once.
BLOCK = 1_000
#: The journal and the journaled tables are read in full by the association only.
READER = TenantContext(user_id=None, organisation_id=None, capacity="ASSOCIATION_ADMIN")
_TABLE = JournalEntry._meta.db_table
_DIGEST = "_sha256"


class Fault(StrEnum):
    """What can be wrong, as printed."""

    HOLE = "trou"
    EDITED = "écriture modifiée"
    BROKEN = "chaînon rompu"
    HEAD = "tête différente"
    CUT = "queue coupée"
    UNRECORDED = "ligne sans écriture"
    DRIFT = "ligne différente"
    GONE = "ligne disparue"
    REWRITTEN = "écriture comptable réécrite"
    UNWATCHED = "déclencheur absent"


@dataclass(frozen=True)
class Finding:
    """One fault; `place` is an entry's number or a table with a row's key, never a name."""

    fault: Fault
    place: str
    detail: str

    def __str__(self) -> str:
        return f"{self.fault} : {self.place} – {self.detail}"


def journaled_models() -> list[type[models.Model]]:
    """The models whose rows the journal must know."""
    return [model for model in apps.get_models() if hasattr(model, "journaled_columns")]


class Verification:
    """One reading of the chain; `count` and `head` are what it has read once `findings` is exhausted.

    `heads` were kept outside the database at some moment: the chain must still pass through each. They must
    be taken before the reading starts.
    """

    def __init__(self, heads: Iterable[Head] = ()) -> None:
        self._heads: dict[int, set[str]] = defaultdict(set)
        for head in heads:
            self._heads[head.sequence].add(head.hash)
        self.count = 0
        self.head = Head(0, GENESIS)

    def findings(self) -> Iterator[Finding]:
        """Every fault, in the order found. Needs a transaction that reads as `READER`."""
        yield from self._chain()
        yield from self._lost_heads()
        for model in journaled_models():
            yield from _triggers(model)
            yield from _rows(model)
        yield from _subjects()

    def _chain(self) -> Iterator[Finding]:
        for entry in chain():
            place = f"n° {entry.sequence}"
            is_next = entry.sequence == self.head.sequence + 1
            if not is_next:
                first, last = self.head.sequence + 1, entry.sequence - 1
                lost = f"n° {first}" if first == last else f"n° {first} à {last}"
                yield Finding(Fault.HOLE, lost, "aucune écriture ne porte ce numéro")
            if entry_hash(entry) != entry.hash:
                yield Finding(Fault.EDITED, place, "son empreinte n’est pas celle de son contenu")
            elif is_next and entry.previous_hash != self.head.hash:
                yield Finding(Fault.BROKEN, place, "elle ne suit pas l’écriture qui la précède")
            if self._heads.pop(entry.sequence, {entry.hash}) != {entry.hash}:
                yield Finding(Fault.HEAD, place, "une autre empreinte a été consignée hors de la base")
            self.count += 1
            self.head = Head(entry.sequence, entry.hash)

    def _lost_heads(self) -> Iterator[Finding]:
        for sequence in sorted(self._heads):
            detail = f"consignée hors de la base ; le journal s’arrête au n° {self.head.sequence}"
            if sequence > self.head.sequence:
                yield Finding(Fault.CUT, f"n° {sequence}", detail)
            else:
                yield Finding(Fault.HEAD, f"n° {sequence}", "consignée hors de la base, elle n’existe plus")


_EPOCH = RawSQL("(extract(epoch FROM occurred_at) * 1000000)::bigint", [])


def chain() -> Iterator[Entry]:
    """Every entry in the order of the numbers. Needs a transaction that reads as `READER`."""
    for block in _blocks(JournalEntry.objects.annotate(epoch=_EPOCH), Entry._fields):
        yield from map(Entry._make, block)


def _blocks(entries: models.QuerySet, fields: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    """`fields`, the number first, of `entries` by blocks in the order of the numbers."""
    block = list(entries.order_by("sequence").values_list(*fields)[:BLOCK])
    while block:
        yield block
        following = entries.filter(sequence__gt=block[-1][0])
        block = list(following.order_by("sequence").values_list(*fields)[:BLOCK])


# --- The rows it tells of -----------------------------------------------------------------------------


def _triggers(model: type[models.Model]) -> Iterator[Finding]:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled IN ('O', 'A')", [table]
        )
        standing = {name for (name,) in cursor.fetchall()}
    for name in trigger_names(table):
        if name not in standing:
            yield Finding(Fault.UNWATCHED, table, f"{name} manque ou ne se déclenche plus")


_ROWS = sql.SQL("""
SELECT t.{key}, {columns}, e.event, e.content FROM {table} AS t
LEFT JOIN LATERAL (SELECT event, content FROM {journal}
    WHERE subject_table = {name} AND subject_id = t.{key}::text ORDER BY sequence DESC LIMIT 1) AS e ON true
WHERE {after} ORDER BY t.{key} LIMIT {limit}
""")


def _rows(model: type[models.Model]) -> Iterator[Finding]:
    """Rows without an entry, or that are no longer as their last entry tells."""
    table, key = model._meta.db_table, sql.Identifier(model._meta.pk.column)
    columns = (*model.journaled_columns, *getattr(model, "journaled_fingerprints", ()))
    after: sql.Composable = sql.SQL("true")
    while True:
        query = _ROWS.format(
            key=key,
            columns=sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(name)) for name in columns),
            table=sql.Identifier(table),
            journal=sql.Identifier(_TABLE),
            name=sql.Literal(table),
            after=after,
            limit=sql.Literal(BLOCK),
        )
        with connection.cursor() as cursor:
            cursor.execute(query)
            block = cursor.fetchall()
        for row_id, *values, event, content in block:
            place = f"{table} {row_id}"
            if event is None:
                yield Finding(Fault.UNRECORDED, place, "le journal ne la connaît pas")
            elif event == EventKind.DELETE:
                yield Finding(Fault.DRIFT, place, "supprimée selon le journal, présente dans la base")
            elif changed := _differences(row_id, dict(zip(columns, values, strict=True)), content):
                yield Finding(Fault.DRIFT, place, f"{', '.join(changed)} : le journal dit autre chose")
        if len(block) < BLOCK:
            return
        after = sql.SQL("t.{} > {}").format(key, sql.Literal(block[-1][0]))


def _differences(row_id: Any, row: dict[str, Any], content: str) -> list[str]:
    """Names of the columns whose value isn't the one `content` tells."""
    try:
        told = json.loads(content, parse_float=Decimal)
    except ValueError:
        return ["contenu illisible"]
    if not isinstance(told, dict):
        return ["contenu illisible"]
    return [name for name, value in told.items() if not _agrees(row_id, row, name, value)]


def _agrees(row_id: Any, row: dict[str, Any], name: str, told: Any) -> bool:
    if name.endswith(_DIGEST):
        column = name.removesuffix(_DIGEST)
        return column in row and fingerprint(row_id, row[column]) == told
    if name not in row:
        return False
    value = row[name]
    return value == told if value is None or isinstance(value, int | Decimal) else str(value) == told


def _subjects() -> Iterator[Finding]:
    """Entries whose row is gone without a word, and ledger lines rewritten under the journal's eyes."""
    known = {model._meta.db_table: model for model in journaled_models()}
    fields = ("sequence", "subject_table", "subject_id", "event")
    for block in _blocks(JournalEntry.objects.all(), fields):
        wanted: dict[str, set[str]] = defaultdict(set)
        for sequence, table, subject_id, event in block:
            model = known.get(table)
            if model is None:
                continue
            wanted[table].add(subject_id)
            if getattr(model, "append_only", False) and event in {EventKind.UPDATE, EventKind.DELETE}:
                yield Finding(Fault.REWRITTEN, f"n° {sequence}", f"{table} {subject_id} ne change jamais")
        for table, subject_ids in wanted.items():
            for subject_id in sorted(subject_ids - _standing(known[table], subject_ids)):
                last = _last_of(table, subject_id)
                # Told once, where the row's story ends.
                if last[1] != EventKind.DELETE and last[0] in {sequence for sequence, *_ in block}:
                    yield Finding(Fault.GONE, f"{table} {subject_id}", f"connue de l’écriture n° {last[0]}")


def _standing(model: type[models.Model], subject_ids: set[str]) -> set[str]:
    """Those of `subject_ids` that are keys of a row."""
    keys = []
    for subject_id in subject_ids:
        try:
            keys.append(model._meta.pk.to_python(subject_id))
        except ValidationError:
            continue  # no key of this table: there is no such row
    return {str(key) for key in model._base_manager.filter(pk__in=keys).values_list("pk", flat=True)}


def _last_of(table: str, subject_id: str) -> tuple[int, str]:
    entries = JournalEntry.objects.filter(subject_table=table, subject_id=subject_id)
    return entries.order_by("-sequence").values_list("sequence", "event").first()
