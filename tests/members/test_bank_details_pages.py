"""Pages of the bank details: entered, waited for, confirmed or refused, and kept."""

import re
import uuid
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from ales import registry, tenancy
from members import bank_details
from members.models import BankDetails
from tests.aids.stories import pdf_upload
from tests.world import NOW, World

pytestmark = pytest.mark.django_db

IBAN = "FR14 2004 1010 0505 0001 3M02 606"
OTHER_IBAN = "FR7630006000011234567890189"


def page(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    text = response.content.decode()
    assert "!! undefined" not in text
    return text


def of_landlord(world: World) -> str:
    return reverse("members:bank_details", args=[world.landlord.public_id])


@pytest.fixture
def waiting(world: World) -> BankDetails:
    with tenancy.tenant(world.anne.context):
        return bank_details.enter(
            actor=world.anne,
            landlord_id=world.landlord.pk,
            account_holder="Habitat",
            iban=IBAN,
            proof=pdf_upload("rib.pdf"),
            at=NOW,
        )


def state(world: World, details: BankDetails) -> str:
    with tenancy.tenant(world.anne.context):
        return BankDetails.objects.get(pk=details.pk).state


class TestEnter:
    def typed(self, **change) -> dict:
        values = {"account_holder": "Habitat", "iban": IBAN, "bic": "", "proof": pdf_upload("rib.pdf")}
        return values | {"form_key": str(uuid.uuid4())} | change

    @pytest.mark.parametrize("who", ["anne", "lea"])
    def test_leads_to_the_landlords_page(self, world, sign_in, who):
        client = sign_in(getattr(world, who))
        address = reverse("members:bank_details_enter", args=[world.landlord.public_id])
        assert 'enctype="multipart/form-data"' in page(client, address)
        response = client.post(address, self.typed(), follow=True)
        text = response.content.decode()
        assert "Le trésorier doit maintenant les confirmer" in text
        assert IBAN in text
        assert "Paiements suspendus" in text
        assert "LA BANQUE POSTALE" in text
        proof = re.search(r'href="(/documents/[^"]+)"', text)[1]
        sent = client.get(proof)
        assert sent.getvalue().startswith(b"%PDF-")
        sent.close()

    def test_a_double_click_enters_once(self, world, sign_in):
        client = sign_in(world.lea)
        address = reverse("members:bank_details_enter", args=[world.landlord.public_id])
        key = str(uuid.uuid4())
        for _ in range(2):
            response = client.post(address, self.typed(form_key=key), follow=True)
            assert "Le trésorier doit maintenant les confirmer" in response.content.decode()
        with tenancy.tenant(world.anne.context):
            assert BankDetails.objects.filter(landlord=world.landlord).count() == 1

    def test_a_second_proposal_waits_for_the_first(self, world, sign_in, waiting):
        address = reverse("members:bank_details_enter", args=[world.landlord.public_id])
        text = sign_in(world.lea).post(address, self.typed(iban=OTHER_IBAN)).content.decode()
        assert "attendent déjà leur confirmation" in text
        assert OTHER_IBAN in text

    def test_every_fault_is_at_its_field_and_the_text_stays(self, world, sign_in):
        address = reverse("members:bank_details_enter", args=[world.landlord.public_id])
        typed = self.typed(account_holder="", iban="FR15 2004 1010 0505 0001 3M02 606", bic="x")
        text = sign_in(world.anne).post(address, typed).content.decode()
        assert "faute de frappe" in text
        assert "Indiquez le titulaire" in text
        assert 'value="FR15 2004 1010 0505 0001 3M02 606"' in text

    def test_no_proof_no_entry(self, world, sign_in):
        address = reverse("members:bank_details_enter", args=[world.landlord.public_id])
        typed = self.typed()
        del typed["proof"]
        text = sign_in(world.anne).post(address, typed).content.decode()
        assert "Joignez le RIB" in text
        # Without JavaScript the bank is told here.
        assert "LA BANQUE POSTALE" in text

    def test_the_bank_is_told_while_typing(self, world, sign_in):
        client, address = sign_in(world.lea), reverse("members:bank_look_up")
        assert "LA BANQUE POSTALE" in client.post(address, {"iban": IBAN}).content.decode()
        assert (
            "faute de frappe" in client.post(address, {"iban": IBAN.replace("14", "15", 1)}).content.decode()
        )
        assert client.post(address, {"iban": IBAN[:20]}).content.decode().strip() == ""

    def test_another_landlords_is_not_found(self, world, sign_in):
        address = reverse("members:bank_details_enter", args=[world.landlord.public_id])
        assert sign_in(world.louis).get(address).status_code == 404


class TestCompare:
    """Old and new account side by side, for who decides and who waits."""

    @pytest.fixture
    def change(self, world) -> BankDetails:
        world.bank_details()
        with tenancy.tenant(world.lea.context):
            return bank_details.enter(
                actor=world.lea,
                landlord_id=world.landlord.pk,
                account_holder="Habitat d'Essai",
                iban=OTHER_IBAN,
                proof=pdf_upload("rib.pdf"),
            )

    @pytest.mark.parametrize("who", ["theo", "anne", "lea"])
    def test_both_accounts_with_what_changes_marked(self, world, sign_in, change, who):
        text = page(sign_in(getattr(world, who)), of_landlord(world))
        assert f'<td data-label="Compte actuel" class="iban">{IBAN}</td>' in text
        assert "<mark>3000</mark> <mark>6000</mark>" in text
        assert "RIB de Habitat" in text

    def test_the_orders_on_hold_are_counted(self, world, sign_in, change, monkeypatch):
        held = [lambda actor, landlord: (2, Decimal("831.60")), lambda actor, landlord: (1, Decimal("100"))]
        monkeypatch.setattr(registry, "payments_under_way", held)
        text = page(sign_in(world.theo), of_landlord(world)).replace("\xa0", " ")
        assert "3 ordres de paiement attendent cette confirmation (931,60 €)." in text

    def test_the_agent_reads_the_outcome(self, world, sign_in, change):
        address = reverse("members:bank_details_refuse", args=[change.public_id])
        sign_in(world.theo).post(address, {"reason": "RIB d’une autre société"})
        client = sign_in(world.lea)
        text = page(client, of_landlord(world))
        assert "Proposition refusée" in text
        assert "RIB d’une autre société" in text
        assert "Les coordonnées précédentes restent en vigueur" in text
        assert "RIB d’une autre société" in page(client, "/tableau-de-bord/")


class TestDecide:
    def test_what_waits_is_on_the_list_the_dashboard_and_the_navigation(self, world, sign_in, waiting):
        client = sign_in(world.theo)
        assert "Habitat d&#x27;Essai" in page(client, "/adherents/coordonnees-bancaires/")
        dashboard = page(client, "/tableau-de-bord/")
        assert "À faire en premier · Coordonnées bancaires à confirmer" in dashboard
        assert 'class="nav-count">1' in dashboard

    def test_confirming(self, world, sign_in, waiting):
        client = sign_in(world.theo)
        assert "Confirmer ces coordonnées" in page(client, of_landlord(world))
        address = reverse("members:bank_details_confirm", args=[waiting.public_id])
        text = client.post(address, follow=True).content.decode()
        assert "elles peuvent être payées" in text
        assert state(world, waiting) == "CONFIRMED"
        again = client.post(address, follow=True).content.decode()
        assert "déjà été traitées" in again

    def test_confirming_asks_again_who_is_there(self, world, sign_in, waiting):
        client = sign_in(world.theo, confirmed=False)
        address = reverse("members:bank_details_confirm", args=[waiting.public_id])
        sent_to = client.post(address).headers["Location"]
        assert sent_to == "/compte/confirmation/?" + urlencode({"next": of_landlord(world)})
        assert state(world, waiting) == "PROPOSED"
        typed = {"password": "secret-of-the-tests", "next": of_landlord(world)}
        assert client.post("/compte/confirmation/", typed).headers["Location"] == of_landlord(world)
        assert "Confirmer ces coordonnées" in page(client, of_landlord(world))
        client.post(address)
        assert state(world, waiting) == "CONFIRMED"

    def test_refusing_needs_a_reason(self, world, sign_in, waiting):
        client = sign_in(world.theo)
        address = reverse("members:bank_details_refuse", args=[waiting.public_id])
        page(client, address)
        assert "Indiquez pourquoi" in client.post(address, {"reason": " "}).content.decode()
        text = client.post(address, {"reason": "RIB illisible"}, follow=True).content.decode()
        assert "RIB illisible" in text
        assert state(world, waiting) == "REFUSED"

    def test_ones_own_entry_shows_why_not(self, world, sign_in, waiting):
        with tenancy.tenant(replace(world.theo.context, capacity=world.anne.context.capacity)):
            own = BankDetails.objects.create(
                landlord=world.other_landlord,
                account_holder="Autre Bailleur",
                iban=waiting.iban,
                bic=waiting.bic,
                entered_by_id=world.theo.user_id,
            )
        client = sign_in(world.theo)
        address = reverse("members:bank_details", args=[world.other_landlord.public_id])
        assert "une autre personne doit les confirmer" in page(client, address)
        client.post(reverse("members:bank_details_confirm", args=[own.public_id]))
        assert state(world, own) == "PROPOSED"


def test_history_is_kept(world, sign_in, waiting):
    with tenancy.tenant(world.theo.context):
        bank_details.confirm(actor=world.theo, details_id=waiting.public_id)
    with tenancy.tenant(world.anne.context):
        second = bank_details.enter(
            actor=world.anne,
            landlord_id=world.landlord.pk,
            account_holder="Habitat",
            iban=OTHER_IBAN,
            proof=pdf_upload("rib.pdf"),
        )
    with tenancy.tenant(world.theo.context):
        bank_details.confirm(actor=world.theo, details_id=second.public_id)
    text = page(sign_in(world.anne), of_landlord(world))
    assert "Remplacées" in text
    assert (
        text.index("FR76 3000 6000 0112 3456 7890 189")
        < text.index("Anciennes coordonnées")
        < text.rindex(IBAN)
    )


def test_costs_the_same_however_long(world, sign_in, waiting, django_assert_max_num_queries):
    client = sign_in(world.anne)
    # The tenth counts the orders that wait for the second person.
    with django_assert_max_num_queries(10):
        page(client, of_landlord(world))
