"""Chapters of the guide and stops of the tour (ales/guide), about payments up to the landlord's account."""

from django.utils.translation import gettext_lazy as _

from ales.registry import Chapter, TourStep
from members.guide import AGENTS, AID, MANAGERS, PAYMENT, TREASURERS
from members.roles import ASSOCIATION_ROLES

CHAPTERS = (
    Chapter(
        "aides-de-nos-locataires",
        _("Suivre les aides de vos locataires"),
        _("Où elles en sont, combien, quand l’argent part."),
        AID,
        AGENTS,
        "guide/payments/landlord_aids.html",
        20,
    ),
    Chapter(
        "demander-le-paiement",
        _("Demander le paiement"),
        _("Choisir les échéances, suivre l’ordre, répondre au bailleur."),
        PAYMENT,
        MANAGERS,
        "guide/payments/ask.html",
        40,
    ),
    Chapter(
        "signer-et-payer",
        _("Signer et payer"),
        _("Viser les ordres, préparer le bordereau, remettre le fichier à la banque."),
        PAYMENT,
        TREASURERS,
        "guide/payments/sign_pay.html",
        42,
    ),
    Chapter(
        "releve-de-banque",
        _("Lire un relevé de la banque"),
        _("L’importer, voir ce qu’il fera, l’appliquer, rapprocher le reste."),
        PAYMENT,
        TREASURERS,
        "guide/payments/statement.html",
        44,
    ),
    Chapter(
        "confirmer-une-reception",
        _("Confirmer une réception, signaler un écart"),
        _("Dire que le virement est arrivé, ou ce qui ne va pas."),
        PAYMENT,
        AGENTS,
        "guide/payments/receipt.html",
        46,
    ),
    Chapter(
        "argent-revenu",
        _("Quand l’argent revient"),
        _("Un virement rejeté, un remboursement demandé au bailleur."),
        PAYMENT,
        MANAGERS | ASSOCIATION_ROLES,
        "guide/payments/money_back.html",
        50,
    ),
    Chapter(
        "comptabilite",
        _("Clôturer une période comptable"),
        _("Les écritures, le fichier FEC, ce qui arrive après."),
        PAYMENT,
        frozenset(ASSOCIATION_ROLES),
        "guide/payments/accounting.html",
        56,
    ),
)

TOUR = (
    TourStep(
        _("Les aides de vos locataires"),
        _("Où en est chaque aide, ce qui est versé, et les virements dont vous confirmez la réception."),
        AGENTS,
        20,
        "payments:tenant_aids",
    ),
    TourStep(
        _("Les paiements"),
        _("Signer les ordres, préparer le bordereau, lire le relevé de la banque : un onglet par geste."),
        TREASURERS,
        20,
        "payments:orders",
    ),
)
