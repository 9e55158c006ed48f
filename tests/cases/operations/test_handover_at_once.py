"""A handover answered by several people at the same moment, through real connections: one answer stands, and
the case is wholly on one side (DESIGN §2.3)."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import connection
from django.utils import timezone

from ales import tenancy
from ales.errors import Refusal
from cases import operations
from cases.models import CaseEvent, CaseHandover, CaseShare, TenantCase
from cases.operations.handover import GONE
from cases.personal_data import operations as rights
from members.access import Actor
from members.models import User
from members.roles import Role
from tests.world import World, person

pytestmark = pytest.mark.django_db(transaction=True)

#: States of a proposal that has its answer.
ACCEPTED, REFUSED, CANCELLED = "ACCEPTED", "REFUSED", "CANCELLED"


@dataclass
class Story:
    """A case proposed by the first CIL to the other one, and shared meanwhile with a landlord."""

    world: World
    case: TenantCase
    handover: CaseHandover

    def as_manager(self, actor: Actor, operation: Callable, **fields) -> Callable[[], object]:
        def act() -> object:
            with tenancy.tenant(actor.context):
                return operation(actor=actor, at=timezone.now(), **fields)

        return act

    def accept(self, actor: Actor | None = None) -> Callable[[], object]:
        referent = User.objects.get(pk=self.world.denis.user_id).public_id
        return self.as_manager(
            actor or self.world.diane,
            operations.accept_handover,
            handover_id=self.handover.public_id,
            referent_id=referent,
        )

    def refuse(self, actor: Actor | None = None) -> Callable[[], object]:
        return self.as_manager(
            actor or self.world.diane,
            operations.refuse_handover,
            handover_id=self.handover.public_id,
            reason="Hors secteur",
        )

    def cancel(self) -> Callable[[], object]:
        return self.as_manager(
            self.world.marc, operations.cancel_handover, handover_id=self.handover.public_id
        )

    def freeze(self) -> Callable[[], object]:
        return self.as_manager(
            self.world.marc, rights.limit, case_id=self.case.public_id, kind="DISPUTE", reason="Recours"
        )

    def seen_by(self, actor: Actor) -> TenantCase | None:
        with tenancy.tenant(actor.context):
            return TenantCase.objects.visible_to(actor).filter(pk=self.case.pk).first()

    def state(self) -> str:
        """How the proposal stands; fails when the case stands half on one side."""
        with tenancy.tenant(self.world.diane.context):
            handover = CaseHandover.objects.get(pk=self.handover.pk)
        moved = handover.state == ACCEPTED
        here, there = self.seen_by(self.world.marc), self.seen_by(self.world.diane)
        assert (here is None, there is None) == (moved, not moved)
        case, owner = (there, self.world.diane) if moved else (here, self.world.marc)
        assert bool(case.former_reference) == bool(handover.new_reference) == moved
        assert handover.new_reference in ("", case.reference)
        with tenancy.tenant(owner.context):
            standing = CaseShare.objects.filter(case=case, revoked_at=None).exists()
            assert standing == (not moved and case.limited_on is None)
            answers = CaseEvent.objects.filter(case=case, kind="handover").count()
            assert answers == 1 + (handover.state in (ACCEPTED, CANCELLED)), "proposed, then answered once"
        return handover.state


@pytest.fixture
def story(world) -> Story:
    case, today = world.complete_case(), timezone.localdate()
    with tenancy.tenant(world.marc.context):
        common = {"actor": world.marc, "case_id": case.public_id, "at": timezone.now()}
        typed = operations.ShareInput(world.landlord.public_id, "READ", today, "Relais")
        operations.share_case(typed=typed, **common)
        handover = operations.propose_handover(
            organisation=world.other_cil.public_id, reason="Déménagement", **common
        )
    return Story(world, case, handover)


def together(*actions: Callable[[], object]) -> list[str]:
    """Run each in a thread and a connection of its own, at once; the refusals' texts, in the actions' order
    ("" for who was let through)."""
    start, answers = threading.Barrier(len(actions)), ["not ended"] * len(actions)

    def run(place: int, action: Callable[[], object]) -> None:
        try:
            start.wait(timeout=20)
            action()
            answers[place] = ""
        except Refusal as refusal:
            answers[place] = refusal.message
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def one_wins(story: Story, actions: dict[str, Callable[[], object]]) -> None:
    """Exactly one is let through, the other told that the answer is given, and the state is the winner's."""
    names = list(actions)
    answers = together(*actions.values())
    assert sorted(answer == "" for answer in answers) == [False, True]
    winner = names[answers.index("")].split()[0]
    assert next(answer for answer in answers if answer) in (GONE, NOT_OURS)
    assert story.state() == winner


NOT_OURS = "Ce dossier n’existe pas ou n’est pas suivi par votre organisme."
ROUNDS = range(3)


@pytest.mark.parametrize("_round", ROUNDS)
def test_accepted_and_refused_at_once(story, _round):
    sophie = person("sophie", story.world.other_cil, Role.MANAGER)
    one_wins(story, {ACCEPTED: story.accept(), REFUSED: story.refuse(sophie)})


@pytest.mark.parametrize("_round", ROUNDS)
def test_accepted_and_called_back_at_once(story, _round):
    one_wins(story, {ACCEPTED: story.accept(), CANCELLED: story.cancel()})


@pytest.mark.parametrize("_round", ROUNDS)
def test_refused_and_called_back_at_once(story, _round):
    one_wins(story, {REFUSED: story.refuse(), CANCELLED: story.cancel()})


def test_accepted_by_two_managers_at_once(story):
    """One reference is given, and one référent."""
    sophie = person("sophie", story.world.other_cil, Role.MANAGER)
    one_wins(story, {"ACCEPTED once": story.accept(), "ACCEPTED twice": story.accept(sophie)})


@pytest.mark.parametrize("_round", ROUNDS)
def test_accepted_and_frozen_at_once(story, _round):
    """Frozen where it was, or moved and out of the former manager's hands."""
    accepted, froze = together(story.accept(), story.freeze())
    assert (accepted == "") != (froze == "")
    if accepted == "":
        assert froze == NOT_OURS
        assert story.state() == ACCEPTED
        assert story.seen_by(story.world.diane).limited_on is None
    else:
        assert "gelé" in accepted
        assert story.state() == "PROPOSED"
        assert story.seen_by(story.world.marc).limited_on
