"""Use cases of long works: asked for, confirmed, cancelled, seen, forgotten."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from ales.after_commit import after_commit
from ales.errors import InvalidInputError, NotAllowedError
from ales.lists.shape import SORT
from ales.works.bulk import MOST_AT_ONCE, Bulk, Choice
from ales.works.exports import FORMATS, Export
from ales.works.models import Asker, Outcome, Work, WorkLine, WorkState
from ales.works.running import KEPT, nudge

#: Works one person may have under way at once: the workers are everybody's.
MOST_UNDER_WAY = 5
#: Filters that hold words a person typed, maybe a name: kept as long as the file, no longer.
WORDS = ("q", "bailleur", "lieu")
#: Characters of a filter: codes, identifiers, days and amounts are shorter; words typed may be longer.
LONGEST_CODE, LONGEST_WORDS = 60, 200


@transaction.atomic
def ask_export(
    *,
    actor: Asker,
    export: Export,
    format: str,
    filters: QueryDict,
    ids: Sequence[UUID] = (),
    columns: Sequence[str] = (),
    at: dt.datetime,
) -> Work:
    """Have a list written as a file, with those of its `columns`, or all. Raises NotAllowedError,
    InvalidInputError.

    What is at fault: a format, a filter too long to be one, too many works.
    """
    if not export.may_ask(actor):
        raise NotAllowedError(_("Cette liste n’est pas accessible avec votre habilitation."))
    if format not in FORMATS:
        raise InvalidInputError(_("Choisissez un format : XLSX ou CSV."))
    params = _split(filters, export.filters, export.sort_in(filters)) | {
        "format": format,
        "ids": [str(found) for found in ids],
        "columns": list(columns),
    }
    title = _("Export %(list)s, %(format)s") % {"list": export.title, "format": format.upper()}
    return _queue(_new(actor, export.code, title, params, at))


@transaction.atomic
def plan_bulk(*, actor: Asker, bulk: Bulk, choice: Choice, at: dt.datetime) -> Work:
    """The work as it would be done, line by line, for its asker to confirm. Nothing is done yet.

    Raises NotAllowedError, InvalidInputError when nothing was chosen or found.
    """
    if not bulk.may_ask(actor):
        raise NotAllowedError(_("Cette action n’est pas ouverte à votre habilitation."))
    _refuse_crowd(actor)
    planned = list(bulk.plan(actor, choice))
    if not planned:
        raise InvalidInputError(_("Choisissez au moins une ligne de la liste."))
    params = {"is_cut": len(planned) > MOST_AT_ONCE}
    work = _new(actor, bulk.code, bulk.title, params, at)
    work.state, work.expires_at = WorkState.TO_CONFIRM, at + KEPT
    return _keep(work, planned[:MOST_AT_ONCE])


@transaction.atomic
def ask_confirmed(*, actor: Asker, bulk: Bulk, lines: Sequence[WorkLine], at: dt.datetime) -> Work:
    """Have these lines done by a worker: the page that asks has shown what they do.

    Raises NotAllowedError, InvalidInputError for too many works.
    """
    if not bulk.may_ask(actor):
        raise NotAllowedError(_("Cette action n’est pas ouverte à votre habilitation."))
    _refuse_crowd(actor)
    work = _new(actor, bulk.code, bulk.title, {}, at)
    work.confirmed_at = at
    _keep(work, lines)
    after_commit(nudge, work.public_id)
    return work


def _keep(work: Work, lines: Sequence[WorkLine]) -> Work:
    """Save the work with its lines, in their order."""
    work.total = len(lines)
    work.refused = sum(line.outcome == Outcome.REFUSED for line in lines)
    work.done = work.refused
    work.save(force_insert=True)
    for position, line in enumerate(lines, start=1):
        line.work, line.position = work, position
    WorkLine.objects.bulk_create(lines, batch_size=500)
    return work


@transaction.atomic
def ask_import(*, actor: Asker, kind: Any, uploaded: UploadedFile, file_name: str, at: dt.datetime) -> Work:
    """Have a file read and tried, line by line; nothing is written before it is confirmed.

    `uploaded` was checked (imports.check_upload). Raises NotAllowedError, InvalidInputError.
    """
    if not kind.may_ask(actor):
        raise NotAllowedError(_("Cet import n’est pas ouvert à votre habilitation."))
    # Before the file is kept: what a refusal undoes leaves it without a row.
    _refuse_crowd(actor)
    work = _new(actor, kind.code, _("Import %s") % kind.title, {"file_name": file_name}, at)
    work.source.save("import", uploaded, save=False)
    return _queue(work)


@transaction.atomic
def confirm(*, actor: Asker, work_id: UUID, answers: dict[str, str], at: dt.datetime) -> Work:
    """Do what was shown. Confirmed twice, it is done once. Raises NotAllowedError."""
    work = _own(actor, work_id)
    if work.state != WorkState.TO_CONFIRM:
        if work.confirmed_at and work.state != WorkState.CANCELLED:
            return work
        raise NotAllowedError(_("Ce travail n’attend pas de confirmation : relisez la page."))
    work.params = work.params | {"answers": answers}
    work.confirmed_at, work.expires_at = at, None
    work.state, work.lease_until = WorkState.QUEUED, None
    work.save(update_fields=["params", "confirmed_at", "expires_at", "state", "lease_until"])
    after_commit(nudge, work.public_id)
    return work


@transaction.atomic
def cancel(*, actor: Asker, work_id: UUID, at: dt.datetime) -> Work:
    """Stop the work: what is done stays done, the rest isn't. Twice changes nothing.

    A worker at it stops within twenty lines. Raises NotAllowedError when the work is over.
    """
    work = _own(actor, work_id)
    if work.state == WorkState.CANCELLED or work.cancel_asked:
        return work
    if work.is_over:
        raise NotAllowedError(_("Ce travail est déjà terminé."))
    work.cancel_asked = True
    if work.state != WorkState.RUNNING:
        work.state, work.finished_at, work.expires_at = WorkState.CANCELLED, at, at + KEPT
        work.seen_at, work.lease_until = at, None
    work.save(update_fields=["cancel_asked", "state", "finished_at", "expires_at", "seen_at", "lease_until"])
    return work


def mark_seen(work: Work, at: dt.datetime) -> None:
    """Its asker has seen the work finished: it is announced no more."""
    if work.is_over and work.seen_at is None:
        Work.objects.filter(pk=work.pk, seen_at=None).update(seen_at=at)
        work.seen_at = at


def _own(actor: Asker, work_id: UUID) -> Work:
    work = Work.objects.visible_to(actor).select_for_update().filter(public_id=work_id).first()
    if work is None:
        raise NotAllowedError(_("Ce travail n’existe pas ou n’est pas le vôtre."))
    return work


def _new(actor: Asker, kind: str, title: str, params: dict[str, Any], at: dt.datetime) -> Work:
    return Work(
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        membership_id=actor.membership_id,
        capacity=actor.role,
        kind=kind,
        title=str(title),
        params=params,
        created_at=at,
    )


def _queue(work: Work) -> Work:
    _refuse_crowd(work)
    work.save(force_insert=True)
    after_commit(nudge, work.public_id)
    return work


def _refuse_crowd(asker: Asker | Work) -> None:
    """Raises InvalidInputError when this person has works enough under way."""
    under_way = Work.objects.filter(
        user_id=asker.user_id, organisation_id=asker.organisation_id, state__in=("QUEUED", "RUNNING")
    )
    if under_way.count() >= MOST_UNDER_WAY:
        raise InvalidInputError(
            _("Vous avez déjà %s travaux en cours : attendez la fin de l’un d’eux, ou annulez-le.")
            % MOST_UNDER_WAY
        )


def _split(filters: QueryDict, names: Collection[str], sort: str) -> dict[str, str]:
    """The list's filters and sort, apart from the words typed in them, which go with the file.

    Raises InvalidInputError for one too long: left out, it would let more rows into the file than were shown.
    """
    chosen, words = QueryDict(mutable=True), QueryDict(mutable=True)
    for name in names:
        value = filters.get(name, "")
        if len(value) > (LONGEST_WORDS if name in WORDS else LONGEST_CODE):
            raise InvalidInputError(_("Un filtre de cette liste est trop long : raccourcissez-le."))
        # Empty is not absent: a list may open otherwise.
        if name in filters:
            (words if name in WORDS else chosen)[name] = value
    if sort:
        chosen[SORT] = sort
    return {"filters": chosen.urlencode(), "words": words.urlencode()}
