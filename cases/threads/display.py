"""A thread as the pages print it: rows, the block on the subject's page, lines of its timeline."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ales.dates import format_date
from ales.documents.links import file_of_document
from ales.registry import Panel
from cases.models import Message, TenantCase, ThreadReading
from cases.models.message import TAKE_BACK, MessageAudience
from cases.threads.subjects import Thread, of_case, path_of
from members.access import Actor
from members.models import User
from members.roles import Role

#: Messages of the block on a page, and of a timeline.
LATEST, IN_TIMELINE = 3, 40
TONES = {
    MessageAudience.ORGANISATION: "neutral",
    MessageAudience.ASSOCIATION: "info",
    MessageAudience.LANDLORD: "progress",
}


def messages_of(actor: Actor, thread: Thread) -> QuerySet[Message]:
    """Those of the thread that the actor reads, the oldest first."""
    visible = Message.objects.visible_to(actor).about(thread.kind, thread.subject_id)
    return visible.select_related("author", "author_organisation", "document").order_by("at", "id")


def last_read(actor: Actor, kind: str, subject_id: UUID) -> datetime | None:
    found = ThreadReading.objects.filter(user_id=actor.user_id, subject_kind=kind, subject_id=subject_id)
    return found.values_list("read_at", flat=True).first()


def rows(
    actor: Actor, thread: Thread, messages: Iterable[Message], *, read_at: datetime | None, now: datetime
) -> list[dict[str, Any]]:
    """Messages ready made; those new to the person say so. One query for the names of people mentioned."""
    messages = list(messages)
    named = {user_id for message in messages for user_id in message.mentions}
    names = {user.pk: user.full_name for user in User.objects.filter(pk__in=named)} if named else {}
    return [
        {
            "author": message.author.full_name,
            "organisation": message.author_organisation.name,
            "capacity": str(Role(message.capacity).label),
            "when": _when(message.at),
            "audience": thread.label_of(message.audience),
            "tone": TONES[MessageAudience(message.audience)],
            "text": message.text,
            "mentions": ", ".join(names[user_id] for user_id in message.mentions if user_id in names),
            "file": file_of_document(message.document) if message.document else None,
            "withdrawn": message.withdrawn_at is not None,
            "erased": not message.text and message.withdrawn_at is None,
            "is_own": message.author_id == actor.user_id,
            "is_new": message.author_id != actor.user_id and (read_at is None or message.at > read_at),
            "take_back_url": reverse("threads:take_back", args=[message.public_id])
            if _may_still_go(actor, message, now)
            else "",
        }
        for message in messages
    ]


def _may_still_go(actor: Actor, message: Message, now: datetime) -> bool:
    own = message.author_id == actor.user_id and not message.withdrawn_at and not message.document_id
    return own and now <= message.at + TAKE_BACK


def _when(at: datetime) -> str:
    moment = timezone.localtime(at)
    return _("%(day)s à %(time)s") % {"day": format_date(moment.date()), "time": f"{moment:%H} h {moment:%M}"}


def panel(request: HttpRequest, thread: Thread | None, *, order: int = 15) -> list[Panel]:
    """The block of the subject's page: the last messages, how many are new; three queries at most."""
    if thread is None:
        return []
    actor = request.actor
    latest = list(messages_of(actor, thread).order_by("-at", "-id")[: LATEST + 1])
    read_at = last_read(actor, thread.kind, thread.subject_id)
    shown = rows(actor, thread, reversed(latest[:LATEST]), read_at=read_at, now=timezone.now())
    context = {
        "rows": shown,
        "more": len(latest) > LATEST,
        "new": sum(row["is_new"] for row in shown),
        "url": thread.path,
        "writable": thread.writable,
    }
    return [Panel(title=_("Échanges"), template="threads/panel.html", context=context, order=order)]


def case_panel(request: HttpRequest, case: TenantCase) -> list[Panel]:
    """The thread of a case, for the organisation that follows it."""
    return panel(request, of_case(request.actor, case.public_id))


def case_events(request: HttpRequest, case: TenantCase) -> list[dict[str, Any]]:
    """Messages about the case and what hangs on it, for its timeline."""
    return events(Message.objects.visible_to(request.actor).filter(case=case))


def events(messages: QuerySet[Message]) -> list[dict[str, Any]]:
    """Lines of a timeline: who wrote to whom; the text is in the thread. One query."""
    found = messages.select_related("author").order_by("-at", "-id")[:IN_TIMELINE]
    return [
        {
            "at": message.at,
            "what": _("Message retiré") if message.withdrawn_at else _("Message écrit"),
            "who": message.author.full_name,
            "capacity": str(Role(message.capacity).label),
            "reason": _("Lu par : %s") % message.get_audience_display(),
            "tone": TONES[MessageAudience(message.audience)],
            "icon": "chat-bubble-left",
            "url": path_of(message.subject_kind, message.subject_id),
        }
        for message in found
    ]
