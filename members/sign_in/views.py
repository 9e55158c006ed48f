"""The sign-in page, and one's own devices: where one is signed in, and how to close it from here."""

import uuid

from allauth.account import views as account
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ales.dates import format_date
from ales.http import reading, writing
from members.models import SessionRecord
from members.sign_in import sessions
from members.sign_in.session_store import digest


def sign_in(request: HttpRequest) -> HttpResponse:
    """allauth's page; where ProConnect is used, its button leaves for there, which the policy must allow."""
    view = account.login
    if settings.PROCONNECT:
        # Browsers hold a form's redirections to `form-action` too.
        view = csp_update({"form-action": [settings.PROCONNECT.origin]})(view)
    return view(request)


@reading
@login_required
def devices(request: HttpRequest) -> HttpResponse:
    """The sessions that still open pages, this one first."""
    now = timezone.now()
    limits = sessions.limits_for(request)
    current = digest(request.session.session_key)
    rows = [
        {
            "id": record.public_id,
            "device": record.device,
            "started": _moment(record.started_at),
            "seen": _moment(record.last_seen_at),
            "is_current": record.key == current,
        }
        for record in SessionRecord.objects.open_of(request.user.pk, now)
    ]
    rows.sort(key=lambda row: not row["is_current"])
    context = {"rows": rows, "idle_minutes": limits.idle, "total_hours": limits.total // 60}
    return render(request, "account/devices.html", context)


@writing
@login_required
def end_session(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """Close one of one's own sessions; anybody else's is as unknown as none."""
    if sessions.end(user=request.user, record_id=record_id, at=timezone.now()):
        messages.success(request, _("La session est fermée."))
    else:
        messages.info(request, _("Cette session était déjà fermée."))
    return redirect("account_devices")


@writing
@login_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Close every session of one's own but this one."""
    count = sessions.end_others(user=request.user, current_key=request.session.session_key, at=timezone.now())
    messages.success(
        request,
        ngettext("%d autre session est fermée.", "%d autres sessions sont fermées.", count) % count,
    )
    return redirect("account_devices")


def _moment(at) -> str:
    moment = localtime(at)
    return f"{format_date(moment.date())} à {moment:%H h %M}"
