"""Who asks and about what, for the tables of verdicts: nothing here touches the database."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable

from aids.models import AidRequest
from aids.states import RequestState
from ales.verdict import Verdict
from cases.models import CaseHandover, Protocol, TenantCase
from members.access import Actor
from members.models import Organisation
from members.roles import Role
from payments.models import PaymentOrder

OWN, OTHER, ME, AUTHOR = 1, 2, 10, 11
SHORT = {
    "worker": Role.SOCIAL_WORKER,
    "manager": Role.MANAGER,
    "agent": Role.LANDLORD_AGENT,
    "board": Role.BOARD_MEMBER,
    "admin": Role.ASSOCIATION_ADMIN,
    "treasurer": Role.TREASURER,
}


def actor(who: str, organisation_id: int = OWN, user_id: int = ME) -> Actor:
    return Actor(user_id, uuid.UUID(int=user_id), organisation_id, "Organisme", "CIL", SHORT[who], "Nom")


def allowed(ask, organisation_id: int = OWN) -> set[str]:
    """Who is allowed; everybody refused is told why."""
    found = set()
    for who in SHORT:
        verdict = ask(actor(who, organisation_id))
        assert isinstance(verdict, Verdict)
        assert bool(verdict) != bool(str(verdict.reason)), (who, "a refusal has a reason, a consent none")
        if verdict:
            found.add(who)
    return found


def case(**fields) -> TenantCase:
    return TenantCase(**{"organisation_id": OWN, "state": "OPEN"} | fields)


def frozen(**fields) -> TenantCase:
    return case(limited_on=dt.date(2026, 6, 15), limit_kind="DISPUTE", limit_reason="Recours", **fields)


def anonymised(**fields) -> TenantCase:
    return case(anonymised_on=dt.date(2026, 6, 15), **fields)


def handover(sender: int = OWN, receiver: int = OTHER) -> CaseHandover:
    return CaseHandover(from_organisation_id=sender, to_organisation_id=receiver)


def protocol(state: str | None) -> Protocol | None:
    return state and Protocol(state=state)


def aid(state: str = "draft", **fields) -> AidRequest:
    return AidRequest(state=state, **{"organisation_id": OWN, "author_ids": [AUTHOR]} | fields)


def organisation(kind: str = "CIL", **fields) -> Organisation:
    return Organisation(pk=OWN, kind=kind, **fields)


def order(state: str = "to_sign", **fields) -> PaymentOrder:
    request = AidRequest(decided_by_id=21, organisation_id=OWN)
    values = {"organisation_id": OWN, "barred_ids": [20, 21, 22], "requested_by_id": 20, "request": request}
    return PaymentOrder(state=state, **values | fields)


SOCIAL = {"worker", "manager"}
ASSOCIATION = {"admin", "treasurer"}
MANAGER, WORKER, AGENT = actor("manager"), actor("worker"), actor("agent")
ADMIN, TREASURER = actor("admin"), actor("treasurer")
REQUESTS = tuple(RequestState.values)


def check_who(ask: Callable[[Actor], Verdict], own: set[str], other: set[str]) -> None:
    """Who is allowed, of the organisation in question and of another one."""
    assert (allowed(ask), allowed(ask, OTHER)) == (own, other)


def check_when(states: Iterable, ask: Callable[..., Verdict], expected: set) -> None:
    """In which states somebody who may is allowed; in the others they are told why not."""
    assert {state for state in states if ask(state)} == expected
    assert all(ask(state).reason for state in states if not ask(state))
