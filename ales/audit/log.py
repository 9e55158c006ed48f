"""Writes the access log: one insertion, in the transaction of the request that shows the file."""

from typing import Protocol
from uuid import UUID

from django.http import HttpRequest

from ales.audit.models import AccessLog, Action


class Reader(Protocol):
    """What the log keeps of who reads; members.access.Actor fits."""

    user_id: int
    membership_id: UUID
    organisation_id: int
    role: str


def record(
    request: HttpRequest, action: Action, *, subject_kind: str, subject_id: UUID, organisation_id: int
) -> None:
    """Log that `request` shows or gives this subject of that organisation; one query.

    Called once the subject was found, before anything of it is sent: a page that fails shows nothing and
    takes its line along, a refusal shown on the page keeps it.
    """
    reader: Reader | None = request.actor
    if reader is None:
        return
    match = request.resolver_match
    entry = AccessLog(
        user_id=reader.user_id,
        membership_id=reader.membership_id,
        organisation_id=reader.organisation_id,
        capacity=reader.role,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        subject_organisation_id=organisation_id,
        route=(match.view_name if match else "")[:80],
    )
    # No RETURNING: a social worker adds a line and may not read it.
    AccessLog.objects.bulk_create([entry])


def record_export(reader: Reader, *, work_id: UUID, name: str, rows: int, filters: str) -> None:
    """Log that `reader` exported the list `name`: how many rows, by which filters; one query.

    Rows of several organisations may be among them: the line is told to the reader's own manager.
    """
    entry = AccessLog(
        user_id=reader.user_id,
        membership_id=reader.membership_id,
        organisation_id=reader.organisation_id,
        capacity=reader.role,
        action=Action.EXPORTED,
        subject_kind="export",
        subject_id=work_id,
        subject_organisation_id=reader.organisation_id,
        route=name,
        rows=rows,
        filters=filters,
    )
    AccessLog.objects.bulk_create([entry])
