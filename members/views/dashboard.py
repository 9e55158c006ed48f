"""The dashboard, and the choice of the active habilitation."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ales import registry
from ales.dates import format_date
from ales.http import reading, writing
from members import tour
from members.access import SESSION_KEY, roles_required
from members.models import Membership

EVENING = 18


@reading
@roles_required()
def dashboard(request: HttpRequest) -> HttpResponse:
    """What waits for this person, most urgent first, and one clear next action."""
    cards = sorted(
        (card for source in registry.dashboard_cards for card in source(request)), key=lambda card: card.order
    )
    waiting = [card for card in cards if card.rows]
    quiet = [card for card in cards if not card.rows]
    # The first row that leads somewhere, and the card it stands in: figures alone ask for nothing.
    actions = ((card, row) for card in waiting for row in card.rows if row.get("url"))
    next_card, next_action = next(actions, (None, None))
    now = localtime()
    context = {
        "greeting": "Bonsoir" if now.hour >= EVENING else "Bonjour",
        "first_name": request.user.first_name,
        "today": f"{_weekday(now.weekday())} {format_date(now.date())}",
        "next_action": next_action,
        "next_card": next_card,
        "waiting": waiting,
        "quick_actions": [
            {"label": action.label, "icon": action.icon, "url": reverse(action.url_name)}
            for action in registry.quick_actions
            if request.actor.role in action.roles
        ],
        "quiet": quiet,
        "tour": tour.steps_for(request.actor) if _is_first_visit(request) else [],
    }
    return render(request, "members/dashboard.html", context)


def _is_first_visit(request: HttpRequest) -> bool:
    """Whether this habilitation hasn't put the tour away; no query, the memberships are there."""
    acting = request.actor.membership_id
    return any(m.public_id == acting and m.toured_at is None for m in request.memberships)


def _weekday(number: int) -> str:
    return ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")[number]


@writing
def switch(request: HttpRequest) -> HttpResponse:
    """Act from now on in another of one's own active habilitations; anything else is ignored with a word."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    wanted = request.POST.get("membership", "")
    chosen = _own_active(request.user.pk, wanted)
    if chosen is None:
        messages.error(request, _("Cette habilitation n’est pas ou plus la vôtre."))
    else:
        request.session[SESSION_KEY] = str(chosen.public_id)
        messages.success(
            request,
            _("Vous agissez maintenant au nom de %(organisation)s : %(role)s.")
            % {"organisation": chosen.organisation.name, "role": chosen.get_role_display()},
        )
    # The former page may be closed to the new capacity: the dashboard never is.
    return redirect("members:dashboard")


def _own_active(user_id: int, public_id: str) -> Membership | None:
    try:
        wanted = uuid.UUID(public_id)
    except ValueError:
        return None
    return Membership.objects.active().of(user_id).filter(public_id=wanted).first()


@reading
def no_membership(request: HttpRequest) -> HttpResponse:
    """Signed in, but with no habilitation that stands: says so and whom to ask."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    if request.actor is not None:
        return redirect("members:dashboard")
    suspended = Membership.objects.of(request.user.pk)
    return render(request, "members/no_membership.html", {"suspended": suspended}, status=403)
