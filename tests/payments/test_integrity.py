"""check_ledger finds each lie told to the database, and nothing in honest accounts (DOMAIN §6, §9)."""

import datetime as dt
import hashlib
import uuid
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command

from ales import tenancy
from ales.documents.models import Audience, StoredDocument
from ales.documents.production import produce
from ales.documents.uploads import store_upload
from members import funds
from payments import bank_account, integrity, operations
from payments.operations.accounting import close_period, next_start
from payments.tasks import check_files, check_ledger
from tests.access.owner import append_only_lifted, as_owner_command, owner_function
from tests.aids.stories import pdf_upload
from tests.payments.bank import Movement, camt_053
from tests.payments.stories import payable_aid, sent
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db

#: Seconds after which Redis gives an unfinished message to another worker (ales/settings.py).
REDELIVERED_AFTER = 900


@pytest.fixture(scope="module", autouse=True)
def _as_owner(django_db_setup, django_db_blocker, owner_login):
    with django_db_blocker.unblock(), owner_function(owner_login):
        yield


def broken() -> set[str]:
    return {finding.check.name for finding in integrity.findings() if finding.count}


@pytest.fixture
def accounts(world):
    """An aid paid of which a part comes back, one given up, one returned by the bank after its execution, one
    sent in a batch, its statement, money moved between two funds, a period closed, a protocol."""
    paid = payable_aid(world, split=True)
    paid.receive(paid.ask_recovery(paid.paid().order))
    returned = payable_aid(world, with_bank=False)
    order = returned.paid().order
    returned.reject(order)
    in_batch = payable_aid(world, with_bank=False)
    transfer = sent(in_batch, in_batch.sign(in_batch.request()))
    movements = [Movement(transfer.end_to_end_id, transfer.amount)]
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
        content = camt_053(movements, iban=bank_account.debtor().iban, day=TODAY)
        operations.import_statement(actor=world.theo, content=content, file_name="releve.xml", at=NOW)
        period = close_period(
            actor=world.theo, starts_on=next_start(), ends_on=TODAY, at=NOW + dt.timedelta(days=1)
        )
    produce(period.job.public_id)
    with tenancy.tenant(world.claire.context):
        store_upload(
            pdf_upload("protocole.pdf"),
            organisation_id=world.cil.pk,
            audience=Audience.SOCIAL,
            subject_kind="protocol",
            subject_id=uuid.uuid4(),
            kind="signed_protocol",
            title="Protocole signé",
            created_by_id=world.claire.user_id,
        )
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
    assert (check_ledger(), check_files()) == (0, 0)
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
    *(
        ("batch_contents", f"UPDATE payments_paymentbatch SET frozen = jsonb_set(frozen, {path}, {value})")
        for path, value in (
            ("'{orders,0,amount}'", "to_jsonb('0.01'::text)"),
            ("'{orders,0,iban}'", "to_jsonb('FR7630006000011234567890189'::text)"),
            ("'{orders,0,end_to_end_id}'", "to_jsonb('ALES-OP-1'::text)"),
            ("'{orders}'", "(frozen -> 'orders') || (frozen -> 'orders')"),
            ("'{orders}'", "'[]'"),
        )
    ),
    ("batch_files", "UPDATE documents_storeddocument SET sha256 = repeat('0', 64) WHERE kind LIKE '%batch%'"),
    ("batch_files", "UPDATE payments_paymentbatch SET frozen = frozen || jsonb_build_object('sha256', '0')"),
    ("batch_files", "UPDATE payments_paymentbatch SET control_sum = control_sum + 1"),
    ("batch_files", "UPDATE payments_paymentbatch SET orders_count = orders_count + 1"),
    ("kept_files", "UPDATE payments_bankstatement SET sha256 = repeat('0', 64)"),
    *(
        ("kept_files", f"UPDATE documents_storeddocument SET sha256 = repeat('0', 64) WHERE {which}")
        for which in ("kind = 'bank_statement'", "kind = 'accounting_export'")
    ),
    (
        "protocol_files",
        "UPDATE documents_storeddocument SET sha256 = repeat('0', 64) WHERE kind = 'signed_protocol'",
    ),
]


@pytest.mark.parametrize(("name", "lie"), LIES)
def test_each_lie_is_found(accounts, name, lie):
    with append_only_lifted():
        as_owner_command("ALTER TABLE members_fund DISABLE TRIGGER USER")
        as_owner_command(lie)
    assert name in broken()


FILES = {
    "payment_batch_file": "batch_files",
    "bank_statement": "kept_files",
    "accounting_export": "kept_files",
    "signed_protocol": "protocol_files",
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_changed_or_lost_on_the_disk_is_found(accounts, kind):
    with tenancy.tenant(tenancy.WORKER):
        stored = StoredDocument.objects.get(kind=kind).file
    path = Path(stored.path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"0", b"1", 1) if b"0" in content else content + b" ")
    assert broken() == {FILES[kind]}
    path.unlink()
    assert broken() == {FILES[kind]}


def test_a_batch_given_another_ones_file_is_found(accounts, world):
    """The bytes and their SHA-256 agree, and the totals too: they aren't those prepared."""
    with tenancy.tenant(tenancy.WORKER):
        document = StoredDocument.objects.get(kind="payment_batch_file")
    path = Path(document.file.path)
    path.write_bytes(path.read_bytes() + b"<!-- -->")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    with append_only_lifted():
        as_owner_command(f"UPDATE documents_storeddocument SET sha256 = '{sha256}' WHERE id = {document.pk}")
    assert broken() == {"batch_files"}


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


def damage_a_batch_file() -> None:
    with tenancy.tenant(tenancy.WORKER):
        stored = StoredDocument.objects.get(kind="payment_batch_file").file
    Path(stored.path).write_bytes(b"")


def test_the_night_tells_of_a_damaged_file(accounts):
    damage_a_batch_file()
    assert check_ledger() == 0
    assert check_files() == 1
    (warning,) = mail.outbox
    assert "Le fichier d’un bordereau est celui qui fut préparé" in warning.body
    assert "1 ligne en faute" in warning.body
    assert "n’ont pas pu" not in warning.body


def test_files_that_take_too_long_lose_no_fault_already_found(accounts, monkeypatch, caplog):
    """The faults of the books are told before any file is read; so are those of the files read in time."""
    damage_a_batch_file()
    with append_only_lifted():
        as_owner_command("UPDATE payments_paymentorder SET amount = amount + 1 WHERE sequence = 1")

    def endless():
        raise SoftTimeLimitExceeded

    batch_files, kept_files, protocols = integrity.FILES
    slow = replace(kept_files, walk=endless)
    monkeypatch.setattr(integrity, "FILES", (batch_files, slow, protocols))

    assert check_ledger() > 0
    with pytest.raises(SoftTimeLimitExceeded):
        check_files()
    books, kept = mail.outbox
    assert "Les lignes d’un ordre font son montant" in books.body
    assert batch_files.title in kept.body
    assert (
        kept.body.index("n’ont pas pu") < kept.body.index(kept_files.title) < kept.body.index(protocols.title)
    )
    assert "Contrôle des fichiers: not done: kept_files, protocol_files" in caplog.text


def test_the_files_are_checked_apart_in_a_time_of_their_own():
    planned = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert planned[check_files.name] != planned[check_ledger.name]
    assert not any(check.walk for check in integrity.BOOKS)
    assert settings.CELERY_TASK_TIME_LIMIT < check_files.time_limit < REDELIVERED_AFTER
    assert check_files.soft_time_limit < check_files.time_limit
