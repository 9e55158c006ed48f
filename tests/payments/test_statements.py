"""Statements of the bank: read, shown, applied once, settled by hand (DOMAIN §9)."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ales import tenancy
from ales.documents.models import StoredDocument
from ales.errors import InvalidInputError, NotAllowedError, StalePageError
from ales.works import running
from members.models import FundEntry
from members.roles import Role
from payments import operations, tasks
from payments.models import BankStatement, StatementLine
from payments.reconciliation import digest_of, plan_of
from payments.views import lines
from tests.payments.bank import Movement, camt_053, camt_054, returned
from tests.payments.stories import Story, batched, payable_aid, sent
from tests.world import NOW, TODAY, person

pytestmark = pytest.mark.django_db

ACCOUNT = "FR09300010079400000ALES0978"
MAY = (dt.date(2026, 5, 1),)
MONTH = Decimal("277.20")
FEES = Movement("", Decimal("12.50"), label="COTISATION CARTE")
CONTRIBUTION = Movement("CIL-2026", Decimal("5000.00"), is_credit=True, counterparty="CIL DE L'ESSAI")
UNKNOWN = Movement("ALES-OP-2026-000999", Decimal("10.00"), counterparty="INCONNU")


@pytest.fixture(autouse=True)
def account(settings):
    settings.BANK_ACCOUNT_NAME = "ALES"
    settings.BANK_ACCOUNT_IBAN = ACCOUNT
    settings.BANK_ACCOUNT_BIC = "BDFEFRPP"


@pytest.fixture
def stories(world) -> list[Story]:
    """Three aids of a term each."""
    return [payable_aid(world, months=MAY, with_bank=rank == 0, reference=f"A-{rank}") for rank in range(3)]


@pytest.fixture
def orders(stories):
    return [sent(story, story.sign(story.request())) for story in stories]


def movement(order, **fields) -> Movement:
    return Movement(order.end_to_end_id, order.amount, counterparty="HABITAT D'ESSAI", **fields)


def file_of(*movements, day=TODAY, **options) -> bytes:
    return camt_053(movements, iban=ACCOUNT, day=day, **options)


def import_(world, content: bytes, *, actor=None, name="releve.xml"):
    actor = actor or world.theo
    with tenancy.tenant(actor.context):
        return operations.import_statement(actor=actor, content=content, file_name=name, at=NOW)


def apply(world, statement, *, actor=None, **options) -> BankStatement:
    actor = actor or world.theo
    with tenancy.tenant(actor.context):
        return operations.apply_statement(actor=actor, statement_id=statement.public_id, at=NOW, **options)


def outcomes(world, statement) -> list[str]:
    with tenancy.tenant(world.theo.context):
        return list(statement.lines.order_by("position").values_list("outcome", flat=True))


def states(stories, orders) -> list[str]:
    return [story.fresh(order).state for story, order in zip(stories, orders, strict=True)]


def paid_entries(world) -> int:
    with tenancy.tenant(world.theo.context):
        return FundEntry.objects.filter(kind="PAYMENT").count()


# --- Reading --------------------------------------------------------------------------------------


def test_a_file_is_kept_to_the_byte_and_nothing_is_paid(world, stories, orders):
    content = file_of(movement(orders[0]), FEES)
    statement, is_new = import_(world, content)
    assert is_new
    with tenancy.tenant(world.theo.context):
        document = StoredDocument.objects.get(pk=statement.document_id)
        with document.file.open("rb") as stored:
            assert stored.read() == content
    assert (document.audience, document.sha256) == ("ASSOCIATION", statement.sha256)
    assert statement.state == "READ"
    assert states(stories, orders) == ["sent"] * 3
    assert paid_entries(world) == 0


def test_the_same_file_is_the_same_statement(world, orders):
    content = file_of(movement(orders[0]))
    first, _is_new = import_(world, content)
    again, is_new = import_(world, content)
    assert (again, is_new) == (first, False)
    with tenancy.tenant(world.theo.context):
        assert BankStatement.objects.count() == 1


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><a>&lol2;</a></Document>"""
GOOD = camt_053([UNKNOWN], iban=ACCOUNT, day=TODAY)
BAD = [
    ("not XML", b"<Document>", "tronqu"),
    ("cut", GOOD[: len(GOOD) // 2], "tronqu"),
    ("empty", b" ", "vide"),
    ("a billion laughs", LAUGHS, "entités"),
    ("another account", camt_053([UNKNOWN], iban="FR1420041010050500013M02606", day=TODAY), "pas du compte"),
    ("wrong total", camt_053([UNKNOWN], iban=ACCOUNT, day=TODAY, closing=Decimal("1.00")), "sold"),
    ("another currency", camt_053([UNKNOWN], iban=ACCOUNT, day=TODAY, currency="CHF"), "CHF"),
    ("a PDF", b"%PDF-1.7\n\x00\x01", ""),
    ("CSV without headers", b"1;2;3\n4;5;6\n", "date"),
    (
        "an amount too large",
        camt_053([Movement("X", Decimal("10000000000.00"))], iban=ACCOUNT, day=TODAY),
        "trop grand",
    ),
    (
        "a balance too large",
        camt_053([UNKNOWN], iban=ACCOUNT, day=TODAY, opening=Decimal("1000000000000.00")),
        "trop grand",
    ),
    ("too big", b"<" + b" " * 10 * 1024 * 1024, "dépasse 10 Mo"),
    (
        "a reference too long",
        b"date;libelle;reference;montant\n2026-06-10;X;" + b"R" * 36 + b";-1,00\n",
        "35",
    ),
]


@pytest.mark.parametrize(("content", "message"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_file_is_refused_and_nothing_is_kept(world, sign_in, content, message):
    answer = sign_in(world.theo).post(
        "/paiements/releves/", {"file": SimpleUploadedFile("releve.xml", content)}
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert message in text
    assert "!! undefined" not in text
    with tenancy.tenant(world.theo.context):
        assert not BankStatement.objects.exists()
        assert not StoredDocument.objects.filter(kind="bank_statement").exists()


def test_a_movement_of_nothing_has_no_line(world, orders):
    free = Movement("", Decimal("0.00"), label="OPERATION GRATUITE")
    statement, _is_new = import_(world, file_of(free, movement(orders[0]), free))
    assert outcomes(world, statement) == ["EXECUTION"]


def test_an_infected_file_is_not_kept(world, monkeypatch):
    def infected(content):
        raise operations.statements.store_exact.__globals__["scanning"].InfectedError("found")

    monkeypatch.setattr("ales.documents.exact.scanning.scan", infected)
    with pytest.raises(InvalidInputError, match="antivirus"):
        import_(world, GOOD)


@pytest.mark.parametrize("who", ["anne", "marc"])
def test_only_the_treasurer_imports(world, who):
    with pytest.raises(NotAllowedError, match="Seul le trésorier"):
        import_(world, GOOD, actor=getattr(world, who))


def test_a_csv_is_read_too(world, orders):
    rows = f"date;libelle;reference;montant\n2026-06-15;VIR;{orders[0].end_to_end_id};-277,20\n"
    statement, _is_new = import_(world, rows.encode(), name="releve.csv")
    apply(world, statement)
    assert outcomes(world, statement) == ["EXECUTION"]


# --- Applying -------------------------------------------------------------------------------------


def test_each_line_does_what_the_page_showed(world, stories, orders):
    executed, rejected, other = orders
    back = movement(rejected)
    wrong = Movement(other.end_to_end_id, Decimal("277.21"))
    statement, _is_new = import_(
        world, file_of(movement(executed), back, returned(back, "AC04"), wrong, UNKNOWN, FEES, CONTRIBUTION)
    )
    expected = ["EXECUTION", "EXECUTION", "REJECT", "TO_SETTLE", "TO_SETTLE", "UNRELATED", "UNRELATED"]
    assert outcomes(world, statement) == expected
    assert apply(world, statement).state == "APPLIED"
    assert outcomes(world, statement) == expected
    assert states(stories, orders) == ["executed", "rejected", "sent"]
    order = stories[0].fresh(executed)
    assert (order.executed_on, order.executed_by_id) == (TODAY, world.theo.user_id)
    returned_order = stories[1].fresh(rejected)
    assert (returned_order.rejected_code, returned_order.executed_on) == ("AC04", TODAY)
    assert stories[1].fresh(stories[1].aid).state == "in_payment"


def test_applied_twice_it_has_one_effect(world, stories, orders):
    statement, _is_new = import_(world, file_of(*map(movement, orders)))
    apply(world, statement)
    apply(world, statement)
    assert states(stories, orders) == ["executed"] * 3
    assert paid_entries(world) == 3


def test_the_notice_then_the_statement(world, stories, orders):
    """A camt.054 of the day, then the camt.053 that tells the same movements and the fees."""
    notice = camt_054([movement(orders[0]), UNKNOWN], iban=ACCOUNT, day=TODAY)
    first, _is_new = import_(world, notice, name="avis.xml")
    apply(world, first)
    second, _is_new = import_(world, file_of(movement(orders[0]), UNKNOWN, FEES))
    assert outcomes(world, second) == ["KNOWN", "KNOWN", "UNRELATED"]
    apply(world, second)
    assert paid_entries(world) == 1
    with tenancy.tenant(world.theo.context):
        assert StatementLine.objects.to_settle().count() == 1


def test_two_files_waiting_together_lose_nothing(world, stories, orders):
    first, _is_new = import_(world, camt_054([movement(orders[0]), UNKNOWN], iban=ACCOUNT, day=TODAY))
    second, _is_new = import_(world, file_of(movement(orders[0]), UNKNOWN))
    apply(world, second)
    apply(world, first)
    assert outcomes(world, second) == ["EXECUTION", "TO_SETTLE"]
    assert outcomes(world, first) == ["KNOWN", "KNOWN"]


def test_a_page_that_no_longer_tells_the_truth_is_refused(world, stories, orders):
    statement, _is_new = import_(world, file_of(movement(orders[0])))
    with tenancy.tenant(world.theo.context):
        shown = digest_of(plan_of(world.theo, statement, list(statement.lines.all()), today=TODAY))
    stories[0].execute(orders[0])
    with pytest.raises(StalePageError):
        apply(world, statement, digest=shown)
    assert stories[0].fresh(statement).state == "READ"


def test_a_barred_treasurer_leaves_the_line_to_another(world, stories):
    """Tina is a treasurer who entered the aid in another capacity."""
    tina = person("tina", world.ales, Role.TREASURER)
    with tenancy.tenant(world.claire.context):
        stories[0].aid.author_ids = [world.claire.user_id, tina.user_id]
        stories[0].aid.save(update_fields=["author_ids"])
    order = sent(stories[0], stories[0].sign(stories[0].request()))
    statement, _is_new = import_(world, file_of(movement(order)), actor=tina)
    apply(world, statement, actor=tina)
    assert outcomes(world, statement) == ["TO_SETTLE"]
    with tenancy.tenant(world.theo.context):
        line = statement.lines.get()
        assert "Une autre personne" in line.note
        operations.settle_with_order(actor=world.theo, line_id=line.public_id, number=order.number, at=NOW)
    assert stories[0].fresh(order).executed_by_id == world.theo.user_id


def test_what_an_order_refuses_leaves_the_others_applied(world, stories, orders, monkeypatch):
    """An order that changes between the fixing of the plan and its line."""
    statement, _is_new = import_(world, file_of(*map(movement, orders)))
    with tenancy.tenant(world.theo.context):
        operations.start_applying(actor=world.theo, statement_id=statement.public_id, at=NOW)
    stories[1].execute(orders[1])
    with tenancy.tenant(world.theo.context):
        operations.apply_lines(actor=world.theo, statement_id=statement.public_id, at=NOW)
    assert outcomes(world, statement) == ["EXECUTION", "TO_SETTLE", "EXECUTION"]
    with tenancy.tenant(world.theo.context):
        assert "déjà exécuté" in statement.lines.get(position=2).note
    assert paid_entries(world) == 3


def test_the_queue_goes_on_where_it_stopped(world, stories, orders, monkeypatch):
    monkeypatch.setattr(tasks, "GROUPS", 1)
    nudged = []
    monkeypatch.setattr(tasks.app, "send_task", lambda *args, **kwargs: nudged.append(kwargs["args"]))
    statement, _is_new = import_(world, file_of(*map(movement, orders)))
    with tenancy.tenant(world.theo.context):
        operations.start_applying(actor=world.theo, statement_id=statement.public_id, at=NOW)
        left = operations.apply_lines(actor=world.theo, statement_id=statement.public_id, at=NOW, most=2)
    assert left.state == "APPLYING"
    assert states(stories, orders).count("executed") == 2
    for _delivery in range(3):
        tasks.apply_statement(str(statement.public_id), str(world.theo.membership_id))
    assert stories[0].fresh(statement).state == "APPLIED"
    assert paid_entries(world) == 3
    assert nudged == []


# --- Setting aside, settling by hand --------------------------------------------------------------


def test_a_statement_set_aside_is_never_applied(world, stories, orders):
    statement, _is_new = import_(world, file_of(movement(orders[0])))
    with tenancy.tenant(world.theo.context):
        with pytest.raises(InvalidInputError):
            operations.set_aside(actor=world.theo, statement_id=statement.public_id, reason=" ", at=NOW)
        operations.set_aside(actor=world.theo, statement_id=statement.public_id, reason="Essai", at=NOW)
    with pytest.raises(NotAllowedError, match="écarté"):
        apply(world, statement)
    assert stories[0].fresh(orders[0]).state == "sent"


def _left_line(world, *movements):
    statement, _is_new = import_(world, file_of(*movements))
    apply(world, statement)
    with tenancy.tenant(world.theo.context):
        return StatementLine.objects.to_settle().get()


def test_a_line_is_settled_with_an_order(world, stories, orders):
    line = _left_line(world, Movement("PERDUE", MONTH))
    with tenancy.tenant(world.theo.context):
        for number, message in (
            ("42", "s’écrit"),
            ("OP-2026-000999", "Aucun ordre"),
        ):
            with pytest.raises(InvalidInputError, match=message):
                operations.settle_with_order(actor=world.theo, line_id=line.public_id, number=number, at=NOW)
        operations.settle_with_order(
            actor=world.theo, line_id=line.public_id, number=orders[0].number, note="Vu", at=NOW
        )
        line.refresh_from_db()
        assert (line.outcome, line.order_id, line.note) == ("EXECUTION", orders[0].pk, "Vu")
        with pytest.raises(NotAllowedError, match="déjà rapprochée"):
            operations.settle_with_order(
                actor=world.theo, line_id=line.public_id, number=orders[1].number, at=NOW
            )
    assert states(stories, orders) == ["executed", "sent", "sent"]


def test_an_order_of_another_amount_is_not_that_transfer(world, orders):
    line = _left_line(world, Movement("PERDUE", Decimal("277.21")))
    with tenancy.tenant(world.theo.context), pytest.raises(InvalidInputError, match="277,21"):
        operations.settle_with_order(
            actor=world.theo, line_id=line.public_id, number=orders[0].number, at=NOW
        )


@pytest.mark.parametrize(("is_unrelated", "outcome"), [(True, "UNRELATED"), (False, "SETTLED")])
def test_a_line_is_settled_with_a_note(world, is_unrelated, outcome):
    line = _left_line(world, UNKNOWN)
    settle = {"actor": world.theo, "line_id": line.public_id, "is_unrelated": is_unrelated, "at": NOW}
    with tenancy.tenant(world.theo.context):
        with pytest.raises(InvalidInputError):
            operations.settle_without_order(note="", **settle)
        operations.settle_without_order(note="Loyer du bureau", **settle)
        line.refresh_from_db()
    assert (line.outcome, line.note, line.settled_by_id) == (outcome, "Loyer du bureau", world.theo.user_id)


def test_money_back_without_a_word_of_the_bank_waits_for_a_person(world, stories, orders):
    """A credit with our reference, without RtrInf nor RvslInd (or `motif` in a CSV)."""
    stories[0].execute(orders[0])
    line = _left_line(world, movement(orders[0], is_credit=True))
    assert (line.order_id, line.kind) == (orders[0].pk, "receipt")
    with tenancy.tenant(world.theo.context):
        operations.settle_with_order(
            actor=world.theo, line_id=line.public_id, number=orders[0].number, at=NOW
        )
    assert stories[0].fresh(orders[0]).state == "rejected"


def test_a_line_taken_for_unrelated_is_settled_by_hand(world, stories, orders, sign_in):
    stories[0].execute(orders[0])
    statement, _is_new = import_(world, file_of(Movement("AUTRE", MONTH, is_credit=True)))
    apply(world, statement)
    assert outcomes(world, statement) == ["UNRELATED"]
    with tenancy.tenant(world.theo.context):
        line = statement.lines.get()
    address = f"/paiements/releves/lignes/{line.public_id}/"
    client = sign_in(world.theo)
    assert address in page(client, f"/paiements/releves/{statement.public_id}/")
    page(client, address)
    client.post(address, {"number": orders[0].number})
    assert stories[0].fresh(orders[0]).state == "rejected"


def test_an_announced_movement_is_not_settled(world, orders):
    statement, _is_new = import_(world, file_of(movement(orders[0], status="PDNG")))
    apply(world, statement)
    with tenancy.tenant(world.theo.context):
        settle = {"actor": world.theo, "line_id": statement.lines.get().public_id, "at": NOW}
        with pytest.raises(NotAllowedError, match="annoncé"):
            operations.settle_with_order(number=orders[0].number, **settle)


def test_rejects_alone_are_said_in_a_sentence(world, stories, orders, sign_in):
    for story, order in zip(stories[:2], orders[:2], strict=True):
        story.execute(order)
    backs = [returned(movement(order), "AC04") for order in orders[:2]]
    statement, _is_new = import_(world, file_of(*backs))
    text = page(sign_in(world.theo), f"/paiements/releves/{statement.public_id}/")
    assert "2 ordres seront constatés rejetés (" in text


# --- Whole batches, recoveries --------------------------------------------------------------------


@pytest.fixture
def batch(world, stories):
    made = batched(world, [story.sign(story.request()) for story in stories])
    with tenancy.tenant(world.theo.context):
        operations.mark_sent(actor=world.theo, batch_id=made.public_id, at=NOW)
    return made


@pytest.mark.parametrize("is_named", [True, False])
def test_a_batch_in_one_line_is_settled_at_once(world, stories, batch, sign_in, is_named):
    whole = Movement("", 3 * MONTH, batch_id=batch.payment_information_id if is_named else "")
    line = _left_line(world, whole)
    assert batch.number in line.note
    client = sign_in(world.theo)
    assert str(batch.public_id) in page(client, f"/paiements/releves/lignes/{line.public_id}/")
    client.post(f"/paiements/releves/lignes/{line.public_id}/bordereau/", {"batch": batch.public_id})
    with tenancy.tenant(world.theo.context):
        assert set(batch.orders.values_list("state", "executed_on")) == {("executed", TODAY)}
        line.refresh_from_db()
    assert (line.outcome, batch.number in line.note) == ("SETTLED", True)
    assert paid_entries(world) == 3
    again, _is_new = import_(world, file_of(whole, statement_id="AUTRE"))
    assert outcomes(world, again) == ["KNOWN"]


def test_a_large_batch_is_left_to_a_worker(world, stories, batch, sign_in, monkeypatch):
    monkeypatch.setattr(lines, "AT_ONCE", 2)
    line = _left_line(world, Movement("", 3 * MONTH, batch_id=batch.payment_information_id))
    client = sign_in(world.theo)
    address = f"/paiements/releves/lignes/{line.public_id}/bordereau/"
    asked = [client.post(address, {"batch": batch.public_id})["Location"] for _click in range(2)]
    assert paid_entries(world) == 0
    reports = []
    for work in asked:
        running.run(UUID(work.rstrip("/").rpartition("/")[2]))
        reports.append(page(client, work))
    assert paid_entries(world) == 3
    # Asked twice, it is done once; the second report says why it did nothing.
    assert "ordres constatés exécutés : 3" in reports[0]
    assert "Impossible" in reports[1]


def test_a_batch_of_another_amount_is_settled_order_by_order(world, stories, batch):
    line = _left_line(world, Movement("", 2 * MONTH, batch_id=batch.payment_information_id))
    with tenancy.tenant(world.theo.context), pytest.raises(InvalidInputError, match="un par un"):
        operations.settle_with_batch(
            actor=world.theo, line_id=line.public_id, batch_id=batch.public_id, at=NOW
        )
    assert paid_entries(world) == 0


def test_money_that_quotes_a_recovery_leads_to_it(world, stories, orders, sign_in):
    stories[0].execute(orders[0])
    recovery = stories[0].ask_recovery(stories[0].fresh(orders[0]), "100.00")
    quoted = Movement("", Decimal("100.00"), is_credit=True, label=f"REMBT {recovery.number} HABITAT")
    line = _left_line(world, quoted)
    assert recovery.number in line.note
    address = f"/paiements/releves/lignes/{line.public_id}/"
    assert f"/paiements/recouvrements/{recovery.public_id}/" in page(sign_in(world.theo), address)


# --- Pages ----------------------------------------------------------------------------------------


def page(client, address) -> str:
    text = client.get(address).content.decode()
    assert "!! undefined" not in text
    return text


def test_the_way_of_a_statement_through_its_pages(world, stories, orders, sign_in):
    client = sign_in(world.theo)
    upload = SimpleUploadedFile("releve.xml", file_of(movement(orders[0]), UNKNOWN))
    answer = client.post("/paiements/releves/", {"file": upload}, follow=True)
    address = answer.redirect_chain[-1][0]
    text = answer.content.decode()
    assert "1 ordre sera constaté exécuté" in text
    assert orders[0].number in text
    digest = text.split('name="digest" value="')[1].split('"')[0]
    stale = client.post(f"{address}appliquer/", {"digest": "autre"}, follow=True).content.decode()
    assert "a changé entre-temps" in stale
    applied = client.post(f"{address}appliquer/", {"digest": digest}, follow=True).content.decode()
    assert "Relevé appliqué" in applied
    assert stories[0].fresh(orders[0]).state == "executed"
    assert "à rapprocher" in page(client, "/paiements/releves/")
    with tenancy.tenant(world.theo.context):
        line = StatementLine.objects.to_settle().get()
    assert "ALES-OP-2026-000999" in page(client, "/paiements/releves/a-rapprocher/")
    assert "Classer la ligne" in page(client, f"/paiements/releves/lignes/{line.public_id}/")
    closed = client.post(
        f"/paiements/releves/lignes/{line.public_id}/classer/",
        {"is_unrelated": "1", "note": "Loyer du bureau"},
        follow=True,
    )
    assert "Tout est rapproché" in closed.content.decode()


def test_a_large_statement_is_left_to_the_queue(world, orders, sign_in, monkeypatch):
    asked = []
    monkeypatch.setattr("payments.views.statements.AT_ONCE", 1)
    monkeypatch.setattr(
        "payments.views.statements.tasks.send_on_commit",
        lambda statement_id, actor: asked.append(statement_id),
    )
    statement, _is_new = import_(world, file_of(*map(movement, orders)))
    client = sign_in(world.theo)
    address = f"/paiements/releves/{statement.public_id}/"
    digest = page(client, address).split('name="digest" value="')[1].split('"')[0]
    text = client.post(f"{address}appliquer/", {"digest": digest}, follow=True).content.decode()
    assert "0 sur 3" in text
    assert "Reprendre" in text
    assert asked == [statement.public_id]
    assert "0 sur 3" in page(client, f"{address}avancement/")
    tasks.apply_statement(str(statement.public_id), str(world.theo.membership_id))
    assert client.get(f"{address}avancement/").headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("count", [3, 60])
def test_a_statement_costs_the_same_at_any_length(
    world, orders, sign_in, django_assert_max_num_queries, count
):
    movements = [Movement(f"R-{rank}", Decimal("1.00")) for rank in range(count)]
    statement, _is_new = import_(world, file_of(*map(movement, orders), *movements))
    client = sign_in(world.theo)
    address = f"/paiements/releves/{statement.public_id}/"
    client.get(address)
    with django_assert_max_num_queries(26):
        client.get(address)
    apply(world, statement)
    for reached in (address, "/paiements/releves/", "/paiements/releves/a-rapprocher/"):
        with django_assert_max_num_queries(22):
            client.get(reached)
