"""The ledger operations of DOMAIN §6, in their order, repeated, and all at once."""

import re
import threading
import uuid
from collections import Counter
from contextlib import suppress
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ales import tenancy
from ales.errors import InvalidInputError, NotAllowedError
from ales.money import MAX_AMOUNT
from members import funds
from members.funds import InsufficientFundsError, LedgerConflictError
from members.models import Fund, FundEntry, Organisation
from tests.world import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def act(operation, actor, *lines, cause_id=None, cause_kind="test"):
    """Run a ledger operation on (fund, "12.00") lines as `actor`, in a tenant's transaction."""
    with tenancy.tenant(actor.context):
        operation(
            actor=actor,
            lines=[(fund.pk, Decimal(amount)) for fund, amount in lines],
            cause_kind=cause_kind,
            cause_id=cause_id or uuid.uuid4(),
            label="Demande 2026-00001",
            value_date=TODAY,
        )


def sums(world, fund: Fund) -> tuple[Decimal, Decimal]:
    with tenancy.tenant(world.anne.context):
        fund.refresh_from_db()
    return fund.available, fund.to_pay


class TestOpen:
    @pytest.mark.parametrize(("owner", "kind"), [("cil", "EMPLOYER"), ("landlord", "LANDLORD")])
    def test_kind_follows_from_the_member(self, world, owner, kind):
        with tenancy.tenant(world.anne.context):
            fund = funds.open_fund(
                actor=world.anne, owner_id=getattr(world, owner).pk, name=" Fonds social ", year=2026
            )
        assert (fund.kind, fund.name, fund.available) == (kind, "Fonds social", Decimal("0.00"))

    def test_the_association_itself_brings_none(self, world):
        with tenancy.tenant(world.anne.context), pytest.raises(InvalidInputError) as refusal:
            funds.open_fund(actor=world.anne, owner_id=world.ales.pk, name="Fonds", year=2026)
        assert "owner_id" in refusal.value.faults

    def test_twice_the_same_name_and_year(self, world):
        with tenancy.tenant(world.anne.context):
            funds.open_fund(actor=world.anne, owner_id=world.cil.pk, name="Fonds", year=2026)
            with pytest.raises(InvalidInputError, match="a déjà un fonds de ce nom en 2026"):
                funds.open_fund(actor=world.anne, owner_id=world.cil.pk, name="Fonds", year=2026)
            funds.open_fund(actor=world.anne, owner_id=world.cil.pk, name="Fonds", year=2027)

    @pytest.mark.parametrize("who", ["marc", "claire", "theo", "lea", "bruno"])
    def test_only_the_staff(self, world, who):
        actor = getattr(world, who)
        with tenancy.tenant(actor.context), pytest.raises(NotAllowedError):
            funds.open_fund(actor=actor, owner_id=world.cil.pk, name="Fonds", year=2026)


class TestContribute:
    def test_adds_to_what_is_available(self, world):
        fund = world.fund("100")
        cause = uuid.uuid4()
        for _ in range(2):  # the form sent twice
            with tenancy.tenant(world.anne.context):
                funds.contribute(
                    actor=world.anne,
                    fund_id=fund.pk,
                    amount=Decimal("50.50"),
                    label="Appel de fonds",
                    value_date=TODAY,
                    cause_id=cause,
                )
        assert sums(world, fund) == (Decimal("150.50"), Decimal("0.00"))

    def test_a_manager_may_not(self, world):
        fund = world.fund("100")
        with tenancy.tenant(world.marc.context), pytest.raises(NotAllowedError):
            funds.contribute(
                actor=world.marc, fund_id=fund.pk, amount=Decimal("1"), label="x", value_date=TODAY
            )

    def test_never_more_than_the_ledger_holds(self, world):
        fund = world.fund("0.01")
        with tenancy.tenant(world.anne.context), pytest.raises(InvalidInputError) as refusal:
            funds.contribute(
                actor=world.anne, fund_id=fund.pk, amount=MAX_AMOUNT, label="x", value_date=TODAY
            )
        assert set(refusal.value.faults) == {"amount"}
        assert sums(world, fund)[0] == Decimal("0.01")


class TestTransfer:
    def move(self, world, source, target, amount):
        with tenancy.tenant(world.anne.context):
            funds.transfer(
                actor=world.anne,
                from_fund_id=source.pk,
                to_fund_id=target.pk,
                amount=Decimal(amount),
                label="Solde de l’exercice",
                value_date=TODAY,
            )

    def test_moves_the_money(self, world):
        source, target = world.fund("100", year=2025), world.fund("10")
        self.move(world, source, target, "100")
        assert (sums(world, source)[0], sums(world, target)[0]) == (Decimal("0.00"), Decimal("110.00"))

    def test_never_more_than_is_left(self, world):
        source, target = world.fund("100", year=2025), world.fund("10")
        with pytest.raises(InsufficientFundsError):
            self.move(world, source, target, "100.01")
        assert sums(world, target)[0] == Decimal("10.00")

    def test_never_more_than_the_ledger_holds(self, world):
        source, target = world.fund("100", year=2025), world.fund(str(MAX_AMOUNT))
        with pytest.raises(InvalidInputError) as refusal:
            self.move(world, source, target, "0.01")
        assert set(refusal.value.faults) == {"amount"}
        assert sums(world, source)[0] == Decimal("100.00")

    def test_not_to_another_members_fund(self, world):
        source, foreign = world.fund("100"), world.fund("10", owner=world.other_cil)
        with pytest.raises(InvalidInputError, match="deux fonds du même adhérent"):
            self.move(world, source, foreign, "1")
        assert (sums(world, source)[0], sums(world, foreign)[0]) == (Decimal("100.00"), Decimal("10.00"))

    def test_not_to_itself(self, world):
        fund = world.fund("100")
        with pytest.raises(InvalidInputError, match="deux fonds différents"):
            self.move(world, fund, fund, "1")


class TestLifeOfAnAid:
    def test_commit_release_pay_recover(self, world):
        fund = world.fund("1000")
        act(funds.commit, world.marc, (fund, "831.60"))
        assert sums(world, fund) == (Decimal("168.40"), Decimal("831.60"))
        act(funds.release, world.marc, (fund, "277.20"))
        assert sums(world, fund) == (Decimal("445.60"), Decimal("554.40"))
        act(funds.pay, world.theo, (fund, "554.40"))
        assert sums(world, fund) == (Decimal("445.60"), Decimal("0.00"))
        act(funds.recover, world.theo, (fund, "277.20"))
        assert sums(world, fund) == (Decimal("722.80"), Decimal("0.00"))

    def test_a_split_draws_on_each_fund_or_on_none(self, world):
        rich, poor = world.fund("1000"), world.fund("10", owner=world.landlord, kind="LANDLORD")
        with pytest.raises(InsufficientFundsError):
            act(funds.commit, world.marc, (rich, "100"), (poor, "10.01"))
        assert sums(world, rich)[0] == Decimal("1000.00")
        act(funds.commit, world.marc, (rich, "100"), (poor, "10"))
        assert sums(world, poor)[0] == Decimal("0.00")

    def test_lines_of_one_fund_are_added_up_before_the_check(self, world):
        fund = world.fund("100")
        with pytest.raises(InsufficientFundsError):
            act(funds.commit, world.marc, (fund, "60"), (fund, "60"))
        act(funds.commit, world.marc, (fund, "60"), (fund, "40"))
        assert sums(world, fund) == (Decimal("0.00"), Decimal("100.00"))

    def test_the_refusal_names_the_fund_and_what_is_left(self, world):
        fund = world.fund("1234.50")
        with pytest.raises(InsufficientFundsError) as refusal:
            act(funds.commit, world.marc, (fund, "2000"))
        assert refusal.value.message == (
            "Fonds « Fonds CIL de l'Essai 2026 » : "
            "il reste 1\u202f234,50\u00a0€, 2\u202f000,00\u00a0€ demandés."
        )
        assert (refusal.value.left, refusal.value.asked) == (Decimal("1234.50"), Decimal("2000"))

    @pytest.mark.parametrize("operation", [funds.release, funds.pay])
    def test_only_what_is_committed_and_unpaid(self, world, operation):
        fund = world.fund("1000")
        act(funds.commit, world.marc, (fund, "100"))
        act(funds.pay, world.theo, (fund, "60"))
        with pytest.raises(InsufficientFundsError, match="restent engagés"):
            act(operation, world.theo, (fund, "40.01"))
        act(operation, world.theo, (fund, "40"))

    def test_only_what_was_paid_comes_back(self, world):
        fund = world.fund("1000")
        act(funds.commit, world.marc, (fund, "100"))
        act(funds.pay, world.theo, (fund, "60"))
        with pytest.raises(InsufficientFundsError, match="ont été payés"):
            act(funds.recover, world.theo, (fund, "60.01"))

    @pytest.mark.parametrize(
        ("who", "operation"),
        [
            *((who, funds.commit) for who in ("claire", "lea", "bruno", "theo", "anne")),
            *((who, funds.release) for who in ("claire", "lea", "bruno")),
            *((who, operation) for who in ("claire", "marc") for operation in (funds.pay, funds.recover)),
        ],
    )
    def test_other_capacities_may_not(self, world, who, operation):
        fund = world.fund("100")
        with pytest.raises(NotAllowedError):
            act(operation, getattr(world, who), (fund, "1"))

    def test_an_unknown_fund_is_told(self, world):
        fund = world.fund("100")
        fund.pk += 10_000
        with pytest.raises(InvalidInputError, match="Fonds introuvable"):
            act(funds.commit, world.marc, (fund, "1"))

    @pytest.mark.parametrize(("amount", "error"), [("-1", ValueError), ("0.001", ValueError)])
    def test_an_impossible_amount_is_a_fault_of_the_caller(self, world, amount, error):
        fund = world.fund("100")
        with pytest.raises(error):
            act(funds.commit, world.marc, (fund, amount))


class TestSameCauseTwice:
    def test_is_written_once_even_with_nothing_left(self, world):
        fund, cause = world.fund("100", owner=world.landlord, kind="LANDLORD"), uuid.uuid4()
        for _ in range(2):
            act(funds.commit, world.marc, (fund, "100"), cause_id=cause)
        assert sums(world, fund) == (Decimal("0.00"), Decimal("100.00"))

    def test_with_other_amounts_is_a_fault(self, world):
        fund, cause = world.fund("100"), uuid.uuid4()
        act(funds.commit, world.marc, (fund, "10"), cause_id=cause)
        with pytest.raises(LedgerConflictError):
            act(funds.commit, world.marc, (fund, "11"), cause_id=cause)

    def test_another_kind_of_the_same_cause_is_another_line(self, world):
        fund, cause = world.fund("100"), uuid.uuid4()
        act(funds.commit, world.marc, (fund, "10"), cause_id=cause)
        act(funds.release, world.marc, (fund, "10"), cause_id=cause)
        assert sums(world, fund) == (Decimal("100.00"), Decimal("0.00"))


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["contribute", "commit", "release", "pay", "recover"]),
        st.decimals(min_value=Decimal("0.01"), max_value=Decimal("120"), places=2),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=OPERATIONS, year=st.integers(min_value=1998, max_value=2100))
def test_sums_equal_the_entries_and_never_go_below_zero(world, steps, year):
    with tenancy.tenant(world.anne.context):
        fund = funds.open_fund(actor=world.anne, owner_id=world.cil.pk, name=str(uuid.uuid4()), year=year)
    for name, amount in steps:
        with suppress(InsufficientFundsError):
            if name == "contribute":
                with tenancy.tenant(world.anne.context):
                    funds.contribute(
                        actor=world.anne, fund_id=fund.pk, amount=amount, label="x", value_date=TODAY
                    )
            else:
                actor = world.marc if name == "commit" else world.theo
                act(getattr(funds, name), actor, (fund, amount))
        with tenancy.tenant(world.anne.context):
            fund.refresh_from_db()
            total: Counter = Counter()
            for entry in FundEntry.objects.filter(fund=fund):
                total[entry.kind] += entry.amount
            available = total["CONTRIBUTION"] - total["COMMITMENT"] + total["RELEASE"] + total["RECOVERY"]
            assert fund.available == available >= 0
            assert fund.to_pay == total["COMMITMENT"] - total["RELEASE"] - total["PAYMENT"] >= 0


class TestCarryOver:
    def carry(self, world, fund, amount="10"):
        with tenancy.tenant(world.anne.context):
            return funds.carry_over(
                actor=world.anne,
                fund_id=fund.pk,
                amount=Decimal(amount),
                label="Report",
                value_date=TODAY,
            )

    def test_no_fund_follows_the_last_year(self, world):
        fund = world.fund("100", year=2100)
        with pytest.raises(InvalidInputError, match="entre 1998 et 2100, pas de 2101"):
            self.carry(world, fund)
        assert sums(world, fund)[0] == Decimal("100.00")

    @pytest.mark.parametrize("opened_before", [False, True])
    def test_funds_are_locked_in_order_and_before_their_owner(self, world, opened_before):
        """Payments lock funds, then the landlord: the other way round, two wait for each other."""
        following = world.fund("5", year=2027) if opened_before else None
        fund = world.fund("100", year=2026)
        with CaptureQueriesContext(connection) as captured:
            opened = self.carry(world, fund)
        locks = [q["sql"] for q in captured if "FOR NO KEY UPDATE" in q["sql"]]
        assert Fund._meta.db_table in locks[0]
        if following:
            assert opened == following
            assert {str(fund.pk), str(following.pk)} <= set(re.findall(r"\d+", locks[0]))
        else:
            assert str(fund.pk) in re.findall(r"\d+", locks[0])
            assert any(f'FROM "{Organisation._meta.db_table}"' in sql for sql in locks[1:])


@pytest.mark.django_db(transaction=True)
def test_twenty_commitments_at_once_on_a_fund_that_holds_three(world):
    fund = world.fund("100")
    start, outcomes = threading.Barrier(20, timeout=60), []

    def commit() -> None:
        try:
            start.wait()
            act(funds.commit, world.marc, (fund, "30"))
            outcomes.append("committed")
        except InsufficientFundsError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=commit) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert Counter(outcomes) == {"committed": 3, "refused": 17}
    assert sums(world, fund) == (Decimal("10.00"), Decimal("90.00"))


@pytest.mark.django_db(transaction=True)
def test_the_same_cause_at_once_is_written_once(world):
    fund, cause = world.fund("100"), uuid.uuid4()
    start, faults = threading.Barrier(8, timeout=60), []

    def commit() -> None:
        try:
            start.wait()
            act(funds.commit, world.marc, (fund, "30"), cause_id=cause)
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=commit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert faults == []
    assert sums(world, fund) == (Decimal("70.00"), Decimal("30.00"))
