"""Two writers of an aid's months and amounts: both versions are shown, and nothing is overwritten unseen."""

from decimal import Decimal

import pytest
from django.urls import reverse

from ales import tenancy
from tests.aids import stories
from tests.aids.test_pages import _empty, entry_data
from tests.forms_on_pages import posted_by

pytestmark = pytest.mark.django_db


def test_two_writers_of_the_terms_choose_between_two_versions(world, sign_in):
    """A refused input between the two doesn't make the page a fresh one: nothing is overwritten unseen."""
    world.scale()
    request = _empty(world)
    address = reverse("aids:edit", args=[request.public_id])
    claire, marc = (sign_in(actor, own_browser=True) for actor in (world.claire, world.marc))
    loaded = posted_by(claire.get(address).content.decode())
    his = posted_by(marc.get(address).content.decode()) | entry_data(amount_1="120")
    assert marc.post(address, his).status_code == 302
    refused = claire.post(address, loaded | entry_data(amount_1="pas un montant"))
    assert refused.status_code == 422
    answer = claire.post(
        address, posted_by(refused.content.decode()) | entry_data(proof_0=stories.pdf_upload())
    )
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "!! undefined" not in html
    assert "Marc Test l’a enregistrée" in html
    assert "joignez-les de nouveau" in html
    first, second = answer.context["conflict"].differences
    assert (first.label, second.label) == ("Échéance : mars 2026", "Échéance : avril 2026")
    assert second.mine == (("Mois", "avril 2026"), ("Montant demandé", "150,50 €"))
    assert second.theirs == (("Mois", "avril 2026"), ("Montant demandé", "120,00 €"))
    choices = posted_by(html) | {first.name: ["mine"], second.name: ["theirs"]}
    assert claire.post(address, choices).status_code == 302
    with tenancy.tenant(world.claire.context):
        assert [term.asked for term in request.terms.all()] == [Decimal("277.20"), Decimal("120.00")]


def test_a_choice_left_open_between_two_versions_is_asked_again(world, sign_in):
    world.scale()
    request = _empty(world)
    address = reverse("aids:edit", args=[request.public_id])
    claire, marc = (sign_in(actor, own_browser=True) for actor in (world.claire, world.marc))
    loaded = posted_by(claire.get(address).content.decode())
    assert marc.post(address, loaded | entry_data(amount_1="120")).status_code == 302
    answer = claire.post(address, loaded | entry_data())
    again = claire.post(address, posted_by(answer.content.decode()))
    assert again.status_code == 409
    labels = [entry["label"] for entry in again.context["entries"]]
    assert labels == ["Échéance : mars 2026", "Échéance : avril 2026"]
    assert claire.post(address, posted_by(again.content.decode()) | {"garder": "mine"}).status_code == 302
    with tenancy.tenant(world.claire.context):
        assert sorted(term.asked for term in request.terms.all()) == [Decimal("150.50"), Decimal("277.20")]


@pytest.fixture
def clash(world, sign_in):
    """Claire and Marc load the terms of March and April, Marc saves first: (claire, marc, address, both)."""
    world.scale()
    request = _empty(world)
    address = reverse("aids:edit", args=[request.public_id])
    claire, marc = (sign_in(actor, own_browser=True) for actor in (world.claire, world.marc))
    assert marc.post(address, page_of(marc, address) | entry_data(amount_0="100")).status_code == 302

    def write(hers, his):
        loaded = page_of(claire, address)
        assert marc.post(address, page_of(marc, address) | his).status_code == 302
        answer = claire.post(address, loaded | hers)
        assert answer.status_code == 409
        return answer

    return claire, marc, address, write


def page_of(client, address) -> dict[str, list[str]]:
    return posted_by(client.get(address).content.decode())


def amounts(client, address) -> dict[str, str]:
    """The saved amounts by month, as the page of entry shows them."""
    shown = page_of(client, address)
    return {
        shown[f"month_{row}"][0][:7]: shown[f"amount_{row}"][0]
        for row in range(3)
        if shown.get(f"month_{row}", [""])[0]
    }


def test_a_third_version_is_shown_in_its_turn(clash):
    """What is kept then is what that page shows, Marc's amount that was taken before included."""
    claire, marc, address, write = clash
    both = write({"amount_0": "90", "amount_1": "95"}, {"amount_0": "80", "amount_1": "85"})
    assert marc.post(address, page_of(marc, address) | {"amount_1": "75"}).status_code == 302
    march, april = both.context["conflict"].differences
    again = claire.post(
        address, posted_by(both.content.decode()) | {march.name: "theirs", april.name: "mine"}
    )
    assert again.status_code == 409
    assert [d.label for d in again.context["conflict"].differences] == ["Échéance : avril 2026"]
    assert claire.post(address, posted_by(again.content.decode()) | {"garder": "mine"}).status_code == 302
    assert amounts(claire, address) == {"2026-03": "80,00", "2026-04": "95,00"}


def test_a_choice_that_became_invalid_is_asked_again_once_mended(clash):
    claire, _marc, address, write = clash
    both = posted_by(write({"amount_1": "95"}, {"amount_0": "80", "amount_1": "85"}).content.decode())
    refused = claire.post(address, both | {"amount_1": "pas un montant", "garder": "theirs"})
    assert refused.status_code == 422
    mended = posted_by(refused.content.decode()) | {"amount_1": "95"}
    assert claire.post(address, mended).status_code == 409
    assert amounts(claire, address) == {"2026-03": "80,00", "2026-04": "85,00"}


def test_an_inserted_month_shifts_no_other(clash):
    claire, _marc, address, write = clash
    february = {"month_2": "2026-02-01", "amount_2": "70"}
    both = write({"amount_1": "95"}, february)
    assert {d.label: d.suggested for d in both.context["conflict"].differences} == {
        "Échéance : février 2026": "theirs",
        "Échéance : avril 2026": "mine",
    }
    assert claire.post(address, posted_by(both.content.decode())).status_code == 302
    assert amounts(claire, address) == {"2026-02": "70,00", "2026-03": "100,00", "2026-04": "95,00"}


def test_a_fourth_month_is_not_dropped_unseen(clash):
    claire, _marc, address, write = clash
    both = write({"month_2": "2026-05-01", "amount_2": "60"}, {"month_2": "2026-02-01", "amount_2": "70"})
    refused = claire.post(address, posted_by(both.content.decode()))
    assert refused.status_code == 422
    assert "la suite (mai 2026) n’est pas reprise" in refused.content.decode()
    assert claire.post(address, posted_by(refused.content.decode())).status_code == 302
    assert list(amounts(claire, address)) == ["2026-02", "2026-03", "2026-04"]
