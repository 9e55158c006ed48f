"""Organisations: SIRET, who may write them, private landlords, and their pages."""

import pytest
from django.urls import reverse

from ales.errors import InvalidInputError, NotAllowedError
from members import organisations
from members.models import Organisation
from members.roles import LandlordType
from tests.forms_on_pages import posted_by

pytestmark = pytest.mark.django_db


def create(actor, **fields) -> Organisation:
    return organisations.create(
        actor=actor, fields={"kind": "CIL", "name": "CIL Neuf", "is_member": True} | fields
    )


class TestSiret:
    @pytest.mark.parametrize(
        "typed",
        [
            "55208131766522",
            "552 081 317 66522",
            "552\u202f081\u202f317\u00a066522",
            "35600000000048",
            "35600000049837",
        ],
    )
    def test_is_read_with_la_postes_exception(self, typed):
        assert organisations.read_siret(typed).isdigit()

    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ("5520813176652", "14 chiffres ; 13"),
            ("55208131766523", "faute de frappe"),
            ("35600000049838", "faute de frappe"),
            ("5520813176652X", "que des chiffres"),
        ],
    )
    def test_a_wrong_one_says_what_is_wrong(self, typed, message):
        with pytest.raises(InvalidInputError, match=message):
            organisations.read_siret(typed)

    def test_one_siret_one_organisation(self, world):
        with pytest.raises(InvalidInputError) as refusal:
            create(world.anne, siret=world.landlord.siret)
        assert refusal.value.faults == {"siret": ["Un organisme porte déjà ce SIRET."]}


class TestWrite:
    def test_a_landlord_has_a_nature_and_others_none(self, world):
        with pytest.raises(InvalidInputError) as refusal:
            create(world.anne, kind="BAILLEUR")
        assert "landlord_type" in refusal.value.faults
        assert create(world.anne, landlord_type="ESH").landlord_type == ""

    @pytest.mark.parametrize("code", ["3800", "38A00", "³8000"])
    def test_a_postal_code_has_five_digits(self, world, code):
        with pytest.raises(InvalidInputError) as refusal:
            create(world.anne, postal_code=code)
        assert "postal_code" in refusal.value.faults

    @pytest.mark.parametrize("who", ["marc", "claire", "theo", "lea", "bruno"])
    def test_only_the_staff(self, world, who):
        with pytest.raises(NotAllowedError):
            create(getattr(world, who))

    def test_the_kind_stays_once_somebody_has_a_role(self, world):
        with pytest.raises(InvalidInputError) as refusal:
            organisations.edit(
                actor=world.anne, organisation_id=world.cil.public_id, fields={"kind": "PUBLIC"}
            )
        assert "kind" in refusal.value.faults

    def test_the_association_does_not_close_itself(self, world):
        with pytest.raises(InvalidInputError):
            organisations.edit(
                actor=world.anne, organisation_id=world.ales.public_id, fields={"is_active": False}
            )


class TestPrivateLandlord:
    def test_is_known_to_the_organisation_that_registers_it_only(self, world):
        landlord = organisations.register_private_landlord(actor=world.claire, name="M. Dupré")
        assert (landlord.landlord_type, landlord.is_member, landlord.siret) == (
            LandlordType.PRIVATE,
            False,
            "",
        )
        assert landlord in Organisation.objects.landlords_for(world.cil.pk)
        assert landlord not in Organisation.objects.landlords_for(world.other_cil.pk)

    def test_needs_a_name(self, world):
        with pytest.raises(InvalidInputError) as refusal:
            organisations.register_private_landlord(actor=world.claire, name="  ")
        assert "name" in refusal.value.faults

    @pytest.mark.parametrize("who", ["lea", "bruno", "theo"])
    def test_is_for_those_who_follow_cases(self, world, who):
        with pytest.raises(NotAllowedError):
            organisations.register_private_landlord(actor=getattr(world, who), name="M. Dupré")


class TestListPage:
    def page(self, client, query: str = "") -> str:
        response = client.get(f"/adherents/{query}")
        assert response.status_code == 200
        text = response.content.decode()
        assert "!! undefined" not in text
        return text

    @pytest.mark.parametrize(
        ("query", "shown", "hidden"),
        [
            ("", "CIL de l&#x27;Essai", "Aucun organisme"),
            ("?q=essai+cil", "CIL de l&#x27;Essai", "Autre Bailleur"),
            ("?kind=BAILLEUR", "Autre Bailleur", "Autre CIL"),
            ("?department=69", "Autre CIL", "CIL de l&#x27;Essai"),
            ("?membership=non", "association ALES", "Autre CIL"),
            ("?q=zzz", "Aucun organisme ne correspond", "Autre CIL"),
        ],
    )
    def test_search_and_filters(self, world, sign_in, query, shown, hidden):
        text = self.page(sign_in(world.anne), query)
        assert shown.lower() in text.lower()
        assert hidden not in text

    def test_costs_the_same_however_many(self, world, sign_in, django_assert_max_num_queries):
        Organisation.objects.bulk_create(
            Organisation(name=f"CIL {n:03d}", sort_key=f"cil {n:03d}", kind="CIL") for n in range(120)
        )
        client = sign_in(world.anne)
        with django_assert_max_num_queries(10):
            first = self.page(client)
        assert first.count("row-link") == 50
        assert 'rel="next"' in first


class TestFormPage:
    def test_a_new_organisation(self, world, sign_in):
        response = sign_in(world.anne).post(
            reverse("members:organisation_create"),
            {"name": "CCI de l’Isère", "kind": "CCI", "department": "38", "is_active": "on"},
            follow=True,
        )
        assert "CCI de l’Isère est enregistré" in response.content.decode()

    def test_refused_input_stays_on_the_page(self, world, sign_in):
        response = sign_in(world.anne).post(
            reverse("members:organisation_create"), {"name": "Bailleur", "kind": "BAILLEUR", "siret": "123"}
        )
        text = response.content.decode()
        assert 'value="123"' in text
        assert "14 chiffres" in text
        assert "Précisez la nature du bailleur" in text

    def test_editing(self, world, sign_in):
        address = reverse("members:organisation_edit", args=[world.cil.public_id])
        client = sign_in(world.anne)
        assert "CIL de l&#x27;Essai" in client.get(address).content.decode()
        changed = {"name": "CIL renommé", "kind": "CIL", "is_active": "on", "is_member": "on"}
        client.post(address, posted_by(client.get(address).content.decode()) | changed)
        world.cil.refresh_from_db()
        assert (world.cil.name, world.cil.sort_key) == ("CIL renommé", "cil renomme")


def test_two_writers_of_an_organisation_choose_between_two_versions(world, sign_in):
    address = reverse("members:organisation_edit", args=[world.cil.public_id])
    client = sign_in(world.anne)
    loaded = posted_by(client.get(address).content.decode())
    assert client.post(address, loaded | {"town": ["Voiron"], "phone": ["04 76 00 00 00"]}).status_code == 302
    answer = client.post(address, loaded | {"town": ["Grenoble"], "email": ["cil@exemple.fr"]})
    assert answer.status_code == 409
    found = {d.label: d.suggested for d in answer.context["conflict"].differences}
    assert found == {"Adresse électronique": "mine", "Téléphone": "theirs", "Commune": ""}
    again = client.post(address, posted_by(answer.content.decode()))
    assert again.status_code == 409
    chosen = posted_by(again.content.decode()) | {"choix:town": ["mine"]}
    assert client.post(address, chosen).status_code == 302
    world.cil.refresh_from_db()
    assert (world.cil.town, world.cil.phone, world.cil.email) == (
        "Grenoble",
        "04 76 00 00 00",
        "cil@exemple.fr",
    )


def test_a_page_that_does_not_say_what_it_showed_overwrites_nothing(world, sign_in):
    address = reverse("members:organisation_edit", args=[world.cil.public_id])
    client = sign_in(world.anne)
    loaded = posted_by(client.get(address).content.decode()) | {"town": ["Voiron"]}
    without = {name: values for name, values in loaded.items() if name != "version"}
    assert client.post(address, without).status_code == 409
    refused = client.post(address, without | {"email": ["à compléter"]})
    assert posted_by(refused.content.decode())["version"] == ["0"]


def test_a_choice_that_became_invalid_is_asked_again_once_mended(world, sign_in):
    address = reverse("members:organisation_edit", args=[world.cil.public_id])
    client = sign_in(world.anne)
    loaded = posted_by(client.get(address).content.decode())
    assert client.post(address, loaded | {"town": ["Voiron"]}).status_code == 302
    both = client.post(address, loaded | {"town": ["Grenoble"]})
    spoiled = posted_by(both.content.decode()) | {"email": ["à compléter"], "garder": "theirs"}
    refused = posted_by(client.post(address, spoiled).content.decode())
    assert client.post(address, refused | {"email": loaded["email"]}).status_code == 409
    world.cil.refresh_from_db()
    assert world.cil.town == "Voiron"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"town": "38000 Grenoble"}, ("38000", "Grenoble", "38")),
        ({"town": "38000 Grenoble", "department": "69"}, ("38000", "Grenoble", "69")),
        ({"town": "Cedex Ville", "postal_code": "38009"}, ("38009", "Cedex Ville", "")),
        ({"town": "Lyon 3e", "postal_code": "69003"}, ("69003", "Lyon 3e", "")),
    ],
)
def test_a_commune_typed_with_its_postal_code_fills_both(world, sign_in, typed, kept):
    address = reverse("members:organisation_create")
    sign_in(world.anne).post(address, {"name": "CCI Neuve", "kind": "CCI", "is_active": "on"} | typed)
    created = Organisation.objects.get(name="CCI Neuve")
    assert (created.postal_code, created.town, created.department) == kept


def test_an_unknown_commune_is_said_at_its_field(world, sign_in):
    data = {"name": "CCI Neuve", "kind": "CCI", "town": "99999 Nulle-Part"}
    answer = sign_in(world.anne).post(reverse("members:organisation_create"), data)
    assert "commune" in answer.context["form"].errors["town"][0]
