"""Chapters of the guide, about the association's life (ales/guide)."""

from django.utils.translation import gettext_lazy as _

from ales.registry import Chapter
from members.guide import EVERYBODY, HOUSE

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
