"""A list as a spreadsheet: exactly the rows its filters show, in its order and with its columns.

It is written in the background, to the person who asked.

The rows come through one cursor of the database opened as the asker and held: a hundred thousand of them
are one snapshot, fetched some thousands at a time, and never objects.
"""

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.core.files import File
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from ales import registry, tenancy
from ales.audit.log import record_export
from ales.errors import InvalidInputError
from ales.lists.shape import SORT, ListShape
from ales.spreadsheets import Cell, CsvFile, XlsxFile
from ales.works.models import Asker
from ales.works.running import Hand, Next

FORMATS = {"xlsx": XlsxFile, "csv": CsvFile}
#: Rows fetched, then written, between two looks at the work's row.
FETCHED = 2000
MOST_ROWS = 200_000
PREFIX = "export:"


@dataclass(frozen=True)
class Column:
    """A column of an export: its French heading, the lookup it reads, the codes it spells out.

    `key` is the column of the list that shows it; without one it is in a file of all columns only. `of` turns
    the value of the row into the cell. Amounts stay Decimal, moments become days.
    """

    heading: str
    lookup: str
    key: str = ""
    labels: Mapping[Any, Any] | None = None
    of: Callable[[Any], Cell] | None = None
    width: int = 16

    def cell(self, value: Any) -> Cell:
        if self.of is not None:
            return self.of(value)
        if self.labels is not None:
            return str(self.labels.get(value, value or ""))
        if isinstance(value, datetime):
            return localtime(value).date()
        if isinstance(value, bool):
            return _("oui") if value else _("non")
        if value is None or isinstance(value, str | int | Decimal | date):
            return value
        return str(value)


@dataclass(frozen=True)
class Export:
    """What a list gives as a file. `rows` narrows and orders what the actor may see by the list's own filters
    (the query of its address); `columns` are those this actor reads there."""

    name: str
    title: str
    roles: frozenset[str]
    rows: Callable[[Any, QueryDict], QuerySet]
    columns: Callable[[Any], Sequence[Column]]
    #: Name of the list's page.
    url_name: str
    #: Names of the list's filters in its address: nothing else of it is kept.
    filters: Collection[str]
    #: The list's, where it is sorted and its columns are chosen: the file follows both.
    shape: ListShape | None = None
    family: str = "export"

    @property
    def code(self) -> str:
        return PREFIX + self.name

    def may_ask(self, actor: Asker) -> bool:
        return actor.role in self.roles

    def sort_in(self, params: QueryDict) -> str:
        """The sort of an address, if the list has it; else empty, for the list's own."""
        wanted = params.get(SORT, "")
        column = self.shape.column(wanted.removeprefix("-")) if self.shape else None
        return wanted if column and column.sort else ""

    def columns_in(self, actor: Any, keys: Collection[str]) -> list[Column]:
        """Those of the list's columns `keys`; all that this actor reads when there are none."""
        columns = self.columns(actor)
        return [column for column in columns if column.key in keys] if keys else list(columns)

    def told(self, params: dict[str, Any]) -> str:
        """What a file of these choices holds, in a sentence; empty where there is nothing to choose."""
        if self.shape is None:
            return ""
        columns = _("Les colonnes affichées") if params.get("columns") else _("Toutes les colonnes")
        sort = query_of(params).get(SORT, "")
        if not sort:
            return _("%(columns)s, dans l’ordre de la liste.") % {"columns": columns}
        label = self.shape.column(sort.removeprefix("-")).label
        way = _("décroissant") if sort.startswith("-") else _("croissant")
        return _("%(columns)s, par « %(label)s » %(way)s.") % {"columns": columns, "label": label, "way": way}

    def chosen(self, actor: Any, params: dict[str, Any]) -> QuerySet:
        """The rows of a work's choices: the filters', or among them those ticked."""
        found = self.rows(actor, query_of(params))
        ids = [UUID(text) for text in params.get("ids", ())]
        return found.filter(public_id__in=ids) if ids else found

    def advance(self, hand: Hand) -> Next:
        """Write the whole file; raises InvalidInputError beyond MOST_ROWS."""
        actor = hand.actor()
        columns = self.columns_in(actor, hand.work.params.get("columns", ()))
        writer = FORMATS[hand.work.params["format"]]
        with tempfile.TemporaryFile() as out:
            file = writer(out, sheet=self.title, widths=[column.width for column in columns])
            file.write(str(column.heading) for column in columns)
            with _cursor(actor, lambda: self._query(actor, hand, columns)) as batches:
                done = 0
                hand.tell(total=hand.work.total, done=done)
                for batch in batches:
                    for row in batch:
                        file.write(column.cell(value) for column, value in zip(columns, row, strict=True))
                    done += len(batch)
                    hand.tell(done=done)
            file.close()
            hand.tell(total=done, done=done)
            with tenancy.tenant(actor.context):
                record_export(
                    actor,
                    work_id=hand.work.public_id,
                    name=self.code,
                    rows=done,
                    filters=hand.work.params.get("filters", ""),
                )
            name = f"{self.name}-{localdate():%Y-%m-%d}.{writer.extension}"
            hand.store(_sized(out), content_type=writer.content_type, file_name=name)
        return Next.OVER

    def _query(self, actor: Any, hand: Hand, columns: Sequence[Column]) -> QuerySet:
        """Called as the asker, in the transaction that opens the cursor."""
        found = self.chosen(actor, hand.work.params)
        total = found.order_by().count()
        if total > MOST_ROWS:
            raise InvalidInputError(
                _("Cette liste compte plus de %s lignes : resserrez les filtres, puis exportez de nouveau.")
                % f"{MOST_ROWS:,}".replace(",", "\u202f")
            )
        hand.work.total = total
        return found.values_list(*(column.lookup for column in columns))


def query_of(params: dict[str, Any]) -> QueryDict:
    """The filters of a work as the list's address gave them."""
    query = QueryDict(params.get("filters", ""), mutable=True)
    query.update(QueryDict(params.get("words", "")))
    return query


def _sized(out: Any) -> File:
    file = File(out)
    out.seek(0, 2)
    file.size = out.tell()
    out.seek(0)
    return file


@contextmanager
def _cursor(actor: Any, query: Callable[[], QuerySet]) -> Iterator[Iterator[list[tuple]]]:
    """Batches of raw rows of a query, read as `actor`, from one snapshot.

    The cursor is held by the server beyond the short transaction that opens it, so that progress can be
    committed between two batches. It is filled when that transaction commits: the tenant's settings must
    still stand there, which is why `tenancy.tenant` (it takes them back) won't do.
    """
    name = f"export_{uuid4().hex}"
    with transaction.atomic():
        tenancy.enter(actor.context)
        is_open = _declare(name, query())
    if not is_open:
        yield iter(())
        return
    try:
        yield _batches(name)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"CLOSE {name}")


def _declare(name: str, rows: QuerySet) -> bool:
    try:
        sql, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"DECLARE {name} NO SCROLL CURSOR WITH HOLD FOR {sql}", values)
    return True


def _batches(name: str) -> Iterator[list[tuple]]:
    while True:
        with connection.cursor() as cursor:
            cursor.execute(f"FETCH {FETCHED} FROM {name}")
            rows = cursor.fetchall()
        if not rows:
            return
        yield rows


def register(export: Export) -> None:
    """Make the export known; a room's hooks call it."""
    registry.work_kinds[export.code] = export
