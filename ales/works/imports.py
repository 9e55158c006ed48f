"""Files brought in line by line: tried first, with each line's faults, then written once confirmed.

The trial is the very operation that writes, undone: what it lets through will be written, unless somebody
changes what it depends on meanwhile; then the line is left and the report says so.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from ales import registry, tenancy
from ales.documents import uploads
from ales.errors import InvalidInputError, Refusal, StalePageError
from ales.nir import holds_social_security_number
from ales.text import fold
from ales.works import tables
from ales.works.lines import STEP, work_through
from ales.works.models import Asker, Outcome, WorkLine
from ales.works.running import Hand, Next

PREFIX = "import:"


class _Tried(Exception):
    """Undoes what a trial has written."""


@dataclass(frozen=True)
class Import:
    """A kind of file. `form(actor=…)` reads one line: its labels are the columns, its errors the faults.

    `write` does the line by the ordinary operation and says what it did. `label` names the line, `identity`
    what may not come twice in one file ("" for none).
    """

    name: str
    title: str
    roles: frozenset[str]
    row_form: Callable[..., forms.Form]
    write: Callable[[Any, dict[str, Any]], str]
    label: Callable[[Mapping[str, str]], str]
    identity: Callable[[dict[str, Any]], str]
    #: Column name -> the text of the example line of the file to fill in.
    example: Mapping[str, str]
    url_name: str
    #: What importing does, in a sentence.
    purpose: str = ""
    consequence: str = ""
    #: How many times what the line replaces was saved: a line is refused when that rose since its trial.
    version: Callable[[dict[str, Any]], int] | None = None
    order: int = 50
    family: str = "import"

    @property
    def code(self) -> str:
        return PREFIX + self.name

    def may_ask(self, actor: Asker) -> bool:
        return actor.role in self.roles

    def columns(self, actor: Any) -> dict[str, forms.Field]:
        """Heading -> field, in their order."""
        return {str(field.label): field for field in self.row_form(actor=actor).fields.values()}

    def advance(self, hand: Hand) -> Next:
        """Try the lines of the file; once confirmed, write those without a fault."""
        if hand.work.confirmed_at:
            return work_through(hand, self._treat)
        return self._try_file(hand)

    # --- Trying ------------------------------------------------------------------------------------

    def _try_file(self, hand: Hand) -> Next:
        actor = hand.actor()
        with hand.work.source.open("rb") as file:
            rows = tables.rows_of(file)
            names = self.names_of(actor, next(rows, (0, []))[1])
            lines = list(rows)
        with tenancy.tenant(actor.context):
            tried = set(hand.work.lines.values_list("position", flat=True))
            refused = hand.work.lines.filter(outcome=Outcome.REFUSED).count()
        left = iter([row for row in lines if row[0] not in tried])
        hand.tell(total=len(lines), done=len(tried), refused=refused)
        seen = self._seen(hand, actor)
        done = len(tried)
        while part := list(islice(left, STEP)):
            actor = hand.actor()
            with tenancy.tenant(actor.context):
                found = [self._tried(actor, hand, row, names, seen) for row in part]
                WorkLine.objects.bulk_create(found)
            done += len(found)
            refused += sum(line.outcome == Outcome.REFUSED for line in found)
            hand.tell(done=done, refused=refused)
            if hand.is_tired:
                return Next.MORE
        # From here on the counts are of what is written.
        hand.tell(done=refused)
        return Next.TO_CONFIRM

    def names_of(self, actor: Any, headings: list[str]) -> list[str]:
        """The form's field of each column.

        Raises InvalidInputError (`file`) for another kind of file: a column missing, unknown or twice.
        """
        fields = self.row_form(actor=actor).fields
        known = {fold(str(field.label)): name for name, field in fields.items()}
        names = [known.get(fold(heading), "") for heading in headings]
        unknown = [heading for heading, name in zip(headings, names, strict=True) if not name]
        twice = {str(fields[name].label) for name in names if name and names.count(name) > 1}
        missing = [str(field.label) for name, field in fields.items() if field.required and name not in names]
        faults = []
        if unknown:
            accepted = ", ".join(str(field.label) for field in fields.values())
            listed = ", ".join(f"« {heading} »" for heading in unknown)
            faults.append(
                _("Colonnes inconnues : %(unknown)s. Colonnes acceptées : %(accepted)s.")
                % {"unknown": listed, "accepted": accepted}
            )
        if twice:
            faults.append(_("Colonnes en double : %s.") % ", ".join(sorted(twice)))
        if missing:
            faults.append(_("Colonnes manquantes : %s.") % ", ".join(missing))
        if faults:
            raise InvalidInputError({"file": faults})
        return names

    def _seen(self, hand: Hand, actor: Any) -> dict[str, int]:
        """Identity -> line of those tried before this slice."""
        with tenancy.tenant(actor.context):
            known = hand.work.lines.filter(outcome=Outcome.WAITING).values_list("data__identity", "position")
            return {identity: position for identity, position in known if identity}

    def _tried(
        self, actor: Any, hand: Hand, row: tables.Row, names: list[str], seen: dict[str, int]
    ) -> WorkLine:
        number, texts = row
        # A line may stop early: what it leaves out is empty.
        cells = dict(zip(names, texts, strict=False))
        line = WorkLine(
            work=hand.work,
            position=number,
            label=Truncator(self.label(cells)).chars(250),
            data={"cells": cells},
        )
        try:
            if any(texts[len(names) :]):
                raise InvalidInputError(_("Cette ligne a plus de cellules que le fichier n’a de titres."))
            cleaned = self._read(actor, cells)
            identity = self.identity(cleaned)
            if identity in seen:
                raise InvalidInputError(_("Cette ligne répète la ligne %s du fichier.") % seen[identity])
            if self.version:
                line.data["version"] = self.version(cleaned)
            self._dry_run(actor, cleaned)
        except Refusal as refusal:
            line.outcome, line.faults = Outcome.REFUSED, self._faults(actor, cells, refusal)
            return line
        if identity:
            seen[identity] = number
        line.data["identity"] = identity
        line.detail = _("Aucune faute.")
        return line

    def _dry_run(self, actor: Any, cleaned: dict[str, Any]) -> None:
        try:
            with transaction.atomic():
                self.write(actor, cleaned)
                raise _Tried
        except _Tried:
            pass

    def _read(self, actor: Any, cells: dict[str, str]) -> dict[str, Any]:
        """The line's values. Raises InvalidInputError by field."""
        faults = {
            name: [_("Ce texte semble contenir un numéro de sécurité sociale : retirez-le.")]
            for name, text in cells.items()
            if holds_social_security_number(text)
        }
        faults |= {
            name: [_("Ce texte dépasse %s caractères.") % tables.LONGEST_CELL]
            for name, text in cells.items()
            if len(text) > tables.LONGEST_CELL
        }
        form = self.row_form(cells, actor=actor)
        if not form.is_valid():
            faults |= {"" if name == "__all__" else name: list(texts) for name, texts in form.errors.items()}
        if faults:
            raise InvalidInputError(faults)
        return form.cleaned_data

    def _faults(self, actor: Any, cells: dict[str, str], refusal: Refusal) -> list[dict[str, str]]:
        """One a message: the column, what stood there, what was wrong or would be accepted."""
        fields = self.row_form(actor=actor).fields
        by_name = refusal.faults if isinstance(refusal, InvalidInputError) else {"": [refusal.message]}
        return [
            {
                "column": str(fields[name].label) if name in fields else "",
                "value": Truncator(cells.get(name, "")).chars(80),
                "message": str(message),
            }
            for name, messages in by_name.items()
            for message in messages
        ]

    # --- Writing -----------------------------------------------------------------------------------

    def _treat(self, actor: Any, line: WorkLine) -> str:
        cleaned = self._read(actor, line.data["cells"])
        if self.version and line.data.get("version") not in (None, self.version(cleaned)):
            raise StalePageError(_changed_since())
        try:
            return self.write(actor, cleaned)
        except StalePageError as error:
            raise StalePageError(_changed_since()) from error


def _changed_since() -> str:
    return _(
        "Quelqu’un a modifié ce dossier depuis l’essai : relisez-le, puis importez de nouveau cette ligne."
    )


def check_upload(kind: Import, actor: Any, uploaded: UploadedFile) -> None:
    """Refuse at once a file that can't be of this kind. Raises InvalidInputError (`file`)."""
    if uploaded.size > tables.MAX_BYTES:
        raise tables.refused(_("Ce fichier dépasse 5 Mo : coupez-le en plusieurs."))
    uploads.require_clean(uploaded.read())
    uploaded.seek(0)
    rows = tables.rows_of(uploaded.file)
    _number, headings = next(rows, (0, []))
    kind.names_of(actor, headings)
    if next(rows, None) is None:
        raise tables.refused(_("Ce fichier n’a que ses titres : ajoutez au moins une ligne."))
    uploaded.seek(0)


def imports_of(actor: Asker | None) -> list[Import]:
    """The kinds of files this capacity may bring in, in their order."""
    found = [kind for kind in registry.work_kinds.values() if kind.family == "import"]
    return sorted((kind for kind in found if actor and kind.may_ask(actor)), key=lambda kind: kind.order)


def model_rows(kind: Import, actor: Any) -> Iterator[list[str]]:
    """The file to fill in: the headings, and an example line to replace."""
    form = kind.row_form(actor=actor)
    yield [str(field.label) for field in form.fields.values()]
    yield [kind.example.get(name, "") for name in form.fields]


def register(kind: Import) -> None:
    """Make the kind known; a room's apps.py calls it."""
    registry.work_kinds[kind.code] = kind
