"""Declares that a model's rows have a history: one `…Change` row an insert, update or delete.

The rows are written by triggers, so that raw SQL and bulk updates leave theirs too. The application's login
may only read them (`read_only`, ales/grants.py); row security is set in each room's migration.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pghistory
import pghistory.models
import pgtrigger
from django.db import models

#: A row's own name or a value's text, from an instance built from the history (related rows not loaded).
Wording = Callable[[Any], str]


class Change(pghistory.models.Event):
    """A row as it stood after a change (before it, for a deletion).

    `pgh_context` holds ids only: user, organisation, membership, and the capacity's code;
    `pgh_context_id` is the request's id.
    """

    read_only = True

    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True


@dataclass(frozen=True)
class Tracking:
    """How a model's history is kept and told."""

    model: type[models.Model]
    #: Column of the history that names what the rows are about (the case, the request), or the row itself.
    subject: str
    #: Fields kept.
    fields: tuple[str, ...]
    #: Fields that make a deleted row and an added one the same line rewritten.
    key: tuple[str, ...] = ()
    #: What a row is called after its kind; its own `str` otherwise.
    #: `named_by` adds the name of a row it points to.
    title: Wording | None = None
    named_by: str = ""
    formats: Mapping[str, Wording] = field(default_factory=dict)

    @property
    def changes(self) -> type[Change]:
        return self.model.pgh_event_model


#: Every tracked model, for what reads or scrubs histories.
trackings: dict[type[models.Model], Tracking] = {}


def tracked(
    *,
    subject: str = "",
    only: Sequence[str] = (),
    exclude: Sequence[str] = (),
    key: Sequence[str] = (),
    title: Wording | None = None,
    named_by: str = "",
    formats: Mapping[str, Wording] | None = None,
) -> Callable[[type[models.Model]], type[models.Model]]:
    """Class decorator: keep the history of `only` these fields, or of all but `exclude`.

    Keys are never kept: the history names its row by `pgh_obj_id`. `subject` is the foreign key histories
    are read by. A row that only moves to another organisation with its subject records nothing by itself.
    """

    def decorate(model: type[models.Model]) -> type[models.Model]:
        left_out = {model._meta.pk.name, "public_id", *exclude}
        fields = tuple(
            only or (f.name for f in model._meta.local_fields if f.name not in left_out and not f.generated)
        )
        watched = [name for name in fields if not (subject and name == "organisation")]
        column = f"{subject}_id" if subject else "pgh_obj_id"
        name = model.__name__
        # Read by subject, the latest first; and each row's former state.
        indexes = [models.Index(fields=["pgh_obj", "pgh_id"], name=f"{name.lower()}change_by_row")]
        if subject:
            order = [subject, "-pgh_created_at", "-pgh_id"]
            indexes.append(models.Index(fields=order, name=f"{name.lower()}change_by_date"))
        pghistory.track(
            # Added in bulk, rows cost next to nothing by statement. Updates by row: joined by statement, the
            # rows before and after took 180 s for 30,000, against 2 s (tried).
            pghistory.InsertEvent(level=pghistory.Statement),
            pghistory.UpdateEvent(level=pghistory.Row, condition=pgtrigger.AnyChange(*watched)),
            pghistory.DeleteEvent(level=pghistory.Statement),
            fields=list(fields),
            obj_field=pghistory.ObjForeignKey(related_name="+", db_index=False),
            context_field=pghistory.ContextJSONField(),
            context_id_field=pghistory.ContextUUIDField(),
            model_name=f"{name}Change",
            base_model=Change,
            meta={
                "verbose_name": f"modification ({model._meta.verbose_name})",
                "indexes": indexes,
                "triggers": [
                    pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
                    # A case handed over takes its history along; nothing else ever changes.
                    pgtrigger.ReadOnly(name="no_update", exclude=["organisation"])
                    if "organisation" in fields
                    else pgtrigger.Protect(name="no_update", operation=pgtrigger.Update),
                ],
            },
        )(model)
        trackings[model] = Tracking(model, column, fields, tuple(key), title, named_by, formats or {})
        return model

    return decorate
