"""What becomes of each column of a social file, and why what stays stays (DOMAIN §14)."""

from ales import registry
from ales.privacy.declarations import (
    EMPTY,
    EMPTY_OBJECT,
    ERASED,
    FIRST_OF_YEAR,
    NULL,
    PersonalData,
    Treatment,
)
from ales.privacy.scrub import Guard
from ales.tenancy import CAPACITY, ORGANISATION
from cases.models import (
    BudgetLine,
    BudgetSnapshot,
    CaseEvent,
    CaseGroupObjectPermission,
    CaseHandover,
    CaseShare,
    DataRequest,
    Employment,
    Entitlement,
    Household,
    Message,
    Person,
    Protocol,
    StepDraft,
    Tenancy,
    TenantCase,
    ThreadReading,
    Undertaking,
)

TREATMENT = "accompagnement"
TODAY = "(now() AT TIME ZONE 'Europe/Paris')::date"
CODE = "code du programme, sans texte libre"
NUMBER = "numéro interne : relie un paiement à ses pièces"
AREA = "département seul : ne désigne personne, sert aux statistiques"

SUPPORT = Treatment(
    code=TREATMENT,
    title="Accompagnement social des ménages en difficulté de logement",
    purpose="Évaluer la situation d’un ménage, ouvrir ses droits, convenir d’un protocole et "
    "demander une aide.",
    basis="Mission d’intérêt légitime de l’organisme et de l’association (art. 6.1.f), "
    "exécution du protocole "
    "signé (art. 6.1.b). Aucune donnée de santé, aucun numéro de sécurité sociale.",
    people="Locataires, conjoints, enfants et autres occupants du logement.",
    readers="Travailleurs sociaux et responsables de l’organisme qui suit le dossier, et eux seuls.",
    retention="Deux ans après le dernier contact, puis anonymisation (CNIL, référentiel 2021-028).",
    order=10,
)

#: The moment has come, says the database itself: cases/rules/retention.py says the same with more words.
CHECK = f"""
    IF {CAPACITY} IS DISTINCT FROM 'MANAGER'
        OR file.organisation_id IS DISTINCT FROM {ORGANISATION}
    THEN
        RAISE EXCEPTION 'no such file';
    END IF;
    IF file.limited_on IS NOT NULL THEN
        RAISE EXCEPTION 'the file is frozen';
    END IF;
    IF stage = 'ANONYMISE' THEN
        IF file.anonymised_on IS NOT NULL THEN
            RAISE EXCEPTION 'the file is anonymised already';
        END IF;
        IF reason = 'RETENTION' AND (
            GREATEST(file.opened_on, file.last_contact_on, file.closed_on,
                (file.updated_at AT TIME ZONE 'Europe/Paris')::date) + interval '2 years' > {TODAY}
            OR file.retention_noticed_on IS NULL OR file.retention_noticed_on > {TODAY} - 60
        ) THEN
            RAISE EXCEPTION 'a file is kept two years after the last contact and sixty days after the notice';
        END IF;
        IF reason = 'ERASURE' AND NOT EXISTS (
            SELECT 1 FROM cases_datarequest WHERE case_id = target AND kind = 'ERASURE'
        ) THEN
            RAISE EXCEPTION 'nobody asked for the erasure of this file';
        END IF;
    ELSIF file.anonymised_on IS NULL OR file.last_payment_on IS NULL
        OR {TODAY} <= make_date(extract(year FROM file.last_payment_on)::int + 10, 12, 31) THEN
        RAISE EXCEPTION 'the proof of a payment is kept ten years';
    END IF;
"""

DECLARED = (
    PersonalData(
        TenantCase,
        TREATMENT,
        path="",
        cleared={
            "former_reference": EMPTY,
            "closing_reason": EMPTY,
            "social_notes": EMPTY,
            "tenant_name": EMPTY,
            "landlord_name": EMPTY,
            "town": EMPTY,
            "search_text": EMPTY,
            "life_event": EMPTY,
            "life_event_on": NULL,
            "step_versions": EMPTY_OBJECT,
            "step_saves": EMPTY_OBJECT,
            "limit_reason": EMPTY,
            "last_form_key": NULL,
            "state": "'CLOSED'",
            "closed_on": f"COALESCE(closed_on, {TODAY})",
            "version": "version + 1",
            "anonymised_on": TODAY,
        },
        cleared_with_accounts={"accounts_cleared_on": TODAY},
        kept={"reference": NUMBER},
    ),
    PersonalData(CaseGroupObjectPermission, TREATMENT, path="content_object", exported=False),
    PersonalData(CaseShare, TREATMENT, path="case", cleared={"reason": ERASED}),
    PersonalData(
        CaseHandover,
        TREATMENT,
        path="case",
        cleared={"town": EMPTY, "reason": ERASED, "decision_reason": ERASED},
        kept={"reference": NUMBER, "new_reference": NUMBER},
    ),
    PersonalData(StepDraft, TREATMENT, path="case", deleted=True, exported=False),
    PersonalData(
        CaseEvent,
        TREATMENT,
        path="case",
        cleared={"text": ERASED},
        kept={"kind": CODE, "capacity": CODE},
    ),
    PersonalData(
        Message,
        TREATMENT,
        path="case",
        cleared={"text": EMPTY, "mentions": "'{{}}'"},
        kept={"subject_kind": CODE, "capacity": CODE},
    ),
    PersonalData(ThreadReading, TREATMENT, kept={"subject_kind": CODE}),
    PersonalData(DataRequest, TREATMENT, path="case", cleared={"note": EMPTY}, kept={"capacity": CODE}),
    PersonalData(Household, TREATMENT, path="case", cleared={"phone": EMPTY, "email": EMPTY}),
    PersonalData(
        Person,
        TREATMENT,
        path="case",
        cleared={"last_name": EMPTY, "first_name": EMPTY, "birth_date": FIRST_OF_YEAR},
    ),
    PersonalData(Employment, TREATMENT, path="case", deleted=True),
    PersonalData(BudgetLine, TREATMENT, path="case", deleted=True),
    PersonalData(BudgetSnapshot, TREATMENT, path="case", deleted=True),
    PersonalData(Entitlement, TREATMENT, path="case", deleted=True),
    PersonalData(Undertaking, TREATMENT, path="case", deleted=True),
    PersonalData(Protocol, TREATMENT, path="case", cleared={"terms": EMPTY_OBJECT, "place": EMPTY}),
    PersonalData(
        Tenancy,
        TREATMENT,
        path="case",
        cleared={
            "address": EMPTY,
            "postal_code": EMPTY,
            "town": EMPTY,
            "insee_code": EMPTY,
            "dwelling": EMPTY,
            "landlord_reference": EMPTY,
            "lease_on": NULL,
        },
        kept={"department": AREA},
    ),
)


def register() -> None:
    registry.treatments.add(SUPPORT)
    registry.scrub_guard.add(Guard(TenantCase, CHECK))
    for declaration in DECLARED:
        registry.personal_data.add(declaration)
