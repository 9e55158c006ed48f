"""The tour of the first visit: what it shows, and whether a habilitation has seen it."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ales import registry
from ales.registry import TourStep
from members.access import Actor
from members.models import Membership
from members.roles import ASSOCIATION_ROLES, Role

EVERYBODY = frozenset(Role)

STEPS = (
    TourStep(
        _("Ce qui vous attend"),
        _(
            "Cette page réunit ce qui demande quelque chose de vous, le plus urgent en premier. "
            "Elle se vide à mesure que le travail se fait."
        ),
        EVERYBODY,
        10,
        "members:dashboard",
        ".next-action, main .empty-state",
    ),
    TourStep(
        _("Les adhérents"),
        _(
            "L’annuaire des organismes, leurs utilisateurs et les comptes des bailleurs. "
            "Un compte se saisit par l’un et se confirme par l’autre."
        ),
        frozenset(ASSOCIATION_ROLES),
        30,
        "members:organisations",
    ),
    TourStep(
        _("Chercher"),
        _(
            "Un nom, une référence, une commune, un montant : deux lettres suffisent. "
            "La touche / mène ici depuis toutes les pages."
        ),
        EVERYBODY - {Role.BOARD_MEMBER},
        60,
        "search:page",
        ".app-search",
    ),
    TourStep(
        _("Être prévenu"),
        _(
            "La cloche compte ce que vous n’avez pas lu. Dans « Choisir mes mails », "
            "vous décidez de ce qui vient aussi par mail."
        ),
        EVERYBODY,
        70,
        "members:notifications",
        ".bell",
    ),
    TourStep(
        _("Trouver de l’aide"),
        _(
            "Votre menu ouvre le compte et l’aide : un guide écrit pour votre rôle, tâche par tâche. "
            "Vous y reverrez cette visite."
        ),
        EVERYBODY,
        80,
        "guide:contents",
        ".header-end [aria-label='Mon compte']",
    ),
)

#: On a small screen the menu's entries stand behind this button.
MENU_BUTTON = ".app-header [data-bs-target='#navigation']"


def steps_for(actor: Actor) -> list[dict]:
    """The steps of this role: title, text, address, and the selectors of what each points at."""
    found = []
    for step in registry.tour_steps_for(actor.role):
        url = reverse(step.url_name)
        target = step.target or f".side-nav a[href='{url}'], {MENU_BUTTON}"
        found.append({"title": step.title, "text": step.text, "url": url, "target": target})
    return found


def end(*, actor: Actor, at: datetime) -> None:
    """This habilitation has seen the tour, or doesn't want it. Ended twice, the first day stays."""
    _own(actor).filter(toured_at=None).update(toured_at=at)


def begin_again(*, actor: Actor) -> None:
    """The next dashboard of this habilitation shows the tour."""
    _own(actor).update(toured_at=None)


def _own(actor: Actor):
    return Membership.objects.filter(public_id=actor.membership_id, user_id=actor.user_id)
