"""The thread of a case or of what hangs on it: read, write, take back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ales import keyset
from ales.audit.log import record
from ales.audit.models import Action
from ales.errors import Refusal
from ales.forms import add_faults
from ales.http import form_page, writing
from cases.forms.threads import MessageForm
from cases.models import Message
from cases.threads import display, operations
from cases.threads.subjects import Thread, find, kind_of
from members.access import Actor, roles_required
from members.notifications import reading
from members.roles import ASSOCIATION_ROLES, SOCIAL_ROLES, Role

everyone_who_talks = roles_required(*sorted(SOCIAL_ROLES), Role.LANDLORD_AGENT, *sorted(ASSOCIATION_ROLES))


@form_page
@everyone_who_talks
def thread(request: HttpRequest, slug: str, subject_id: UUID) -> HttpResponse:
    """The messages the person may read, the latest first, and a form to write one."""
    actor, now = request.actor, timezone.now()
    found = find(actor, kind_of(slug), subject_id)
    form = _form(request, found)
    if request.method == "POST" and form.is_valid():
        try:
            _post(actor, found, form, now)
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            messages.success(request, _("Message envoyé."))
            return redirect(found.path)
    return _page(request, found, form, now)


def _form(request: HttpRequest, found: Thread) -> MessageForm:
    actor = request.actor
    audiences = found.audiences(actor)
    people = {}
    for audience in audiences:
        readers: QuerySet = found.readers(audience).exclude(user_id=actor.user_id)
        for reader in readers.select_related("user", "organisation").order_by("user__last_name", "user_id"):
            people[str(reader.user.public_id)] = f"{reader.user.full_name} ({reader.organisation.name})"
    is_sent = request.method == "POST"
    return MessageForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        audiences=[(audience.value, found.label_of(audience)) for audience in audiences],
        people=list(people.items()),
    )


def _post(actor: Actor, found: Thread, form: MessageForm, at: datetime) -> Message:
    return operations.post(
        actor=actor,
        kind=found.kind,
        subject_id=found.subject_id,
        audience=form.cleaned_data["audience"],
        text=form.cleaned_data["text"],
        mentions=form.cleaned_data.get("mentions", []),
        uploaded=form.cleaned_data["file"],
        at=at,
    )


def _page(request: HttpRequest, found: Thread, form: MessageForm, now: datetime) -> HttpResponse:
    actor = request.actor
    page = keyset.page_of(display.messages_of(actor, found), request.GET, ("at", "id"), descending=True)
    read_at = display.last_read(actor, found.kind, found.subject_id)
    context: dict[str, Any] = {
        "thread": found,
        "rows": display.rows(actor, found, page.rows, read_at=read_at, now=now),
        "page": page,
        "form": form,
        "writable": found.writable,
        "audiences": [found.label_of(audience) for audience in found.audiences(actor)],
    }
    record(
        request,
        Action.VIEWED,
        subject_kind=found.kind,
        subject_id=found.subject_id,
        organisation_id=found.organisation.pk,
    )
    operations.mark_read(actor=actor, thread=found, at=now)
    reading.read_about(actor=actor, path=found.path, at=now)
    return render(request, "threads/thread.html", context, status=422 if form.errors else 200)


@writing
@everyone_who_talks
def take_back(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Take one's own message back."""
    message = get_object_or_404(Message.objects.visible_to(request.actor), public_id=message_id)
    found = find(request.actor, message.subject_kind, message.subject_id)
    try:
        operations.take_back(actor=request.actor, message_id=message_id, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Message retiré."))
    return redirect(found.path)
