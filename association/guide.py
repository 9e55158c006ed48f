"""Chapters of the guide and stops of the tour, about the association's life (ales/guide)."""

from django.utils.translation import gettext_lazy as _

from ales.registry import Chapter, TourStep
from members.guide import EVERYBODY, HOUSE
from members.roles import Role

CHAPTERS = (
    Chapter(
        "statistiques",
        _("Lire les statistiques"),
        _("Qui est aidé, combien, ce que l’aide change, et les cases masquées."),
        HOUSE,
        EVERYBODY,
        "guide/association/statistics.html",
        68,
    ),
)

TOUR = (
    TourStep(
        _("Les statistiques"),
        _("Combien de ménages sont aidés, et ce que l’aide change. Chaque part s’ouvre sur son calcul."),
        frozenset({Role.BOARD_MEMBER}),
        20,
        "association:statistics",
    ),
)
