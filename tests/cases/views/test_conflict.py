"""Two writers of one step: both versions are shown side by side, and nothing is overwritten unseen."""

import pytest
from django.urls import reverse

from ales import tenancy
from cases.forms.budget import MAX_LINES
from cases.models import StepDraft
from tests.cases import typed
from tests.forms_on_pages import posted_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return world.complete_case()


@pytest.fixture
def housing(case) -> str:
    return reverse("cases:step", args=[case.public_id, "logement"])


def page_of(client, address: str) -> dict[str, list[str]]:
    answer = client.get(address)
    assert "!! undefined" not in answer.content.decode()
    return posted_by(answer.content.decode())


def tenancy_of(world, case):
    with tenancy.tenant(world.claire.context):
        case.refresh_from_db()
        return case.tenancy


@pytest.fixture
def clash(world, sign_in, case, housing):
    """Claire typed a rent and an address; Marc saved another rent and a reference meanwhile."""
    claire, marc = (sign_in(actor, own_browser=True) for actor in (world.claire, world.marc))
    hers = page_of(claire, housing) | {"rent": ["610"], "address": ["14 rue des Lilas"]}
    his = page_of(marc, housing) | {"rent": ["650"], "landlord_reference": ["L-77"]}
    assert marc.post(housing, his).status_code == 302
    return claire, claire.post(housing, hers)


def test_both_versions_are_shown_by_field(clash, world, case):
    _claire, answer = clash
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "!! undefined" not in html
    assert "Marc Test l’a enregistrée le" in html
    found = {d.label: (d.mine, d.theirs, d.suggested) for d in answer.context["conflict"].differences}
    assert found == {
        "Loyer": ((("", "610,00 €"),), (("", "650,00 €"),), ""),
        "Adresse du logement": ((("", "14 rue des Lilas"),), (("", "12 rue des Lilas"),), "mine"),
        "Référence du locataire chez le bailleur": ((("", "L-4512"),), (("", "L-77"),), "theirs"),
    }
    assert tenancy_of(world, case).rent == 650
    with tenancy.tenant(world.claire.context):
        assert StepDraft.objects.get(case=case).data["rent"] == ["610"]


def test_a_choice_by_field_is_saved_on_the_new_version(clash, world, case, housing):
    claire, answer = clash
    choices = posted_by(answer.content.decode()) | {"choix:rent": ["theirs"]}
    assert claire.post(housing, choices).status_code == 302
    saved = tenancy_of(world, case)
    assert (saved.rent, saved.address, saved.landlord_reference) == (650, "14 rue des Lilas", "L-77")
    assert case.step_versions["logement"] == 2
    with tenancy.tenant(world.claire.context):
        assert not StepDraft.objects.filter(case=case).exists()


@pytest.mark.parametrize(
    ("keep", "expected"),
    [("mine", (610, "14 rue des Lilas", "L-4512")), ("theirs", (650, "12 rue des Lilas", "L-77"))],
)
def test_one_version_is_kept_whole(clash, world, case, housing, keep, expected):
    claire, answer = clash
    assert claire.post(housing, posted_by(answer.content.decode()) | {"garder": keep}).status_code == 302
    saved = tenancy_of(world, case)
    assert (saved.rent, saved.address, saved.landlord_reference) == expected


def test_a_choice_left_open_is_asked_again(clash, world, case, housing):
    claire, answer = clash
    again = claire.post(housing, posted_by(answer.content.decode()))
    assert again.status_code == 409
    assert [entry["label"] for entry in again.context["entries"]] == ["Loyer"]
    assert tenancy_of(world, case).rent == 650
    # What was chosen elsewhere is still chosen.
    assert [row["chosen"] for row in again.context["rows"]].count("") == 1
    # The draft that is kept meanwhile is no fresh page.
    assert claire.post(housing, page_of(claire, housing)).status_code == 409


def test_a_choice_that_became_invalid_is_asked_again_once_mended(clash, world, case, housing):
    claire, answer = clash
    spoiled = posted_by(answer.content.decode()) | {"rent": ["beaucoup"], "garder": "theirs"}
    refused = claire.post(housing, spoiled)
    assert refused.status_code == 422
    mended = posted_by(refused.content.decode()) | {"rent": ["610"]}
    assert claire.post(housing, mended).status_code == 409
    assert tenancy_of(world, case).rent == 650


def test_a_long_budget_with_accents_is_saved_again(world, sign_in, case):
    """What its page showed goes with it, however long; too long, it only suggests nothing."""
    address = reverse("cases:step", args=[case.public_id, "budget"])
    claire = sign_in(world.claire)
    lines = [typed.resource(code="OTHER", label=f"{number} " + "é" * 90) for number in range(MAX_LINES - 1)]
    with tenancy.tenant(world.claire.context):
        hidden = typed.page(case, "budget")
    assert claire.post(address, typed.budget(*lines) | hidden).status_code == 302
    again = page_of(claire, address)
    assert claire.post(address, again | {"form_key": [""]}).status_code == 302
    stale = again | {"form_key": [""], "ressources-0-amount": ["5"]}
    (difference,) = claire.post(address, stale).context["conflict"].differences
    assert difference.suggested == "mine"
    (difference,) = claire.post(address, stale | {"shown": ["é" * 90_000]}).context["conflict"].differences
    assert difference.suggested == ""


def test_a_third_version_is_shown_in_its_turn(clash, world, case, housing, sign_in):
    claire, answer = clash
    marc = sign_in(world.marc, own_browser=True)
    assert marc.post(housing, page_of(marc, housing) | {"rent": ["660"]}).status_code == 302
    again = claire.post(housing, posted_by(answer.content.decode()) | {"garder": "mine"})
    assert again.status_code == 409
    assert "660,00" in again.content.decode()
    assert tenancy_of(world, case).rent == 660


def test_the_same_words_are_no_conflict(world, sign_in, case, housing):
    claire, marc = (sign_in(actor, own_browser=True) for actor in (world.claire, world.marc))
    hers, his = page_of(claire, housing), page_of(marc, housing)
    assert marc.post(housing, his | {"rent": ["650"]}).status_code == 302
    assert claire.post(housing, hers | {"rent": ["650,00"]}).status_code == 302
    assert tenancy_of(world, case).rent == 650
    assert case.step_versions["logement"] == 1


def test_a_page_that_does_not_say_its_version_overwrites_nothing(clash, world, case, housing):
    claire, answer = clash
    hers = {name: values for name, values in posted_by(answer.content.decode()).items() if name != "version"}
    assert claire.post(housing, hers | {"conflit": [], "rent": ["610"]}).status_code == 409
    assert tenancy_of(world, case).rent == 650


def test_people_added_and_removed_at_once(world, sign_in, case):
    address = reverse("cases:step", args=[case.public_id, "menage"])
    claire, marc = (sign_in(actor, own_browser=True) for actor in (world.claire, world.marc))
    hers, his = page_of(claire, address), page_of(marc, address)
    rows = int(his["personnes-TOTAL_FORMS"][0])

    def with_a_child(page, first_name):
        added = {
            f"personnes-{rows}-{name}": [value] for name, value in typed.person(position="CHILD").items()
        }
        return (
            page
            | added
            | {
                "personnes-TOTAL_FORMS": [str(rows + 1)],
                f"personnes-{rows}-first_name": [first_name],
            }
        )

    assert marc.post(address, with_a_child(his, "Nina")).status_code == 302
    answer = claire.post(address, with_a_child(hers, "Hugo"))
    assert answer.status_code == 409
    assert {d.label: d.suggested for d in answer.context["conflict"].differences} == {
        "Hugo Étienne": "mine",
        "Nina Étienne": "theirs",
    }
    assert claire.post(address, posted_by(answer.content.decode())).status_code == 302
    with tenancy.tenant(world.claire.context):
        names = set(case.persons.values_list("first_name", flat=True))
    assert {"Nina", "Hugo"} < names


@pytest.mark.parametrize(
    "step", ["menage", "emploi", "logement", "difficulte", "budget-avant", "budget", "budget-apres", "droits"]
)
def test_a_page_left_as_it_was_differs_in_nothing(world, sign_in, case, step):
    """What a step shows and what its page posts back are one: no false difference is ever shown."""
    address = reverse("cases:step", args=[case.public_id, step])
    claire = sign_in(world.claire)
    first = page_of(claire, address)
    assert claire.post(address, first).status_code == 302
    second = page_of(claire, address)
    assert claire.post(address, second | {"form_key": [""]}).status_code == 302
    stale = claire.post(address, second | {"form_key": [""]})
    assert stale.status_code == 302, [d.label for d in stale.context["conflict"].differences]
    with tenancy.tenant(world.claire.context):
        case.refresh_from_db()
    assert case.step_versions[step] == 2
