"""A request's figures, computed from the file of its case by the pure rules (DOMAIN §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from aids.history import History, history_of
from aids.models import AidComputation, AidRequest, RentTerm, Scale
from aids.models.term import TermNature
from aids.rules import ceiling as rules
from aids.rules.repayment import TermPosition
from aids.rules.scale import Scale as RuleScale
from ales.errors import InvalidInputError
from ales.explanation import Fault
from ales.money import ZERO
from cases import facts as case_facts
from cases.models import TenantCase


@dataclass(frozen=True)
class Calculation:
    """The computed request and everything that keeps it from being asked."""

    computation: rules.Computation
    faults: tuple[Fault, ...]
    scale: RuleScale


def applicable_scale(request: AidRequest | None, at: datetime) -> Scale:
    """The frozen version once the request was submitted, else the one in force that day (DOMAIN §4).

    Raises InvalidInputError when no version is in force.
    """
    if request and request.scale_id and request.first_submitted_at:
        return Scale.objects.prefetch_related("bands").get(pk=request.scale_id)
    scale = Scale.objects.in_force(localdate(at))
    if scale is None:
        raise InvalidInputError(
            _(
                "Aucun barème n’est en vigueur à cette date : "
                "l’équipe ALES doit en publier un avant tout calcul."
            )
        )
    return scale


def calculate(
    *,
    case: TenantCase,
    purpose: str,
    terms: Sequence[rules.AskedTerm],
    scale: RuleScale,
    is_renewal: bool,
    history: History,
) -> Calculation:
    """The figures of these terms, with the faults of the amounts and, for a MAINTIEN, of the months."""
    facts = case_facts.facts_of(case)
    computation = rules.compute(
        rules.AidInput(
            purpose=rules.Purpose(purpose),
            housing=facts.housing,
            scale=scale,
            terms=tuple(terms),
            arrears=facts.arrears,
            arrears_on=facts.arrears_on,
            arrears_since=facts.arrears_since,
            benefit_arrears=facts.benefit_arrears,
            earlier_terms=history.earlier_terms,
        )
    )
    faults = list(computation.faults)
    if purpose == rules.Purpose.MAINTIEN:
        faults += rules.period_faults(
            [term.month for term in terms if term.month],
            scale=scale,
            renewal=is_renewal,
            earlier_periods=history.earlier_periods,
            aided_months=history.aided_months,
        )
    return Calculation(computation, tuple(faults), scale)


def calculate_request(request: AidRequest, case: TenantCase, at: datetime) -> Calculation:
    """The figures of the request's stored terms on the file as it stands now.

    Raises InvalidInputError without a scale.
    """
    scale = applicable_scale(request, at).as_rule()
    facts = case_facts.facts_of(case)
    terms = [
        rules.AskedTerm(term.month, term.asked, asked_position(term.nature)) for term in request.terms.all()
    ]
    return calculate(
        case=case,
        purpose=request.purpose,
        terms=terms,
        scale=scale,
        is_renewal=request.renewal_of_id is not None,
        history=history_of(case, excluding=request, arrears_on=facts.arrears_on),
    )


def asked_position(nature: str) -> TermPosition | None:
    """The rule's word for a term's nature; None leaves it to the month and the date of the arrears."""
    if nature == TermNature.COMING:
        return TermPosition.COMING
    if nature in (TermNature.PAST, TermNature.SETTLEMENT):
        return TermPosition.PAST
    return None


def nature_of(term: rules.ComputedTerm) -> str:
    """The stored nature of a computed term."""
    if term.month is None:
        return TermNature.SETTLEMENT
    return TermNature.PAST if term.position == TermPosition.PAST else TermNature.COMING


def frozen_inputs(case: TenantCase) -> dict[str, Any]:
    """What of the file the figures were computed from and whom they concern, as JSON."""
    facts = case_facts.facts_of(case)
    return {
        "housing": {name: str(value) for name, value in vars(facts.housing).items()},
        "arrears": str(facts.arrears),
        "arrears_on": facts.arrears_on.isoformat() if facts.arrears_on else None,
        "arrears_since": facts.arrears_since.isoformat() if facts.arrears_since else None,
        "benefit_arrears": str(facts.benefit_arrears),
        "persons": len(facts.persons),
        # Who is helped and who is paid: the protocol was signed with them.
        "tenant_name": facts.tenant_name,
        "landlord_id": facts.landlord_id,
    }


def store(request: AidRequest, case: TenantCase, calculation: Calculation, at: datetime) -> AidComputation:
    """Write the request's computation; one row a request."""
    computed = calculation.computation
    row, _created = AidComputation.objects.update_or_create(
        request=request,
        defaults={
            "organisation_id": request.organisation_id,
            "residual_rent": computed.residual_rent.value,
            "rate": computed.rate,
            "ceiling": computed.ceiling.value,
            "repayment_plan": computed.remaining_plan.value,
            "inputs": frozen_inputs(case),
            "scale": calculation.scale.as_dict(),
            "explanation": computed.explanation.as_dict(),
            "computed_at": at,
        },
    )
    return row


def is_stale(row: AidComputation, case: TenantCase) -> bool:
    """Whether the file changed since the figures were computed."""
    return row.inputs != frozen_inputs(case)


def total_asked(terms: Sequence[RentTerm]):
    """Euros asked by these terms."""
    return sum((term.asked for term in terms), start=ZERO)
