"""The whole demo: every state, believable figures, sound money, and something to do for each account."""

import datetime as dt
from collections import Counter
from contextlib import nullcontext

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from aids.models import AidProfile, AidRequest
from aids.states import RequestState
from ales.documents.models import JobState, ProductionJob
from association.statistics import Period, statistics_for
from cases.demo_example import LAST_NAME
from cases.models import TenantCase
from cases.models.case import CaseState
from members.demo import demo_actor
from members.demo_accounts import ACCOUNTS, FIRST_CIL, PASSWORD
from members.roles import Role
from payments.demo import check_money
from payments.models import BankStatement, PaymentAdvice, PaymentBatch, PaymentOrder
from payments.models.statement import StatementState
from payments.states import BatchState, OrderState

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PAGES = {
    Role.SOCIAL_WORKER: ["/dossiers/", "/aides/", "/statistiques/"],
    Role.MANAGER: ["/dossiers/", "/aides/", "/statistiques/"],
    Role.LANDLORD_AGENT: ["/statistiques/"],
    Role.ASSOCIATION_ADMIN: ["/aides/", "/statistiques/"],
    Role.TREASURER: ["/aides/", "/statistiques/"],
    Role.BOARD_MEMBER: ["/statistiques/"],
}


def log_in(user: str, password: str) -> None:
    connection.close()
    connection.settings_dict["USER"], connection.settings_dict["PASSWORD"] = user, password


@pytest.fixture(params=["today", "2028-01-03"])
def demo(request, owner_login, application_login, settings):
    """The demo's database, written by the owner as `make run` does; the pages are read as the application.

    Today, and a Monday when the year's funds are not yet filled, after weeks with few decisions.
    """
    day = time_machine.travel(f"{request.param} 10:00+01:00") if request.param != "today" else nullcontext()
    with day:
        log_in(*owner_login)
        call_command("demo")
        yield
        log_in(*application_login)


def states(model) -> Counter:
    return Counter(model.objects.values_list("state", flat=True))


def test_the_demo(demo, client, application_login, mailoutbox) -> None:
    _every_state()
    _work_for_the_treasurer()
    _believable()
    _the_named_example()
    _numbers_follow_the_calendar()
    check_money()
    log_in(*application_login)
    _something_to_do_for_everyone(client)
    assert mailoutbox == []


def _every_state() -> None:
    requests, orders = states(AidRequest), states(PaymentOrder)
    assert TenantCase.objects.count() >= 320
    assert TenantCase.objects.filter(state=CaseState.CLOSED).count() >= 50
    assert all(requests[state] >= 2 for state in RequestState.values), requests
    assert all(orders[state] >= 1 for state in OrderState.values), orders
    advices = PaymentAdvice.objects.all()
    assert advices.filter(received_on=None).exists()
    assert advices.exclude(received_on=None).exists()
    assert AidRequest.objects.exclude(renewal_of=None).count() >= 20
    assert AidRequest.objects.filter(purpose="RELOGEMENT").count() >= 15
    assert AidRequest.objects.filter(landlord__landlord_type="PRIVATE").count() >= 10
    produced = ProductionJob.objects.exclude(state=JobState.DEFERRED)
    assert set(produced.values_list("kind", "state")) == {("payment_batch_file", JobState.DONE)}


def _work_for_the_treasurer() -> None:
    orders = states(PaymentOrder)
    assert orders[OrderState.TO_SIGN] >= 4
    assert orders[OrderState.SIGNED] >= 2
    assert states(BankStatement) == {StatementState.READ: 1, StatementState.APPLIED: 1}
    assert PaymentBatch.objects.filter(state=BatchState.PREPARED).exists()


def _believable() -> None:
    period = Period(dt.date(2022, 1, 1), timezone.localdate())
    found = statistics_for(demo_actor("admin"), period)
    percents = {share.name: share.percent for share in found.shares}
    assert percents["private_sector"] == pytest.approx(67, abs=6)
    assert percents["alone"] == pytest.approx(73, abs=6)
    assert percents["below_before"] == pytest.approx(93, abs=4)
    assert percents["above_after"] == pytest.approx(67, abs=7)
    assert 740 <= found.total.mean <= 930
    assert set(AidProfile.objects.values_list("granted_on__year", flat=True)) == set(
        range(2022, timezone.localdate().year + 1)
    )


def _the_named_example() -> None:
    case = TenantCase.objects.get(tenant_name__startswith=LAST_NAME.upper())
    assert case.organisation.name == FIRST_CIL
    first, renewal = case.aid_requests.order_by("id")
    assert (first.state, first.granted_amount) == (RequestState.SETTLED, first.asked_amount)
    assert str(first.granted_amount) == "831.60"
    assert str(first.computation.repayment_plan) == "6298.40"
    assert (renewal.state, renewal.renewal_of) == (RequestState.SUBMITTED, first)
    assert str(renewal.asked_amount) == "831.60"
    assert str(renewal.computation.repayment_plan) == "5466.80"


def _numbers_follow_the_calendar() -> None:
    for year in range(2022, timezone.localdate().year + 1):
        aids = AidRequest.objects.filter(reference__startswith=f"A-{year}-").order_by("created_at", "id")
        references = list(aids.values_list("reference", flat=True))
        assert references == [f"A-{year}-{number:05d}" for number in range(1, len(references) + 1)]
    orders = list(PaymentOrder.objects.order_by("requested_at").values_list("year", "sequence"))
    assert orders == sorted(orders)


def _something_to_do_for_everyone(client) -> None:
    for account in ACCOUNTS:
        client.logout()
        response = client.post("/connexion/", {"login": account.email, "password": PASSWORD})
        assert response.status_code == 302, account.login
        for address in ("/tableau-de-bord/", *PAGES[account.habilitations[0][1]]):
            response = client.get(address)
            assert response.status_code == 200, (account.login, address)
            assert "!! undefined" not in response.content.decode(), (account.login, address)
        page = client.get("/tableau-de-bord/")
        assert page.context["waiting"], account.login
