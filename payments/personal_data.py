"""What of a payment is kept ten years, and what goes with the case (DOMAIN §14)."""

from datetime import date

from django.db.models import Max

from ales import registry
from ales.privacy.declarations import ERASED, PersonalData, Treatment
from ales.privacy.scrub import Guard
from cases.models import TenantCase
from payments.models import (
    AccountingEntry,
    AccountingPeriod,
    BankStatement,
    PaymentAdvice,
    PaymentBatch,
    PaymentOrder,
    PaymentOrderLine,
    PaymentQuery,
    PaymentRecovery,
    PaymentRecoveryLine,
    RecoveryState,
    StatementLine,
)
from payments.states import UNDER_WAY, OrderState

TREATMENT = "paiements"
SKELETON = "pièce comptable, dix ans (Code de commerce, L123-22) ; désigne le bailleur, pas le ménage"

PAYMENTS = Treatment(
    code=TREATMENT,
    title="Paiement des aides aux bailleurs",
    purpose="Ordonner, viser, exécuter et justifier les virements ; tenir la comptabilité.",
    basis="Obligation légale de tenue et de conservation des comptes (art. 6.1.c).",
    people="Locataires aidés (nom et référence chez le bailleur) ; signataires.",
    readers="Responsables de l’organisme, équipe et trésorier de l’association ; le bailleur "
    "lit un avis sans fonds.",
    retention="Nom et commune du locataire : comme le dossier. Montants, dates, bailleur, "
    "numéros et référence "
    "du locataire chez le bailleur : dix ans à compter de la fin de l’exercice.",
    order=30,
)
_UNDER_WAY = ", ".join(f"'{state.value}'" for state in sorted(UNDER_WAY))
CHECK = f"""
    IF stage = 'ANONYMISE' AND EXISTS (
        SELECT 1 FROM payments_paymentorder placed JOIN aids_aidrequest asked ON asked.id = placed.request_id
        WHERE asked.case_id = target AND (placed.state IN ({_UNDER_WAY})
            OR (placed.state = '{OrderState.REJECTED.value}' AND placed.rejection_outcome = ''))
    ) THEN
        RAISE EXCEPTION 'an order is not paid yet';
    END IF;
    IF stage = 'ANONYMISE' AND EXISTS (
        SELECT 1 FROM payments_paymentrecovery back JOIN aids_aidrequest asked ON asked.id = back.request_id
        WHERE asked.case_id = target AND back.state = '{RecoveryState.ASKED.value}'
    ) THEN
        RAISE EXCEPTION 'a recovery is awaited';
    END IF;
"""

DECLARED = (
    PersonalData(
        PaymentOrder,
        TREATMENT,
        path="request__case",
        cleared={
            "frozen": "jsonb_set(jsonb_set({column}, '{{request,tenant}}', '\"Dossier anonymisé\"', false),"
            " '{{request,town}}', '\"\"', false)",
            "given_up_reason": ERASED,
            "rejection_reason": ERASED,
        },
        cleared_with_accounts={
            "frozen": "jsonb_set({column}, '{{request,landlord_reference}}', '\"\"', false)"
        },
        kept={
            "account_holder": SKELETON,
            "iban": SKELETON,
            "bic": SKELETON,
            "end_to_end_id": SKELETON,
            "rejected_code": "code de la banque",
            "barred_ids": "comptes des professionnels, jamais du ménage",
        },
    ),
    PersonalData(PaymentOrderLine, TREATMENT, path="order__request__case", exported=False),
    PersonalData(
        PaymentAdvice,
        TREATMENT,
        path="request__case",
        cleared={"cancelled_reason": ERASED},
        kept={"order_number": SKELETON, "end_to_end_id": SKELETON, "months": SKELETON},
    ),
    PersonalData(
        PaymentBatch,
        TREATMENT,
        kept={
            "frozen": SKELETON,
            "message_id": "identifiant du fichier",
            "payment_information_id": "identifiant du fichier",
            "schema": "format du fichier",
            "cancelled_reason": "motif écrit par le trésorier, sur un fichier entier",
        },
    ),
    PersonalData(
        PaymentQuery,
        TREATMENT,
        path="advice__request__case",
        cleared={"text": ERASED, "answer": ERASED},
    ),
    PersonalData(
        PaymentRecovery,
        TREATMENT,
        path="request__case",
        cleared={"reason": ERASED, "settlement_reason": ERASED},
        kept={"order_number": SKELETON, "months": SKELETON},
    ),
    PersonalData(PaymentRecoveryLine, TREATMENT, path="recovery__request__case", exported=False),
    PersonalData(
        BankStatement,
        TREATMENT,
        kept={
            "sha256": "empreinte du fichier de la banque",
            "format": "format du fichier",
            "statement_id": SKELETON,
            "account_iban": "compte de l’association",
            "decision_reason": "motif écrit par le trésorier, sur un fichier entier",
        },
    ),
    PersonalData(
        StatementLine,
        TREATMENT,
        path="order__request__case",
        exported=False,
        cleared={"note": ERASED},
        kept=dict.fromkeys(
            (
                "kind",
                "end_to_end_id",
                "bank_reference",
                "batch_reference",
                "counterparty",
                "label",
                "return_reason",
                "fingerprint",
            ),
            "mouvement du compte de l’association, dix ans : nos références et le bailleur",
        ),
    ),
    PersonalData(AccountingPeriod, TREATMENT),
    PersonalData(AccountingEntry, TREATMENT),
)


def duties(case: TenantCase) -> list[str]:
    """The orders not paid yet, and what landlords have still to give back; two queries."""
    orders = PaymentOrder.objects.filter(request__case=case).under_way().oldest_first()
    recoveries = PaymentRecovery.objects.filter(request__case=case).awaiting()
    return [
        *(f"L’ordre de paiement {order.number} n’est pas encore payé." for order in orders.defer("frozen")),
        *(f"Le recouvrement {recovery.number} attend encore le bailleur." for recovery in recoveries),
    ]


def last_payment(case: TenantCase) -> date | None:
    """The day of the case's last executed order; one query."""
    paid = PaymentOrder.objects.filter(request__case=case, state=OrderState.EXECUTED)
    return paid.aggregate(last=Max("executed_on"))["last"]


def register() -> None:
    registry.treatments.add(PAYMENTS)
    registry.retention_duties.add(duties)
    registry.last_payments.add(last_payment)
    registry.scrub_guard.add(Guard(None, CHECK))
    for declaration in DECLARED:
        registry.personal_data.add(declaration)
