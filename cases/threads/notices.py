"""Whom a message is told to: those it names, and those it concerns."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ales.registry import NotificationKind
from cases.models import Message
from cases.models.message import MessageAudience
from cases.threads.subjects import Thread
from members.access import Actor
from members.notifications import notify
from members.roles import ASSOCIATION_ROLES, SOCIAL_ROLES, Role

WRITERS = SOCIAL_ROLES | ASSOCIATION_ROLES | {Role.LANDLORD_AGENT}
MENTION = NotificationKind("mention", gettext_lazy("Messages où je suis cité"), WRITERS, order=15)
MESSAGE = NotificationKind(
    "message", gettext_lazy("Messages des fils que je suis"), WRITERS, digest=True, order=28
)
KINDS = (MENTION, MESSAGE)


def tell_of_message(thread: Thread, message: Message, actor: Actor) -> None:
    """Those named; then the référent, who wrote before, and the other side when the organisation writes."""
    readers = thread.readers(message.audience).exclude(user_id=actor.user_id)
    names = {"organisation": actor.organisation_name, "title": thread.title}
    notify(
        readers.filter(user_id__in=message.mentions),
        kind=MENTION,
        title=_("%(title)s : vous êtes cité dans un message") % names,
        text=_("Un message de %(organisation)s vous cite.") % names,
        path=thread.path,
        at=message.at,
    )
    others = readers.exclude(user_id__in=message.mentions)
    notify(
        others.filter(user_id__in=_followers(thread, message)) | _other_side(others, message, actor),
        kind=MESSAGE,
        title=_("%(title)s : nouveau message") % names,
        text=_("%(organisation)s a écrit un message.") % names,
        path=thread.path,
        at=message.at,
    )


def _followers(thread: Thread, message: Message) -> set[int]:
    """The référent and who wrote to this audience before; one query."""
    earlier = Message.objects.about(thread.kind, thread.subject_id).filter(audience=message.audience)
    return {thread.referent_id, *earlier.values_list("author_id", flat=True)}


def _other_side(readers, message: Message, actor: Actor):
    """When the organisation writes to others, all of them who answer for theirs."""
    if not actor.is_social or message.audience == MessageAudience.ORGANISATION:
        return readers.none()
    role = Role.ASSOCIATION_ADMIN if message.audience == MessageAudience.ASSOCIATION else Role.LANDLORD_AGENT
    return readers.filter(role=role)
