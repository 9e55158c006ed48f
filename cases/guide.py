"""Chapters of the guide and stops of the tour, about the household's file (ales/guide)."""

from django.utils.translation import gettext_lazy as _

from ales.registry import Chapter, TourStep
from members.guide import AGENTS, AID, CASE
from members.roles import ASSOCIATION_ROLES, SOCIAL_ROLES, Role

SOCIAL = frozenset(SOCIAL_ROLES)

CHAPTERS = (
    Chapter(
        "ouvrir-un-dossier",
        _("Ouvrir un dossier"),
        _("Le ménage, l’emploi, le logement, la dette, les droits."),
        CASE,
        SOCIAL,
        "guide/cases/open_case.html",
        10,
    ),
    Chapter(
        "saisir-le-budget",
        _("Saisir le budget"),
        _("Ressources, charges, et ce que disent les indicateurs."),
        CASE,
        SOCIAL,
        "guide/cases/budget.html",
        12,
    ),
    Chapter(
        "partager-ou-transmettre",
        _("Partager ou transmettre un dossier"),
        _("L’ouvrir à un autre organisme pour un temps, ou le lui confier."),
        CASE,
        SOCIAL,
        "guide/cases/share.html",
        14,
    ),
    Chapter(
        "droits-des-personnes",
        _("Droits des personnes et durée de conservation"),
        _("Ce que le dossier garde, jusqu’à quand, et comment répondre à la personne."),
        CASE,
        SOCIAL,
        "guide/cases/personal_data.html",
        16,
    ),
    Chapter(
        "protocole",
        _("Le protocole"),
        _("Le préparer, le signer avec le ménage, le déposer."),
        AID,
        SOCIAL,
        "guide/cases/agreement.html",
        24,
    ),
    Chapter(
        "echanges",
        _("Les échanges : qui lit un message"),
        _("Poser une question et garder la réponse avec ce dont elle parle."),
        AID,
        SOCIAL | AGENTS | ASSOCIATION_ROLES,
        "guide/cases/threads.html",
        34,
    ),
)

TOUR = (
    TourStep(
        _("Les dossiers"),
        _("Un dossier par difficulté d’un ménage : le foyer, le logement, le budget, les droits, les aides."),
        SOCIAL,
        20,
        "cases:list",
    ),
    TourStep(
        _("Ouvrir un dossier"),
        _("Un nom et un prénom suffisent pour commencer. Le reste se saisit par étapes, gardées à mesure."),
        frozenset({Role.SOCIAL_WORKER}),
        40,
        "cases:new",
        ".page-actions .btn",
    ),
)
