"""/dossiers/nouveau/."""

import uuid

import pytest
from django.urls import reverse

from ales import tenancy
from cases.models import TenantCase
from members.models import User

pytestmark = pytest.mark.django_db
URL = reverse("cases:new")


def form(actor, **fields) -> dict[str, str]:
    referent = User.objects.get(pk=actor.user_id).public_id
    return {
        "last_name": "Étienne",
        "first_name": "Zoé",
        "opened_on": "15/06/2026",
        "referent": str(referent),
        "key": str(uuid.uuid4()),
    } | fields


def test_posting_twice_opens_one_case_and_leads_to_the_first_step(world, sign_in):
    client, typed = sign_in(world.claire), form(world.claire)
    answers = [client.post(URL, typed) for _twice in range(2)]
    with tenancy.tenant(world.claire.context):
        case = TenantCase.objects.get()
    assert [answer["Location"] for answer in answers] == [
        reverse("cases:step", args=[case.public_id, "menage"])
    ] * 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"last_name": ""}, "last_name"),
        ({"last_name": "x" * 10_000}, "last_name"),
        ({"last_name": "Nul\x00"}, "last_name"),
        ({"first_name": "1 84 03 76 123 456 63"}, "first_name"),
        ({"opened_on": "15/06/2199"}, "opened_on"),
        ({"opened_on": "hier"}, "opened_on"),
        ({"referent": "x"}, "referent"),
        ({"key": "x"}, "key"),
    ],
)
def test_bad_input_is_refused_at_its_field(world, sign_in, fields, field):
    answer = sign_in(world.claire).post(URL, form(world.claire, **fields))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    with tenancy.tenant(world.claire.context):
        assert not TenantCase.objects.exists()


def test_a_key_of_a_foreign_case_reveals_nothing(world, sign_in):
    foreign = world.complete_case(world.denis)
    typed = form(world.claire, key=str(foreign.public_id))
    answer = sign_in(world.claire).post(URL, typed)
    assert answer.status_code == 422
    assert "MARTIN" not in answer.content.decode()
