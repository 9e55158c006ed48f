"""What a person has been told: the list, the bell's count, and how they want their mails."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt

from ales import keyset, tenancy
from ales.dates import format_date
from ales.errors import Refusal
from ales.forms import add_faults
from ales.http import form_page, reading, writing
from members.access import roles_required
from members.models import Notification
from members.notification_forms import PreferencesForm
from members.notifications import preferences as choices
from members.notifications import reading as operations
from members.notifications import unsubscribe as links


@reading
@roles_required()
def notification_list(request: HttpRequest) -> HttpResponse:
    """One's own, the unread first, then the latest."""
    page = keyset.page_of(
        Notification.objects.visible_to(request.actor),
        request.GET,
        ("unread", "created_at", "id"),
        descending=True,
    )
    rows = [_row(notification) for notification in page.rows]
    context = {"page": page, "rows": rows, "has_unread": any(row["unread"] for row in rows)}
    return render(request, "notifications/list.html", context)


def _row(notification: Notification) -> dict[str, Any]:
    moment = timezone.localtime(notification.created_at)
    return {
        "title": notification.title,
        "text": notification.text,
        "when": _("%(day)s à %(time)s")
        % {"day": format_date(moment.date()), "time": f"{moment:%H} h {moment:%M}"},
        "unread": notification.unread,
        "open_url": reverse("members:notification_open", args=[notification.pk]),
        "read_url": reverse("members:notification_read", args=[notification.pk]),
    }


@reading
@roles_required()
def unread_count(request: HttpRequest) -> HttpResponse:
    """What the bell shows: a fragment, empty when everything is read."""
    return render(request, "notifications/_count.html", {"count": operations.count_unread(request.actor)})


@writing
@roles_required()
def open_one(request: HttpRequest, notification_id: uuid.UUID) -> HttpResponse:
    """Go to what the notification is about, which reads it."""
    found = operations.read(actor=request.actor, notification_id=notification_id, at=timezone.now())
    return redirect(found.path)


@writing
@roles_required()
def read_one(request: HttpRequest, notification_id: uuid.UUID) -> HttpResponse:
    """Mark one as read and stay."""
    operations.read(actor=request.actor, notification_id=notification_id, at=timezone.now())
    return redirect("members:notifications")


@writing
@roles_required()
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    number = operations.read_all(actor=request.actor, at=timezone.now())
    done = ngettext("%d notification marquée comme lue.", "%d notifications marquées comme lues.", number)
    messages.success(request, done % number)
    return redirect("members:notifications")


@form_page
@roles_required()
def preferences(request: HttpRequest) -> HttpResponse:
    """How one's mails come, kind by kind."""
    actor = request.actor
    kinds = choices.kinds_of(actor.role)
    chosen = choices.chosen_by([actor.user_id])
    initial = {kind.code: choices.channel_of(actor.user_id, kind.code, chosen) for kind in kinds}
    form = PreferencesForm(request.POST or None, kinds=kinds, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            choices.choose(actor=actor, channels=form.cleaned_data)
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            messages.success(request, _("Vos choix sont enregistrés."))
            return redirect("members:notification_preferences")
    return render(request, "notifications/preferences.html", {"form": form})


@csrf_exempt  # the mail reader's own button posts here (RFC 8058); the signed token is the permission
@form_page
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the mails that duty doesn't need, from the link of a mail, without a sign-in.

    GET asks first: mail filters open every link.
    """
    user = links.user_of(token)
    if user is None:
        raise Http404
    done = request.method == "POST"
    if done:
        with tenancy.tenant(links.context_of(user)):
            choices.stop_all_but_duty(user_id=user.pk)
    return render(request, "notifications/unsubscribe.html", {"done": done, "kept": _kept(user)})


def _kept(user) -> list[str]:
    """Labels of the kinds this person's duties need."""
    roles = user.memberships.active().values_list("role", flat=True).distinct()
    kinds = {kind.code: kind for role in roles for kind in choices.kinds_of(role) if kind.duty}
    return [str(kind.label) for kind in sorted(kinds.values(), key=lambda kind: kind.order)]
