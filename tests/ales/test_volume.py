"""A small volume run: every constraint holds, sums and numbers agree, row security sees the right rows."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Max, Min, Q, Sum

from aids.calculation import is_stale
from aids.models import AidProfile, AidRequest, FundAllocation
from aids.states import GRANTED
from ales import tenancy
from ales.management.commands.volume import fill
from ales.numbering import Counter
from ales.volume import Volume, moment
from cases import facts
from cases.models import TenantCase
from members.models import Fund, FundEntry, User
from members.models.bank_details import BankDetails
from members.roles import OrganisationKind, Role
from payments.documents import order as order_document
from payments.models import PaymentAdvice, PaymentOrder
from tests.volume import holder

AIDS = 200
KINDS = {
    "CONTRIBUTION": "contributed",
    "COMMITMENT": "committed",
    "RELEASE": "released",
    "PAYMENT": "paid",
}


@pytest.fixture
def filled(log_in):
    """A database filled with a run of 200 aids, read as its owner."""
    log_in("owner")
    fill(AIDS, report=lambda _line: None)
    return log_in


def test_every_aid_asked_for_is_there_with_numbers_without_gaps(filled) -> None:
    assert AidRequest.objects.count() == AIDS
    assert {"settled", "rejected"} <= set(AidRequest.objects.values_list("state", flat=True))
    assert AidRequest.objects.filter(renewal_of__isnull=False).count() > AIDS // 20

    last = dict(Counter.objects.values_list("name", "last"))
    orders = PaymentOrder.objects.values("year").annotate(
        count=Count("id"), first=Min("sequence"), last=Max("sequence")
    )
    assert orders
    for year in orders:
        assert (year["first"], year["last"]) == (1, year["count"])
        assert last[f"payment_order:{year['year']}"] == year["last"]
    numbers = defaultdict(list)
    for reference in AidRequest.objects.order_by("reference").values_list("reference", flat=True):
        _letter, year, number = reference.split("-")
        numbers[year].append(int(number))
    for year, taken in numbers.items():
        assert taken == list(range(1, last[f"aid:{year}"] + 1))


def test_the_funds_sums_are_those_of_their_lines_and_of_the_aids(filled) -> None:
    for fund in Fund.objects.all():
        sums = dict(fund.entries.values("kind").annotate(total=Sum("amount")).values_list("kind", "total"))
        for kind, column in KINDS.items():
            assert getattr(fund, column) == sums.get(kind, Decimal(0)), (fund, kind)
    committed = FundEntry.objects.filter(kind="COMMITMENT").aggregate(total=Sum("amount"))["total"]
    granted = AidRequest.objects.filter(state__in=GRANTED).aggregate(total=Sum("granted_amount"))["total"]
    assert committed == granted == FundAllocation.objects.aggregate(total=Sum("amount"))["total"]
    paid = FundEntry.objects.filter(kind="PAYMENT").aggregate(total=Sum("amount"))["total"]
    assert paid == AidRequest.objects.aggregate(total=Sum("paid_amount"))["total"]
    assert paid == PaymentAdvice.objects.aggregate(total=Sum("amount"))["total"]
    wrong = PaymentOrder.objects.annotate(drawn=Sum("lines__amount")).exclude(drawn=F("amount"))
    assert not wrong.exists()
    for order in PaymentOrder.objects.all()[:20]:
        printed = order_document.context(order.frozen | {"state": str(order.state), "happenings": {}})
        assert printed["number"] == order.number
    assert AidProfile.objects.count() == AidRequest.objects.filter(state__in=GRANTED).count()


def test_the_files_are_complete_and_the_figures_are_theirs(filled) -> None:
    requests = AidRequest.objects.select_related("computation")[:30]
    cases = TenantCase.objects.with_file().in_bulk([request.case_id for request in requests])
    for request in requests:
        case = cases[request.case_id]
        assert facts.missing_points(case) == []
        assert not is_stale(request.computation, case)
    for details in BankDetails.objects.all():
        assert BankDetails.objects.confirmed_for(details.landlord_id) == details


def test_each_person_sees_what_is_theirs(filled) -> None:
    everything = {
        "cases": TenantCase.objects.count(),
        "requests": AidRequest.objects.count(),
        "orders": PaymentOrder.objects.count(),
    }
    worker, manager = (holder(role, OrganisationKind.CIL) for role in (Role.SOCIAL_WORKER, Role.MANAGER))
    agent = holder(Role.LANDLORD_AGENT, OrganisationKind.BAILLEUR)
    admin = holder(Role.ASSOCIATION_ADMIN, OrganisationKind.ALES)
    own = TenantCase.objects.filter(organisation_id=worker.organisation_id).count()
    tenants = AidRequest.objects.filter(landlord_id=agent.organisation_id).exclude(
        Q(state="draft") | Q(state="withdrawn")
    )
    told = tenants.count()
    filled("application")

    with tenancy.tenant(worker.context):
        assert 0 < TenantCase.objects.count() == own < everything["cases"]
        assert not PaymentOrder.objects.exists()
    with tenancy.tenant(manager.context):
        assert 0 < PaymentOrder.objects.count() < everything["orders"]
    with tenancy.tenant(agent.context):
        assert 0 < AidRequest.objects.count() == told < everything["requests"]
        assert not TenantCase.objects.exists()
    with tenancy.tenant(admin.context):
        assert AidRequest.objects.count() == everything["requests"]
        assert not TenantCase.objects.exists()


def test_a_second_run_goes_on_after_the_first(filled) -> None:
    fill(20, report=lambda _line: None)
    assert AidRequest.objects.count() == AIDS + 20
    assert not User.objects.exclude(password="!").exists()


def test_the_same_seed_draws_the_same() -> None:
    def draws(seed: int) -> list:
        volume = Volume(aids=1, until=dt.date(2026, 6, 15), run=1, seed=seed, report=lambda _line: None)
        return [volume.uuid(), volume.random.random()]

    assert draws(1) == draws(1) != draws(2)


def test_nothing_is_invented_outside_the_demo(settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("volume", aids=1)


@pytest.mark.parametrize(("day", "working"), [(13, 15), (14, 15), (15, 15), (19, 19)])
def test_moments_are_working_days(day: int, working: int) -> None:
    assert moment(dt.date(2026, 6, day)).date() == dt.date(2026, 6, working)
