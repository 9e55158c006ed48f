"""What fields propose while one types: communes, landlords, employers; each from what the actor may read."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from ales import tenancy
from cases.forms.housing import HousingForm
from cases.models import Employment
from members.models import Organisation

pytestmark = pytest.mark.django_db


def test_communes_are_suggested(world, sign_in):
    answer = sign_in(world.claire).get(reverse("members:communes"), {"commune": "greno"})
    assert 'value="38000 Grenoble"' in answer.content.decode()


def test_landlords_are_suggested_to_those_who_may_choose_them(world, sign_in):
    client = sign_in(world.claire)
    with tenancy.tenant(world.denis.context):
        Organisation.objects.create(
            kind="BAILLEUR",
            landlord_type="PRIVATE",
            name="Essai Privé",
            registered_by_id=world.denis.organisation_id,
        )
    text = client.get(reverse("cases:landlords"), {"landlord": "essai habit"}).content.decode()
    assert "Habitat d&#x27;Essai" in text
    assert "Essai Privé" not in client.get(reverse("cases:landlords"), {"landlord": "essai"}).content.decode()
    assert client.get(reverse("cases:landlords"), {"landlord": "e"}).content.decode().count("<option") == 0


@pytest.mark.parametrize("typed", ["dauphine", "TRANSPORTS", "ports du dau"])
def test_employers_of_ones_own_cases_are_suggested(world, sign_in, typed):
    case = world.complete_case()
    with tenancy.tenant(world.claire.context):
        person = case.persons.get(position="TENANT")
        Employment.objects.update_or_create(
            person=person,
            defaults={
                "case": case,
                "organisation_id": case.organisation_id,
                "employer_name": "Transports du Dauphiné",
                "sector": "PRIVATE_NON_AGRICULTURAL",
            },
        )
    asked = {"p123-employer_name": typed}
    own = sign_in(world.marc).get(reverse("cases:employers"), asked).content.decode()
    assert own.count("<option") == 1
    assert "Transports du Dauphiné" in own
    assert "<option" not in sign_in(world.denis).get(reverse("cases:employers"), asked).content.decode()


@pytest.mark.parametrize("nothing", ["", "t", "\x00\x00", "%", "__"])
def test_next_to_nothing_suggests_nothing(world, sign_in, nothing):
    world.complete_case()
    for name in ("cases:employers", "cases:landlords", "members:communes"):
        answer = sign_in(world.claire).get(reverse(name), {"x": nothing})
        assert answer.status_code == 200
        assert "<option" not in answer.content.decode()
    assert sign_in(world.claire).get(reverse("cases:employers")).status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Habitat d'Essai", ""),
        ("habitat d essai", ""),
        ("Habitat d'Essai – ESH", ""),
        ("Essai", "Précisez le bailleur, par exemple : "),
        ("Office inconnu", "n’est pas dans la liste"),
    ],
)
def test_a_landlord_is_read_by_its_name(world, typed, said):
    with tenancy.tenant(world.claire.context):
        field = HousingForm(organisation_id=world.claire.organisation_id).fields["landlord"]
        if not said:
            assert field.clean(typed) == world.landlord
            return
        with pytest.raises(ValidationError, match=said):
            field.clean(typed)


@pytest.fixture
def landlords(world):
    """Names that a careless reading would cut, and two that nothing tells apart."""
    names = ("SCI Dupont", "SCI Dupont (Grenoble)", "Logis – Ouest", "Logis", "Mme Roux", "Mme Roux")
    with tenancy.tenant(world.claire.context):
        return [
            Organisation.objects.create(
                kind="BAILLEUR",
                landlord_type="PRIVATE",
                name=name,
                registered_by_id=world.claire.organisation_id,
            )
            for name in names
        ]


def test_each_landlord_is_found_by_what_its_field_shows(world, landlords):
    """A page saved unchanged keeps who is paid, whatever the landlord is called."""
    with tenancy.tenant(world.claire.context):
        field = HousingForm(organisation_id=world.claire.organisation_id).fields["landlord"]
        assert [field.clean(field.prepare_value(each)) for each in landlords] == landlords
        assert len({field.prepare_value(each) for each in landlords}) == len(landlords)


@pytest.mark.parametrize(
    "typed", ["Mme Roux", "Mme Roux (bailleur privé)", "Mme Roux [000000]", "SCI Dupont (Lyon)"]
)
def test_a_name_of_several_or_of_nobody_chooses_nobody(world, landlords, typed):
    with tenancy.tenant(world.claire.context):
        field = HousingForm(organisation_id=world.claire.organisation_id).fields["landlord"]
        with pytest.raises(ValidationError):
            field.clean(typed)
