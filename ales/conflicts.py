"""Two people changed the same thing: what each of them wrote, side by side, and the choice between them.

Nobody's words are overwritten unseen: an operation that meets a newer version raises StalePageError, and the
page answers with the two versions (docs/forms.md). This module compares what forms show, and writes nothing.

An *entry* is what one chooses at once: a field, a few fields that go together, or a row of a table. The
`fingerprint` of what a page showed goes with it as a hidden field, so that one is told who changed what.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _

from ales.forms import EuroField

MINE, THEIRS = "mine", "theirs"
#: Names the page of a conflict posts beside the form's own.
MARK, KEEP, CHOICE = "conflit", "garder", "choix:"
_OWN_NAMES = frozenset({"csrfmiddlewaretoken", MARK, KEEP})
#: The version no saved object has: what carries it is compared again before it is saved.
NO_VERSION = "0"
#: Characters of a fingerprint that is read; a longer one comes from none of our pages.
FINGERPRINT_MAX = 60_000

#: Values of a form by the names of its fields, each as a browser posts it; nothing for an empty one.
Posted = Mapping[str, tuple[str, ...]]
#: (label, text) of each line of an entry, as the page words them; the label of a single field is empty.
Lines = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Entry:
    """One thing a person chooses at once; a row's fields go by their own names, without the prefix."""

    label: str
    lines: Lines
    posted: Posted
    table: str = ""


Entries = Mapping[str, Entry]


@dataclass(frozen=True)
class Difference:
    """An entry on which the two versions differ. Lines are None where a version has no such row.

    `suggested` is the only side that changed it since the page was loaded, "" when both did or none can tell.
    """

    key: str
    label: str
    mine: Lines | None
    theirs: Lines | None
    suggested: str = ""

    @property
    def name(self) -> str:
        return f"{CHOICE}{self.key}"


@dataclass(frozen=True)
class Conflict:
    """Two versions of one page: the typed one and the one saved meanwhile, by whom and when."""

    differences: Sequence[Difference]
    by: str = ""
    at: datetime | None = None


# ---------------------------------------------------------------- what a form shows


def fields_of(
    form: forms.Form, *, about: str = "", together: Iterable[tuple[str, Sequence[str]]] = ()
) -> dict[str, Entry]:
    """The visible fields of a form, typed (bound and cleaned) or saved (its initial values), files left out.

    `together` lists (label, names) of fields chosen at once; `about` is added to the labels of the others.
    """
    groups = {names[0]: (str(label), names) for label, names in together}
    grouped = {name for _label, names in groups.values() for name in names}
    found = {}
    for name, field in form.fields.items():
        if name in groups:
            label, names = groups[name]
            lines = tuple(
                (str(form.fields[part].label), text) for part in names if (text := _text(form, part))
            )
            posted = {form.add_prefix(part): _posted(form, part) for part in names}
            found[form.add_prefix(name)] = Entry(label, lines, posted)
        elif name not in grouped and _is_shown(field):
            label = f"{field.label} ({about})" if about else str(field.label)
            text = _text(form, name)
            lines = (("", text),) if text else ()
            found[form.add_prefix(name)] = Entry(label, lines, {form.add_prefix(name): _posted(form, name)})
    return found


def rows_of(
    formset: forms.BaseFormSet, *, key: Callable[[Posted], str], label: Callable[[forms.Form], str]
) -> dict[str, Entry]:
    """The rows of a formset that carry something; `key` names a row, a second of that name is numbered."""
    removed = formset.deleted_forms if formset.is_bound else ()
    found: dict[str, Entry] = {}
    for form in formset:
        if form in removed or not (form.has_changed() if formset.is_bound else form.initial):
            continue
        names = [name for name in form.fields if name != "DELETE"]
        posted = {name: _posted(form, name) for name in names}
        lines = tuple(
            (str(form.fields[name].label), text)
            for name in names
            if _is_shown(form.fields[name]) and (text := _text(form, name))
        )
        own = f"{formset.prefix}:{key(posted)}"
        number = sum(other == own or other.startswith(f"{own}#") for other in found)
        found[f"{own}#{number}" if number else own] = Entry(label(form), lines, posted, formset.prefix)
    return found


def text_of(form: forms.Form, name: str) -> str:
    """What the field says, in the page's own words and formats; "" when it is empty."""
    return _text(form, name)


def _is_shown(field: forms.Field) -> bool:
    return not (field.widget.is_hidden or isinstance(field, forms.FileField))


def _value(form: forms.Form, name: str) -> Any:
    if form.is_bound and name in getattr(form, "cleaned_data", {}):
        return form.cleaned_data[name]
    return form[name].data if form.is_bound else form.get_initial_for_field(form.fields[name], name)


def _posted(form: forms.Form, name: str) -> tuple[str, ...]:
    value, field = _value(form, name), form.fields[name]
    if isinstance(value, bool):
        return ("on",) if value else ()
    shown = field.widget.format_value(field.prepare_value(value))
    values = shown if isinstance(shown, list | tuple) else [shown]
    return tuple(str(text) for text in values if text not in (None, ""))


def _text(form: forms.Form, name: str) -> str:
    posted, field = _posted(form, name), form.fields[name]
    if isinstance(field, forms.BooleanField):
        return _("oui") if posted else _("non")
    if hasattr(field, "choices"):
        labels = {str(value): str(label) for value, label in flatten_choices(field.choices)}
        return ", ".join(labels.get(value, value) for value in posted)
    unit = " €" if posted and isinstance(field, EuroField) else ""
    return ", ".join(posted) + unit


# ---------------------------------------------------------------- comparing


def fingerprint(entries: Entries) -> str:
    """What a page showed, short enough to go with it as a hidden field."""
    digests = {key: _digest(entry) for key, entry in entries.items()}
    return json.dumps(digests, separators=(",", ":"), ensure_ascii=False)


def _digest(entry: Entry | None) -> str:
    if entry is None:
        return ""
    posted = {name: values for name, values in entry.posted.items() if values}
    return sha256(json.dumps(posted, sort_keys=True).encode()).hexdigest()[:8]


def differences(mine: Entries, theirs: Entries, shown: str = "") -> list[Difference]:
    """The entries the two versions differ on, in the page's order; `shown` is its `fingerprint`."""
    base = _read(shown)
    found = []
    for key in [*mine, *(key for key in theirs if key not in mine)]:
        ours, others = mine.get(key), theirs.get(key)
        if _digest(ours) == _digest(others):
            continue
        suggested = ""
        if base is not None:
            changed = [
                side
                for side, entry in ((MINE, ours), (THEIRS, others))
                if _digest(entry) != base.get(key, "")
            ]
            suggested = changed[0] if len(changed) == 1 else ""
        entry = ours or others
        found.append(Difference(key, entry.label, ours and ours.lines, others and others.lines, suggested))
    return found


def _read(shown: str) -> dict[str, str] | None:
    """The digests of a fingerprint, None when it can't be read: it comes from the browser."""
    if len(shown) > FINGERPRINT_MAX:
        return None
    try:
        read = json.loads(shown)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


# ---------------------------------------------------------------- choosing


def typed(data: QueryDict) -> QueryDict:
    """What the form itself posted, without the names of the conflict's page."""
    form = QueryDict(mutable=True)
    for name, values in data.lists():
        if name not in _OWN_NAMES and not name.startswith(CHOICE):
            form.setlist(name, values)
    return form


def choices(data: QueryDict, found: Iterable[Difference]) -> dict[str, str]:
    """The side chosen for each difference, by key; one nobody chose for is left out."""
    if data.get(KEEP) in (MINE, THEIRS):
        return {difference.key: data[KEEP] for difference in found}
    asked = {difference.key: data.get(difference.name) for difference in found}
    return {key: side for key, side in asked.items() if side in (MINE, THEIRS)}


def merge(data: QueryDict, mine: Entries, theirs: Entries, taken: Set[str]) -> QueryDict:
    """The typed data with the entries of `taken` as saved: fields replaced, rows brought in or left out."""
    merged = data.copy()
    for key in taken:
        entry = theirs.get(key)
        if entry and not entry.table:
            for name, values in entry.posted.items():
                merged.setlist(name, list(values))
    for table in {entry.table for entry in (*mine.values(), *theirs.values()) if entry.table}:
        keys = [*mine, *(key for key in theirs if key not in mine)]
        rows = [(theirs if key in taken else mine).get(key) for key in keys]
        _write_rows(merged, table, [row for row in rows if row and row.table == table])
    return merged


def _write_rows(data: QueryDict, table: str, rows: Sequence[Entry]) -> None:
    for name in [name for name in data if re.match(rf"{re.escape(table)}-\d+-", name)]:
        del data[name]
    for index, row in enumerate(rows):
        for name, values in row.posted.items():
            data.setlist(f"{table}-{index}-{name}", list(values))
    data[f"{table}-TOTAL_FORMS"], data[f"{table}-INITIAL_FORMS"] = str(len(rows)), "0"


def settle(
    post: QueryDict, make: Callable[[QueryDict | None], Any], entries: Callable[[Any], Entries]
) -> tuple[Any, QueryDict, list[Difference]]:
    """The answer to a page of a conflict: the forms to save or to show, their data, what is left to choose.

    `make(data)` binds the page's forms, `make(None)` shows what is saved now. Once everything is chosen the
    data is both versions put together. Until then it has no version, so that it is never saved without being
    compared: something is left to choose, or the text has become invalid since and has to be mended first.
    """
    data = typed(post)
    mine, found = make(data), []
    if mine.is_valid():
        saved = entries(make(None))
        found = differences(entries(mine), saved, data.get("shown", ""))
        chosen = choices(post, found)
        if len(chosen) == len(found):
            taken = {key for key, side in chosen.items() if side == THEIRS}
            merged = merge(data, entries(mine), saved, taken)
            return make(merged), merged, []
    data["version"] = NO_VERSION
    mine = make(data)
    mine.is_valid()
    return mine, data, found


def compare(
    post: QueryDict, make: Callable[[QueryDict | None], Any], entries: Callable[[Any], Entries]
) -> tuple[Any, QueryDict, list[Difference]]:
    """The same for any answer of a page whose object has no version of its own.

    What the page showed is its version; one that doesn't say it is stale. Lock the object before.
    """
    data, saved = typed(post), entries(make(None))
    is_current = data.get("version") == fingerprint(saved)
    if is_current and MARK in post:
        return settle(post, make, entries)
    mine = make(data)
    if is_current or not mine.is_valid():
        return mine, data, []
    return mine, data, differences(entries(mine), saved, data.get("shown", ""))


# ---------------------------------------------------------------- the page


def page(
    request: HttpRequest,
    conflict: Conflict,
    *,
    data: QueryDict,
    what: str,
    lead: str,
    crumbs: Sequence[tuple[str, str]],
    leave_url: str,
    note: str = "",
    asked: bool = False,
) -> HttpResponse:
    """Both versions side by side, status 409. `data` is what the form posts again, with the version it
    replaces.

    `asked` once the person has answered without choosing everywhere: what is left to choose is listed on top.
    """
    chosen = choices(request.POST, conflict.differences) if asked else {}
    rows = [
        {
            "difference": difference,
            "id": f"choix-{number}",
            "chosen": chosen.get(difference.key, "" if asked else difference.suggested),
        }
        for number, difference in enumerate(conflict.differences)
    ]
    context = {
        "conflict": conflict,
        "rows": rows,
        "entries": [
            {"target": row["id"], "label": row["difference"].label, "text": _("choisissez une version")}
            for row in rows
            if asked and not row["chosen"]
        ],
        "hidden": [(name, value) for name, values in typed(data).lists() for value in values],
        "what": what,
        "lead": lead,
        "crumbs": crumbs,
        "leave_url": leave_url,
        "note": note,
    }
    return render(request, "conflicts/page.html", context, status=409)
