"""Whoever owns the tables may rewrite them, but not unseen: each attack, and what is said of it."""

import datetime as dt
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from ales import tenancy
from ales.journal import heads, nightly, tasks, verification
from ales.journal.chain import GENESIS, Head
from ales.journal.verification import READER, Fault, Verification, chain
from members.models import FundEntry, User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

TABLES = ("journal_journalentry", "members_fund", "members_fundentry", "members_bankdetails")

#: What a patient owner does after an edit: every hash of the chain anew, by the database's own function.
REHASH = """
DO $$
DECLARE
    former text := repeat('0', 64);
    entry record;
BEGIN
    FOR entry IN SELECT * FROM journal_journalentry ORDER BY sequence LOOP
        former := journal_hash(former, entry.sequence, entry.subject_table, entry.event, entry.subject_id,
            entry.occurred_at, entry.content);
        UPDATE journal_journalentry SET hash = former,
            previous_hash = coalesce((SELECT e.hash FROM journal_journalentry e
                WHERE e.sequence = entry.sequence - 1), repeat('0', 64))
            WHERE sequence = entry.sequence;
    END LOOP;
END $$
"""
FORGED_CONTENT = (
    "UPDATE journal_journalentry SET content = replace(content, '\"amount\": 3.00', '\"amount\": 9.00')"
    " WHERE sequence = 5"
)
FORGED_AMOUNT = "UPDATE members_fundentry SET amount = 9 WHERE id = '{line}'"


@dataclass(frozen=True)
class Story:
    """Six entries: a fund (1), its contribution (2), lines of 1, 2 and 3 euros (3 to 5), an account (6)."""

    line: UUID  # the one of entry 5
    fund: int
    details: int


@pytest.fixture
def story(world) -> Story:
    fund = world.fund("100")
    with tenancy.tenant(world.theo.context):
        for euros in (1, 2, 3):
            last = FundEntry.objects.create(
                fund_id=fund.pk,
                owner_id=fund.owner_id,
                kind="CONTRIBUTION",
                amount=Decimal(euros),
                label="essai",
                cause_kind="test",
                cause_id=uuid4(),
                value_date=dt.date(2026, 6, 15),
                created_by_id=world.theo.user_id,
            )
    return Story(last.pk, fund.pk, world.proposed_account().pk)


@pytest.fixture
def rewrite(story, owner_login):
    """`rewrite(sql, …)` runs each statement as the owner, with every trigger of the tables turned off."""

    def run(*statements: str) -> None:
        options = ("dbname", "host", "port")
        address = {k: value for k, value in connection.get_connection_params().items() if k in options}
        with psycopg.connect(**address, user=owner_login[0], password=owner_login[1] or None) as owner:
            for verb in ("DISABLE", "ENABLE"):
                if verb == "ENABLE":
                    for statement in statements:
                        owner.execute(statement.format(**vars(story)) if "{" in statement else statement)
                    owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
                for table in TABLES:
                    owner.execute(f"ALTER TABLE {table} {verb} TRIGGER USER")

    return run


def found(*kept: Head) -> list[tuple[Fault, str]]:
    with tenancy.tenant(READER):
        return [(finding.fault, finding.place) for finding in Verification(kept).findings()]


def head_at(sequence: int) -> Head:
    with tenancy.tenant(READER):
        return next(Head(entry.sequence, entry.hash) for entry in chain() if entry.sequence == sequence)


LINE = "members_fundentry {line}"
ATTACKS = {
    "an amount edited": ([FORGED_AMOUNT], [(Fault.DRIFT, LINE)]),
    "an entry edited": ([FORGED_CONTENT], [(Fault.EDITED, "n° 5"), (Fault.DRIFT, LINE)]),
    "an amount and its entry edited": ([FORGED_AMOUNT, FORGED_CONTENT], [(Fault.EDITED, "n° 5")]),
    "an entry edited with its own hash": (
        [
            FORGED_AMOUNT,
            FORGED_CONTENT,
            "UPDATE journal_journalentry SET hash = journal_hash(previous_hash, sequence, subject_table,"
            " event, subject_id, occurred_at, content) WHERE sequence = 5",
        ],
        [(Fault.BROKEN, "n° 6")],
    ),
    "an entry's moment edited": (
        ["UPDATE journal_journalentry SET occurred_at = occurred_at - interval '1 day' WHERE sequence = 4"],
        [(Fault.EDITED, "n° 4")],
    ),
    "a middle entry deleted": (
        ["DELETE FROM journal_journalentry WHERE sequence = 4"],
        [(Fault.HOLE, "n° 4"), (Fault.UNRECORDED, "members_fundentry *")],
    ),
    "a middle entry and its line deleted": (
        [
            "DELETE FROM members_fundentry WHERE id ="
            " (SELECT subject_id::uuid FROM journal_journalentry WHERE sequence = 4)",
            "DELETE FROM journal_journalentry WHERE sequence = 4",
        ],
        [(Fault.HOLE, "n° 4")],
    ),
    "a deleted entry's number closed up": (
        [
            "DELETE FROM members_fundentry WHERE id ="
            " (SELECT subject_id::uuid FROM journal_journalentry WHERE sequence = 4)",
            "DELETE FROM journal_journalentry WHERE sequence = 4",
            "UPDATE journal_journalentry SET sequence = 4 WHERE sequence = 5",
            "UPDATE journal_journalentry SET sequence = 5 WHERE sequence = 6",
        ],
        [(Fault.EDITED, "n° 4"), (Fault.EDITED, "n° 5")],
    ),
    "the beginning deleted": (
        ["DELETE FROM journal_journalentry WHERE sequence <= 2"],
        [
            (Fault.HOLE, "n° 1 à 2"),
            (Fault.UNRECORDED, "members_fund {fund}"),
            (Fault.UNRECORDED, "members_fundentry *"),
        ],
    ),
    "two entries swapped": (
        [
            "UPDATE journal_journalentry SET sequence = sequence + 100 WHERE sequence IN (3, 4)",
            "UPDATE journal_journalentry SET sequence = CASE sequence WHEN 103 THEN 4 ELSE 3 END"
            " WHERE sequence > 100",
        ],
        [(Fault.EDITED, "n° 3"), (Fault.EDITED, "n° 4"), (Fault.BROKEN, "n° 5")],
    ),
    "the tail cut": (
        ["DELETE FROM journal_journalentry WHERE sequence = 6"],
        [(Fault.UNRECORDED, "members_bankdetails {details}")],
    ),
    "a line deleted": (["DELETE FROM members_fundentry WHERE id = '{line}'"], [(Fault.GONE, LINE)]),
    "a line added unseen": (
        [
            "INSERT INTO members_fundentry (id, fund_id, owner_id, kind, amount, label, cause_kind, cause_id,"
            " value_date, created_at, created_by_id) SELECT gen_random_uuid(), fund_id, owner_id, kind,"
            " amount, label, cause_kind, gen_random_uuid(), value_date, created_at, created_by_id"
            " FROM members_fundentry WHERE id = '{line}'"
        ],
        [(Fault.UNRECORDED, "members_fundentry *")],
    ),
    "another account": (
        ["UPDATE members_bankdetails SET iban = 'FR7630006000011234567890189' WHERE id = {details}"],
        [(Fault.DRIFT, "members_bankdetails {details}")],
    ),
    "an account's state": (
        [
            "UPDATE members_bankdetails SET state = 'CONFIRMED', decided_at = now(),"
            " decided_by_id = (SELECT max(id) FROM members_user) WHERE id = {details}"
        ],
        [(Fault.DRIFT, "members_bankdetails {details}")],
    ),
    "a content nobody can read": (
        ["UPDATE journal_journalentry SET content = 'rien' WHERE sequence = 6"],
        [(Fault.EDITED, "n° 6"), (Fault.DRIFT, "members_bankdetails {details}")],
    ),
    "an entry for another row": (
        ["UPDATE journal_journalentry SET subject_id = 'rien' WHERE sequence = 6"],
        [
            (Fault.EDITED, "n° 6"),
            (Fault.UNRECORDED, "members_bankdetails {details}"),
            (Fault.GONE, "members_bankdetails rien"),
        ],
    ),
}


def test_nothing_is_found_where_nothing_happened(story):
    assert found(*(head_at(sequence) for sequence in range(1, 7))) == []


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_seen(story, rewrite, name):
    statements, expected = ATTACKS[name]
    rewrite(*statements)
    seen = found()
    wanted = [(fault, place.format(**vars(story))) for fault, place in expected]
    assert [fault for fault, _place in seen] == [fault for fault, _place in wanted]
    for (_fault, place), (_wanted_fault, wanted_place) in zip(seen, wanted, strict=True):
        assert place == wanted_place or (wanted_place.endswith("*") and place.startswith(wanted_place[:-1]))


@pytest.mark.parametrize("block", [1, 2, 3, 1_000])
def test_blocks_change_nothing(story, rewrite, monkeypatch, block):
    monkeypatch.setattr(verification, "BLOCK", block)
    assert found() == []
    rewrite(FORGED_AMOUNT, "DELETE FROM journal_journalentry WHERE sequence = 3")
    assert {fault for fault, _place in found()} == {Fault.HOLE, Fault.UNRECORDED, Fault.DRIFT}


# --- What only a head kept elsewhere tells --------------------------------------------------------------


def test_a_chain_made_anew_is_known_by_its_head(story, rewrite):
    kept, early = head_at(6), head_at(2)
    rewrite(FORGED_AMOUNT, FORGED_CONTENT, REHASH)
    assert found() == []
    assert found(early) == []
    assert found(kept) == [(Fault.HEAD, "n° 6")]


def test_a_tail_cut_with_its_rows_is_known_by_its_head(story, rewrite):
    kept = head_at(6)
    rewrite(
        "DELETE FROM journal_journalentry WHERE sequence = 6",
        "DELETE FROM members_bankdetails WHERE id = {details}",
    )
    assert found() == []
    assert found(kept) == [(Fault.CUT, "n° 6")]


def test_a_tail_made_anew_is_known_by_its_head(story, rewrite, world):
    kept = head_at(6)
    rewrite(
        "DELETE FROM journal_journalentry WHERE sequence = 6",
        "DELETE FROM members_bankdetails WHERE id = {details}",
    )
    world.bank_details()
    assert found() == []
    assert found(kept) == [(Fault.HEAD, "n° 6")]


def test_a_head_in_a_hole_is_told(story, rewrite):
    kept = head_at(4)
    rewrite("DELETE FROM journal_journalentry WHERE sequence = 4")
    assert (Fault.HEAD, "n° 4") in found(kept)


# --- What the owner does in the open -------------------------------------------------------------------


@pytest.fixture
def owner(story, owner_login) -> Iterator[psycopg.Connection]:
    """The owner's own session, committed at each statement, with the triggers at work."""
    options = ("dbname", "host", "port")
    address = {k: value for k, value in connection.get_connection_params().items() if k in options}
    login = {"user": owner_login[0], "password": owner_login[1] or None}
    with psycopg.connect(**address, **login, autocommit=True) as session:
        yield session


def test_a_ledger_line_rewritten_in_the_open_is_told(story, owner):
    """The triggers record it, and a line of the ledger never changes."""
    (protection,) = FundEntry._meta.triggers
    owner.execute(
        "SELECT set_config('pgtrigger.ignore', %s, false)", [f"{{{protection.get_pgid(FundEntry)}}}"]
    )
    owner.execute("UPDATE members_fundentry SET amount = 9 WHERE id = %s", [story.line])
    owner.execute("DELETE FROM members_fundentry WHERE id = %s", [story.line])
    assert found() == [(Fault.REWRITTEN, "n° 7"), (Fault.REWRITTEN, "n° 8")]


@pytest.mark.parametrize("verb", ["DISABLE", "ENABLE REPLICA"])
def test_a_trigger_turned_off_is_told(story, owner, verb):
    owner.execute(f"ALTER TABLE members_fund {verb} TRIGGER members_fund_journal_changes")
    try:
        assert found() == [(Fault.UNWATCHED, "members_fund")]
    finally:
        owner.execute("ALTER TABLE members_fund ENABLE TRIGGER members_fund_journal_changes")


def test_rows_older_than_the_journal_are_adopted(story, owner):
    with owner.transaction():
        owner.execute("ALTER TABLE journal_journalentry DISABLE TRIGGER USER")
        owner.execute("DELETE FROM journal_journalentry")
        owner.execute("ALTER TABLE journal_journalentry ENABLE TRIGGER USER")
        for table in TABLES[1:]:
            for arguments in owner.execute(
                "SELECT split_part(encode(tgargs, 'escape'), '\\000', 1),"
                " split_part(encode(tgargs, 'escape'), '\\000', 2) FROM pg_trigger"
                " WHERE tgrelid = %s::regclass AND tgname LIKE '%%journal_rows'",
                [table],
            ).fetchall():
                owner.execute(
                    "SELECT journal_adopt(%s, string_to_array(%s, ','), string_to_array(%s, ','))",
                    [table, *arguments],
                )
    assert found() == []
    with tenancy.tenant(READER):
        assert {entry.event for entry in chain()} == {"adopt"}


# --- The command -----------------------------------------------------------------------------------------


@pytest.fixture
def no_log(settings, tmp_path) -> Path:
    """Where the product would log its heads; nothing is there."""
    settings.JOURNAL_LOG = tmp_path / "missing.log"
    return settings.JOURNAL_LOG


def command(*arguments: str) -> tuple[str, str, int]:
    """What the command wrote on each stream, and its exit status."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_journal", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), err.getvalue() + str(error), error.returncode
    return out.getvalue(), err.getvalue(), 0


def test_the_command_gives_the_count_and_the_head(story, no_log):
    head = head_at(6)
    out = f"Journal intact : 6 écritures, tête {head}\n"
    assert command("--head", str(head), "--head", str(head_at(3))) == (out, "", 0)


def test_the_command_without_any_head_warns(story, no_log):
    out, err, status = command()
    assert (out, status) == (f"Journal intact : 6 écritures, tête {head_at(6)}\n", 0)
    assert f"aucune tête consignée n’est lue (aucune dans {no_log})" in err


def test_the_command_reads_the_product_s_own_log(story, rewrite, no_log):
    head = head_at(6)
    no_log.write_text(f"journal head {head.sequence} {head.hash}\n")
    assert command() == (f"Journal intact : 6 écritures, tête {head}\n", "", 0)
    rewrite(FORGED_AMOUNT, FORGED_CONTENT, REHASH)
    _out, err, status = command()
    assert status == 1
    assert "tête différente : n° 6" in err


def test_the_command_on_an_empty_journal(db, no_log):
    out, _err, status = command()
    assert (out, status) == (f"Journal intact : 0 écritures, tête 0:{GENESIS}\n", 0)


def test_the_command_names_the_rows_at_fault(story, rewrite, no_log):
    rewrite(FORGED_AMOUNT)
    out, err, status = command()
    assert (out, status) == ("", 1)
    assert f"ligne différente : members_fundentry {story.line} – amount" in err
    assert "1 anomalie (6 écritures lues)" in err


def test_the_command_reads_the_heads_of_a_log(story, rewrite, no_log, tmp_path):
    path = tmp_path / "worker.log"
    head = head_at(6)
    path.write_text(
        f"2026-06-15 10:00:00,000 INFO ales.journal journal head {head.sequence} {head.hash}\nautre chose\n"
    )
    assert command("--log", str(path))[2] == 0
    rewrite(FORGED_AMOUNT, FORGED_CONTENT, REHASH)
    assert command()[2] == 0
    _out, err, status = command("--log", str(path))
    assert status == 1
    assert "tête différente : n° 6" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--head", "12"], "deux-points"),
        (["--head", "x:" + GENESIS], "deux-points"),
        (["--head", "1:abc"], "deux-points"),
        (["--log", "/nowhere/at/all"], "--log /nowhere/at/all"),
        (["--log", __file__], "aucune tête"),
    ],
)
def test_what_the_command_cannot_read_is_said(story, arguments, told):
    out, err, status = command(*arguments)
    assert (out, status) == ("", 2)
    assert told in err


# --- Heads and nights --------------------------------------------------------------------------------------


@pytest.fixture
def journal_log(settings, tmp_path) -> Iterator[None]:
    """The product's log of heads, in a file of the test's own."""
    settings.JOURNAL_LOG = tmp_path / "journal.log"
    handler = logging.FileHandler(settings.JOURNAL_LOG, delay=True)
    logger = logging.getLogger("ales.journal")
    former = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield settings.JOURNAL_LOG
    logger.removeHandler(handler)
    logger.setLevel(former)
    handler.close()


def test_the_head_is_logged_when_it_moved(story, world, journal_log):
    tasks.log_head()
    tasks.log_head()
    first = head_at(6)
    assert journal_log.read_text() == f"journal head {first.sequence} {first.hash}\n"
    world.fund("0", year=2025)
    tasks.log_head()
    assert heads.logged_in(journal_log) == {first, head_at(7)}


def test_no_head_of_an_empty_journal(db, journal_log):
    assert heads.log() is None
    assert not journal_log.exists()
    assert heads.logged_in(journal_log) == set()


def test_heads_of_rotated_logs_are_read(tmp_path):
    first, second = Head(1, "a" * 64), Head(2, "b" * 64)
    for name, head in (("journal.log", second), ("journal.log.1", first)):
        (tmp_path / name).write_text(f"journal head {head.sequence} {head.hash}\n")
    assert heads.logged_in(tmp_path / "journal.log") == {first, second}


def test_a_quiet_night(story, world, journal_log):
    tasks.log_head()
    assert nightly.run().total() == 0
    assert mail.outbox == []
    assert "journal verified: 6 entries" in journal_log.read_text()


def test_a_night_with_faults_warns_the_administrators(story, world, rewrite, journal_log):
    tasks.log_head()
    rewrite(FORGED_AMOUNT, FORGED_CONTENT, REHASH, "DELETE FROM journal_journalentry WHERE sequence = 6")
    tasks.verify()
    (message,) = mail.outbox
    assert message.to == [User.objects.get(pk=world.anne.user_id).email]
    assert "queue coupée : 1" in message.body
    assert "ligne sans écriture : 1" in message.body
    assert "!! undefined" not in message.body
    assert "€" not in message.body
    assert "queue coupée : n° 6" in journal_log.read_text()


def test_a_broken_mail_server_does_not_stop_the_night(story, rewrite, journal_log, monkeypatch, caplog):
    def broken(*_args, **_options):
        raise ConnectionRefusedError

    monkeypatch.setattr("ales.mail.EmailMessage.send", broken)
    rewrite(FORGED_AMOUNT)
    assert nightly.run() == {Fault.DRIFT: 1}
    assert "was not sent (ConnectionRefusedError)" in caplog.text
