"""Chapters of the guide (ales/guide) about what every reader has, and organisations, users, funds."""

from django.utils.translation import gettext_lazy as _

from ales.registry import Chapter
from members.roles import ASSOCIATION_ROLES, SOCIAL_ROLES, Role

#: Parts of the guide, in the order of the work; the rooms above put their chapters under them.
START = _("Pour commencer")
CASE = _("Le dossier")
AID = _("L’aide")
PAYMENT = _("Le paiement")
HOUSE = _("L’organisme et l’association")

EVERYBODY = frozenset(Role)
WITH_LISTS = EVERYBODY - {Role.BOARD_MEMBER}
MANAGERS = frozenset({Role.MANAGER})
AGENTS = frozenset({Role.LANDLORD_AGENT})
ADMINS = frozenset({Role.ASSOCIATION_ADMIN})
TREASURERS = frozenset({Role.TREASURER})

CHAPTERS = (
    Chapter(
        "se-reperer",
        _("Se repérer"),
        _("Le tableau de bord, le menu, au nom de qui vous agissez."),
        START,
        EVERYBODY,
        "guide/members/start.html",
        0,
    ),
    Chapter(
        "recherche-et-listes",
        _("Chercher, filtrer, tout faire au clavier"),
        _("La case de recherche, les listes, les vues gardées."),
        START,
        WITH_LISTS,
        "guide/members/search_lists.html",
        2,
    ),
    Chapter(
        "votre-compte",
        _("Votre compte et sa seconde preuve"),
        _("Se connecter, changer de téléphone, fermer une session."),
        START,
        EVERYBODY,
        "guide/members/account.html",
        4,
    ),
    Chapter(
        "notifications-et-agenda",
        _("Être prévenu"),
        _("La cloche, les mails que l’on choisit, l’agenda."),
        START,
        EVERYBODY,
        "guide/members/notifications.html",
        6,
    ),
    Chapter(
        "comptes-bancaires",
        _("Les coordonnées bancaires d’un bailleur"),
        _("Deux personnes pour chaque compte, et pourquoi un paiement attend."),
        PAYMENT,
        AGENTS | ASSOCIATION_ROLES,
        "guide/members/bank_details.html",
        54,
    ),
    Chapter(
        "fonds",
        _("Suivre ses fonds"),
        _("Apporté, engagé, payé, disponible : lire un fonds et son relevé."),
        HOUSE,
        MANAGERS | ASSOCIATION_ROLES,
        "guide/members/funds.html",
        60,
    ),
    Chapter(
        "inviter",
        _("Inviter un collègue"),
        _("Ouvrir un accès, donner un rôle, le suspendre."),
        HOUSE,
        MANAGERS | AGENTS | ADMINS,
        "guide/members/invite.html",
        62,
    ),
    Chapter(
        "organismes",
        _("Tenir l’annuaire des organismes"),
        _("Adhérents, bailleurs, partenaires, et leurs accès."),
        HOUSE,
        ASSOCIATION_ROLES,
        "guide/members/organisations.html",
        64,
    ),
    Chapter(
        "en-nombre",
        _("Plusieurs à la fois : traiter, exporter, importer"),
        _("Les travaux qui avancent sans vous, et leurs comptes rendus."),
        HOUSE,
        SOCIAL_ROLES | AGENTS | ASSOCIATION_ROLES,
        "guide/members/many.html",
        66,
    ),
)
