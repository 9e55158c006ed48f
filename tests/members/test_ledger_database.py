"""The fund's sums are the ledger's, and the database itself refuses to go below zero (DOMAIN §6)."""

import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from ales import tenancy
from members.models import Fund, FundEntry
from members.models.fund import EntryKind

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def entry(fund: Fund, kind: str, amount: str, actor) -> FundEntry:
    return FundEntry.objects.create(
        fund=fund,
        owner_id=fund.owner_id,
        kind=kind,
        amount=Decimal(amount),
        label="test",
        cause_kind="test",
        cause_id=uuid.uuid4(),
        value_date="2026-06-15",
        created_by_id=actor.user_id,
    )


def test_sums_follow_the_entries(world):
    fund = world.fund("100")
    with tenancy.tenant(world.marc.context):
        entry(fund, "COMMITMENT", "60", world.marc)
        entry(fund, "RELEASE", "10", world.marc)
    with tenancy.tenant(world.theo.context):
        entry(fund, "PAYMENT", "30", world.theo)
        entry(fund, "RECOVERY", "5", world.theo)
        fund.refresh_from_db()
    assert (fund.available, fund.to_pay) == (Decimal("55.00"), Decimal("20.00"))


def test_more_than_available_is_refused(world):
    fund = world.fund("100")
    with tenancy.tenant(world.marc.context):
        with pytest.raises(IntegrityError, match="fund_available_not_negative"), transaction.atomic():
            entry(fund, "COMMITMENT", "100.01", world.marc)
        fund.refresh_from_db()
    assert fund.available == Decimal("100.00")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("marc", {"COMMITMENT", "RELEASE"}),
        ("theo", {"CONTRIBUTION", "TRANSFER_IN", "TRANSFER_OUT", "RELEASE", "PAYMENT", "RECOVERY"}),
        ("anne", {"CONTRIBUTION", "TRANSFER_IN", "TRANSFER_OUT", "RELEASE", "PAYMENT", "RECOVERY"}),
        ("claire", set()),
        ("lea", set()),
    ],
)
def test_row_security_alone_says_who_writes_which_kind(world, name, written):
    """The money is there for each kind: what is refused is refused to the capacity."""
    fund, actor = world.fund("100"), getattr(world, name)
    with tenancy.tenant(world.marc.context):
        entry(fund, "COMMITMENT", "50", world.marc)
    with tenancy.tenant(world.theo.context):
        entry(fund, "PAYMENT", "20", world.theo)
    accepted, refusals = set(), []
    with tenancy.tenant(actor.context):
        for kind in EntryKind.values:
            try:
                with transaction.atomic():
                    entry(fund, kind, "1", actor)
            except ProgrammingError as error:
                refusals.append(str(error))
            else:
                accepted.add(kind)
    assert accepted == written
    assert all("row-level security" in refusal for refusal in refusals)


def test_application_cannot_write_a_sum(world):
    fund = world.fund("100")
    with (
        tenancy.tenant(world.anne.context),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        Fund.objects.filter(pk=fund.pk).update(contributed=Decimal("999"))


def test_a_fund_opens_empty(world):
    with (
        tenancy.tenant(world.anne.context),
        pytest.raises(ProgrammingError, match="opens empty"),
        transaction.atomic(),
    ):
        Fund.objects.create(
            owner=world.cil, kind="EMPLOYER", name="Fonds", year=2026, contributed=Decimal("5")
        )


@pytest.mark.parametrize("verb", ["UPDATE members_fundentry SET amount = 1", "DELETE FROM members_fundentry"])
def test_an_entry_is_never_changed(world, verb):
    world.fund("100")
    with (
        tenancy.tenant(world.anne.context),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        connection.cursor().execute(verb)


def test_a_manager_commits_on_another_members_fund_without_reading_its_lines(world):
    fund = world.fund("100", owner=world.landlord, kind="LANDLORD")
    with tenancy.tenant(world.marc.context):
        entry(fund, "COMMITMENT", "40", world.marc)
        assert not FundEntry.objects.filter(fund=fund).exists()
        assert Fund.objects.get(pk=fund.pk).available == Decimal("60.00")
