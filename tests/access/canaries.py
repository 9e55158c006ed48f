"""Marks written into every text of both sides, which tell from an answer whose row it shows.

A mark is an HTML tag of its own (`<zq-abk-qz>`: side a, table `bk`) behind a quote, so that the same mark
shows a text that was not escaped: a browser would read a tag or an attribute named so. It is long enough that
no random token of a page (CSRF, nonce, key) spells one by chance.
"""

import re
import string
from html.parser import HTMLParser

from django.apps import apps
from django.db import models

from tests.access.owner import append_only_lifted, as_owner
from tests.access.scene import Scene

#: Columns a constraint ties to the state of their row.
TIED = frozenset(
    {
        "account_holder",
        "answer",
        "cancel_reason",
        "cancelled_reason",
        "limit_reason",
        "new_reference",
        "vouched_note",
    }
)

#: Columns read by the code, not by people: keys, codes, states, addresses of files.
CODED = frozenset(
    {
        "audience",
        "bic", "capacity", "code", "content_type", "contract", "department", "email", "end_to_end_id",
        "file", "from_state", "iban", "insee_code", "kind", "lease_state", "moment", "nature", "party",
        "postal_code",
        "proof_kind", "role", "section", "sha256", "siret", "state", "step", "subject_kind", "to_state",
        "token_hash", "unique_key", "sort_key", "dwelling", "payload_hash", "cause_kind", "phone",
    }
)  # fmt: skip
#: The members' directory: names of organisations and users are read across.
DIRECTORY = frozenset({"members_organisation", "members_user", "members_membership", "account_emailaddress"})
MARK = re.compile(r"zq-([ab])([a-z]{2})-qz")


def word(side: str, letters: str = "zz") -> str:
    """The mark of a side and a table; without a table, what a person of that side types."""
    return f"zq-{side}{letters}-qz"


def marked_tables() -> dict[str, str]:
    """table -> its two letters."""
    names = sorted(
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label in ("cases", "aids", "payments", "documents", "members", "works")
        and model._meta.db_table not in DIRECTORY
        # The history of a row carries the row's own marks.
        and not hasattr(model, "pgh_id")
        and _texts(model)
        and _owner(model)
    )
    letters = [a + b for a in string.ascii_lowercase for b in string.ascii_lowercase]
    return dict(zip(names, letters, strict=False))


def _owner(model) -> str | None:
    columns = {field.column for field in model._meta.concrete_fields}
    return next((c for c in ("organisation_id", "owner_id", "landlord_id") if c in columns), None)


def _texts(model) -> list[models.Field]:
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.FileField)
        and not field.choices
        and not getattr(field, "generated", False)
        and field.name not in CODED
        and field.name not in TIED
        and (field.max_length or 999) >= 20
    ]


def mark(scene: Scene) -> dict[str, str]:
    """Write the marks past row security; returns table -> letters."""
    tables = marked_tables()
    by_table = {model._meta.db_table: model for model in apps.get_models()}
    with append_only_lifted():
        for table, letters in tables.items():
            model = by_table[table]
            owner = _owner(model)
            for side, ids in (
                ("a", (scene.a.world.cil.pk, scene.a.world.landlord.pk)),
                ("b", (scene.b.world.cil.pk, scene.b.world.landlord.pk)),
            ):
                sets = ", ".join(_value(field, side, letters) for field in _texts(model))
                as_owner(
                    f"UPDATE {table} SET {sets} WHERE {owner} IN ({ids[0]}, {ids[1]}) RETURNING id::text"
                )
    return tables


def _value(field: models.Field, side: str, letters: str) -> str:
    """`column = …`: the mark, made unique by the row's id; search texts keep their words behind it."""
    text = f"""'"<{word(side, letters)}>' || id"""
    if field.name == "search_text":
        text = f"search_text || ' {word(side, letters)}'"
    return f"{field.column} = {text}"


def marks_in(body: str) -> set[tuple[str, str]]:
    """(side, letters) of every mark an answer shows."""
    return set(MARK.findall(body.lower()))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        names = [tag, *(name for name, _value in attrs)]
        self.found += [name for name in names if "zq" in name]


def unescaped(body: str) -> list[str]:
    """Marks a browser would read as a tag or an attribute."""
    reader = _Reader()
    reader.feed(body)
    return reader.found
