"""What each room declares of its tables: the purpose they serve, what is cleared of a file and what is kept.

One declaration a model feeds four things that must agree: the database's scrub function
(`ales.privacy.scrub`), the person's export, the register of processing, and the test that lets no text column
in without a word on its fate.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models

from ales import registry

# What a column becomes; `{column}` is its name.
EMPTY = "''"
NULL = "NULL"
#: Keeps "there was a text", which constraints ask for in places.
ERASED = "CASE WHEN {column} = '' THEN '' ELSE '(effacé)' END"
EMPTY_OBJECT = "'{{}}'::jsonb"
FIRST_OF_YEAR = "date_trunc('year', {column})::date"


@dataclass(frozen=True)
class Treatment:
    """A processing of the register (GDPR art. 30), with what its page prints."""

    code: str
    title: str
    purpose: str
    basis: str
    people: str
    readers: str
    retention: str
    order: int = 50


@dataclass(frozen=True)
class PersonalData:
    """What becomes of a model's rows when their case is anonymised, or why they stay.

    `path`: the foreign keys from the model to the case, joined by `__`; empty for the case itself, None for
    rows that hang on no case. `by_subject`: rows that name their case by kind and UUID instead.
    `cleared` and `cleared_with_accounts` go from column to SQL expression, at anonymisation and ten years
    after the last payment; `kept` goes from column to the reason in French. A `deleted` model's rows go.
    """

    model: type[models.Model]
    treatment: str
    path: str | None = None
    by_subject: bool = False
    deleted: bool = False
    exported: bool = True
    cleared: Mapping[str, str] = field(default_factory=dict)
    cleared_with_accounts: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_of_a_case(self) -> bool:
        return self.path is not None or self.by_subject

    def is_declared(self, name: str) -> bool:
        return self.deleted or name in {*self.cleared, *self.cleared_with_accounts, *self.kept}


#: Tables of the packages we use, each with why it holds nothing of a case.
OUTSIDE = {
    "account": "adresses électroniques des comptes, effacées avec le compte",
    "auth": "droits techniques, aucune personne",
    "contenttypes": "noms techniques des tables",
    "guardian": "droits techniques, aucun contenu",
    "mfa": "second facteur des comptes, chiffré",
    "pghistory": "vide : le contexte d’une modification est dans sa ligne",
    "sessions": "sessions de connexion, effacées à leur fin",
    "usersessions": "appareils connectés, effacés à la fin de la session",
}

_TEXTS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.FileField,
    models.GenericIPAddressField,
    models.BinaryField,
)


def text_fields(model: type[models.Model]) -> Iterator[Any]:
    """Columns of a model that may hold words of people: texts and JSON, but for closed lists of codes."""
    for found in model._meta.local_concrete_fields:
        is_array = found.get_internal_type() == "ArrayField"
        if (isinstance(found, _TEXTS) or is_array) and not found.choices:
            yield found


def declaration_of(model: type[models.Model]) -> PersonalData | None:
    return next((d for d in registry.personal_data if d.model is model), None)


def history_models(model: type[models.Model]) -> list[type[models.Model]]:
    """Tables that keep the former values of a model's rows (pghistory)."""
    return [found for found in apps.get_models() if getattr(found, "pgh_tracked_model", None) is model]
