"""Pages of the funds: sums, statements that add up, money recorded once."""

import re
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse

from ales import tenancy
from members import funds
from members.models import Fund, FundEntry
from members.views import funds as views
from tests.world import TODAY, World

pytestmark = pytest.mark.django_db


def page(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    text = response.content.decode()
    assert "!! undefined" not in text
    return text.replace("\u202f", " ").replace("\xa0", " ")


def write(operation, actor, fund: Fund, amount: str) -> None:
    with tenancy.tenant(actor.context):
        operation(
            actor=actor,
            lines=[(fund.pk, Decimal(amount))],
            cause_kind="test",
            cause_id=uuid.uuid4(),
            label="Demande 2026-00001",
            value_date=TODAY,
        )


@pytest.fixture
def used(world: World) -> Fund:
    """1,000 € brought, 831.60 committed, 277.20 of them paid, 100 given back."""
    fund = world.fund("1000")
    write(funds.commit, world.marc, fund, "831.60")
    write(funds.pay, world.theo, fund, "277.20")
    write(funds.release, world.marc, fund, "100")
    return fund


class TestList:
    def test_the_association_sees_every_figure(self, world, used, sign_in, django_assert_max_num_queries):
        client = sign_in(world.anne)
        with django_assert_max_num_queries(9):
            text = page(client, "/fonds/")
        for amount in ("1 000,00 €", "731,60 €", "277,20 €", "268,40 €", "73 % utilisés"):
            assert amount in text

    def test_a_manager_sees_their_own_and_what_others_have_left(self, world, used, sign_in):
        other = world.fund("500", owner=world.landlord, kind="LANDLORD")
        write(funds.commit, world.marc, other, "123.45")
        text = page(sign_in(world.marc), "/fonds/")
        assert "731,60 €" in text
        assert "376,55 €" in text
        assert "123,45 €" not in text
        assert str(other.public_id) not in text

    def test_years(self, world, sign_in):
        world.fund("10", year=2025)
        world.fund("20", year=2026)
        client = sign_in(world.anne)
        assert "20,00 €" in page(client, "/fonds/?annee=2026")
        assert "10,00 €" in page(client, "/fonds/?annee=2025")
        page(client, "/fonds/?annee=1066")
        page(client, "/fonds/?annee=x")

    def test_no_fund_at_all(self, world, sign_in):
        assert "Aucun fonds" in page(sign_in(world.anne), "/fonds/")


class TestStatement:
    def test_lines_add_up(self, world, used, sign_in, django_assert_max_num_queries):
        client = sign_in(world.anne)
        with django_assert_max_num_queries(10):
            text = page(client, reverse("members:fund", args=[used.public_id]))
        balances = re.findall(r'data-label="Disponible">([^<]+)<', text)
        assert balances == ["1 000,00 €", "168,40 €", "168,40 €", "268,40 €"]
        assert "dont 454,40 € restant à payer" in text

    def test_a_long_one_goes_on_from_page_to_page(self, world, used, sign_in, monkeypatch):
        monkeypatch.setattr(views, "LINES_A_PAGE", 2)
        client = sign_in(world.anne)
        address = reverse("members:fund", args=[used.public_id])
        first = page(client, address)
        following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
        second = page(client, address + following)
        assert "Report" in second
        balances = re.findall(r'data-label="Disponible">([^<]+)<', second)
        assert balances == ["168,40 €", "168,40 €", "268,40 €"]

    def test_another_members_is_not_found(self, world, used, sign_in):
        address = reverse("members:fund", args=[used.public_id])
        assert sign_in(world.diane).get(address).status_code == 404

    def test_an_empty_fund(self, world, sign_in):
        fund = world.fund("0")
        assert "Aucune écriture" in page(sign_in(world.marc), reverse("members:fund", args=[fund.public_id]))


class TestOpen:
    ADDRESS = "/fonds/nouveau/"

    def test_opens(self, world, sign_in):
        data = {"owner": world.cil.pk, "name": "Accompagnement social 2 %", "year": "2027"}
        response = sign_in(world.anne).post(self.ADDRESS, data, follow=True)
        assert "Le fonds est ouvert" in response.content.decode()

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"owner": ""}, "Choisissez l’adhérent"),
            ({"name": ""}, "Indiquez un nom"),
            ({"year": "vingt"}, "quatre chiffres"),
            ({"year": "1066"}, "1998"),
        ],
    )
    def test_bad_input_is_told(self, world, sign_in, change, message):
        data = {"owner": world.cil.pk, "name": "Fonds", "year": "2027"} | change
        text = sign_in(world.anne).post(self.ADDRESS, data).content.decode()
        assert message in text

    def test_twice_is_told_at_the_name(self, world, sign_in):
        fund = world.fund("0")
        data = {"owner": world.cil.pk, "name": fund.name, "year": "2026"}
        text = sign_in(world.anne).post(self.ADDRESS, data).content.decode()
        assert "a déjà un fonds de ce nom en 2026" in text


class TestContribute:
    def data(self, **change) -> dict:
        typed = {"amount": "1 250,50", "label": "Dotation", "value_date": "15/01/2026"}
        return typed | {"cause": str(uuid.uuid4())} | change

    def left(self, world, fund) -> Decimal:
        with tenancy.tenant(world.anne.context):
            return Fund.objects.get(pk=fund.pk).available

    def test_is_shown_before_it_is_written(self, world, sign_in):
        fund, client = world.fund("100"), sign_in(world.anne)
        address = reverse("members:fund_contribute", args=[fund.public_id])
        page(client, address)
        shown = client.post(address, self.data()).content.decode().replace("\u202f", " ")
        assert "Confirmer le versement" in shown
        assert "1 350,50" in shown
        assert self.left(world, fund) == Decimal("100.00")
        data = self.data(confirmer="1")
        for _ in range(2):  # a double click
            client.post(address, data)
        assert self.left(world, fund) == Decimal("1350.50")
        with tenancy.tenant(world.anne.context):
            assert FundEntry.objects.filter(fund=fund, label="Dotation").count() == 1

    def test_the_confirmation_carries_what_was_typed(self, world, sign_in):
        fund, client = world.fund("100"), sign_in(world.anne)
        address = reverse("members:fund_contribute", args=[fund.public_id])
        shown = client.post(address, self.data()).content.decode()
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
        hidden.pop("csrfmiddlewaretoken", None)
        client.post(address, hidden | {"confirmer": "1"})
        assert self.left(world, fund) == Decimal("1350.50")

    def test_going_back_keeps_what_was_typed(self, world, sign_in):
        fund = world.fund("100")
        address = reverse("members:fund_contribute", args=[fund.public_id])
        text = sign_in(world.anne).post(address, self.data(corriger="1")).content.decode()
        assert 'value="1 250,50"' in text
        assert self.left(world, fund) == Decimal("100.00")

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"amount": "0"}, "au moins"),
            ({"amount": "-5"}, "au moins"),
            ({"amount": "1.234"}, "deux décimales"),
            ({"amount": ""}, "Indiquez un montant"),
            ({"label": ""}, "Indiquez un libellé"),
            ({"value_date": "31/02/2026"}, "n’existe pas"),
            ({"value_date": "01/01/2190"}, "dans l’avenir"),
        ],
    )
    def test_bad_input_is_told(self, world, sign_in, change, message):
        fund = world.fund("100")
        address = reverse("members:fund_contribute", args=[fund.public_id])
        text = sign_in(world.anne).post(address, self.data(confirmer="1") | change).content.decode()
        assert message in text
        assert self.left(world, fund) == Decimal("100.00")

    def test_moving_money(self, world, sign_in):
        source, target = world.fund("100", year=2025), world.fund("10")
        address = reverse("members:fund_transfer", args=[source.public_id])
        client = sign_in(world.anne)
        page(client, address)
        refused = client.post(address, self.data(to_fund=target.pk)).content.decode()
        assert "il reste" in refused
        client.post(address, self.data(to_fund=target.pk, amount="100"))
        assert (self.left(world, source), self.left(world, target)) == (Decimal("0.00"), Decimal("110.00"))
