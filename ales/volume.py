"""What the rooms' volume builders share: COPY, numbers, dates and chance, the same at each run (DESIGN §1).

A builder is `build(volume)` in `ROOM/volume.py`. It reads what the room below it gave (`volume.taken`),
writes its rows by `volume.copy`, and gives what the room above needs (`volume.give`). Nothing is switched
off: every constraint, foreign key and trigger sees every row, within one transaction.
"""

import datetime as dt
import json
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from django.db import connection, models
from psycopg import sql

Given = TypeVar("Given")

YEARS = 5  # the aids spread over so many years before the last day
_CHUNK = 2_000  # rows handed to PostgreSQL at once


class Volume:
    """One run of the builders: `aids` requests up to the day `until`, drawn from `seed` and `run`.

    `run` says how many runs the database holds already: names and keys never meet.
    """

    def __init__(
        self, *, aids: int, until: dt.date, run: int, seed: int = 0, report: Callable[[str], None]
    ) -> None:
        self.aids, self.until, self.run, self.report = aids, until, run, report
        self.now = moment(until, 18)
        self.since = until - dt.timedelta(days=YEARS * 365)
        self.random = Random(f"{seed}:{run}")
        self._given: dict[type, Any] = {}
        self.rows = 0

    # --- From room to room ------------------------------------------------------------------------

    def give(self, produced: Any) -> None:
        """Hand `produced` to the rooms above, under its class."""
        self._given[type(produced)] = produced

    def taken(self, kind: type[Given]) -> Given:
        """What a room below gave; raises KeyError when its builder didn't run before."""
        return self._given[kind]

    # --- Numbers ----------------------------------------------------------------------------------

    def uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def ids(self, model: type[models.Model], count: int) -> range:
        """So many primary keys of `model`, reserved in its sequence."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(name, nextval(name) + %s - 1) FROM pg_get_serial_sequence(%s, 'id') AS name",
                [max(count, 1), model._meta.db_table],
            )
            (last,) = cursor.fetchone()
        return range(last - max(count, 1) + 1, last + 1)

    def numbers(self, name: str, count: int) -> range:
        """So many numbers of the counter `name` (ales.numbering), which stays without gaps."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ales_counter (name, last) VALUES (%s, %s)"
                " ON CONFLICT (name) DO UPDATE SET last = ales_counter.last + EXCLUDED.last RETURNING last",
                [name, count],
            )
            (last,) = cursor.fetchone()
        return range(last - count + 1, last + 1)

    # --- Rows -------------------------------------------------------------------------------------

    def copy(self, model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """COPY `rows` (values in the order of `columns`, a model's attribute names) into the model's table.

        Columns left out get their field's default, which may not be the clock. Returns the number of rows.
        """
        fields = {field.attname: field for field in model._meta.concrete_fields if not field.generated}
        left_out = [
            field
            for name, field in fields.items()
            if name not in columns and not isinstance(field, models.AutoField | models.BigAutoField)
        ]
        drawn = [field for field in left_out if field.default is uuid.uuid4]
        fixed = [field for field in left_out if field.default is not uuid.uuid4]
        tail = "".join("\t" + _text(_constant(field)) for field in fixed) + "\n"
        names = [fields[name].column for name in columns] + [field.column for field in (*drawn, *fixed)]
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        count, lines, start = 0, [], time.perf_counter()
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                values = [*row, *(self.uuid() for _ in drawn)] if drawn else row
                lines.append("\t".join(map(_text, values)) + tail)
                count += 1
                if len(lines) == _CHUNK:
                    copy.write("".join(lines))
                    lines.clear()
            copy.write("".join(lines))
        self.rows += count
        seconds = time.perf_counter() - start
        self.report(f"  {f'{count:,}'.replace(',', ' '):>9} {model._meta.verbose_name} ({seconds:.1f} s)")
        return count


def moment(day: dt.date, hour: int = 9, minute: int = 0) -> dt.datetime:
    """A working moment of `day`; Sunday and Saturday move to Monday."""
    late = max(0, day.weekday() - 4)
    day += dt.timedelta(days=(3 - late) if late else 0)
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=dt.UTC)


def _constant(field: models.Field) -> Any:
    if field.has_default() and callable(field.default) and field.default not in {list, dict}:
        raise ValueError(f"{field}: give a value, its default is drawn at each row")
    return field.get_default()


def _quoted(value: str) -> str:
    if "\\" in value or "\n" in value or "\t" in value or "\r" in value:
        value = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return value


_TEXT: dict[type, Callable[[Any], str]] = {
    str: _quoted,
    int: str,
    Decimal: str,
    uuid.UUID: str,
    type(None): lambda _value: "\\N",
    bool: lambda value: "t" if value else "f",
    dt.date: dt.date.isoformat,
    dt.datetime: dt.datetime.isoformat,
    dict: lambda value: _quoted(json.dumps(value, ensure_ascii=False)),
    list: lambda value: "{" + ",".join(map(str, value)) + "}",
}


def _text(value: Any) -> str:
    """`value` as COPY's text format reads it. A list is an array of numbers, a dict is JSON."""
    return _TEXT.get(type(value), _other)(value)


def _other(value: Any) -> str:
    if isinstance(value, str):  # a member of a closed list
        return _quoted(str(value))
    raise TypeError(f"{type(value).__name__} is not written by COPY yet")
