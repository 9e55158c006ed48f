"""Frozen data handed to the protocol and to the letters: JSON only, rebuilt the same (DESIGN §2.8)."""

from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate

from aids.models import AidComputation, AidRequest, RentTerm
from aids.models.request import Purpose
from ales.dates import format_month
from ales.money import ZERO, format_euros
from cases.facts import CaseFacts
from members.access import Actor

_LEASEHOLDERS = ("TENANT", "CO_TENANT")


def term_label(month: date | None) -> str:
    """`Mars 2026`, or the settlement's name."""
    return format_month(month).capitalize() if month else "Règlement de la dette"


def protocol_terms(request: AidRequest, terms: list[RentTerm], computation: AidComputation) -> dict[str, Any]:
    """What the protocol carries of the aid (DOMAIN §8)."""
    inputs = computation.inputs
    rate = computation.rate
    return {
        "request": str(request.public_id),
        "reference": request.reference,
        "purpose": request.purpose,
        "purpose_label": Purpose(request.purpose).label.capitalize(),
        "is_renewal": request.renewal_of_id is not None,
        "tenant_name": inputs["tenant_name"],
        "landlord_id": inputs["landlord_id"],
        "scale_name": f"{computation.scale['name']} ({computation.scale['version']})",
        "rate_percent": f"{(rate * 100).normalize():f}" if rate is not None else None,
        "months": [
            {
                "label": term_label(term.month),
                "month": term.month.isoformat() if term.month else None,
                "nature": term.nature,
                "nature_label": str(term.get_nature_display()),
                "ceiling": f"{term.ceiling:.2f}",
                "amount": f"{term.asked:.2f}",
            }
            for term in terms
        ],
        "total": f"{sum((term.asked for term in terms), start=ZERO):.2f}",
        "residual_rent": f"{computation.residual_rent:.2f}",
        "arrears": inputs["arrears"],
        "arrears_on": inputs["arrears_on"],
        "plan_after": f"{computation.repayment_plan:.2f}",
        "explanation": computation.explanation,
    }


def _letter(request: AidRequest, facts: CaseFacts, actor: Actor, at: datetime) -> dict[str, Any]:
    tenants = [p.name for p in facts.persons if p.position in _LEASEHOLDERS] or [facts.tenant_name]
    return {
        "reference": request.reference,
        "date": localdate(at).isoformat(),
        "issuer": {"name": actor.organisation_name, "role": f"{actor.name}, {actor.role_label}", "lines": []},
        "recipient": {"lines": [*tenants, facts.address, f"{facts.postal_code} {facts.town}".strip()]},
        "decider": actor.name,
        "landlord": facts.landlord_name,
        "purpose": request.purpose,
        "purpose_label": str(Purpose(request.purpose).label),
        "is_renewal": request.renewal_of_id is not None,
    }


def decision_letter(
    request: AidRequest, terms: list[RentTerm], facts: CaseFacts, actor: Actor, at: datetime
) -> dict[str, Any]:
    """Payload of the letter that tells the household what is granted."""
    rows = [
        {
            "label": term_label(term.month),
            "asked": format_euros(term.asked),
            "granted": format_euros(term.granted or ZERO),
            "reason": term.reduction_reason,
        }
        for term in terms
    ]
    return _letter(request, facts, actor, at) | {
        "terms": rows,
        "asked": format_euros(request.asked_amount),
        "granted": format_euros(request.granted_amount),
        "is_lower": request.granted_amount < request.asked_amount,
        "comment": request.decision_reason,
    }


def refusal_letter(request: AidRequest, facts: CaseFacts, actor: Actor, at: datetime) -> dict[str, Any]:
    """Payload of the letter that tells the household why the aid is refused."""
    return _letter(request, facts, actor, at) | {
        "asked": format_euros(request.asked_amount),
        "reason": request.decision_reason,
    }
