"""Letters to the household: queued in the transaction that decides (DESIGN §2.9)."""

from datetime import datetime

from aids.models import AidRequest
from ales.documents import production
from ales.documents.models import Audience
from members.access import Actor

#: What the household's file is called, by kind of letter.
FILE_NAMES = {"decision_letter": "lettre-d-accord", "refusal_letter": "lettre-de-refus"}


def enqueue_letter(
    request: AidRequest, actor: Actor, *, kind: str, title: str, payload: dict, at: datetime
) -> None:
    """Queue the letter of this version of the request, read by its social people only."""
    production.enqueue(
        kind=kind,
        subject_kind="aid_request",
        subject_id=request.public_id,
        unique_key=f"{kind}:{request.public_id}:{request.version}",
        payload=payload,
        title=title,
        file_name=f"{FILE_NAMES[kind]}-{request.reference}.pdf",
        organisation_id=request.organisation_id,
        audience=Audience.SOCIAL,
        created_by_id=actor.user_id,
        created_at=at,
    )
