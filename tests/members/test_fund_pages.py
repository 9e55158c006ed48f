"""Pages of the funds: sums, statements that add up, money recorded once."""

import datetime as dt
import re
import uuid
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, transaction
from django.urls import reverse

from ales import tenancy
from ales.errors import InvalidInputError
from ales.money import format_euros
from members import envelopes, funds
from members.models import Envelope, Fund, FundAlert, FundEntry
from tests.aids.stories import pdf_upload
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
        with django_assert_max_num_queries(11):
            text = page(client, "/fonds/")
        for amount in (
            "1 000,00 €",
            "831,60 €",
            "100,00 €",
            "277,20 €",
            "0,00 €",
            "268,40 €",
            "73 % utilisés",
        ):
            assert amount in text

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [("-disponible", "BA"), ("disponible", "AB"), ("fonds", "AB"), ("-verse", "BA"), ("nom", "AB")],
    )
    def test_sorted(self, world, sign_in, sort, expected):
        world.fund("100")
        world.fund("900", owner=world.landlord, kind="LANDLORD")
        names = {"A": "Fonds CIL de l&#x27;Essai", "B": "Fonds Habitat d&#x27;Essai"}
        text = page(sign_in(world.anne), f"/fonds/?tri={sort}")
        assert "".join(sorted(names, key=lambda key: text.index(names[key]))) == expected

    def test_a_manager_sees_their_own_and_what_others_have_left(self, world, used, sign_in):
        other = world.fund("500", owner=world.landlord, kind="LANDLORD")
        write(funds.commit, world.marc, other, "123.45")
        text = page(sign_in(world.marc), "/fonds/")
        assert "831,60 €" in text
        assert "376,55 €" in text
        assert "123,45 €" not in text
        assert str(other.public_id) not in text

    def test_the_figures_of_a_fund_add_up(self, world, used, sign_in):
        write(funds.recover, world.theo, used, "27.20")
        text = page(sign_in(world.anne), "/fonds/")
        names = ("Versé", "Engagé", "Libéré", "Recouvré", "Payé")
        contributed, committed, released, recovered, paid = (
            Decimal(
                re.search(rf'data-label="{name}">([\d ,]+) €', text)[1].replace(" ", "").replace(",", ".")
            )
            for name in names
        )
        assert (recovered, paid) == (Decimal("27.20"), Decimal("277.20"))
        assert (
            f"<strong>{format_euros(contributed - committed + released + recovered)}".replace(
                "\u202f", " "
            ).replace("\xa0", " ")
            in text
        )

    def test_what_is_carried_over_is_no_contribution(self, world, used, sign_in):
        """The figures say what was brought this year and what moved between years, and an emptied fund is no
        alert."""
        with tenancy.tenant(world.anne.context):
            following = funds.carry_over(
                actor=world.anne,
                fund_id=used.pk,
                amount=Decimal("268.40"),
                label="Report",
                value_date=TODAY,
            )
        for who in (world.anne, world.marc):
            text = page(sign_in(who), f"/fonds/?annee={used.year}")
            assert 'data-label="Versé">1 000,00 €' in text
            assert "− 268,40 € vers d’autres fonds" in text
            assert "Solde reporté ou viré" in text
            assert "Sous le seuil" not in text
            text = page(sign_in(who), f"/fonds/?annee={following.year}")
            assert 'data-label="Versé">0,00 €' in text
            assert "+ 268,40 € d’autres fonds" in text

    def test_a_fund_exhausted_after_a_transfer_is_still_low(self, world, sign_in):
        fund = world.fund("1000")
        with tenancy.tenant(world.anne.context):
            funds.carry_over(
                actor=world.anne, fund_id=fund.pk, amount=Decimal(100), label="Report", value_date=TODAY
            )
        write(funds.commit, world.marc, fund, "900")
        text = page(sign_in(world.anne), f"/fonds/?annee={fund.year}")
        assert "Sous le seuil d’alerte" in text
        assert "Solde reporté" not in text
        assert "Sous le seuil d’alerte" in page(
            sign_in(world.anne), reverse("members:fund", args=[fund.public_id])
        )

    def test_emptied_funds_cost_no_query_each(self, world, sign_in, django_assert_max_num_queries):
        for _ in range(4):
            with tenancy.tenant(world.anne.context):
                fund = funds.open_fund(
                    actor=world.anne, owner_id=world.cil.pk, name=str(uuid.uuid4()), year=2026
                )
                funds.contribute(
                    actor=world.anne, fund_id=fund.pk, amount=Decimal(100), label="Dotation", value_date=TODAY
                )
                funds.carry_over(
                    actor=world.anne, fund_id=fund.pk, amount=Decimal(100), label="Report", value_date=TODAY
                )
        client = sign_in(world.anne)
        with django_assert_max_num_queries(11):
            assert page(client, f"/fonds/?annee={fund.year}").count("Solde reporté ou viré") == 4

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

    @pytest.mark.parametrize(("committed", "share"), [("664.99", "66 %"), ("665", "67 %"), ("4.99", "0 %")])
    def test_the_share_used_is_rounded_half_up(self, world, sign_in, committed, share):
        write(funds.commit, world.marc, world.fund("1000"), committed)
        assert f"{share} utilisés" in page(sign_in(world.anne), "/fonds/")


class TestOpen:
    ADDRESS = "/fonds/nouveau/"

    def test_a_double_click_opens_once(self, world, sign_in):
        data = {"owner": world.cil.pk, "name": "Fonds", "year": "2027", "form_key": str(uuid.uuid4())}
        client = sign_in(world.anne)
        for _ in range(2):
            assert client.post(self.ADDRESS, data).status_code == 302
        with tenancy.tenant(world.anne.context):
            assert Fund.objects.filter(year=2027).count() == 1

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
        return typed | {"form_key": str(uuid.uuid4())} | change

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

    def test_the_form_gone_back_to_with_another_amount_is_told(self, world, sign_in):
        fund, client = world.fund("100"), sign_in(world.anne)
        address = reverse("members:fund_contribute", args=[fund.public_id])
        data = self.data(confirmer="1")
        client.post(address, data)
        text = client.post(address, data | {"amount": "99"}).content.decode()
        assert "a déjà servi à enregistrer un autre montant" in text
        assert self.left(world, fund) == Decimal("1350.50")

    def test_another_funds_envelope_is_refused(self, world, sign_in):
        fund, other = world.fund("100"), promised(world, world.fund("100", year=2025))
        address = reverse("members:fund_contribute", args=[fund.public_id])
        data = self.data(confirmer="1", envelope=str(other.public_id))
        assert "choix valide" in sign_in(world.anne).post(address, data).content.decode()
        assert self.left(world, fund) == Decimal("100.00")


def promised(world: World, fund: Fund, amount: str = "5000") -> Envelope:
    with tenancy.tenant(world.anne.context):
        return envelopes.promise(
            actor=world.anne,
            fund_id=fund.pk,
            name="Convention",
            amount=Decimal(amount),
            agreed_on=TODAY,
            agreement=pdf_upload("convention.pdf"),
        )


def left(world: World, fund: Fund) -> Decimal:
    with tenancy.tenant(world.anne.context):
        return Fund.objects.get(pk=fund.pk).available


def confirmed(client, address: str, **typed) -> str:
    """The form, its confirming page, then the answer to its button, with what the page carries."""
    typed = {"label": "Report", "value_date": "15/06/2026", "form_key": str(uuid.uuid4())} | typed
    shown = client.post(address, typed).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    hidden.pop("csrfmiddlewaretoken", None)
    answer = client.post(address, hidden | {"confirmer": "1"}, follow=True)
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


class TestTransfer:
    def test_is_confirmed_first(self, world, sign_in):
        source, target = world.fund("100", year=2025), world.fund("10")
        address = reverse("members:fund_transfer", args=[source.public_id])
        client = sign_in(world.anne)
        page(client, address)
        typed = {
            "to_fund": str(target.public_id),
            "amount": "60",
            "label": "Solde",
            "value_date": "15/06/2026",
        }
        shown = client.post(address, typed).content.decode().replace("\xa0", " ")
        assert "Confirmer le virement" in shown
        assert "40,00 €" in shown
        assert "70,00 €" in shown
        assert left(world, source) == Decimal("100.00")
        assert "Virement de 60,00 €" in confirmed(client, address, **typed)
        assert (left(world, source), left(world, target)) == (Decimal("40.00"), Decimal("70.00"))

    def test_more_than_what_is_left_is_told_before_the_confirmation(self, world, sign_in):
        source, target = world.fund("100", year=2025), world.fund("10")
        address = reverse("members:fund_transfer", args=[source.public_id])
        typed = {
            "to_fund": str(target.public_id),
            "amount": "100,01",
            "label": "x",
            "value_date": "15/06/2026",
        }
        text = sign_in(world.anne).post(address, typed).content.decode()
        assert "Il reste" in text
        assert "Confirmer le virement" not in text

    def test_a_stale_page_moves_nothing(self, world, sign_in):
        source, target = world.fund("100", year=2025), world.fund("10")
        address = reverse("members:fund_transfer", args=[source.public_id])
        typed = {
            "to_fund": str(target.public_id),
            "amount": "60",
            "label": "Solde",
            "value_date": "15/06/2026",
        }
        typed |= {"form_key": str(uuid.uuid4()), "seen": "100.00", "confirmer": "1"}
        write(funds.commit, world.marc, source, "20")
        text = sign_in(world.anne).post(address, typed).content.decode().replace("\xa0", " ")
        assert "Le disponible du fonds a changé : il est maintenant de 80,00 €" in text
        assert left(world, source) == Decimal("80.00")

    def test_a_double_click_moves_once(self, world, sign_in):
        source, target = world.fund("100", year=2025), world.fund("10")
        address = reverse("members:fund_transfer", args=[source.public_id])
        typed = {
            "to_fund": str(target.public_id),
            "amount": "60",
            "label": "Solde",
            "value_date": "15/06/2026",
        }
        typed |= {"form_key": str(uuid.uuid4()), "seen": "100.00", "confirmer": "1"}
        client = sign_in(world.anne)
        for _ in range(2):
            assert client.post(address, typed).status_code == 302
        assert (left(world, source), left(world, target)) == (Decimal("40.00"), Decimal("70.00"))

    @pytest.mark.parametrize(
        ("amount", "message"),
        [
            ("0", "au moins"),
            ("-1", "au moins"),
            ("1,234", "deux décimales"),
            ("cent", "n’est pas un montant"),
        ],
    )
    def test_bad_amounts(self, world, sign_in, amount, message):
        source, target = world.fund("100", year=2025), world.fund("10")
        address = reverse("members:fund_transfer", args=[source.public_id])
        typed = {"to_fund": str(target.public_id), "amount": amount, "label": "x", "value_date": "15/06/2026"}
        assert message in sign_in(world.anne).post(address, typed | {"confirmer": "1"}).content.decode()
        assert left(world, source) == Decimal("100.00")

    def test_another_members_fund_cannot_receive(self, world, sign_in):
        source, foreign = world.fund("100"), world.fund("10", owner=world.other_cil)
        address = reverse("members:fund_transfer", args=[source.public_id])
        typed = {"to_fund": str(foreign.public_id), "amount": "1", "label": "x", "value_date": "15/06/2026"}
        assert "choix valide" in sign_in(world.anne).post(address, typed).content.decode()


class TestCarryOver:
    def test_proposes_what_is_left_and_opens_the_next_years_fund(self, world, sign_in):
        fund, client = world.fund("100.50"), sign_in(world.anne)
        address = reverse("members:fund_carry_over", args=[fund.public_id])
        form = page(client, address)
        assert 'value="100,50"' in form
        assert "il sera ouvert par ce report" in form
        assert "Virement de 100,50 €" in confirmed(client, address, amount="100,50")
        with tenancy.tenant(world.anne.context):
            following = Fund.objects.get(owner=world.cil, year=2027)
            assert [e.kind for e in following.entries.all()] == ["TRANSFER_IN"]
        assert (following.name, following.available) == (fund.name, Decimal("100.50"))
        assert left(world, fund) == Decimal("0.00")

    def test_a_second_one_uses_the_same_fund(self, world, sign_in):
        fund, client = world.fund("100"), sign_in(world.anne)
        address = reverse("members:fund_carry_over", args=[fund.public_id])
        confirmed(client, address, amount="30")
        assert "qui a 30,00 € disponibles" in page(client, address)
        confirmed(client, address, amount="20")
        with tenancy.tenant(world.anne.context):
            assert Fund.objects.get(owner=world.cil, year=2027).available == Decimal("50.00")

    def test_nothing_left_nothing_opened(self, world, sign_in):
        fund = world.fund("0")
        address = reverse("members:fund_carry_over", args=[fund.public_id])
        typed = {"amount": "1", "label": "x", "value_date": "15/06/2026", "confirmer": "1"}
        assert "il reste" in sign_in(world.anne).post(address, typed).content.decode()
        with tenancy.tenant(world.anne.context):
            assert not Fund.objects.filter(year=2027).exists()


class TestEnvelopes:
    def typed(self, **change) -> dict:
        values = {"name": "Convention 2026", "amount": "5 000", "agreed_on": "02/01/2026"}
        values |= {"agreement": pdf_upload("convention.pdf"), "form_key": str(uuid.uuid4())}
        return values | change

    def test_promised_received_and_still_to_come(self, world, sign_in):
        fund, client = world.fund("100"), sign_in(world.anne)
        address = reverse("members:envelope_create", args=[fund.public_id])
        assert 'enctype="multipart/form-data"' in page(client, address)
        client.post(address, self.typed())
        with tenancy.tenant(world.anne.context):
            envelope = fund.envelopes.get()
        contribute = reverse("members:fund_contribute", args=[fund.public_id])
        assert "Convention 2026" in page(client, contribute)
        confirmed(client, contribute, amount="1 200", envelope=str(envelope.public_id))
        text = page(client, reverse("members:fund", args=[fund.public_id]))
        figures = re.findall(r'data-label="(Promis|Reçu|À recevoir)">([^<]+)<', text)
        assert figures[:3] == [("Promis", "5 000,00 €"), ("Reçu", "1 200,00 €"), ("À recevoir", "3 800,00 €")]
        assert "S’y ajoutent 100,00 € versés hors convention" in text
        assert "encore 3 800,00 € à recevoir" in page(client, "/fonds/?annee=2026")

    def test_a_double_click_promises_once(self, world, sign_in):
        fund, client = world.fund("0"), sign_in(world.anne)
        address = reverse("members:envelope_create", args=[fund.public_id])
        key = str(uuid.uuid4())
        for _ in range(2):
            assert client.post(address, self.typed(form_key=key)).status_code == 302
        with tenancy.tenant(world.anne.context):
            assert fund.envelopes.count() == 1

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"amount": "0"}, "au moins"),
            ({"amount": "-5"}, "au moins"),
            ({"amount": "1.234"}, "deux décimales"),
            ({"name": ""}, "Indiquez un intitulé"),
            ({"agreed_on": "01/01/2190"}, "dans l’avenir"),
            ({"agreement": ""}, "Joignez la convention"),
            ({"agreement": SimpleUploadedFile("x.pdf", b"MZ")}, "ni un PDF"),
        ],
    )
    def test_bad_input_is_told(self, world, sign_in, change, message):
        fund = world.fund("0")
        address = reverse("members:envelope_create", args=[fund.public_id])
        assert message in sign_in(world.anne).post(address, self.typed(**change)).content.decode()
        with tenancy.tenant(world.anne.context):
            assert not fund.envelopes.exists()

    @pytest.mark.parametrize(
        ("who", "reads"), [("marc", True), ("theo", True), ("diane", False), ("claire", False)]
    )
    def test_the_agreement_is_for_the_members_managers_and_the_association(self, world, sign_in, who, reads):
        envelope = promised(world, world.fund("0"))
        client = sign_in(getattr(world, who))
        answer = client.get(reverse("documents:download", args=[envelope.agreement.public_id]))
        assert answer.status_code == (200 if reads else 404)
        answer.close()

    def test_cancelling_needs_a_reason_and_no_money(self, world, sign_in):
        fund, client = world.fund("0"), sign_in(world.anne)
        envelope = promised(world, fund)
        address = reverse("members:envelope_cancel", args=[envelope.public_id])
        assert "Indiquez pourquoi" in client.post(address, {"reason": ""}).content.decode()
        client.post(address, {"reason": "Saisie deux fois"})
        text = page(client, reverse("members:fund", args=[fund.public_id]))
        assert "annulée : Saisie deux fois" in text
        again = client.post(address, {"reason": "Encore"}).content.decode()
        assert "déjà annulée" in again

    def test_a_reason_too_long_for_its_column_is_refused(self, world):
        envelope = promised(world, world.fund("0"))
        with tenancy.tenant(world.anne.context), pytest.raises(InvalidInputError, match="300 caractères"):
            envelopes.cancel(actor=world.anne, envelope_id=envelope.public_id, reason="x" * 301)

    def test_one_under_which_money_came_stays(self, world, sign_in):
        fund, client = world.fund("0"), sign_in(world.anne)
        envelope = promised(world, fund)
        address = reverse("members:fund_contribute", args=[fund.public_id])
        confirmed(client, address, amount="10", envelope=str(envelope.public_id))
        text = client.post(
            reverse("members:envelope_cancel", args=[envelope.public_id]), {"reason": "x"}
        ).content.decode()
        assert "ne peut plus être annulée" in text


class TestAlert:
    def test_the_members_manager_chooses_it(self, world, sign_in):
        fund = world.fund("1000", year=dt.date.today().year)
        client = sign_in(world.marc)
        assert "Sous le seuil" not in page(client, "/fonds/")
        address = reverse("members:fund_alert", args=[fund.public_id])
        client.post(address, {"threshold": "1 000,01"})
        assert "Sous le seuil d’alerte" in page(client, "/fonds/")
        assert "sous le seuil de 1 000,01 €" in page(client, "/tableau-de-bord/")
        client.post(address, {"threshold": "1000"})
        assert "Sous le seuil d’alerte" not in page(client, "/fonds/")

    def test_a_tenth_of_what_was_brought_where_nobody_chose(self, world, sign_in):
        fund = world.fund("1000")
        write(funds.commit, world.marc, fund, "900")
        assert "Sous le seuil" not in page(sign_in(world.anne), "/fonds/")
        write(funds.commit, world.marc, fund, "0.01")
        assert "Sous le seuil" in page(sign_in(world.anne), "/fonds/")

    @pytest.mark.parametrize(
        ("who", "status"), [("diane", 404), ("theo", 403), ("claire", 403), ("lea", 403)]
    )
    def test_nobody_else(self, world, sign_in, who, status):
        address = reverse("members:fund_alert", args=[world.fund("1").public_id])
        assert sign_in(getattr(world, who)).post(address, {"threshold": "5"}).status_code == status

    def test_the_database_refuses_another_members_manager(self, world):
        fund = world.fund("1")
        with (
            tenancy.tenant(world.diane.context),
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
        ):
            FundAlert.objects.create(fund=fund, owner=world.cil, threshold=Decimal(5))


def test_the_history_tells_envelopes_and_alerts(world, sign_in):
    fund = world.fund("0")
    promised(world, fund)
    client = sign_in(world.marc)
    client.post(reverse("members:fund_alert", args=[fund.public_id]), {"threshold": "250"})
    text = page(client, reverse("members:fund_history", args=[fund.public_id]))
    assert "Enveloppe : Convention" in text
    assert "5 000,00 €" in text
    assert "250,00 €" in text


def test_the_page_of_a_fund_costs_the_same(world, sign_in, used, django_assert_max_num_queries):
    for _ in range(5):
        promised(world, used)
    client = sign_in(world.anne)
    with django_assert_max_num_queries(13):
        page(client, reverse("members:fund", args=[used.public_id]))
