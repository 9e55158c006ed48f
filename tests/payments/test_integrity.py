"""check_ledger finds each lie told to the database, and nothing in honest accounts (DOMAIN §6, §9)."""

import datetime as dt
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from ales import tenancy
from members import funds
from payments import integrity
from payments.operations.accounting import close_period, next_start
from payments.tasks import check_ledger
from tests.access.owner import append_only_lifted, as_owner_command, owner_function
from tests.payments.stories import payable_aid, sent
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _as_owner(django_db_setup, django_db_blocker, owner_login):
    with django_db_blocker.unblock(), owner_function(owner_login):
        yield


def broken() -> set[str]:
    return {finding.check.name for finding in integrity.findings() if finding.count}


@pytest.fixture
def accounts(world):
    """An aid paid of which a part comes back, one given up, one returned by the bank after its execution, one
    sent in a batch, money moved between two funds, a period closed."""
    paid = payable_aid(world, split=True)
    paid.receive(paid.ask_recovery(paid.paid().order))
    returned = payable_aid(world, with_bank=False)
    order = returned.paid().order
    returned.reject(order)
    in_batch = payable_aid(world, with_bank=False)
    sent(in_batch, in_batch.sign(in_batch.request()))
    other = payable_aid(world, landlord=world.other_landlord)
    other.give_up(other.request())
    other.stop()
    following = world.fund("10", year=2027)
    with tenancy.tenant(world.anne.context):
        funds.transfer(
            actor=world.anne,
            from_fund_id=paid.funds[0].pk,
            to_fund_id=following.pk,
            amount=10,
            label="Report",
            value_date=TODAY,
        )
    with tenancy.tenant(world.theo.context):
        close_period(actor=world.theo, starts_on=next_start(), ends_on=TODAY, at=NOW + dt.timedelta(days=1))
    return paid


def test_money_that_came_back_is_no_fault(world):
    story = payable_aid(world, split=True)
    order = story.paid().order
    story.receive(story.ask_recovery(order))
    assert broken() == set()


def test_honest_accounts_hold_no_fault(accounts):
    assert broken() == set()
    out = StringIO()
    call_command("check_ledger", stdout=out)
    assert f"{len(integrity.CHECKS)} vérifications, aucune anomalie" in out.getvalue()
    assert check_ledger() == 0
    assert mail.outbox == []


LIES = [
    ("fund_sums", "UPDATE members_fund SET contributed = contributed + 1"),
    (
        "fund_balances",
        "ALTER TABLE members_fund DROP CONSTRAINT fund_available_not_negative;"
        " UPDATE members_fund SET contributed = 0",
    ),
    (
        "fund_balances",
        "ALTER TABLE members_fund DROP CONSTRAINT fund_recovered_within_paid;"
        " UPDATE members_fund SET recovered = paid + 1",
    ),
    ("transfers", "UPDATE members_fundentry SET amount = amount + 1 WHERE kind = 'TRANSFER_OUT'"),
    ("aid_ledger", "UPDATE members_fundentry SET amount = amount + 1 WHERE kind = 'COMMITMENT'"),
    ("aid_ledger", "UPDATE members_fundentry SET amount = amount - 1 WHERE kind = 'RELEASE'"),
    ("aid_ledger", "UPDATE aids_fundallocation SET amount = amount + 1"),
    ("known_causes", "UPDATE members_fundentry SET cause_id = gen_random_uuid() WHERE kind = 'PAYMENT'"),
    ("known_causes", "UPDATE members_fundentry SET cause_kind = 'gift' WHERE kind = 'PAYMENT'"),
    ("aid_amounts", "UPDATE aids_aidrequest SET paid_amount = paid_amount + 1 WHERE paid_amount = 0"),
    ("aid_amounts", "UPDATE aids_aidrequest SET granted_amount = granted_amount - 1 WHERE paid_amount = 0"),
    ("order_lines", "UPDATE payments_paymentorder SET amount = amount + 1"),
    *(
        (
            "order_accounts",
            "ALTER TABLE payments_paymentorder DROP CONSTRAINT order_of_its_account;"
            f" UPDATE payments_paymentorder SET {lie} WHERE sequence = 1",
        )
        for lie in (
            "iban = 'FR7630006000011234567890189'",
            "bic = 'AGRIFRPP'",
            "account_holder = 'Un autre'",
            "landlord_id = (SELECT max(landlord_id) FROM payments_paymentorder)",
        )
    ),
    ("one_live_order", "UPDATE payments_paymentorderline SET is_live = NOT is_live"),
    ("executed_orders", "UPDATE payments_paymentadvice SET amount = amount + 1"),
    (
        "executed_orders",
        "DELETE FROM payments_accountingentry; DELETE FROM members_fundentry WHERE kind = 'PAYMENT'",
    ),
    ("order_numbers", "UPDATE payments_paymentorder SET sequence = sequence + 100 WHERE sequence = 2"),
    ("order_numbers", "UPDATE ales_counter SET last = last + 1"),
    ("returned_payments", "UPDATE payments_paymentorder SET amount = amount + 1 WHERE state = 'rejected'"),
    (
        "returned_payments",
        "UPDATE members_fundentry SET cause_id = gen_random_uuid()"
        " WHERE cause_kind = 'returned_payment' AND kind = 'COMMITMENT'",
    ),
    ("recoveries", "UPDATE payments_paymentrecovery SET amount = amount + 1"),
    ("recoveries", "UPDATE payments_paymentrecoveryline SET amount = amount + 1"),
    ("recovery_numbers", "UPDATE payments_paymentrecovery SET sequence = sequence + 1"),
    ("batch_numbers", "UPDATE payments_paymentbatch SET sequence = sequence + 1"),
    ("batch_totals", "UPDATE payments_paymentbatch SET control_sum = control_sum + 1"),
    ("batch_totals", "UPDATE payments_paymentbatch SET orders_count = orders_count + 1"),
    ("accounting", "UPDATE payments_accountingentry SET number = number + 1000"),
    ("accounting", "UPDATE payments_accountingperiod SET total = total + 1"),
    ("accounting", "DELETE FROM payments_accountingentry WHERE number = 2"),
]


@pytest.mark.parametrize(("name", "lie"), LIES)
def test_each_lie_is_found(accounts, name, lie):
    with append_only_lifted():
        as_owner_command("ALTER TABLE members_fund DISABLE TRIGGER USER")
        as_owner_command(lie)
    assert name in broken()


def test_each_check_has_its_lie():
    assert {check.name for check in integrity.CHECKS} == {name for name, _lie in LIES} | {"months"}


def test_a_fourth_month_is_found(world):
    payable_aid(world, months=[dt.date(2026, month, 1) for month in (2, 3, 4, 5)])
    assert broken() == {"months"}


def test_the_command_fails_with_the_rows_at_fault_and_the_night_warns(accounts):
    with append_only_lifted():
        as_owner_command("UPDATE payments_paymentorder SET amount = amount + 1 WHERE sequence = 1")
    errors = StringIO()
    with pytest.raises(CommandError, match="anomalie"):
        call_command("check_ledger", stdout=StringIO(), stderr=errors)
    assert "OP-2026-000001" in errors.getvalue()
    assert check_ledger() > 0
    (warning,) = mail.outbox
    assert "Les lignes d’un ordre font son montant" in warning.body
    assert "OP-2026" not in warning.body
