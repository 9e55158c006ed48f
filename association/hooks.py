"""What this room hangs onto the rooms below (ales/registry.py)."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from ales import registry
from ales.money import format_euros, format_percent
from ales.registry import Card, NavEntry
from association import guide
from association.statistics import HIDDEN, year_to_date
from members.roles import Role

FIGURES_ROLES = frozenset({Role.BOARD_MEMBER, Role.ASSOCIATION_ADMIN})


def register() -> None:
    """Called once by AppConfig.ready()."""
    registry.chapters.add_all(guide.CHAPTERS)
    registry.tour_steps.add_all(guide.TOUR)
    registry.navigation.add(
        NavEntry(_("Statistiques"), "association:statistics", "chart-bar", frozenset(Role), 50)
    )
    registry.dashboard_cards.add(figures_of_the_year)


def figures_of_the_year(request: HttpRequest) -> list[Card]:
    """Key figures of the calendar year, for the board and the association's team; one query."""
    if request.actor.role not in FIGURES_ROLES:
        return []
    today = localdate()
    total, shares = year_to_date(request.actor, today)
    address = reverse("association:statistics")
    rows = []
    if total.aids:
        mean = HIDDEN if total.hidden else format_euros(total.mean)
        rows.append(
            {
                "text": _("Aides accordées : %(count)s") % {"count": HIDDEN if total.hidden else total.aids},
                "detail": _("%(amount)s, soit %(mean)s en moyenne")
                % {"amount": HIDDEN if total.hidden else format_euros(total.amount), "mean": mean},
            }
        )
        rows += [
            {
                "text": f"{format_percent(share.percent)} {share.title}",
                "detail": _("%(numerator)s sur %(denominator)s aides")
                % {"numerator": share.numerator, "denominator": share.denominator},
            }
            for share in shares
            if not share.hidden and share.percent is not None
        ]
    return [
        Card(
            title=_("Chiffres de l’année %(year)s") % {"year": today.year},
            icon="chart-bar",
            rows=rows,
            empty=_("Aucune aide accordée depuis le 1er janvier."),
            url=address,
            url_label=_("Voir les statistiques"),
            order=60,
        )
    ]
