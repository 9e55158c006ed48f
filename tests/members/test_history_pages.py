"""The changes of habilitations, organisations and bank details on screen."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from ales import tenancy
from members import operations
from members.models import BankDetails
from members.roles import Role

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def text_of(client, name: str, organisation) -> str:
    response = client.get(reverse(f"members:{name}", args=[organisation.public_id]), **HTMX)
    assert response.status_code == 200
    text = response.content.decode()
    assert "!! undefined" not in text
    return text


def test_a_role_changed_names_the_person_and_both_roles(world, sign_in):
    with tenancy.tenant(world.marc.context):
        operations.change_role(actor=world.marc, membership_id=world.cecile.membership_id, role=Role.MANAGER)
    first = text_of(sign_in(world.marc), "organisation_history", world.cil).split("history-entry")[1]
    assert "<strong>Marc Test</strong>, responsable social" in first
    assert "Habilitation : Cecile Test" in first
    assert "<dt>Rôle</dt>" in first
    assert "<del>Travailleur social</del>" in first
    assert "<ins>Responsable social</ins>" in first


def test_a_manager_reads_their_own_organisation_only(world, sign_in):
    url = reverse("members:organisation_history", args=[world.other_cil.public_id])
    assert sign_in(world.marc).get(url).status_code == 404
    assert "Cecile" not in text_of(sign_in(world.anne), "organisation_history", world.other_cil)


def test_bank_details_show_the_account_as_it_is_read(world, sign_in):
    details = world.bank_details()
    iban = " ".join(details.iban[start : start + 4] for start in range(0, len(details.iban), 4))
    with tenancy.tenant(world.theo.context):
        BankDetails.objects.filter(pk=details.pk).update(refusal_reason="RIB illisible")
    for actor in (world.theo, world.lea, world.rachid):
        text = text_of(sign_in(actor), "bank_details_history", world.landlord)
        assert f"Coordonnées bancaires : {escape(details.account_holder)}" in text
        assert f"<ins>{iban}</ins>" in text
        assert "<ins>RIB illisible</ins>" in text


@pytest.mark.parametrize(("who", "status"), [("louis", 404), ("claire", 403), ("bruno", 403), ("marc", 404)])
def test_other_landlords_accounts_stay_closed(world, sign_in, who, status):
    url = reverse("members:bank_details_history", args=[world.landlord.public_id])
    assert sign_in(getattr(world, who)).get(url).status_code == status


def test_the_pages_offer_their_history(world, sign_in):
    client = sign_in(world.anne)
    for page, history in (("organisation", "organisation_history"), ("bank_details", "bank_details_history")):
        text = client.get(reverse(f"members:{page}", args=[world.landlord.public_id])).content.decode()
        assert f'hx-get="{reverse(f"members:{history}", args=[world.landlord.public_id])}"' in text
