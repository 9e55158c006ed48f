"""The chain: who writes it, what it holds, in which order, whatever happens at once."""

import datetime as dt
import json
import threading
import time
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, models, transaction

from ales import tenancy
from ales.journal.attaching import trigger_names
from ales.journal.chain import GENESIS, Entry, entry_hash, fingerprint
from ales.journal.models import JournalEntry
from ales.journal.verification import READER, Verification, chain, journaled_models
from members import funds
from members.models import BankDetails, FundEntry
from members.models.fund import EntryKind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

THREADS, COMMITS = 8, 20


def entries() -> list[Entry]:
    with tenancy.tenant(READER):
        return list(chain())


def assert_continuous(told: list[Entry]) -> None:
    assert [entry.sequence for entry in told] == list(range(1, len(told) + 1))
    assert [entry.previous_hash for entry in told] == [GENESIS, *(entry.hash for entry in told)][:-1]
    assert [entry.hash for entry in told] == [entry_hash(entry) for entry in told]


def line(world, fund, amount="1") -> FundEntry:
    """A line of the ledger as raw as it comes, in the transaction under way."""
    return FundEntry.objects.create(
        fund_id=fund.pk,
        owner_id=fund.owner_id,
        kind=EntryKind.CONTRIBUTION,
        amount=Decimal(amount),
        label="Habitat d’Essai, Madame Untel",
        cause_kind="test",
        cause_id=uuid4(),
        value_date=dt.date(2026, 6, 15),
        created_by_id=world.theo.user_id,
    )


def execute(sql: str, *parameters) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


# --- What it holds --------------------------------------------------------------------------------


def test_a_fund_its_lines_and_an_account_are_recorded(world):
    fund = world.fund("100")
    details = world.proposed_account()
    told = entries()
    assert_continuous(told)
    assert [(entry.subject_table, entry.event, entry.subject_id) for entry in told] == [
        ("members_fund", "insert", str(fund.pk)),
        ("members_fundentry", "insert", str(line_of(fund).pk)),
        ("members_bankdetails", "insert", str(details.pk)),
    ]
    line_told = json.loads(told[1].content, parse_float=Decimal)
    assert (line_told["fund_id"], line_told["amount"], line_told["kind"]) == (
        fund.pk,
        Decimal("100.00"),
        "CONTRIBUTION",
    )
    account = json.loads(told[2].content)
    assert account["iban_sha256"] == fingerprint(details.pk, details.iban)


def line_of(fund) -> FundEntry:
    with tenancy.tenant(READER):
        return FundEntry.objects.get(fund_id=fund.pk)


def proposed(world) -> BankDetails:
    """An account of the landlord that awaits its second person."""
    with tenancy.tenant(world.anne.context):
        return _propose(world)


def _propose(world) -> BankDetails:
    return BankDetails.objects.create(
        landlord_id=world.landlord.pk,
        account_holder="Habitat d’Essai",
        iban="FR7630006000011234567890189",
        bic="AGRIFRPP",
        entered_by_id=world.anne.user_id,
    )


def test_no_name_no_iban_no_label(world):
    fund = world.fund("100")
    details = world.bank_details()
    with tenancy.tenant(world.theo.context):
        line(world, fund)
    told = "".join(entry.content for entry in entries())
    for text in (details.iban, details.account_holder, details.bic, "Untel", "Habitat"):
        assert text not in told


@pytest.mark.parametrize("model", journaled_models(), ids=lambda model: model.__name__)
def test_only_ids_codes_amounts_and_days_are_told(model):
    fields = {field.column: field for field in model._meta.concrete_fields}
    for name in model.journaled_columns:
        field = fields[name]
        is_text = isinstance(field, models.CharField | models.TextField | models.JSONField)
        assert not is_text or field.choices or name in {"cause_kind", "sha256"}, name
        assert not isinstance(field, models.FloatField | models.DateTimeField), name
    assert set(getattr(model, "journaled_fingerprints", ())) <= set(fields)


@pytest.mark.parametrize("model", journaled_models(), ids=lambda model: model.__name__)
def test_the_model_and_its_triggers_name_the_same_columns(model):
    table = model._meta.db_table
    rows = execute(
        "SELECT tgname, encode(tgargs, 'escape'), tgdeferrable AND tginitdeferred FROM pg_trigger"
        " WHERE tgrelid = %s::regclass AND tgname LIKE %s ORDER BY tgname",
        table,
        "%_journal_%",
    )
    declared = ",".join(model.journaled_columns), ",".join(getattr(model, "journaled_fingerprints", ()))
    assert [name for name, _arguments, _deferred in rows] == sorted(trigger_names(table))
    for _name, arguments, deferred in rows:
        assert tuple(arguments.split("\\000")[:2]) == declared
        assert deferred


def test_every_table_with_the_triggers_is_declared():
    rows = execute(
        "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE proname = 'journal_note'"
    )
    assert {table for (table,) in rows} == {model._meta.db_table for model in journaled_models()}


def test_raw_sql_and_bulk_updates_are_recorded_and_other_columns_are_not(world):
    details = proposed(world)
    with tenancy.tenant(world.theo.context):
        execute("UPDATE members_bankdetails SET refusal_reason = 'x' WHERE id = %s", details.pk)
        BankDetails.objects.filter(pk=details.pk).update(
            state="CONFIRMED", decided_by_id=world.theo.user_id, decided_at=dt.datetime.now(dt.UTC)
        )
        execute("UPDATE members_bankdetails SET state = 'REPLACED' WHERE id = %s", details.pk)
    told = [(entry.event, json.loads(entry.content)["state"]) for entry in entries()]
    assert told == [("insert", "PROPOSED"), ("update", "CONFIRMED"), ("update", "REPLACED")]


def test_the_hash_in_sql_is_the_one_in_python(world):
    moment = dt.datetime(2026, 10, 25, 2, 30, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    epoch = 1_792_888_200_123_456
    entry = Entry(7, "members_fund", "insert", "12", '{"kind": "é"}', epoch, GENESIS, "")
    sql = "SELECT journal_hash(%s, %s, %s, %s, %s, %s, %s)"
    values = (entry.previous_hash, entry.sequence, *entry[1:4], moment, entry.content)
    for zone in ("UTC", "Europe/Paris", "America/New_York"):
        with transaction.atomic():
            execute(f"SET LOCAL TimeZone = '{zone}'")
            assert execute(sql, *values) == [(entry_hash(entry),)]


def test_the_zone_and_date_style_of_a_session_change_nothing(world):
    fund = world.fund("100")
    for zone, style in (("Europe/Paris", "German"), ("Asia/Tokyo", "SQL, DMY")):
        with tenancy.tenant(world.theo.context):
            execute(f"SET LOCAL TimeZone = '{zone}'")
            execute(f"SET LOCAL DateStyle = '{style}'")
            line(world, fund)
    told = entries()
    assert_continuous(told)
    assert {json.loads(entry.content)["value_date"] for entry in told[2:]} == {"2026-06-15"}
    with tenancy.tenant(READER):
        execute("SET LOCAL TimeZone = 'Asia/Tokyo'")
        assert list(Verification().findings()) == []


# --- Who may touch it ------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["journal_journalentry", "journal_pending"])
@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO {} (subject_table) VALUES ('members_fund')",
        "UPDATE {} SET content = ''",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "COPY {} FROM STDIN",
        "SELECT * FROM {} FOR UPDATE",
    ],
)
def test_the_application_cannot_write_it(world, table, sql):
    with (
        tenancy.tenant(world.anne.context),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        execute(sql.format(table))


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE members_fundentry DISABLE TRIGGER ALL",
        "DROP TRIGGER members_fundentry_journal_rows ON members_fundentry",
        "CREATE OR REPLACE FUNCTION journal_append() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "SET session_replication_role = replica",
        "SELECT journal_adopt('members_fund', ARRAY['id'], ARRAY[]::text[])",
    ],
)
def test_the_application_cannot_undo_its_triggers(world, sql):
    world.fund("10")
    with pytest.raises(ProgrammingError, match=r"must be owner|permission denied"), transaction.atomic():
        execute(sql)


@pytest.mark.parametrize("function", ["journal_note('id', '')", "journal_append()"])
def test_the_application_cannot_have_its_own_table_journaled(function):
    with transaction.atomic():
        execute("CREATE TEMPORARY TABLE members_fund (id int)")
        with pytest.raises(ProgrammingError, match="permission denied for function"), transaction.atomic():
            execute(
                f"CREATE TRIGGER forge AFTER INSERT ON pg_temp.members_fund"
                f" FOR EACH ROW EXECUTE FUNCTION {function}"
            )
        transaction.set_rollback(True)


@pytest.mark.parametrize("who", ["claire", "marc", "denis", "lea", "rachid", "bruno"])
def test_only_the_association_reads_it(world, who):
    world.fund("100")
    with tenancy.tenant(getattr(world, who).context):
        assert not JournalEntry.objects.exists()
    with tenancy.tenant(world.theo.context):
        assert JournalEntry.objects.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal_journalentry SET content = ''",
        "DELETE FROM journal_journalentry",
        "TRUNCATE journal_journalentry",
    ],
)
def test_even_the_owner_does_not_rewrite_by_mistake(world, owner_connection, sql):
    world.fund("100")
    with pytest.raises(Exception, match="pgtrigger: Cannot"):
        owner_connection.execute(sql)


def test_the_writing_functions_run_as_their_owner_on_a_fixed_path():
    rows = execute(
        "SELECT prosecdef, proconfig[1] FROM pg_proc WHERE proname IN ('journal_note', 'journal_append')"
    )
    assert rows == [(True, "search_path=pg_catalog, public, pg_temp")] * 2


# --- In one order ----------------------------------------------------------------------------------


def test_a_transaction_or_savepoint_undone_leaves_no_hole(world):
    fund = world.fund("100")
    before = len(entries())
    with transaction.atomic():
        with tenancy.tenant(world.theo.context):
            line(world, fund)
        transaction.set_rollback(True)
    with tenancy.tenant(world.theo.context):
        with transaction.atomic():
            line(world, fund)
            transaction.set_rollback(True)
        line(world, fund)
    told = entries()
    assert len(told) == before + 1
    assert_continuous(told)
    assert execute("SELECT count(*) FROM journal_pending") == [(0,)]


def test_eight_at_once_make_one_chain(world):
    """Each with the locks of a real operation (the fund's), on funds of their own and on a common one."""
    shared = world.fund("100")
    own = [world.fund("100", year=2000 + number) for number in range(THREADS)]
    start, failures = threading.Barrier(THREADS), []

    def work(number: int) -> None:
        try:
            start.wait(timeout=20)
            for turn in range(COMMITS):
                with tenancy.tenant(world.anne.context):
                    funds.contribute(
                        actor=world.anne,
                        fund_id=(shared if turn % 2 else own[number]).pk,
                        amount=Decimal(1),
                        label="essai",
                        value_date=dt.date(2026, 6, 15),
                    )
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    before = len(entries())
    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert failures == []
    told = entries()
    assert len(told) == before + THREADS * COMMITS
    assert_continuous(told)


def test_no_check_waits_behind_the_chain_s_lock(world):
    """A foreign key checked at commit needs a lock on its parent. Taken after the chain's, it would close a
    circle with somebody who holds the parent and waits for the chain."""
    first, second = world.fund("100"), world.fund("100", year=2025)
    holds, failures = threading.Event(), []

    def holder() -> None:
        """Locks the organisation for good, writes a line of the second fund, then commits."""
        try:
            with tenancy.tenant(world.theo.context):
                line(world, second)
                execute("SELECT id FROM members_organisation WHERE id = %s FOR UPDATE", world.landlord.pk)
                holds.set()
                time.sleep(0.5)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=holder)
    thread.start()
    assert holds.wait(timeout=20)
    with tenancy.tenant(world.anne.context):
        # The journaled line first, then a row whose parent is locked: its check comes second.
        line(world, first)
        _propose(world)
    thread.join(timeout=20)
    assert failures == []
    assert_continuous(entries())


def test_a_session_that_checks_at_once_is_recorded_all_the_same(world):
    fund = world.fund("100")
    with tenancy.tenant(world.theo.context):
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        line(world, fund)
        line(world, fund)
    assert_continuous(entries())
    assert len(entries()) == 4


def test_a_transaction_on_an_old_snapshot_is_refused_rather_than_forked(world):
    fund = world.fund("100")
    with pytest.raises(IntegrityError, match="journal_journalentry_pkey"), transaction.atomic():  # noqa: PT012
        execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        tenancy.enter(world.theo.context)
        line(world, fund)
        other = threading.Thread(target=_contribute_apart, args=(world,))
        other.start()
        other.join(timeout=20)
    assert_continuous(entries())


def _contribute_apart(world) -> None:
    try:
        world.fund("10", year=2025)
    finally:
        connection.close()
