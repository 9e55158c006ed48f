"""Aids of a volume run: requests in every state, terms, figures, timelines, profiles, the funds' lines."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils.timezone import localdate

from aids.models import (
    AidComputation,
    AidProfile,
    AidRequest,
    FundAllocation,
    RentTerm,
    Scale,
    ScaleBand,
)
from aids.models.request import Purpose, StopCause
from aids.models.scale import ScaleState
from aids.models.term import ProofKind
from aids.rules import scale as scale_rules
from aids.states import GRANTED, RequestState, TermState
from aids.volume_plan import PlannedAid, Planner
from aids.volume_timeline import REFUSAL, events_of, write_timelines
from ales.dates import add_months, first_of_month
from ales.money import ZERO, round_half_up
from ales.text import fold
from ales.volume import Volume, moment
from cases.rules import budget as budget_rules
from cases.volume import CasesVolume
from cases.volume_situations import SITUATIONS
from members.models import FundEntry
from members.models.fund import EntryKind
from members.volume import ENTRY_COLUMNS, MembersVolume

RENEWABLE_AFTER = 150  # days: the first aid is decided and another may follow it


@dataclass(frozen=True)
class AidsVolume:
    """The aids in the order of their references."""

    aids: list[PlannedAid]


def build(volume: Volume) -> None:
    """As many aids as asked for: one a case, then renewals of the granted ones."""
    scale = _scale(volume)
    aids = _plan(volume, scale.as_rule())
    aids.sort(key=lambda aid: (aid.created_at, aid.id))
    _number(volume, aids)
    _write_requests(volume, aids, scale)
    _write_terms(volume, aids)
    _write_computations(volume, aids, scale.as_rule())
    write_timelines(volume, aids)
    _write_profiles(volume, [aid for aid in aids if aid.state in GRANTED])
    volume.copy(FundEntry, ENTRY_COLUMNS, _entries(aids))
    volume.give(AidsVolume(aids))


def _scale(volume: Volume) -> Scale:
    """The version in force when the run's first case opens; published if there is none."""
    found = Scale.objects.in_force(volume.since)
    if found:
        return found
    admin = volume.taken(MembersVolume).admin_id
    example = scale_rules.EXAMPLE_SCALE
    scale = Scale.objects.create(
        public_id=volume.uuid(),
        name=example.name,
        state=ScaleState.PUBLISHED,
        in_force_from=volume.since.replace(day=1),
        monthly_cap=example.monthly_cap,
        settlement_cap=example.settlement_cap,
        created_by_id=admin,
        created_at=moment(volume.since),
        published_by_id=admin,
        published_at=moment(volume.since),
    )
    ScaleBand.objects.bulk_create(
        ScaleBand(scale=scale, lower=band.lower, rate=band.rate) for band in example.bands
    )
    return Scale.objects.in_force(volume.since)


def _plan(volume: Volume, scale: scale_rules.Scale) -> list[PlannedAid]:
    cases = volume.taken(CasesVolume).cases
    planner = Planner(volume, scale)
    ids, term_ids = iter(volume.ids(AidRequest, volume.aids)), iter(volume.ids(RentTerm, 3 * volume.aids))
    first = [planner.first(case, next(ids), term_ids) for case in cases]
    latest = volume.until - dt.timedelta(days=RENEWABLE_AFTER)
    renewable = [
        aid
        for aid in first
        if aid.purpose == Purpose.MAINTIEN
        and aid.state in (RequestState.SETTLED, RequestState.IN_PAYMENT, RequestState.VALIDATED)
        and aid.created_at.date() <= latest
    ]
    chosen = volume.random.sample(renewable, min(len(renewable), volume.aids - len(first)))
    return first + [planner.renewal(aid, next(ids), term_ids) for aid in chosen]


def _number(volume: Volume, aids: list[PlannedAid]) -> None:
    by_year: dict[int, list[PlannedAid]] = {}
    for aid in aids:
        by_year.setdefault(aid.created_at.year, []).append(aid)
    for year, of_year in by_year.items():
        for aid, number in zip(of_year, volume.numbers(f"aid:{year}", len(of_year)), strict=True):
            aid.reference = f"A-{year}-{number:05d}"


_REQUEST_COLUMNS = (
    "id",
    "public_id",
    "organisation_id",
    "case_id",
    "reference",
    "purpose",
    "renewal_of_id",
    "state",
    "tenant_name",
    "landlord_id",
    "landlord_reference",
    "town",
    "department",
    "search_text",
    "scale_id",
    "asked_amount",
    "granted_amount",
    "paid_amount",
    "author_ids",
    "created_by_id",
    "created_at",
    "updated_at",
    "submitted_by_id",
    "submitted_at",
    "first_submitted_at",
    "decided_by_id",
    "decided_at",
    "decision_reason",
    "stop_cause",
    "closed_at",
    "version",
)


def _write_requests(volume: Volume, aids: list[PlannedAid], scale: Scale) -> None:
    def rows() -> Iterator[tuple[Any, ...]]:
        for aid in aids:
            case, town = aid.case, aid.case.town
            text = fold(
                f"{aid.reference} {case.tenant} {case.landlord.name} {case.landlord_reference} {town[0]}"
            )
            yield (
                aid.id,
                aid.public_id,
                case.team.organisation_id,
                case.id,
                aid.reference,
                aid.purpose,
                aid.renewal_of.id if aid.renewal_of else None,
                aid.state,
                case.tenant,
                case.landlord.organisation_id,
                case.landlord_reference,
                town[0],
                town[1],
                text,
                scale.pk,
                aid.asked,
                aid.granted,
                aid.paid,
                [case.referent_id],
                case.referent_id,
                aid.created_at,
                aid.updated_at,
                case.referent_id if aid.submitted_at else None,
                aid.submitted_at,
                aid.submitted_at,
                aid.manager_id if aid.decided_at else None,
                aid.decided_at,
                REFUSAL if aid.state == RequestState.REJECTED else "",
                StopCause.TENANT_LEFT if aid.state == RequestState.STOPPED else "",
                aid.closed_at,
                len(list(events_of(aid))),
            )

    volume.copy(AidRequest, _REQUEST_COLUMNS, rows())


_TERM_COLUMNS = (
    "id",
    "public_id",
    "organisation_id",
    "landlord_id",
    "case_id",
    "request_id",
    "month",
    "nature",
    "proof_kind",
    "ceiling",
    "asked",
    "granted",
    "reduction_reason",
    "state",
    "paid_on",
)


def _write_terms(volume: Volume, aids: list[PlannedAid]) -> None:
    volume.copy(
        RentTerm,
        _TERM_COLUMNS,
        (
            (
                term.id,
                term.public_id,
                aid.case.team.organisation_id,
                aid.case.landlord.organisation_id,
                aid.case.id,
                aid.id,
                term.month,
                term.nature,
                ProofKind.RENT_NOTICE if term.month else ProofKind.STATEMENT,
                term.ceiling,
                term.asked,
                term.granted,
                "Reste à vivre suffisant" if term.granted is not None and term.granted < term.asked else "",
                term.state,
                term.paid_on,
            )
            for aid in aids
            for term in aid.terms
        ),
    )
    volume.copy(
        FundAllocation,
        ("organisation_id", "request_id", "term_id", "fund_id", "amount"),
        (
            (aid.case.team.organisation_id, aid.id, term.id, fund, amount)
            for aid in aids
            for term in aid.terms
            for fund, _owner, amount in term.funds
        ),
    )


def _write_computations(volume: Volume, aids: list[PlannedAid], scale: scale_rules.Scale) -> None:
    frozen_scale = scale.as_dict()
    explanations: dict[int, str] = {}

    def rows() -> Iterator[tuple[Any, ...]]:
        for aid in aids:
            computed, case = aid.computed, aid.case
            text = explanations.get(id(computed))
            if text is None:
                text = json.dumps(computed.explanation.as_dict(), ensure_ascii=False)
                explanations[id(computed)] = text
            yield (
                case.team.organisation_id,
                aid.id,
                computed.residual_rent.value,
                computed.rate,
                computed.ceiling.value,
                computed.remaining_plan.value,
                {
                    "housing": {name: str(value) for name, value in vars(case.situation.housing).items()},
                    "arrears": f"{case.situation.arrears:.2f}",
                    "arrears_on": case.arrears_on.isoformat(),
                    "arrears_since": add_months(first_of_month(case.arrears_on), -12).isoformat(),
                    "benefit_arrears": "0.00",
                    "persons": len(case.situation.members),
                    "tenant_name": case.tenant,
                    "landlord_id": case.landlord.organisation_id,
                },
                frozen_scale,
                text,
                aid.submitted_at or aid.created_at,
                aid.submitted_at is not None,
            )

    columns = (
        "organisation_id",
        "request_id",
        "residual_rent",
        "rate",
        "ceiling",
        "repayment_plan",
        "inputs",
        "scale",
        "explanation",
        "computed_at",
        "is_frozen",
    )
    volume.copy(AidComputation, columns, rows())


# --- Statistics and money -------------------------------------------------------------------------


@cache
def _indicators(rank: int, monthly: Decimal) -> tuple[Decimal, Decimal, bool, bool]:
    """Available per person before and after `monthly` euros of aid, and on which side of the threshold."""
    current = SITUATIONS[rank].budget
    before = budget_rules.indicators(current).available_per_person.value
    after = budget_rules.indicators(budget_rules.simulated_after(current, monthly)).available_per_person.value
    return (
        round_half_up(before),
        round_half_up(after),
        budget_rules.below_threshold(before),
        budget_rules.above_threshold(after),
    )


def _write_profiles(volume: Volume, aids: list[PlannedAid]) -> None:
    ranks = {id(situation): rank for rank, situation in enumerate(SITUATIONS)}
    households: dict[int, Any] = {}

    def rows() -> Iterator[tuple[Any, ...]]:
        for aid in aids:
            case, situation = aid.case, aid.case.situation
            months = [term.granted for term in aid.terms if term.month and term.granted]
            monthly = round_half_up(sum(months, ZERO) / len(months)) if months else ZERO
            if case.id not in households:
                households[case.id] = volume.uuid()
            yield (
                aid.id,
                households[case.id],
                case.team.organisation_id,
                case.landlord.organisation_id,
                case.town[1],
                aid.purpose,
                localdate(aid.decided_at),
                aid.granted,
                situation.occupational_category,
                situation.family_category,
                situation.is_private_sector,
                *_indicators(ranks[id(situation)], monthly),
                True,
            )

    columns = (
        "request_id",
        "household",
        "organisation_id",
        "landlord_id",
        "department",
        "purpose",
        "granted_on",
        "amount",
        "occupational_category",
        "family_category",
        "is_private_sector",
        "available_before",
        "available_after",
        "was_below_threshold",
        "is_above_threshold",
        "after_is_simulated",
    )
    volume.copy(AidProfile, columns, rows())


def _entries(aids: list[PlannedAid]) -> Iterator[tuple[Any, ...]]:
    """Commitments at the decision, releases when an aid is stopped; one line a fund and cause."""
    for aid in aids:
        if aid.state not in GRANTED:
            continue
        label = f"Aide {aid.reference}"
        for (fund, owner), amount in drawn(aid.terms).items():
            day = localdate(aid.decided_at)
            yield (
                fund, owner, EntryKind.COMMITMENT, amount, label, "aid_request", aid.public_id, day,
                aid.decided_at, aid.manager_id,
            )  # fmt: skip
        released = [term for term in aid.terms if term.state == TermState.RELEASED]
        for (fund, owner), amount in drawn(released).items():
            day, cause = localdate(aid.closed_at), released[0].public_id
            yield (
                fund, owner, EntryKind.RELEASE, amount, f"{label} : arrêtée", "aid_terms", cause, day,
                aid.closed_at, aid.manager_id,
            )  # fmt: skip


def drawn(terms) -> dict[tuple[int, int], Decimal]:
    """What these planned terms draw, in euros, by (fund, owner)."""
    totals: dict[tuple[int, int], Decimal] = {}
    for term in terms:
        for fund, owner, amount in term.funds:
            totals[fund, owner] = totals.get((fund, owner), ZERO) + amount
    return totals
