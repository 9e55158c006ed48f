"""Every move × state × role: who may, who may not and why, generated from `states.MOVES` (DOMAIN §3, §7)."""

from pathlib import Path

import pytest
from django_fsm import TransitionNotAllowed

from aids import permissions
from aids.models import AidRequest
from aids.states import MOVES, RequestState
from members.access import Actor
from members.roles import Role

ORGANISATION, OTHER = 1, 2
AUTHOR, STRANGER = 10, 11

#: Who may make each move that people make; payments make the others.
ALLOWED_TO = {
    "submit": {"social worker", "author", "manager", "manager who is author"},
    "send_back": {"manager"},
    "validate": {"manager"},
    "reject": {"manager"},
    "reopen": {"association admin"},
    "withdraw": {"author", "manager who is author"},
    "stop": {"manager", "manager who is author"},
}
MADE_BY_PAYMENTS = {"start_payment", "return_to_validated", "settle", "unsettle"}


def actor(role: str, organisation: int = ORGANISATION, user: int = STRANGER) -> Actor:
    return Actor(user, None, organisation, "Organisme", "CIL", role, "Nom")


PEOPLE = {
    "social worker": actor(Role.SOCIAL_WORKER),
    "author": actor(Role.SOCIAL_WORKER, user=AUTHOR),
    "manager": actor(Role.MANAGER),
    "manager who is author": actor(Role.MANAGER, user=AUTHOR),
    "social worker elsewhere": actor(Role.SOCIAL_WORKER, OTHER),
    "manager elsewhere": actor(Role.MANAGER, OTHER),
    "landlord agent": actor(Role.LANDLORD_AGENT),
    "board member": actor(Role.BOARD_MEMBER),
    "association admin": actor(Role.ASSOCIATION_ADMIN),
    "treasurer": actor(Role.TREASURER),
}


def in_state(state: str) -> AidRequest:
    return AidRequest(organisation_id=ORGANISATION, author_ids=[AUTHOR], state=state)


def test_every_move_is_told_here():
    assert set(MOVES) == set(ALLOWED_TO) | MADE_BY_PAYMENTS


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("state", RequestState.values)
@pytest.mark.parametrize("name", ALLOWED_TO)
def test_move(name, state, who):
    verdict = getattr(permissions, f"may_{name}")(PEOPLE[who], in_state(state))
    expected = state in MOVES[name].sources and who in ALLOWED_TO[name]
    assert bool(verdict) == expected
    assert bool(verdict.reason) != expected


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("state", RequestState.values)
def test_editing_and_answering(state, who):
    own = who in ("social worker", "author", "manager", "manager who is author")
    assert bool(permissions.may_edit(PEOPLE[who], in_state(state))) == (
        own and state in ("draft", "returned")
    )
    assert bool(permissions.may_answer(PEOPLE[who], in_state(state))) == (own and state == "returned")


@pytest.mark.parametrize("state", RequestState.values)
@pytest.mark.parametrize("name", MOVES)
def test_the_model_makes_the_listed_moves_and_no_other(name, state):
    request = in_state(state)
    if state in MOVES[name].sources:
        getattr(request, name)()
        assert request.state == MOVES[name].target
    else:
        with pytest.raises(TransitionNotAllowed):
            getattr(request, name)()


def diagram() -> str:
    """The mermaid lines of docs/workflow.md."""
    lines = [
        f"    {source} --> {move.target}: {move.name}"
        for move in MOVES.values()
        for source in sorted(move.sources)
    ]
    return "\n".join(["stateDiagram-v2", "    [*] --> draft: create", *lines])


def test_the_documented_diagram_is_the_code():
    page = Path("docs/workflow.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{diagram()}\n```" in page


def test_the_documented_table_names_every_state_with_its_label():
    page = Path("docs/workflow.md").read_text(encoding="utf-8")
    for state in RequestState:
        assert f"| `{state.value}` | {state.label} |" in page
