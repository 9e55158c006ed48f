"""Random people do random things; after each, nobody sees a row or a mark that is not theirs."""

import pytest
from django.db import connection, transaction
from django.http import Http404
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from aids import operations as aids
from aids.models import AidRequest
from ales import tenancy
from ales.errors import Refusal
from cases import operations as cases
from cases.models import TenantCase
from members.access import Actor
from payments import operations as payments
from payments.models import PaymentOrder
from tests.access.asking import arguments, ask
from tests.access.canaries import mark, marks_in, word
from tests.access.matrix import ROUTES
from tests.access.scene import Scene
from tests.aids.stories import decisions
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SOCIAL = ("claire", "cecile", "marc", "denis", "diane", "sonia", "rachid")
EVERYBODY = (*SOCIAL, "lea", "louis", "anne", "theo", "bruno")
MOVES = ("close", "reopen", "submit", "send_back", "validate", "reject", "withdraw", "stop")
PAGES = [route for route in ROUTES if route.get]


def machine(scene: Scene, sign_in) -> type[RuleBasedStateMachine]:
    world = scene.world
    side_of = dict.fromkeys(("claire", "cecile", "marc", "lea"), "a") | dict.fromkeys(
        ("denis", "diane", "louis"), "b"
    )

    class Canaries(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.savepoint = transaction.savepoint()
            self.visited: list[tuple[str, str]] = []

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.savepoint)

        def attempt(self, actor: Actor, operation, **arguments) -> None:
            """Whatever is refused is refused; nothing else may happen."""
            try:
                with tenancy.tenant(actor.context):
                    operation(actor=actor, at=NOW, **arguments)
            except (Refusal, Http404):
                pass

        @rule(who=st.sampled_from(EVERYBODY), side=st.sampled_from("ab"), what=st.sampled_from(MOVES))
        def move(self, who: str, side: str, what: str) -> None:
            """Any move by anybody, on either side's object."""
            actor, target = getattr(world, who), getattr(scene, side)
            if what in ("close", "reopen"):
                case = target.case if what == "close" else target.closed_case
                more = {"reason": word(side), "closed_on": NOW.date()} if what == "close" else {}
                operation = cases.close_case if what == "close" else cases.reopen_case
                self.attempt(actor, operation, case_id=case.public_id, version=None, **more)
                return
            request = target.submitted if what != "stop" else target.validated
            more = {"reason": word(side)} if what in ("reject", "withdraw", "stop") else {}
            if what == "stop":
                more["cause"] = "TENANT_LEFT"
            if what == "send_back":
                more = {"points": [aids.PointInput(section="BUDGET", text=word(side))]}
            if what == "validate":
                with tenancy.tenant(target.world.marc.context):
                    more = {"decisions": decisions(request, target.fund)}
            self.attempt(actor, getattr(aids, what), request_id=request.public_id, version=None, **more)

        @rule(
            who=st.sampled_from(EVERYBODY),
            side=st.sampled_from("ab"),
            what=st.sampled_from(["sign", "give_up"]),
        )
        def pay(self, who: str, side: str, what: str) -> None:
            more = {"reason": word(side)} if what == "give_up" else {}
            order = getattr(scene, side).order
            self.attempt(getattr(world, who), getattr(payments, what), order_id=order.public_id, **more)

        @rule(who=st.sampled_from(sorted(side_of)), side=st.sampled_from("ab"), route=st.sampled_from(PAGES))
        def visit(self, who: str, side: str, route) -> None:
            """Any page about either side's object: no mark of the other organisation on it."""
            url = reverse(route.name, args=arguments(scene, getattr(scene, side), route.about))
            answer = ask(sign_in(getattr(world, who)), "get", url)
            other = "b" if side_of[who] == "a" else "a"
            foreign = {letters for seen, letters in marks_in(answer.body) if seen == other}
            assert foreign <= fund_names, (who, route)

        @invariant()
        def nobody_sees_a_foreign_row(self) -> None:
            for who in ("marc", "diane", "claire", "lea", "louis", "rachid", "bruno"):
                actor = getattr(world, who)
                column = "landlord_id" if actor.is_landlord_agent else "organisation_id"
                with tenancy.tenant(actor.context):
                    for model in (TenantCase, AidRequest, PaymentOrder):
                        # What another organisation shared on purpose is seen besides: tests/cases/.
                        rows = model.objects
                        found = rows.followed_by(actor) if model is TenantCase else rows.visible_to(actor)
                        assert all(getattr(row, column) == actor.organisation_id for row in found), (
                            who,
                            model,
                        )
                    with connection.cursor() as cursor:
                        shared = "SELECT case_id FROM cases_caseshare WHERE shared_with_id = %(me)s"
                        for table, not_shared in (
                            ("cases_tenantcase", f"id NOT IN ({shared})"),
                            ("cases_person", f"case_id NOT IN ({shared})"),
                            ("cases_budgetline", f"case_id NOT IN ({shared})"),
                            ("aids_aidcomputation", "true"),
                        ):
                            cursor.execute(
                                f"SELECT count(*) FROM {table}"
                                f" WHERE organisation_id <> %(me)s AND {not_shared}",
                                {"me": actor.organisation_id},
                            )
                            assert cursor.fetchone() == (0,), (who, table)

    letters = mark(scene)
    fund_names = {letters["members_fund"]}
    return Canaries


def run(scene: Scene, sign_in, *, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine(scene, sign_in),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=examples < 50,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_nobody_sees_a_canary(scene, sign_in):
    run(scene, sign_in, examples=8, steps=12)


@pytest.mark.slow
def test_nobody_sees_a_canary_for_long(scene, sign_in):
    run(scene, sign_in, examples=60, steps=40)
