"""The way of an aid along the months: asked, signed, decided, and each échéance paid then received."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from aids.frozen import term_label
from aids.models import AidRequest, RentTerm
from aids.states import GRANTED, RequestState
from ales import registry
from ales.dates import format_date
from ales.money import format_euros
from ales.pictures import Lane, Mark, Picture, Table, lanes
from members.access import Actor


@dataclass(frozen=True)
class Step:
    """Something that happened on a day: its shape in the picture, its word in the legend and in the table."""

    on: date
    shape: str
    word: str

    @property
    def mark(self) -> Mark:
        return Mark(self.on, self.shape, self.word)


@dataclass(frozen=True)
class Way:
    """A line of the picture: what goes its way, where it stands, its steps; `month` for an échéance."""

    label: str
    state: str
    steps: tuple[Step, ...]
    month: date | None = None


def receipts_of(actor: Actor, aid: AidRequest) -> dict[date | None, date]:
    """Month of an échéance (None for the settlement) -> day of its receipt, as far as the actor may read."""
    received: dict[date | None, date] = {}
    for receipts in registry.term_receipts:
        received |= receipts(actor, aid)
    return received


def aid_picture(ways: Sequence[Way]) -> Picture | None:
    """The picture and its table; None while nothing happened."""
    steps = [(way, step) for way in ways for step in way.steps]
    if not steps:
        return None
    caption = _("Le chemin de l’aide, mois par mois")
    told = ", ".join(f"{way.label} {step.word} le {format_date(step.on)}" for way, step in steps)
    rows = [Lane(way.label, way.state, tuple(step.mark for step in way.steps), way.month) for way in ways]
    table = Table(
        (_("De quoi"), _("Étape"), _("Date")),
        tuple((way.label, step.word, format_date(step.on)) for way, step in steps),
    )
    return Picture(caption, lanes("aide", caption, told, rows, month=_("mois aidé")), table)


def request_way(aid: AidRequest, state: str, *, signed_on: date | None = None) -> Way:
    """The request itself, for who reads its instruction: asked, protocol signed, decided."""
    steps = []
    if aid.first_submitted_at:
        steps.append(Step(_day(aid.first_submitted_at), "circle", _("demandée")))
    if signed_on:
        steps.append(Step(signed_on, "diamond", _("protocole signé")))
    return Way(_("La demande"), state, (*steps, *decision_steps(aid)))


def decision_steps(aid: AidRequest) -> tuple[Step, ...]:
    """The decision that stands, granted or refused; none while it is awaited."""
    if aid.decided_at and aid.state in GRANTED:
        return (Step(_day(aid.decided_at), "check", _("accordée")),)
    if aid.decided_at and aid.state == RequestState.REJECTED:
        return (Step(_day(aid.decided_at), "cross", _("refusée")),)
    return ()


def term_ways(
    terms: Iterable[RentTerm],
    states: Mapping[int, str],
    received: Mapping[date | None, date] = MappingProxyType({}),
) -> list[Way]:
    """One échéance a line: its month, its amount, the day it was paid, the day its landlord confirmed it.

    `states`: by a term's id, its state in the reader's words.
    """
    ways = []
    for term in terms:
        amount = term.asked if term.granted is None else term.granted
        steps = []
        if term.paid_on:
            steps.append(Step(term.paid_on, "square", _("payée")))
            if term.month in received:
                steps.append(Step(received[term.month], "triangle", _("reçue par le bailleur")))
        state = f"{states[term.pk]} · {format_euros(amount)}"
        ways.append(Way(term_label(term.month), state, tuple(steps), term.month))
    return ways


def _day(moment: datetime) -> date:
    return localdate(moment)
