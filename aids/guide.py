"""Chapters of the guide and stops of the tour, about the aid itself (ales/guide)."""

from django.utils.translation import gettext_lazy as _

from ales.registry import Chapter, TourStep
from members.guide import ADMINS, AID, MANAGERS
from members.roles import ASSOCIATION_ROLES, SOCIAL_ROLES

CHAPTERS = (
    Chapter(
        "demander-une-aide",
        _("Demander une aide"),
        _("Choisir les mois, joindre les justificatifs, soumettre, renouveler."),
        AID,
        frozenset(SOCIAL_ROLES),
        "guide/aids/request.html",
        20,
    ),
    Chapter(
        "calcul-de-l-aide",
        _("Comprendre le calcul de l’aide"),
        _("Loyer résiduel, taux, plafond, échéance dans la dette ou à venir."),
        AID,
        frozenset(SOCIAL_ROLES | ASSOCIATION_ROLES),
        "guide/aids/computation.html",
        22,
    ),
    Chapter(
        "demande-revenue",
        _("Quand une demande revient"),
        _("Répondre aux points, soumettre de nouveau ; que faire d’un refus."),
        AID,
        frozenset(SOCIAL_ROLES),
        "guide/aids/returned.html",
        26,
    ),
    Chapter(
        "decider",
        _("Décider"),
        _("Accorder et engager l’argent, renvoyer, refuser, arrêter."),
        AID,
        MANAGERS,
        "guide/aids/decide.html",
        28,
    ),
    Chapter(
        "suivre-les-demandes",
        _("Suivre les demandes des adhérents"),
        _("Ce que l’association voit d’une demande, et ce qu’elle n’en voit pas."),
        AID,
        frozenset(ASSOCIATION_ROLES),
        "guide/aids/follow.html",
        30,
    ),
    Chapter(
        "baremes",
        _("Préparer et publier un barème"),
        _("Les tranches, les plafonds, la date d’entrée en vigueur."),
        AID,
        ADMINS,
        "guide/aids/scales.html",
        32,
    ),
)

TOUR = (
    TourStep(
        _("À décider"),
        _("Les demandes de votre équipe, la plus ancienne d’abord. On ne décide jamais ce qu’on a saisi."),
        MANAGERS,
        30,
        "aids:queue",
    ),
)
