"""The timelines of the aids of a volume run, in the words of `aids.operations`."""

import datetime as dt
from collections.abc import Iterator

from aids.models import AidEvent, SendBackPoint
from aids.models.event import SendBackSection
from aids.states import RequestState, TermState
from aids.volume_plan import PlannedAid
from ales.money import ZERO, format_euros
from ales.volume import Volume, moment
from members.roles import Role
from members.volume import MembersVolume

REFUSAL = "Le disponible par personne dépasse le seuil retenu ; une aide du FSL est plus adaptée."
STOP = "Le ménage a quitté le logement."


def write_timelines(volume: Volume, aids: list[PlannedAid]) -> None:
    treasurer = volume.taken(MembersVolume).treasurer_id
    people = {
        Role.SOCIAL_WORKER: lambda aid: aid.case.referent_id,
        Role.MANAGER: lambda aid: aid.manager_id,
        Role.TREASURER: lambda _aid: treasurer,
    }
    columns = ("organisation_id", "request_id", "kind", "from_state", "to_state", "text", "reason", "at")
    volume.copy(
        AidEvent,
        (*columns, "capacity", "by_id"),
        (
            (aid.case.team.organisation_id, aid.id, *event, people[event[-1]](aid))
            for aid in aids
            for event in events_of(aid)
        ),
    )
    volume.copy(
        SendBackPoint,
        ("organisation_id", "request_id", "section", "text", "raised_by_id", "raised_at"),
        (
            (
                aid.case.team.organisation_id,
                aid.id,
                SendBackSection.PROOFS,
                "Joindre l’avis d’échéance du dernier mois.",
                aid.manager_id,
                aid.submitted_at + dt.timedelta(minutes=90),
            )
            for aid in aids
            if aid.state == RequestState.RETURNED
        ),
    )


def events_of(aid: PlannedAid) -> Iterator[tuple[str, str, str, str, str, dt.datetime, str]]:
    """(kind, from, to, text, reason, at, capacity) of each step, in order."""
    state = RequestState
    create = f"Renouvellement de {aid.renewal_of.reference} saisi" if aid.renewal_of else "Demande saisie"
    yield "create", "", state.DRAFT, create, "", aid.created_at, Role.SOCIAL_WORKER
    if aid.state == state.WITHDRAWN:
        reason = "Le ménage renonce à sa demande."
        at = aid.closed_at
        yield "withdraw", state.DRAFT, state.WITHDRAWN, "Demande retirée", reason, at, Role.SOCIAL_WORKER
    if aid.submitted_at is None:
        return
    at = aid.submitted_at
    yield "submit", state.DRAFT, state.SUBMITTED, "Demande soumise", "", at, Role.SOCIAL_WORKER
    if aid.state == state.RETURNED:
        at, text = aid.submitted_at + dt.timedelta(minutes=90), "Renvoyée : un point à compléter"
        yield "send_back", state.SUBMITTED, state.RETURNED, text, "", at, Role.MANAGER
    if aid.decided_at is None:
        return
    if aid.state == state.REJECTED:
        at = aid.decided_at
        yield "reject", state.SUBMITTED, state.REJECTED, "Demande refusée", REFUSAL, at, Role.MANAGER
        return
    text = f"Aide accordée : {format_euros(aid.granted)}"
    yield "validate", state.SUBMITTED, state.VALIDATED, text, "", aid.decided_at, Role.MANAGER
    yield from _money_events(aid)
    if aid.state == state.STOPPED:
        released = sum((term.granted for term in aid.terms if term.state == TermState.RELEASED), ZERO)
        text = f"Aide arrêtée : {format_euros(released)} rendus aux fonds"
        before = state.IN_PAYMENT if aid.payments else state.VALIDATED
        yield "stop", before, state.STOPPED, text, STOP, aid.closed_at, Role.MANAGER


def _money_events(aid: PlannedAid) -> Iterator[tuple[str, str, str, str, str, dt.datetime, str]]:
    before = RequestState.VALIDATED
    for payment in aid.payments:
        months = ", ".join(
            term.month.strftime("%m/%Y") if term.month else "apurement" for term in payment.terms
        )
        what = f"{months}, {format_euros(sum((term.granted for term in payment.terms), ZERO))}"
        at = payment.requested_at
        yield "order", before, RequestState.IN_PAYMENT, f"Paiement demandé : {what}", "", at, Role.MANAGER
        before = RequestState.IN_PAYMENT
        if payment.executed_on:
            last = aid.state == RequestState.SETTLED and payment is aid.payments[-1]
            after = RequestState.SETTLED if last else RequestState.IN_PAYMENT
            at = moment(payment.executed_on, 16)
            yield "execution", before, after, f"Payé au bailleur : {what}", "", at, Role.TREASURER
