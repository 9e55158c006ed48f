"""What the house's own tables keep: documents, access log, numbers (DOMAIN §14)."""

from ales import registry
from ales.audit.models import AccessLog, ScrubLog
from ales.documents.models import ProductionJob, StoredDocument
from ales.journal.models import JournalEntry
from ales.numbering import Counter
from ales.privacy.declarations import EMPTY_OBJECT, NULL, PersonalData, Treatment

CODE = "code du programme, sans texte libre"
GONE = "'(effacé)'"

DOCUMENTS = Treatment(
    code="documents",
    title="Documents produits et justificatifs",
    purpose="Produire protocoles, lettres, ordres et avis ; conserver les justificatifs déposés.",
    basis="Exécution du protocole (art. 6.1.b), obligation légale pour les pièces de paiement (art. 6.1.c).",
    people="Locataires aidés et leur ménage.",
    readers="Selon le document : organisme du dossier, association, bailleur ; chaque ouverture "
    "est journalisée.",
    retention="Comme le dossier : le fichier et ses données sont effacés à l’anonymisation ; "
    "reste l’empreinte.",
    order=25,
)
AUDIT = Treatment(
    code="journal",
    title="Journal des accès et des effacements",
    purpose="Savoir qui a ouvert, téléchargé, exporté ou fait effacer un dossier.",
    basis="Sécurité du traitement (art. 32), intérêt légitime (art. 6.1.f).",
    people="Utilisateurs (numéro de compte et qualité), sans aucune donnée du ménage.",
    readers="Responsables de l’organisme du dossier ; la personne concernée, dans son export.",
    retention="Douze mois pour les accès ; les effacements restent, comme preuve.",
    order=50,
)
MONEY_JOURNAL = Treatment(
    code="journal-argent",
    title="Journal des mouvements d’argent",
    purpose="Prouver qu’aucune écriture de fonds, aucun compte bancaire et aucun paiement n’a été réécrit.",
    basis="Obligation légale de tenue des comptes (art. 6.1.c), sécurité du traitement (art. 32).",
    people="Utilisateurs (numéro de compte), sans aucune donnée du ménage.",
    readers="Équipe et trésorier de l’association.",
    retention="Sans limite : la chaîne ne tient qu’entière ; elle ne garde que numéros, montants et dates.",
    order=52,
)

DECLARED = (
    PersonalData(
        StoredDocument,
        DOCUMENTS.code,
        by_subject=True,
        cleared={"title": GONE, "file_name": "'efface'", "payload": NULL, "erased_at": "now()"},
        kept={
            "subject_kind": CODE,
            "kind": CODE,
            "content_type": CODE,
            "sha256": "empreinte : prouve un fichier sans le contenir",
            "file": "chemin tiré au hasard ; le fichier lui-même est supprimé",
        },
    ),
    PersonalData(
        ProductionJob,
        DOCUMENTS.code,
        by_subject=True,
        exported=False,
        cleared={
            "payload": EMPTY_OBJECT,
            "title": GONE,
            "file_name": "'efface'",
            "error": "CASE WHEN state = 'DONE' THEN '' ELSE 'Erased' END",
            "lease_until": NULL,
            "state": "CASE WHEN state = 'DONE' THEN state ELSE 'FAILED' END",
        },
        kept={"kind": CODE, "subject_kind": CODE, "unique_key": "numéros internes"},
    ),
    PersonalData(
        AccessLog,
        AUDIT.code,
        kept={
            "capacity": CODE,
            "subject_kind": CODE,
            "route": "nom d’une page, jamais son adresse",
            "filters": "filtres d’un export : des codes, jamais les mots cherchés",
        },
    ),
    PersonalData(ScrubLog, AUDIT.code),
    PersonalData(
        JournalEntry,
        MONEY_JOURNAL.code,
        kept={
            "subject_table": "nom d’une table",
            "subject_id": "numéro interne",
            "content": "numéros internes, codes, montants et dates ; empreinte d’un compte de bailleur",
            "previous_hash": "empreinte de l’écriture précédente",
            "hash": "empreinte de l’écriture",
        },
    ),
    PersonalData(Counter, AUDIT.code, kept={"name": "nom d’un compteur"}),
)


def register() -> None:
    registry.treatments.add(DOCUMENTS)
    registry.treatments.add(AUDIT)
    registry.treatments.add(MONEY_JOURNAL)
    for declaration in DECLARED:
        registry.personal_data.add(declaration)
