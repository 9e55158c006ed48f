"""Pages of the bank details: entered, waited for, confirmed or refused, and kept."""

import pytest
from django.urls import reverse

from ales import tenancy
from members import bank_details
from members.models import BankDetails
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
            actor=world.anne, landlord_id=world.landlord.pk, account_holder="Habitat", iban=IBAN, at=NOW
        )


def state(world: World, details: BankDetails) -> str:
    with tenancy.tenant(world.anne.context):
        return BankDetails.objects.get(pk=details.pk).state


class TestEnter:
    @pytest.mark.parametrize("who", ["anne", "lea"])
    def test_leads_to_the_landlords_page(self, world, sign_in, who):
        client = sign_in(getattr(world, who))
        address = reverse("members:bank_details_enter", args=[world.landlord.public_id])
        page(client, address)
        response = client.post(address, {"account_holder": "Habitat", "iban": IBAN, "bic": ""}, follow=True)
        text = response.content.decode()
        assert "Le trésorier doit maintenant les confirmer" in text
        assert IBAN in text
        assert "Paiements suspendus" in text

    def test_every_fault_is_at_its_field_and_the_text_stays(self, world, sign_in):
        address = reverse("members:bank_details_enter", args=[world.landlord.public_id])
        typed = {"account_holder": "", "iban": "FR15 2004 1010 0505 0001 3M02 606", "bic": "x"}
        text = sign_in(world.anne).post(address, typed).content.decode()
        assert "faute de frappe" in text
        assert "Indiquez le titulaire" in text
        assert 'value="FR15 2004 1010 0505 0001 3M02 606"' in text

    def test_another_landlords_is_not_found(self, world, sign_in):
        address = reverse("members:bank_details_enter", args=[world.landlord.public_id])
        assert sign_in(world.louis).get(address).status_code == 404


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

    def test_refusing_needs_a_reason(self, world, sign_in, waiting):
        client = sign_in(world.theo)
        address = reverse("members:bank_details_refuse", args=[waiting.public_id])
        page(client, address)
        assert "Indiquez pourquoi" in client.post(address, {"reason": " "}).content.decode()
        text = client.post(address, {"reason": "RIB illisible"}, follow=True).content.decode()
        assert "RIB illisible" in text
        assert state(world, waiting) == "REFUSED"

    def test_ones_own_entry_shows_why_not(self, world, sign_in, waiting):
        with tenancy.tenant(world.anne.context):
            BankDetails.objects.filter(pk=waiting.pk).update(entered_by_id=world.theo.user_id)
        client = sign_in(world.theo)
        assert "une autre personne doit les confirmer" in page(client, of_landlord(world))
        client.post(reverse("members:bank_details_confirm", args=[waiting.public_id]))
        assert state(world, waiting) == "PROPOSED"


def test_history_is_kept(world, sign_in, waiting):
    with tenancy.tenant(world.theo.context):
        bank_details.confirm(actor=world.theo, details_id=waiting.public_id)
    with tenancy.tenant(world.anne.context):
        second = bank_details.enter(
            actor=world.anne, landlord_id=world.landlord.pk, account_holder="Habitat", iban=OTHER_IBAN
        )
    with tenancy.tenant(world.theo.context):
        bank_details.confirm(actor=world.theo, details_id=second.public_id)
    text = page(sign_in(world.anne), of_landlord(world))
    assert "Remplacées" in text
    assert text.index("FR76 3000 6000 0112 3456 7890 189") < text.index("Historique") < text.rindex(IBAN)


def test_costs_the_same_however_long(world, sign_in, waiting, django_assert_max_num_queries):
    client = sign_in(world.anne)
    with django_assert_max_num_queries(8):
        page(client, of_landlord(world))
