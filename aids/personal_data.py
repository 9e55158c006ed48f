"""What becomes of each column of an aid when its case is anonymised, and why what stays stays "
"(DOMAIN §14)."""

from aids.models import (
    AidComputation,
    AidEvent,
    AidProfile,
    AidRequest,
    FundAllocation,
    RentTerm,
    Scale,
    ScaleBand,
    SendBackPoint,
)
from aids.models.request import ANONYMISED_NAME
from aids.states import RequestState
from ales import registry
from ales.privacy.declarations import EMPTY, ERASED, PersonalData, Treatment
from ales.privacy.scrub import Guard
from cases.models import TenantCase

TREATMENT = "aides"
CODE = "code du programme, sans texte libre"
AMOUNTS = "montants sans nom ni adresse : expliquent la somme payée"

AIDS = Treatment(
    code=TREATMENT,
    title="Instruction des aides sur quittances",
    purpose="Saisir, calculer, décider et suivre l’aide versée au bailleur ; établir des "
    "statistiques sans nom.",
    basis="Intérêt légitime (art. 6.1.f), exécution du protocole signé (art. 6.1.b).",
    people="Locataires aidés.",
    readers="Travailleurs sociaux et responsables de l’organisme ; équipe et trésorier de "
    "l’association (qui, "
    "où, combien, décision) ; agents du bailleur pour ses seuls locataires ; administrateurs : totaux.",
    retention="Comme le dossier ; montants, dates, bailleur et numéros dix ans après l’exercice du paiement.",
    order=20,
)
STATISTICS = Treatment(
    code="statistiques",
    title="Statistiques",
    purpose="Compter les aides et leurs effets, par période, département et catégorie.",
    basis="Intérêt légitime (art. 6.1.f) ; données sans nom ni référence au dossier.",
    people="Ménages aidés, sous un pseudonyme tiré au hasard.",
    readers="Association ; administrateurs et autres adhérents : aucune case de moins de cinq ménages.",
    retention="Sans limite : ces lignes ne désignent personne.",
    order=60,
)

#: Decided or to decide, and not over: the file is needed.
UNDER_WAY = (RequestState.SUBMITTED, RequestState.VALIDATED, RequestState.IN_PAYMENT)
_STATES = ", ".join(f"'{state.value}'" for state in UNDER_WAY)
CHECK = f"""
    IF stage = 'ANONYMISE' AND EXISTS (
        SELECT 1 FROM aids_aidrequest WHERE case_id = target AND state IN ({_STATES})
    ) THEN
        RAISE EXCEPTION 'an aid is under way';
    END IF;
"""

DECLARED = (
    PersonalData(
        AidRequest,
        TREATMENT,
        path="case",
        cleared={
            "tenant_name": f"'{ANONYMISED_NAME}'",
            "town": EMPTY,
            "search_text": EMPTY,
            "decision_reason": ERASED,
        },
        cleared_with_accounts={"landlord_reference": EMPTY},
        kept={
            "reference": "numéro interne : relie un paiement à ses pièces",
            "department": "département seul : ne désigne personne",
            "author_ids": "comptes des professionnels, jamais du ménage",
        },
    ),
    PersonalData(
        AidComputation,
        TREATMENT,
        path="request__case",
        kept={"inputs": AMOUNTS, "scale": "barème, le même pour tous", "explanation": AMOUNTS},
    ),
    PersonalData(
        AidEvent,
        TREATMENT,
        path="request__case",
        cleared={"reason": ERASED},
        kept={
            "kind": CODE,
            "from_state": CODE,
            "to_state": CODE,
            "text": "phrase du programme : étape, mois, numéro d’ordre ; aucun nom de ménage",
            "capacity": CODE,
        },
    ),
    PersonalData(SendBackPoint, TREATMENT, path="request__case", cleared={"text": ERASED, "answer": ERASED}),
    PersonalData(RentTerm, TREATMENT, path="case", cleared={"reduction_reason": ERASED}),
    PersonalData(FundAllocation, TREATMENT, path="request__case", exported=False),
    PersonalData(
        AidProfile,
        STATISTICS.code,
        path="request__case",
        kept={"department": "département seul : ne désigne personne", "purpose": CODE},
    ),
    PersonalData(Scale, TREATMENT, kept={"name": "barème, le même pour tous"}),
    PersonalData(ScaleBand, TREATMENT),
)


def duties(case: TenantCase) -> list[str]:
    """The aids that still need the file; one query."""
    references = AidRequest.objects.filter(case=case, state__in=UNDER_WAY).values_list("reference", flat=True)
    return [f"L’aide {reference} est en cours." for reference in references.order_by("reference")]


def register() -> None:
    registry.treatments.add(AIDS)
    registry.treatments.add(STATISTICS)
    registry.retention_duties.add(duties)
    registry.scrub_guard.add(Guard(None, CHECK))
    for declaration in DECLARED:
        registry.personal_data.add(declaration)
