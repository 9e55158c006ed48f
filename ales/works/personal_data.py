"""What becomes of works and their lines (DOMAIN §14)."""

from ales import registry
from ales.privacy.declarations import PersonalData, Treatment
from ales.works.models import Work, WorkLine

CODE = "code du programme, sans texte libre"
SOON = "effacé sept jours après la fin du travail, avec son fichier"

WORKS = Treatment(
    code="travaux",
    title="Exports, imports et traitements en nombre",
    purpose="Faire en arrière-plan ce qu’une personne demande sur de nombreuses lignes, et lui en rendre "
    "compte ; savoir qui a exporté quoi.",
    basis="Comme la liste exportée ou le dossier traité ; sécurité du traitement (art. 32) pour la trace.",
    people="Utilisateurs ; locataires nommés dans les lignes d’un compte rendu ou d’un fichier.",
    readers="La seule personne qui a demandé le travail, dans la même habilitation.",
    retention="Fichier et lignes : sept jours. Trace de la demande (liste, filtres sans les mots "
    "cherchés, nombre de lignes) : douze mois.",
    order=55,
)

DECLARED = (
    PersonalData(
        Work,
        WORKS.code,
        kept={
            "capacity": CODE,
            "kind": CODE,
            "title": "nom de la liste ou de l’action, sans nom de ménage",
            "params": "filtres choisis ; les mots cherchés sont effacés après sept jours",
            "error": "phrase du programme",
            "source": "chemin tiré au hasard ; le fichier est supprimé après sept jours",
            "file": "chemin tiré au hasard ; le fichier est supprimé après sept jours",
            "file_name": "nom de la liste et date",
            "content_type": CODE,
            "sha256": "empreinte : prouve un fichier sans le contenir",
        },
    ),
    PersonalData(
        WorkLine,
        WORKS.code,
        exported=False,
        kept=dict.fromkeys(("label", "address", "data", "detail", "faults"), SOON),
    ),
)


def register() -> None:
    registry.treatments.add(WORKS)
    for declaration in DECLARED:
        registry.personal_data.add(declaration)
