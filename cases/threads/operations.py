"""Write in a thread, take a message back, mark a thread as read."""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from ales.documents.models import Audience, StoredDocument
from ales.documents.uploads import store_upload
from ales.errors import InvalidInputError, NotAllowedError, require
from cases.models import Message, ThreadReading
from cases.models.message import TAKE_BACK, MessageAudience
from cases.threads import notices
from cases.threads.subjects import Thread, find
from members.access import Actor
from members.models import Membership

LONGEST = 4000
#: Who opens the file joined to a message: whoever reads the message.
FILE_AUDIENCES = {
    MessageAudience.ORGANISATION: Audience.SOCIAL,
    MessageAudience.ASSOCIATION: Audience.TO_ASSOCIATION,
    MessageAudience.LANDLORD: Audience.TO_LANDLORD,
}


@transaction.atomic
def post(
    *,
    actor: Actor,
    kind: str,
    subject_id: UUID,
    audience: str,
    text: str,
    at: datetime,
    mentions: Sequence[UUID] = (),
    uploaded: UploadedFile | None = None,
) -> Message:
    """Write to an audience of the thread; tells whom it concerns. `mentions` are people's public ids, and
    « @Prénom Nom » in the text mentions as well.

    Raises Http404, NotAllowedError, InvalidInputError (audience, text, mentions, file).
    """
    thread = find(actor, kind, subject_id)
    require(thread.writable)
    text = text.strip()
    _check(actor, thread, audience, text)
    readers = list(thread.readers(audience).select_related("user"))
    mentioned = _named(mentions, readers) | _mentioned_in(text, readers)
    message = Message.objects.create(
        case_id=thread.case_id,
        organisation=thread.organisation,
        subject_kind=thread.kind,
        subject_id=thread.subject_id,
        landlord=thread.landlord,
        audience=audience,
        author_id=actor.user_id,
        author_organisation_id=actor.organisation_id,
        capacity=actor.role,
        text=text,
        mentions=sorted(mentioned - {actor.user_id}),
        document=_attach(actor, thread, audience, uploaded) if uploaded else None,
        at=at,
    )
    notices.tell_of_message(thread, message, actor)
    return message


def _check(actor: Actor, thread: Thread, audience: str, text: str) -> None:
    faults: dict[str, list[str]] = {}
    if audience not in thread.audiences(actor):
        faults["audience"] = [_("Choisissez qui lira votre message.")]
    if not text:
        faults["text"] = [_("Écrivez votre message.")]
    if len(text) > LONGEST:
        faults["text"] = [_("Le message dépasse 4 000 caractères : raccourcissez-le.")]
    if faults:
        raise InvalidInputError(faults)


def _named(mentions: Sequence[UUID], readers: Sequence[Membership]) -> set[int]:
    """Ids of the people ticked; InvalidInputError for one who wouldn't read the message."""
    by_public_id = {reader.user.public_id: reader.user_id for reader in readers}
    if not set(mentions) <= set(by_public_id):
        fault = _(
            "Une personne citée ne lit pas ces messages : décochez-la, ou choisissez d’autres lecteurs."
        )
        raise InvalidInputError({"mentions": [fault]})
    return {by_public_id[public_id] for public_id in mentions}


def _mentioned_in(text: str, readers: Sequence[Membership]) -> set[int]:
    """Ids of the readers whose whole name follows an @."""
    return {
        reader.user_id
        for reader in readers
        if re.search(rf"(?<!\w)@{re.escape(reader.user.full_name)}(?!\w)", text, re.IGNORECASE)
    }


def _attach(actor: Actor, thread: Thread, audience: str, uploaded: UploadedFile) -> StoredDocument:
    return store_upload(
        uploaded,
        organisation_id=thread.organisation.pk,
        landlord_id=thread.landlord.pk if thread.landlord else None,
        audience=FILE_AUDIENCES[MessageAudience(audience)],
        subject_kind=thread.kind,
        subject_id=thread.subject_id,
        kind="message",
        title=_("Pièce jointe – %s") % thread.reference,
        created_by_id=actor.user_id,
    )


@transaction.atomic
def take_back(*, actor: Actor, message_id: UUID, at: datetime) -> Message:
    """Take one's own message back within a quarter of an hour: its text is erased, its line stays.

    Raises Http404, NotAllowedError.
    """
    messages = Message.objects.visible_to(actor).filter(withdrawn_at=None)
    message = get_object_or_404(messages, public_id=message_id)
    find(actor, message.subject_kind, message.subject_id)
    if message.author_id != actor.user_id:
        raise NotAllowedError(_("Seul son auteur peut retirer un message."))
    if at > message.at + TAKE_BACK:
        raise NotAllowedError(_("Un message se retire dans les quinze minutes : ce délai est passé."))
    if message.document_id:
        raise NotAllowedError(
            _("La pièce jointe de ce message est déjà conservée : le message ne peut plus être retiré.")
        )
    message.text, message.mentions, message.withdrawn_at = "", [], at
    message.save(update_fields=["text", "mentions", "withdrawn_at"])
    return message


@transaction.atomic
def mark_read(*, actor: Actor, thread: Thread, at: datetime) -> None:
    """The person has the thread before their eyes: nothing in it is new to them any more."""
    ThreadReading.objects.bulk_create(
        [
            ThreadReading(
                user_id=actor.user_id, subject_kind=thread.kind, subject_id=thread.subject_id, read_at=at
            )
        ],
        update_conflicts=True,
        unique_fields=["user", "subject_kind", "subject_id"],
        update_fields=["read_at"],
    )
