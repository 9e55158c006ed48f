"""The statement of a fund adds up: on screen, on paper, in a spreadsheet, over random ledgers."""

import datetime as dt
import io
import re
import uuid
from contextlib import suppress
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ales import tenancy
from ales.documents import production
from ales.documents.models import ProductionJob
from ales.documents.pdf_text import text_of
from ales.errors import InvalidInputError
from ales.spreadsheets import xlsx_bytes
from members import funds, statements
from members.models import Fund, FundEntry
from members.models.fund import EntryKind
from members.statements import Balance, Period
from members.views import fund_statement as views
from tests.world import World

pytestmark = pytest.mark.django_db

CENTS = st.integers(1, 100_000).map(lambda cents: Decimal(cents).scaleb(-2))
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 6, 15))
OPERATIONS = {"commit": "marc", "release": "marc", "pay": "theo", "recover": "theo", "contribute": "anne"}
MOVES = st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS)), CENTS, DAYS), max_size=12)


def write(world: World, fund: Fund, name: str, amount: Decimal, day: dt.date) -> None:
    actor = getattr(world, OPERATIONS[name])
    common = {"actor": actor, "label": f"Écriture {name}", "value_date": day, "cause_id": uuid.uuid4()}
    with tenancy.tenant(actor.context):
        if name == "contribute":
            funds.contribute(fund_id=fund.pk, amount=amount, **common)
        else:
            getattr(funds, name)(lines=[(fund.pk, amount)], cause_kind="test", **common)


@pytest.fixture
def used(world: World) -> Fund:
    """1,000 € brought, 831.60 committed, 277.20 of them paid, 100 given back, a day apart."""
    fund = world.fund("1000")
    for day, (name, amount) in enumerate((("commit", "831.60"), ("pay", "277.20"), ("release", "100")), 1):
        write(world, fund, name, Decimal(amount), dt.date(2026, 6, day))
    return fund


def page(client, address: str, **query) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    text = response.content.decode()
    assert "!! undefined" not in text
    return text.replace("\u202f", " ").replace("\xa0", " ")


def address_of(fund: Fund) -> str:
    return reverse("members:fund_statement", args=[fund.public_id])


def balances(text: str) -> list[str]:
    return re.findall(r'data-label="Disponible">([^<]+)<', text)


# --- The figures ------------------------------------------------------------------------------------


@given(entries=st.lists(st.tuples(st.sampled_from(EntryKind), CENTS)), cut=st.integers(0, 30))
def test_lines_chain_from_one_balance_to_the_next(entries, cut):
    """Whatever the entries: each line leaves the former balance and its change, and parts make the whole."""
    person = type("Person", (), {"full_name": "Anne Test"})()
    rows = [
        FundEntry(kind=kind, amount=amount, label="x", value_date=dt.date(2026, 1, 1))
        for kind, amount in entries
    ]
    for row in rows:
        row.__dict__["_state"].fields_cache["created_by"] = person
    lines = statements.running(rows, Balance(Decimal("10.00"), Decimal("5.00")))
    before = Decimal("10.00")
    for line in lines:
        assert line.balance.available == before + line.change
        before = line.balance.available
    first = statements.running(rows[:cut], Balance(Decimal("10.00"), Decimal("5.00")))
    middle = first[-1].balance if first else Balance(Decimal("10.00"), Decimal("5.00"))
    assert first + statements.running(rows[cut:], middle) == lines


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(moves=MOVES, start=DAYS, end=DAYS)
def test_every_statement_of_a_random_ledger_adds_up_to_the_funds_sums(world, moves, start, end):
    with tenancy.tenant(world.anne.context):
        fund = funds.open_fund(actor=world.anne, owner_id=world.cil.pk, name=str(uuid.uuid4()), year=2026)
    for name, amount, day in moves:
        with suppress(InvalidInputError):
            write(world, fund, name, amount, day)
    with tenancy.tenant(world.anne.context):
        fund.refresh_from_db()
        whole = statements.produce(
            actor=world.anne, fund_id=fund.public_id, period=Period(), kind=statements.SHEET_KIND
        ).payload
        part = statements.produce(
            actor=world.anne, fund_id=fund.public_id, period=Period(start, end), kind=statements.SHEET_KIND
        ).payload
        after = statements.balance_of(fund.entries.filter(value_date__gt=end))
    assert whole["closing"] == {"available": str(fund.available), "to_pay": str(fund.to_pay)}
    assert sum((Decimal(line["change"]) for line in whole["lines"]), Decimal(0)) == fund.available
    assert sum((Decimal(line["paid"]) for line in whole["lines"]), Decimal(0)) == fund.paid
    for statement in (whole, part):
        drawn = statements.printed(statement)["picture"]
        assert drawn is None or "Ce que sont devenus" in drawn.caption
        sums = {name: Decimal(euros) for name, euros in statement["sums"].items()}
        opened, closed = (Decimal(statement[name]["available"]) for name in ("opening", "closing"))
        moved = sums["contributed"] + sums["transferred_in"] - sums["transferred_out"]
        assert opened + moved - sums["committed"] + sums["released"] + sums["recovered"] == closed
    changes = sum((Decimal(line["change"]) for line in part["lines"]), Decimal(0))
    assert Decimal(part["opening"]["available"]) + changes == Decimal(part["closing"]["available"])
    assert Decimal(part["into"]) - Decimal(part["out"]) == changes
    if start <= end:
        assert Decimal(part["closing"]["available"]) + after.available == fund.available


# --- On screen --------------------------------------------------------------------------------------


class TestPage:
    def test_lines_add_up(self, world, used, sign_in, django_assert_max_num_queries):
        client = sign_in(world.anne)
        with django_assert_max_num_queries(11):
            text = page(client, address_of(used))
        assert balances(text) == ["1 000,00 €", "168,40 €", "168,40 €", "268,40 €"]
        assert "454,40 €" in text

    def test_a_long_one_goes_on_from_page_to_page(self, world, used, sign_in, monkeypatch):
        monkeypatch.setattr(views, "LINES_A_PAGE", 2)
        client = sign_in(world.anne)
        first = page(client, address_of(used))
        following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
        second = page(client, address_of(used) + following)
        assert "Report" in second
        assert balances(second) == ["168,40 €", "168,40 €", "268,40 €"]

    def test_a_period_opens_and_closes_on_its_own_balances(self, world, used, sign_in):
        text = page(sign_in(world.anne), address_of(used), start="02/06/2026", end="02/06/2026")
        assert balances(text) == ["168,40 €", "168,40 €"]
        assert "Solde avant la période" in text
        assert "554,40 €" in text
        assert "du 2 juin 2026 au 2 juin 2026" in text

    def test_an_impossible_period_is_told(self, world, used, sign_in):
        text = page(sign_in(world.anne), address_of(used), start="03/06/2026", end="02/06/2026")
        assert "La fin précède le début" in text

    def test_another_members_is_not_found(self, world, used, sign_in):
        client = sign_in(world.diane)
        assert client.get(address_of(used)).status_code == 404
        assert client.post(reverse("members:fund_statement_file", args=[used.public_id])).status_code == 404

    def test_an_empty_fund(self, world, sign_in):
        fund = world.fund("0")
        assert "Aucune écriture" in page(sign_in(world.marc), address_of(fund))


# --- As a file --------------------------------------------------------------------------------------


class TestFiles:
    def ask(self, client, fund: Fund, file_format: str, **dates) -> ProductionJob:
        url = reverse("members:fund_statement_file", args=[fund.public_id])
        client.post(url, {"format": file_format} | dates)
        return ProductionJob.objects.latest("id")

    def test_the_spreadsheet_holds_the_amounts_of_the_screen(self, world, used, sign_in):
        with tenancy.tenant(world.marc.context):
            job = self.ask(sign_in(world.marc), used, "tableur")
        content = statements.sheet_of(job.payload)
        rows = list(openpyxl.load_workbook(io.BytesIO(content), read_only=True).active.values)
        assert rows[1][:2] == ("Date", "Écriture")
        assert [row[7] for row in rows[2:8]] == [0, 1000, 168.4, 168.4, 268.4, 268.4]
        assert rows[7][8] == 454.4
        assert {row[1]: row[2] for row in rows[10:]} == {
            "Versé": 1000,
            "Reporté ou viré d’autres fonds": 0,
            "Reporté ou viré vers d’autres fonds (en moins)": 0,
            "Engagé (en moins)": 831.6,
            "Libéré (en plus)": 100,
            "Recouvré (en plus)": 0,
            "Payé (compris dans l’engagé)": 277.2,
        }
        assert statements.sheet_of(job.payload) == content

    def test_the_paper_prints_both_balances(self, world, used, sign_in):
        with tenancy.tenant(world.theo.context):
            job = self.ask(sign_in(world.theo), used, "pdf", start="02/06/2026")
        text = text_of(statements.BUILDERS[statements.PDF_KIND].build(job))
        text = " ".join(text.replace("\u202f", " ").replace("\xa0", " ").split())
        for words in ("depuis le 2 juin 2026", "Solde d’ouverture", "168,40 €", "268,40 €", "454,40 €"):
            assert words in text

    @pytest.mark.parametrize("file_format", ["pdf", "tableur"])
    def test_it_is_stored_and_opened(self, world, used, sign_in, file_format):
        client = sign_in(world.marc)
        with tenancy.tenant(world.marc.context):
            job = self.ask(client, used, file_format)
        assert production.produce(job.public_id)
        label = {"pdf": "PDF", "tableur": "XLSX"}[file_format]
        assert f'<span class="file-kind" aria-hidden="true">{label}</span>' in page(client, address_of(used))
        answer = client.get(reverse("documents:download", args=[job.public_id]))
        assert answer.status_code == 200
        answer.close()

    def test_the_same_lines_give_the_same_file(self, world, used, sign_in):
        client = sign_in(world.marc)
        with tenancy.tenant(world.marc.context):
            first = self.ask(client, used, "pdf")
            assert self.ask(client, used, "pdf") == first
        write(world, used, "commit", Decimal(1), dt.date(2026, 6, 10))
        with tenancy.tenant(world.marc.context):
            assert self.ask(client, used, "pdf") != first
        assert escape(first.title) in page(client, address_of(used))

    def test_too_many_lines_for_a_file(self, world, used, sign_in, monkeypatch):
        monkeypatch.setitem(statements.MAX_LINES, statements.PDF_KIND, 3)
        client = sign_in(world.anne)
        url = reverse("members:fund_statement_file", args=[used.public_id])
        text = client.post(url, {"format": "pdf"}, follow=True).content.decode()
        assert "plus de 3 lignes" in text
        assert not ProductionJob.objects.filter(subject_id=used.public_id).exists()

    def test_a_period_that_cannot_be_read_gives_no_file(self, world, used, sign_in):
        client = sign_in(world.anne)
        url = reverse("members:fund_statement_file", args=[used.public_id])
        text = client.post(url, {"format": "pdf", "start": "31/02/2026"}, follow=True).content.decode()
        assert "Ces dates ne font pas une période" in text


def test_no_cell_becomes_a_formula_or_a_link():
    content = xlsx_bytes([["=1+1", "https://exemple.fr", "12"]], sheet="Essai", widths=(9, 9, 9), heading=0)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [cell.data_type for cell in sheet[1]] == ["s", "s", "s"]
    assert sheet["B1"].hyperlink is None
