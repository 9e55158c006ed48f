"""One action on many requests: planned, confirmed, done one by one by the ordinary operation, once each."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from aids import operations as aids
from aids.models import AidRequest
from ales import registry, tenancy
from ales.errors import InvalidInputError, NotAllowedError
from ales.works import bulk, lines, operations, running
from ales.works.models import Outcome, Work, WorkLine, WorkState
from cases.models import TenantCase
from members.models import Fund, Membership
from payments import operations as payments
from payments.models import PaymentOrder
from tests.aids.stories import grant, submitted
from tests.works.conftest import confirm, lines_of, plan_bulk, reread, run_to_end

pytestmark = pytest.mark.django_db
MONTH = (dt.date(2026, 4, 1),)


@pytest.fixture(autouse=True)
def in_june(time_machine):
    time_machine.move_to(dt.datetime(2026, 6, 16, 9, 0, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def three(world) -> list[AidRequest]:
    """Three requests waiting for Marc's decision, of 277.20 € each."""
    world.scale()
    return [submitted(world.claire, household(world, name), months=MONTH) for name in ("Un", "Deux", "Trois")]


def household(world, name: str) -> TenantCase:
    """A case of a household of its own: two of the same tenant's would share their months."""
    case = world.complete_case()
    with tenancy.tenant(world.claire.context):
        case.persons.filter(position="TENANT").update(last_name=name)
    return case


def state_of(world, request: AidRequest) -> str:
    with tenancy.tenant(world.marc.context):
        return AidRequest.objects.get(pk=request.pk).state


def outcomes(actor, work: Work) -> list[str]:
    return [line.outcome for line in lines_of(actor, work)]


def test_nothing_is_done_before_it_is_confirmed(world, three):
    world.fund("1000")
    work = plan_bulk(world.marc, "valider", ids=[request.public_id for request in three])
    assert (work.state, work.total, work.refused) == (WorkState.TO_CONFIRM, 3, 0)
    running.run(work.public_id)
    assert {state_of(world, request) for request in three} == {"submitted"}


def test_granted_as_asked_on_the_first_fund_that_suffices(world, three):
    fund = world.fund("600")
    work = plan_bulk(world.marc, "valider", filters="etat=submitted")
    work = run_to_end(world.marc, confirm(world.marc, work, fund=""))
    assert (work.state, work.done, work.refused) == (WorkState.DONE, 3, 1)
    assert [line.outcome for line in lines_of(world.marc, work)] == ["DONE", "DONE", "REFUSED"]
    assert "277,20" in lines_of(world.marc, work)[2].detail
    assert sorted(state_of(world, request) for request in three) == ["submitted", "validated", "validated"]
    with tenancy.tenant(world.marc.context):
        assert str(Fund.objects.get(pk=fund.pk).available) == "45.60"


def test_what_cannot_be_done_is_said_beforehand_and_left_alone(world, three):
    world.fund("1000")
    with tenancy.tenant(world.claire.context):
        aids.withdraw(
            actor=world.claire,
            request_id=three[0].public_id,
            version=None,
            reason="Doublon.",
            at=timezone.now(),
        )
    work = plan_bulk(world.marc, "valider", ids=[request.public_id for request in three])
    assert work.refused == 1
    refused = next(line for line in lines_of(world.marc, work) if line.outcome == Outcome.REFUSED)
    assert "retirée" in refused.detail
    work = run_to_end(world.marc, confirm(world.marc, work, fund=""))
    assert state_of(world, three[0]) == "withdrawn"
    assert state_of(world, three[1]) == "validated"


def test_a_request_changed_since_it_was_shown_is_left_alone(world, three):
    world.fund("1000")
    work = plan_bulk(world.marc, "refuser", ids=[three[0].public_id])
    with tenancy.tenant(world.marc.context):
        AidRequest.objects.filter(pk=three[0].pk).update(version=99)
    run_to_end(world.marc, confirm(world.marc, work, reason="Hors barème."))
    (line,) = lines_of(world.marc, work)
    assert line.outcome == Outcome.REFUSED
    assert "changé entre-temps" in line.detail
    assert state_of(world, three[0]) == "submitted"


def test_refused_with_one_reason(world, three):
    work = plan_bulk(world.marc, "refuser", filters="etat=submitted")
    run_to_end(world.marc, confirm(world.marc, work, reason="Hors barème."))
    with tenancy.tenant(world.marc.context):
        rejected = AidRequest.objects.filter(state="rejected")
        assert {request.decision_reason for request in rejected} == {"Hors barème."}
        assert len(rejected) == 3


def test_payment_asked_for_many(world, three):
    fund = world.fund("1000")
    world.bank_details()
    for request in three[:2]:
        grant(world.marc, request, fund)
    work = plan_bulk(world.marc, "payer", filters="")
    assert work.total == 2, "a filter means those with something to pay"
    run_to_end(world.marc, confirm(world.marc, work))
    with tenancy.tenant(world.marc.context):
        assert PaymentOrder.objects.count() == 2
    again = plan_bulk(world.marc, "payer", ids=[three[0].public_id])
    assert outcomes(world.marc, again) == ["REFUSED"]


def test_what_is_left_of_an_aid_is_asked_for(world):
    world.scale()
    world.bank_details()
    months = (dt.date(2026, 3, 1), dt.date(2026, 4, 1), dt.date(2026, 5, 1))
    aid = submitted(world.claire, household(world, "Un"), months=months)
    grant(world.marc, aid, world.fund("1000"))
    with tenancy.tenant(world.marc.context):
        march = aid.terms.get(month=months[0])
        payments.request_payment(
            actor=world.marc, request_id=aid.public_id, term_ids=[march.public_id], at=timezone.now()
        )
    work = plan_bulk(world.marc, "payer", ids=[aid.public_id])
    run_to_end(world.marc, confirm(world.marc, work))
    assert outcomes(world.marc, work) == ["DONE"]
    with tenancy.tenant(world.marc.context):
        assert sorted(PaymentOrder.objects.values_list("amount", flat=True)) == [
            Decimal("277.20"),
            Decimal("554.40"),
        ]


def test_an_account_not_confirmed_is_said_beforehand(world, three):
    grant(world.marc, three[0], world.fund("1000"))
    work = plan_bulk(world.marc, "payer", ids=[three[0].public_id])
    (line,) = lines_of(world.marc, work)
    assert line.outcome == Outcome.REFUSED
    assert "coordonnées bancaires" in line.detail


# --- Once each ------------------------------------------------------------------------------------


def test_delivered_twice_each_is_done_once(world, three, monkeypatch):
    world.fund("10000")
    work = confirm(world.marc, plan_bulk(world.marc, "valider", filters="etat=submitted"), fund="")
    done = []
    kind = registry.work_kinds["bulk:valider"]

    def counting(actor, line):
        done.append(line.pk)
        # Another worker gets the same message in the middle of it.
        running.run(work.public_id)
        return kind.treat(actor, line, {"fund": ""})

    hand = running.take(work.public_id)
    assert lines.work_through(hand, counting) == running.Next.OVER
    hand.end(WorkState.DONE)
    running.run(work.public_id)
    assert len(done) == 3
    with tenancy.tenant(world.marc.context):
        assert AidRequest.objects.filter(state="validated").count() == 3


def test_confirmed_twice_it_is_the_same_work(world, three):
    work = plan_bulk(world.marc, "refuser", filters="etat=submitted")
    assert confirm(world.marc, work, reason="a").pk == confirm(world.marc, work, reason="b").pk
    assert reread(world.marc, work).params["answers"] == {"reason": "a"}


def test_a_worker_that_died_leaves_the_rest_to_another(world, three):
    world.fund("10000")
    work = confirm(world.marc, plan_bulk(world.marc, "valider", filters="etat=submitted"), fund="")
    hand = running.take(work.public_id)
    first = lines_of(world.marc, work)[0]
    kind = registry.work_kinds["bulk:valider"]
    lines.do_once(world.marc, first.pk, lambda actor, line: kind.treat(actor, line, {"fund": ""}))
    assert running.take(work.public_id) is None, "the lease holds"
    with tenancy.tenant(tenancy.WORKER):
        Work.objects.filter(pk=work.pk).update(lease_until=timezone.now())
    work = run_to_end(world.marc, work)
    assert (work.state, work.refused) == (WorkState.DONE, 0)
    with pytest.raises(running.LeaseLostError):
        hand.tell(done=1)


def test_a_line_that_breaks_is_undone_alone(world, three, monkeypatch):
    world.fund("10000")
    work = plan_bulk(world.marc, "refuser", filters="etat=submitted")
    second = lines_of(world.marc, work)[1]
    reject = aids.reject

    def breaking(**arguments):
        rejected = reject(**arguments)
        if arguments["request_id"] == second.subject_id:
            raise ZeroDivisionError
        return rejected

    monkeypatch.setattr("aids.operations.reject", breaking)
    run_to_end(world.marc, confirm(world.marc, work, reason="Hors barème."))
    assert outcomes(world.marc, work) == ["DONE", "REFUSED", "DONE"]
    assert lines_of(world.marc, work)[1].detail == lines.UNEXPECTED
    assert sorted(state_of(world, request) for request in three) == ["rejected", "rejected", "submitted"]


# --- Stopped, ended, refused ----------------------------------------------------------------------


def test_cancelled_what_is_done_stays_done(world, three, monkeypatch):
    monkeypatch.setattr(lines, "STEP", 1)
    work = confirm(world.marc, plan_bulk(world.marc, "refuser", filters="etat=submitted"), reason="x")
    hand = running.take(work.public_id)
    kind = registry.work_kinds["bulk:refuser"]

    def then_cancel(actor, line):
        with tenancy.tenant(world.marc.context):
            operations.cancel(actor=world.marc, work_id=work.public_id, at=timezone.now())
        return kind.treat(actor, line, {"reason": "x"})

    with pytest.raises(running.CancelledError):
        lines.work_through(hand, then_cancel)
    hand.end(WorkState.CANCELLED)
    assert outcomes(world.marc, work) == ["DONE", "WAITING", "WAITING"]
    assert run_to_end(world.marc, work).state == WorkState.CANCELLED


def test_a_habilitation_suspended_meanwhile_stops_the_rest(world, three):
    work = confirm(world.marc, plan_bulk(world.marc, "refuser", filters="etat=submitted"), reason="x")
    Membership.objects.filter(public_id=world.marc.membership_id).update(
        suspended_at=timezone.now(), suspended_by_id=world.anne.user_id
    )
    work = run_to_end(world.marc, work)
    assert (work.state, work.error) == (WorkState.FAILED, running.ENDED)
    assert {state_of(world, request) for request in three} == {"submitted"}


def test_a_role_changed_meanwhile_stops_the_rest(world, three):
    work = confirm(world.marc, plan_bulk(world.marc, "refuser", filters="etat=submitted"), reason="x")
    Membership.objects.filter(public_id=world.marc.membership_id).update(role="SOCIAL_WORKER")
    assert run_to_end(world.marc, work).error == running.ENDED


@pytest.mark.parametrize("who", ["claire", "anne", "theo", "lea", "bruno"])
def test_only_a_manager_decides_many(world, three, who):
    actor = getattr(world, who)
    with pytest.raises(NotAllowedError):
        plan_bulk(actor, "valider", ids=[three[0].public_id])


@pytest.mark.parametrize("who", ["diane", "rachid"])
def test_a_stranger_s_ids_are_nothing(world, three, who):
    with pytest.raises(InvalidInputError, match="Choisissez"):
        plan_bulk(getattr(world, who), "refuser", ids=[three[0].public_id])


def test_an_author_may_not_decide_theirs_even_among_many(world, three):
    with tenancy.tenant(world.marc.context):
        AidRequest.objects.filter(pk=three[0].pk).update(author_ids=[world.marc.user_id])
    work = plan_bulk(world.marc, "refuser", filters="etat=submitted")
    assert sorted(outcomes(world.marc, work)) == ["REFUSED", "WAITING", "WAITING"]


def test_more_than_a_thousand_is_said(world, three, monkeypatch):
    monkeypatch.setattr("aids.bulk.MOST_AT_ONCE", 2)
    monkeypatch.setattr(operations, "MOST_AT_ONCE", 2)
    work = plan_bulk(world.marc, "refuser", filters="etat=submitted")
    assert (work.total, work.params["is_cut"]) == (2, True)
    assert bulk.MOST_AT_ONCE == 1000


# --- Pages ----------------------------------------------------------------------------------------


def test_from_the_list_to_the_report(world, three, sign_in):
    client = sign_in(world.marc)
    page = client.get(reverse("aids:list")).content.decode()
    assert page.count('name="o"') == 3
    assert 'name="action" value="valider"' in page
    nothing = client.post(reverse("works:prepare"), {"action": "refuser", "filtres": "etat=submitted"})
    assert nothing.url == f"{reverse('aids:list')}?etat=submitted"
    answer = client.post(
        reverse("works:prepare"), {"action": "refuser", "tout": "1", "filtres": "etat=submitted"}
    )
    shown = client.get(answer.url).content.decode()
    assert "!! undefined" not in shown
    assert "3 lignes, pour" in shown
    assert "831,60" in shown
    confirm_url = answer.url + "confirmer/"
    again = client.post(confirm_url, {"reason": ""})
    assert again.status_code == 422
    client.post(confirm_url, {"reason": "Hors barème."})
    with tenancy.tenant(world.marc.context):
        work = Work.objects.get()
    work = run_to_end(world.marc, work)
    report = client.get(answer.url).content.decode()
    assert "!! undefined" not in report
    assert report.count("Refusée : la lettre") == 3
    csv = client.get(answer.url + "compte-rendu/").content.decode()
    assert csv.count("Refusée : la lettre") == 3


def test_a_social_worker_ticks_nothing(world, three, sign_in):
    page = sign_in(world.claire).get(reverse("aids:list")).content.decode()
    assert 'name="o"' not in page
    assert WorkLine.objects.count() == 0
