"""What the house keeps of its users and of organisations, and why (DOMAIN §14)."""

from ales import registry
from ales.lists.models import ListColumns, SavedView
from ales.privacy.declarations import PersonalData, Treatment
from members.models import (
    BankDetails,
    CalendarAddress,
    Envelope,
    Fund,
    FundAlert,
    FundEntry,
    Invitation,
    Membership,
    Notification,
    NotificationDigest,
    NotificationPreference,
    Organisation,
    User,
)
from members.models.session import SessionRecord

ACCOUNT = "compte d’un professionnel, tant qu’il est ouvert et qu’une pièce le cite"
TOLD = "numéros, organismes et dates, jamais un nom de ménage ; effacée au bout d’un an"
DIRECTORY = "annuaire des organismes"
CODE = "code du programme, sans texte libre"
BANK = "compte bancaire d’un bailleur, dix ans (Code de commerce, L123-22)"
VIEW = "réglage d’une liste par un professionnel, sans les mots cherchés"
LEDGER = "écriture comptable, dix ans ; cite un numéro d’aide ou d’ordre, jamais un nom de ménage"

USERS = Treatment(
    code="comptes",
    title="Comptes et habilitations",
    purpose="Ouvrir l’extranet aux seules personnes habilitées et savoir qui a fait quoi.",
    basis="Intérêt légitime (art. 6.1.f), sécurité du traitement (art. 32).",
    people="Utilisateurs des organismes et de l’association, personnes invitées.",
    readers="Responsables de l’organisme, équipe de l’association.",
    retention="Tant que le compte est ouvert, puis tant qu’une pièce conservée cite la personne.",
    order=40,
)
MONEY = Treatment(
    code="fonds",
    title="Annuaire, fonds et coordonnées bancaires",
    purpose="Connaître les organismes, tenir leurs fonds, payer le bon compte.",
    basis="Obligation légale (art. 6.1.c), intérêt légitime (art. 6.1.f).",
    people="Bailleurs privés (personnes physiques) ; interlocuteurs des organismes.",
    readers="Équipe et trésorier de l’association, responsables ; le bailleur pour son propre compte.",
    retention="Dix ans pour ce qui justifie un paiement.",
    order=35,
)

DECLARED = (
    PersonalData(
        User,
        USERS.code,
        kept=dict.fromkeys(("email", "first_name", "last_name", "phone"), ACCOUNT)
        | {"password": "empreinte Argon2, jamais le mot de passe"},
    ),
    PersonalData(Membership, USERS.code),
    PersonalData(
        SessionRecord,
        USERS.code,
        kept={
            "key": "empreinte d’une session, sans la clé",
            "device": "navigateur et système d’un professionnel",
            "device_hash": "empreinte d’un appareil de professionnel",
        },
    ),
    PersonalData(
        Invitation,
        USERS.code,
        kept=dict.fromkeys(("email", "first_name", "last_name"), ACCOUNT)
        | {"token_hash": "empreinte d’un jeton à usage unique"},
    ),
    PersonalData(
        Notification, USERS.code, kept=dict.fromkeys(("title", "text", "path"), TOLD) | {"kind": CODE}
    ),
    PersonalData(CalendarAddress, USERS.code, kept={"token_hash": "empreinte d’une adresse secrète"}),
    PersonalData(NotificationPreference, USERS.code, kept={"kind": CODE}),
    PersonalData(NotificationDigest, USERS.code),
    PersonalData(
        Organisation,
        MONEY.code,
        kept=dict.fromkeys(
            ("name", "department", "siret", "email", "phone", "address", "postal_code", "town", "sort_key"),
            DIRECTORY,
        ),
    ),
    PersonalData(
        BankDetails,
        MONEY.code,
        kept=dict.fromkeys(
            (
                "account_holder",
                "iban",
                "bic",
                "refusal_reason",
                "bank_refused_reason",
                "vouched_note",
            ),
            BANK,
        ),
    ),
    PersonalData(Fund, MONEY.code, kept={"name": "nom d’un fonds d’organisme"}),
    PersonalData(
        Envelope,
        MONEY.code,
        kept={
            "name": "intitulé de la convention d’un organisme",
            "cancel_reason": "motif écrit par l’équipe de l’association",
        },
    ),
    PersonalData(FundAlert, MONEY.code),
    PersonalData(ListColumns, USERS.code, kept={"list_code": VIEW, "hidden": VIEW}),
    PersonalData(SavedView, USERS.code, kept=dict.fromkeys(("list_code", "name", "query"), VIEW)),
    PersonalData(FundEntry, MONEY.code, kept={"label": LEDGER, "cause_kind": LEDGER}),
)


def register() -> None:
    registry.treatments.add(USERS)
    registry.treatments.add(MONEY)
    for declaration in DECLARED:
        registry.personal_data.add(declaration)
