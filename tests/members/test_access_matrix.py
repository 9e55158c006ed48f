"""Every page of this room × every role. A new address without a line here fails."""

import pytest
from django.urls import reverse

from ales import tenancy
from members import bank_details, operations
from members.models import BankDetails
from members.urls import app_name, urlpatterns
from tests.world import World

pytestmark = pytest.mark.django_db

WHO = ("claire", "marc", "lea", "bruno", "anne", "theo")
#: name of the address -> answer for a social worker, a manager (both of `cil`), an agent of `landlord`,
#: a board member, the association's admin and the treasurer. The objects belong to `landlord`.
#: 302: done or refused with a message; 403: not for this role; 404: not theirs.
READ = {
    "dashboard": (200, 200, 200, 200, 200, 200),
    "no_membership": (302, 302, 302, 302, 302, 302),
    "account": (200, 200, 200, 200, 200, 200),
    "own_organisation": (403, 200, 200, 403, 403, 403),
    "organisations": (403, 403, 403, 403, 200, 200),
    "organisation_create": (403, 403, 403, 403, 200, 403),
    "organisation": (403, 403, 403, 403, 200, 200),
    "organisation_edit": (403, 403, 403, 403, 200, 403),
    "invite": (403, 404, 200, 403, 200, 403),
    "change_role": (403, 404, 403, 403, 200, 403),
    "bank_details_awaiting": (403, 403, 403, 403, 200, 200),
    "bank_details": (403, 404, 200, 403, 200, 200),
    "bank_details_enter": (403, 403, 200, 403, 200, 403),
    "bank_details_refuse": (403, 403, 403, 403, 403, 200),
    "funds": (403, 200, 403, 403, 200, 200),
    "fund_create": (403, 403, 403, 403, 200, 403),
    "fund": (403, 404, 403, 403, 200, 200),
    "fund_contribute": (403, 403, 403, 403, 200, 403),
    "fund_transfer": (403, 403, 403, 403, 200, 403),
}
WRITE = {
    "switch": (302, 302, 302, 302, 302, 302),
    "bank_details_confirm": (403, 403, 403, 403, 403, 302),
    "suspend": (403, 404, 403, 403, 302, 403),
    "reactivate": (403, 404, 403, 403, 302, 403),
    "invitation_resend": (403, 404, 302, 403, 302, 403),
    "invitation_cancel": (403, 404, 302, 403, 302, 403),
}
#: Outside the tenant's transaction, opened by its token: tests/members/test_users.py.
BY_TOKEN = {"invitation"}


@pytest.fixture
def arguments(world: World) -> dict[str, list]:
    """Arguments of each address: objects of `landlord`."""
    with tenancy.tenant(world.anne.context):
        details: BankDetails = bank_details.enter(
            actor=world.anne,
            landlord_id=world.landlord.pk,
            account_holder="Habitat",
            iban="FR1420041010050500013M02606",
        )
        invitation = operations.invite(
            actor=world.anne,
            organisation_id=world.landlord.public_id,
            email="nora@exemple.fr",
            first_name="Nora",
            last_name="Petit",
            role="LANDLORD_AGENT",
        )
    fund = world.fund("100", owner=world.landlord, kind="LANDLORD")
    names = {
        "organisation_id": world.landlord.public_id,
        "membership_id": world.sonia.membership_id,
        "details_id": details.public_id,
        "invitation_id": invitation.public_id,
        "fund_id": fund.public_id,
    }
    return {
        pattern.name: [names[name] for name in pattern.pattern.converters if name in names]
        for pattern in urlpatterns
    }


def test_every_address_has_a_line():
    assert {pattern.name for pattern in urlpatterns} == {*READ, *WRITE, *BY_TOKEN}


@pytest.mark.parametrize("name", READ)
def test_reading(world, sign_in, arguments, name):
    address = reverse(f"{app_name}:{name}", args=arguments[name])
    answers = []
    for who in WHO:
        response = sign_in(getattr(world, who)).get(address)
        assert "!! undefined" not in response.content.decode()
        answers.append(response.status_code)
    assert tuple(answers) == READ[name]


@pytest.mark.parametrize("name", WRITE)
def test_writing(world, sign_in, arguments, name):
    address = reverse(f"{app_name}:{name}", args=arguments[name])
    answers = tuple(sign_in(getattr(world, who)).post(address).status_code for who in WHO)
    assert answers == WRITE[name]


@pytest.mark.parametrize("name", [*READ, *WRITE])
def test_a_stranger_is_sent_to_sign_in(world, client, arguments, name):
    address = reverse(f"{app_name}:{name}", args=arguments[name])
    response = client.post(address) if name in WRITE else client.get(address)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/connexion/")
