"""What the manager grants, and stops (DOMAIN §4, §6, §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from aids import notices, permissions
from aids.frozen import decision_letter, term_label
from aids.funding import FundChoice, fund_choices
from aids.history import history_of
from aids.models import AidProfile, AidRequest, FundAllocation, RentTerm
from aids.models.request import Purpose, StopCause
from aids.operations.letters import enqueue_letter
from aids.operations.settlements import release_terms
from aids.operations.steps import (
    lock_request,
    lock_with_case,
    record,
    refuse_second_settlement,
    required_reason,
    save,
)
from aids.readiness import may_validate
from aids.rules.ceiling import period_faults
from aids.rules.scale import Scale as RuleScale
from aids.states import TermState
from ales.errors import InvalidInputError, require
from ales.money import ZERO, format_euros, round_half_up
from cases import facts as case_facts
from cases.models import TenantCase
from cases.rules import budget, codes
from members import funds
from members.access import Actor


@dataclass(frozen=True)
class TermDecision:
    """What is granted of a term, in euros, 0 refusing it; a `reason` when less than asked; the funds charged,
    as (fund public id, euros), which add up to `granted`."""

    term_id: UUID
    granted: Decimal
    reason: str = ""
    allocations: tuple[tuple[UUID, Decimal], ...] = ()


@transaction.atomic
def validate(
    *,
    actor: Actor,
    request_id: UUID,
    version: int | None,
    decisions: Sequence[TermDecision],
    at: datetime,
    comment: str = "",
) -> AidRequest:
    """Grant the request term by term and commit the money of the funds chosen.

    Raises InvalidInputError (`terms.N.granted`, `terms.N.reason`, `terms.N.funds`), InsufficientFundsError,
    NotAllowedError, StalePageError.
    """
    case, request = lock_with_case(actor, request_id, version)
    require(may_validate(actor, request, case))
    terms = list(request.terms.select_for_update())
    by_id = {decision.term_id: decision for decision in decisions}
    if set(by_id) != {term.public_id for term in terms}:
        raise InvalidInputError(_("Décidez de chaque échéance de la demande, et d’elles seules."))
    choices = {choice.public_id: choice for choice in fund_choices(case, localdate(at))}
    _check_periods(request, case, terms)
    faults = {}
    for index, term in enumerate(terms):
        faults |= _decision_faults(index, term, by_id[term.public_id], choices)
    if not faults and not any(by_id[term.public_id].granted for term in terms):
        faults[""] = [_("Accordez au moins une échéance, ou refusez la demande.")]
    if faults:
        raise InvalidInputError(faults)
    from_state = request.state
    request.validate()
    _grant(request, terms, by_id, choices)
    request.granted_amount = sum((term.granted for term in terms), start=ZERO)
    request.decided_by_id, request.decided_at = actor.user_id, at
    request.decision_reason = comment.strip()
    save(request, at)
    _commit(actor, request, at)
    _write_profile(request, case, terms, at)
    record(
        request,
        actor=actor,
        at=at,
        kind="validate",
        text=_("Aide accordée : %s") % format_euros(request.granted_amount),
        from_state=from_state,
    )
    enqueue_letter(
        request,
        actor,
        kind="decision_letter",
        title=_("Lettre d’accord %s") % request.reference,
        payload=decision_letter(request, terms, case_facts.facts_of(case), actor, at),
        at=at,
    )
    notices.tell_author_of_decision(request, at)
    return request


def _check_periods(request: AidRequest, case: TenantCase, terms: Sequence[RentTerm]) -> None:
    """Another aid may have taken these months, or the one settlement, since the submission."""
    if request.purpose != Purpose.MAINTIEN:
        refuse_second_settlement(case.pk, request.purpose, but=request)
        return
    history = history_of(case, excluding=request, arrears_on=None)
    found = period_faults(
        [term.month for term in terms if term.month],
        scale=RuleScale.from_dict(request.computation.scale),
        renewal=request.renewal_of_id is not None,
        earlier_periods=history.earlier_periods,
        aided_months=history.aided_months,
    )
    if found:
        raise InvalidInputError({"": [fault.message for fault in found]})


def _decision_faults(
    index: int, term: RentTerm, decision: TermDecision, choices: dict[UUID, FundChoice]
) -> dict[str, list[str]]:
    name, faults = f"terms.{index}", {}
    if decision.granted < 0 or decision.granted > term.asked:
        faults[f"{name}.granted"] = [
            _("Accordez de 0 € à %s, le montant demandé.") % format_euros(term.asked)
        ]
        return faults
    if decision.granted < term.asked and not decision.reason.strip():
        faults[f"{name}.reason"] = [_("Dites pourquoi le montant accordé est inférieur au montant demandé.")]
    if len(decision.reason.strip()) > 300:
        faults[f"{name}.reason"] = [_("Le motif dépasse 300 caractères : raccourcissez-le.")]
    messages = []
    charged = [(fund_id, amount) for fund_id, amount in decision.allocations if amount]
    for fund_id, amount in charged:
        choice = choices.get(fund_id)
        if choice is None:
            messages.append(_("Ce fonds n’existe pas."))
        elif not choice.open:
            messages.append(f"{choice.label} : {choice.reason}")
        if amount < 0:
            messages.append(_("Un montant imputé ne peut pas être négatif."))
    if len({fund_id for fund_id, _amount in charged}) != len(charged):
        messages.append(_("Un même fonds est choisi deux fois pour cette échéance."))
    total = sum((amount for _fund, amount in charged), start=ZERO)
    if total != decision.granted:
        messages.append(
            _("%(month)s : les fonds totalisent %(total)s au lieu de %(granted)s.")
            % {
                "month": term_label(term.month),
                "total": format_euros(total),
                "granted": format_euros(decision.granted),
            }
        )
    if messages:
        faults[f"{name}.funds"] = messages
    return faults


def _grant(
    request: AidRequest,
    terms: Sequence[RentTerm],
    by_id: dict[UUID, TermDecision],
    choices: dict[UUID, FundChoice],
) -> None:
    for term in terms:
        decision = by_id[term.public_id]
        term.granted = decision.granted
        term.reduction_reason = decision.reason.strip() if decision.granted < term.asked else ""
        term.state = TermState.GRANTED if decision.granted else TermState.REFUSED
        term.save()
        FundAllocation.objects.bulk_create(
            FundAllocation(
                organisation_id=request.organisation_id,
                request=request,
                term=term,
                fund_id=choices[fund_id].fund_id,
                amount=amount,
            )
            for fund_id, amount in decision.allocations
            if amount
        )


def _commit(actor: Actor, request: AidRequest, at: datetime) -> None:
    funds.commit(
        actor=actor,
        lines=list(request.allocations.values_list("fund_id", "amount")),
        cause_kind="aid_request",
        cause_id=request.public_id,
        label=_("Aide %s") % request.reference,
        value_date=localdate(at),
    )


def _write_profile(request: AidRequest, case: TenantCase, terms: Sequence[RentTerm], at: datetime) -> None:
    """The row the statistics read, judged on exact fractions (DOMAIN §1, §5)."""
    facts = case_facts.facts_of(case)
    granted = [term.granted for term in terms if term.granted and term.month]
    monthly = round_half_up(sum(granted, start=ZERO) / len(granted)) if granted else ZERO
    indicators = case_facts.indicators_of(case, monthly)
    # « Avant » in S0 is before the aid: the household's current situation.
    before = indicators.get(codes.SnapshotMoment.DURING)
    after = indicators.get(codes.SnapshotMoment.AFTER)
    value_before = before.available_per_person.value if before else None
    value_after = after.available_per_person.value if after else None
    AidProfile.objects.create(
        request=request,
        household=AidProfile.objects.household_of(case.pk),
        organisation_id=request.organisation_id,
        landlord_id=request.landlord_id,
        department=request.department,
        purpose=request.purpose,
        granted_on=localdate(at),
        amount=request.granted_amount,
        occupational_category=facts.occupational_category,
        family_category=facts.family_category,
        is_private_sector=facts.is_private_sector,
        available_before=None if value_before is None else round_half_up(value_before),
        available_after=None if value_after is None else round_half_up(value_after),
        was_below_threshold=budget.below_threshold(value_before),
        is_above_threshold=budget.above_threshold(value_after),
        after_is_simulated=bool(after and after.simulated),
    )


@transaction.atomic
def stop(
    *, actor: Actor, request_id: UUID, version: int | None, cause: str, reason: str, at: datetime
) -> AidRequest:
    """End a granted aid: what is neither paid nor ordered goes back to its funds.

    A term already ordered follows its order: paid if executed, released if the order is given up. `cause` is
    one of StopCause. Raises InvalidInputError (cause, reason), NotAllowedError, StalePageError.
    """
    request = lock_request(actor, request_id, version)
    require(permissions.may_stop(actor, request))
    if cause not in StopCause.values:
        raise InvalidInputError({"cause": [_("Choisissez la cause de l’arrêt dans la liste.")]})
    reason = required_reason(reason, _("Dites pourquoi l’aide est arrêtée."))
    from_state = request.state
    request.stop()
    request.stop_cause, request.closed_at = cause, at
    save(request, at)
    waiting = list(request.terms.filter(state=TermState.GRANTED).select_for_update())
    released = release_terms(actor=actor, request=request, terms=waiting, at=at)
    record(
        request,
        actor=actor,
        at=at,
        kind="stop",
        text=_("Aide arrêtée (%(cause)s) : %(euros)s rendus aux fonds")
        % {"cause": StopCause(cause).label, "euros": format_euros(released)},
        from_state=from_state,
        reason=reason,
    )
    return request
