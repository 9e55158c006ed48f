"""Tells rows of history in French: who, when, which field, from what to what."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst

from ales.dates import format_date
from ales.history.reading import DELETE, INSERT, UPDATE, Row
from ales.history.tracking import Tracking, trackings
from ales.money import format_euros

#: Names of rows that others point to, by model and key.
Names = Mapping[type[models.Model], Mapping[int, str]]

ACTIONS = {
    INSERT: {"label": "Ajout", "tone": "success", "icon": "plus"},
    UPDATE: {"label": "Modification", "tone": "info", "icon": "pencil"},
    DELETE: {"label": "Suppression", "tone": "warning", "icon": "trash"},
}
NOTHING = "—"
UNKNOWN = "non enregistré"


@dataclass(frozen=True)
class FieldChange:
    """A field's label, and its value before and after as texts (`—` for none)."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class RowChange:
    """What became of one row: `action` is a value of ACTIONS."""

    action: dict[str, str]
    subject: str
    fields: list[FieldChange]
    is_update: bool


@dataclass(frozen=True)
class Entry:
    """What one person changed in one go."""

    at: dt.datetime
    who: str
    capacity: str
    changes: list[RowChange]


def entries(groups: Iterable[list[Row]], *, capacities: Mapping[str, str]) -> list[Entry]:
    """The groups told, without those that change nothing in the end; two queries at most for each kind of
    row that others point to. `capacities` are the labels of the roles' codes."""
    kept = [settled for group in groups if (settled := _settle(group))]
    names = _names(row for group in kept for row in group)
    told = []
    for group in kept:
        changes = [change for row in group if (change := _told(row, names))]
        if changes:
            told.append(_entry(group[0], changes, names, capacities))
    return told


def _entry(row: Row, changes: list[RowChange], names: Names, capacities: Mapping[str, str]) -> Entry:
    user, capacity = row.context.get("user"), row.context.get("capacity", "")
    who = names.get(get_user_model(), {}).get(user) if user else None
    return Entry(
        at=timezone.localtime(row.at),
        who=who or ("Tâche automatique" if capacity else "Hors connexion"),
        capacity=capacities.get(capacity, ""),
        changes=changes,
    )


# --- What really changed --------------------------------------------------------------------------


def _settle(group: list[Row]) -> list[Row]:
    """A request's rows in the order they came, each object once, rewritten lines as one change."""
    objects: dict[tuple[type, int], Row] = {}
    for row in reversed(group):
        known = (row.tracking.model, row.object_id)
        objects[known] = _followed(objects[known], row) if known in objects else row
    return _rewritten([row for row in objects.values() if row.label])


def _followed(first: Row, last: Row) -> Row:
    """Two changes of one object in one request, as one; made and removed at once, it never was."""
    if first.label == INSERT:
        return replace(last, label="" if last.label == DELETE else INSERT, former=None)
    return replace(last, former=first.former)


def _rewritten(rows: list[Row]) -> list[Row]:
    """Lines saved anew (removed, then added under the same key) are one change of each line."""
    removed: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        if row.label == DELETE and row.tracking.key:
            removed[_key(row)].append(row)
    settled, replaced = [], set()
    for row in rows:
        former = removed.get(_key(row)) if row.label == INSERT and row.tracking.key else None
        if former:
            gone = former.pop(0)
            replaced.add(id(gone))
            settled.append(replace(row, label=UPDATE, former=gone.values))
        else:
            settled.append(row)
    return [row for row in settled if id(row) not in replaced]


def _key(row: Row) -> tuple:
    columns = (row.tracking.model._meta.get_field(name).attname for name in row.tracking.key)
    return (row.tracking.model, *(row.values[column] for column in columns))


# --- In words ----------------------------------------------------------------------------------


def _told(row: Row, names: Names) -> RowChange | None:
    tracking = row.tracking
    after = _instance(tracking, row.values)
    before = _instance(tracking, row.former) if row.former else None
    about = tracking.subject.removesuffix("_id")
    left_out = {about} | ({"organisation"} if about != "pgh_obj" else set())
    fields = []
    for name in tracking.fields:
        if name in left_out:
            continue
        field = tracking.model._meta.get_field(name)
        new = _text(tracking, field, after, names)
        if row.label != UPDATE:
            if new != NOTHING and getattr(after, field.attname) is not False:
                pair = (NOTHING, new) if row.label == INSERT else (new, NOTHING)
                fields.append(FieldChange(capfirst(field.verbose_name), *pair))
        elif before is None:
            fields.append(FieldChange(capfirst(field.verbose_name), UNKNOWN, new))
        elif (old := _text(tracking, field, before, names)) != new:
            fields.append(FieldChange(capfirst(field.verbose_name), old, new))
    if not fields and row.label == UPDATE:
        return None
    return RowChange(ACTIONS[row.label], _subject(tracking, after, names), fields, row.label == UPDATE)


def _subject(tracking: Tracking, instance: models.Model, names: Names) -> str:
    """`Ligne du budget : Salaire (pendant la difficulté)`."""
    title = tracking.title(instance) if tracking.title else str(instance)
    if tracking.named_by:
        field = tracking.model._meta.get_field(tracking.named_by)
        owner = _text(tracking, field, instance, names)
        title = f"{title} ({owner})" if title else owner
    label = capfirst(tracking.model._meta.verbose_name)
    return f"{label} : {title}" if title else label


def _instance(tracking: Tracking, values: Mapping[str, Any]) -> models.Model:
    """An unsaved instance of what a row of history holds."""
    fields = (tracking.model._meta.get_field(name) for name in tracking.fields)
    return tracking.model(**{field.attname: field.to_python(values[field.column]) for field in fields})


def _text(tracking: Tracking, field: models.Field, instance: models.Model, names: Names) -> str:
    value = getattr(instance, field.attname)
    if field.name in tracking.formats:
        return tracking.formats[field.name](instance) or NOTHING
    if value is None or value == "":
        return NOTHING
    if field.is_relation:
        return names.get(field.related_model, {}).get(value, NOTHING)
    if field.flatchoices:
        return capfirst(dict(field.flatchoices).get(value, value))
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if isinstance(value, Decimal):
        return format_euros(value)
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value):%d/%m/%Y à %H:%M}"
    if isinstance(value, dt.date):
        return format_date(value)
    return str(value)


def _names(rows: Iterable[Row]) -> Names:
    """Names of every row the changes point to, and of their authors."""
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for row in rows:
        if row.context.get("user"):
            wanted[get_user_model()].add(row.context["user"])
        for name in row.tracking.fields:
            field = row.tracking.model._meta.get_field(name)
            if field.is_relation:
                states = (row.values, row.former or {})
                wanted[field.related_model] |= {s[field.column] for s in states if s.get(field.column)}
    return {model: _names_of(model, ids) for model, ids in wanted.items() if ids}


def _names_of(model: type[models.Model], ids: set[int]) -> dict[int, str]:
    """What stands is named as it stands; what is gone, as its own history knew it last."""
    found = {row.pk: _name(row) for row in model._base_manager.filter(pk__in=ids)}
    missing = ids - set(found)
    if missing and model in trackings:
        tracking = trackings[model]
        last = tracking.changes.objects.filter(pgh_obj_id__in=missing)
        for change in last.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id"):
            fields = (model._meta.get_field(name) for name in tracking.fields)
            instance = model(**{field.attname: getattr(change, field.attname) for field in fields})
            found[change.pgh_obj_id] = _name(instance)
    return found


def _name(row: models.Model) -> str:
    tracking = trackings.get(type(row))
    title = tracking.title(row) if tracking and tracking.title else ""
    return capfirst(title or str(row))
