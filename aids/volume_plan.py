"""The life of each aid of a volume run, drawn before anything is written."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from uuid import UUID

from aids.models.request import Purpose
from aids.models.term import TermNature
from aids.rules import ceiling as rules
from aids.rules.repayment import PaidTerm, TermPosition
from aids.rules.scale import Scale
from aids.states import RequestState, TermState
from ales.dates import add_months, first_of_month
from ales.money import ZERO
from ales.volume import Volume, moment
from cases.volume import VolumeCase

REJECTED, WITHDRAWN, STOPPED, RETURNED, REDUCED = 0.08, 0.03, 0.04, 0.2, 0.08
RELOCATED = 0.12  # of the first aids
IN_TWO_PAYMENTS = 0.3


@dataclass(slots=True)
class PlannedTerm:
    """A term: its month (None for a settlement), euros, and the (fund, owner, euros) it draws on."""

    id: int
    public_id: UUID
    month: dt.date | None
    nature: str
    ceiling: Decimal
    asked: Decimal
    granted: Decimal | None = None
    state: str = TermState.ASKED
    paid_on: dt.date | None = None
    funds: list[tuple[int, int, Decimal]] = field(default_factory=list)


@dataclass(slots=True)
class PlannedPayment:
    """One payment of some terms; the later moments are None while they are still to come."""

    terms: list[PlannedTerm]
    requested_at: dt.datetime
    signed_at: dt.datetime | None
    executed_on: dt.date | None


@dataclass(slots=True)
class PlannedAid:
    """An aid of the run. `computed` is shared by all aids with the same figures."""

    id: int
    public_id: UUID
    case: VolumeCase
    purpose: str
    created_at: dt.datetime
    manager_id: int
    computed: rules.Computation
    terms: list[PlannedTerm]
    renewal_of: "PlannedAid | None" = None
    state: str = RequestState.DRAFT
    submitted_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    reference: str = ""
    payments: list[PlannedPayment] = field(default_factory=list)

    @property
    def asked(self) -> Decimal:
        return sum((term.asked for term in self.terms), ZERO)

    @property
    def granted(self) -> Decimal | None:
        """Euros granted at the decision; None before it, or when it was refused."""
        if self.terms[0].granted is None:
            return None
        return sum((term.granted for term in self.terms), ZERO)

    @property
    def paid(self) -> Decimal:
        return sum((term.granted for term in self.terms if term.state == TermState.PAID), ZERO)


class Planner:
    """Draws aids; computes each set of figures once."""

    def __init__(self, volume: Volume, scale: Scale) -> None:
        self.volume, self.random, self.scale = volume, volume.random, scale
        self._computed: dict[tuple, rules.Computation] = {}

    def first(self, case: VolumeCase, pk: int, term_ids) -> PlannedAid:
        """The first aid of a case, asked for a few days after its opening."""
        created_at = _after(moment(case.opened_on), self.random, 0, 8)
        if self.random.random() < RELOCATED:
            purpose, months = Purpose.RELOGEMENT, (None,)
        else:
            purpose = Purpose.MAINTIEN
            start = add_months(first_of_month(case.opened_on), self.random.choice((-3, -2, 0, 1)))
            months = _period(start, self.random)
        return self._live(case, pk, term_ids, purpose, months, created_at, None)

    def renewal(self, former: PlannedAid, pk: int, term_ids) -> PlannedAid:
        """The renewal of a granted aid, starting after its last month."""
        created_at = _after(former.created_at, self.random, 100, 140)
        start = add_months(former.terms[-1].month, 1)
        return self._live(
            former.case, pk, term_ids, Purpose.MAINTIEN, _period(start, self.random), created_at, former
        )

    def _live(self, case, pk, term_ids, purpose, months, created_at, former) -> PlannedAid:
        computed = self._compute(case, purpose, months, former)
        aid = PlannedAid(
            id=pk,
            public_id=self.volume.uuid(),
            case=case,
            purpose=purpose,
            created_at=created_at,
            manager_id=self.random.choice(case.team.managers),
            computed=computed,
            terms=[
                PlannedTerm(
                    id=next(term_ids),
                    public_id=self.volume.uuid(),
                    month=term.month,
                    nature=_nature(term),
                    ceiling=term.ceiling,
                    asked=term.amount,
                )
                for term in computed.terms
            ],
            renewal_of=former,
            updated_at=created_at,
        )
        self._instruct(aid)
        return aid

    def _compute(self, case: VolumeCase, purpose, months, former) -> rules.Computation:
        earlier = tuple(
            PaidTerm(
                term.granted, TermPosition.PAST if term.nature == TermNature.PAST else TermPosition.COMING
            )
            for term in (former.terms if former else ())
        )
        arrears_month = (case.arrears_on.year, case.arrears_on.month)
        key = (id(case.situation), purpose, months, arrears_month, earlier)
        if key not in self._computed:
            situation = case.situation
            self._computed[key] = rules.compute(
                rules.AidInput(
                    purpose=rules.Purpose(purpose),
                    housing=situation.housing,
                    scale=self.scale,
                    terms=tuple(rules.AskedTerm(month) for month in months),
                    arrears=situation.arrears,
                    arrears_on=case.arrears_on,
                    earlier_terms=earlier,
                )
            )
        return self._computed[key]

    # --- The workflow, until the run's last moment --------------------------------------------------

    def _instruct(self, aid: PlannedAid) -> None:
        random, now = self.random, self.volume.now
        submitted_at = _after(aid.created_at, random, 2, 14)
        if submitted_at > now:
            return
        if random.random() < WITHDRAWN:
            self._close(aid, RequestState.WITHDRAWN, submitted_at, TermState.WITHDRAWN)
            return
        aid.submitted_at = aid.updated_at = submitted_at
        aid.state = RequestState.SUBMITTED
        decided_at = _after(submitted_at, random, 1, 20)
        if decided_at > now:
            if random.random() < RETURNED:
                aid.state = RequestState.RETURNED
            return
        aid.decided_at = decided_at
        if random.random() < REJECTED:
            self._close(aid, RequestState.REJECTED, decided_at, TermState.REFUSED)
            return
        self._grant(aid)
        stopped = random.random() < STOPPED
        self._pay(aid, only_first=stopped)
        if stopped and aid.state != RequestState.SETTLED:
            self._stop(aid)

    def _close(self, aid: PlannedAid, state: str, at: dt.datetime, term_state: str) -> None:
        aid.state, aid.closed_at, aid.updated_at = state, at, at
        for term in aid.terms:
            term.state = term_state

    def _grant(self, aid: PlannedAid) -> None:
        aid.state, aid.updated_at = RequestState.VALIDATED, aid.decided_at
        year, case = aid.decided_at.year, aid.case
        own = (case.team.funds[year], case.team.organisation_id)
        theirs = (case.landlord.funds[year], case.landlord.organisation_id)
        choice = self.random.random()
        for term in aid.terms:
            term.granted, term.state = term.asked, TermState.GRANTED
        if self.random.random() < REDUCED:
            aid.terms[-1].granted -= Decimal("10.00")
        for term in aid.terms:
            if choice < 0.6:
                term.funds = [(*own, term.granted)]
            elif choice < 0.85:
                term.funds = [(*theirs, term.granted)]
            else:
                half = (term.granted / 2).quantize(Decimal("0.01"))
                term.funds = [(*own, half), (*theirs, term.granted - half)]

    def _pay(self, aid: PlannedAid, *, only_first: bool) -> None:
        random, now = self.random, self.volume.now
        split = len(aid.terms) > 1 and (only_first or random.random() < IN_TWO_PAYMENTS)
        parts = [aid.terms[:1], aid.terms[1:]] if split else [aid.terms]
        at = aid.decided_at
        for terms in parts[:1] if only_first else parts:
            requested_at = _after(at, random, 1, 15)
            if requested_at > now:
                return
            signed_at = _after(requested_at, random, 1, 4)
            executed = _after(signed_at, random, 1, 5)
            executed_on = executed.date() if executed <= now else None
            aid.payments.append(
                PlannedPayment(terms, requested_at, signed_at if signed_at <= now else None, executed_on)
            )
            aid.state = RequestState.IN_PAYMENT
            aid.updated_at = executed if executed_on else requested_at
            for term in terms:
                term.state = TermState.PAID if executed_on else TermState.ORDERED
                term.paid_on = executed_on
            if executed_on is None:
                return
            at = executed
        if all(term.state == TermState.PAID for term in aid.terms):
            aid.state, aid.closed_at = RequestState.SETTLED, at

    def _stop(self, aid: PlannedAid) -> None:
        at = _after(aid.updated_at, self.random, 2, 20)
        if at > self.volume.now or any(term.state == TermState.ORDERED for term in aid.terms):
            return
        aid.state, aid.closed_at, aid.updated_at = RequestState.STOPPED, at, at
        for term in aid.terms:
            if term.state == TermState.GRANTED:
                term.state = TermState.RELEASED


def _after(at: dt.datetime, random: Random, least: int, most: int) -> dt.datetime:
    """A working moment from `least` to `most` days later, and later in any case."""
    day = at.date() + dt.timedelta(days=random.randint(max(least, 1), max(most, 1)))
    return moment(day, random.randrange(8, 17), random.randrange(60))


def _period(start: dt.date, random: Random) -> tuple[dt.date, ...]:
    count = random.choices((1, 2, 3), (1, 2, 7))[0]
    return tuple(add_months(start, rank) for rank in range(count))


def _nature(term: rules.ComputedTerm) -> str:
    if term.month is None:
        return TermNature.SETTLEMENT
    return TermNature.PAST if term.position == TermPosition.PAST else TermNature.COMING
