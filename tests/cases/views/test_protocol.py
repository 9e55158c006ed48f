"""/dossiers/<id>/protocole/<request>/."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from ales import tenancy
from cases.models import StepDraft
from tests.cases import typed
from tests.cases.agreements import REQUEST, issued, prepared, scan
from tests.forms_on_pages import posted_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return world.complete_case()


def url(case, name="protocol", request_id=REQUEST):
    return reverse(f"cases:{name}", args=[case.public_id, request_id])


def shown(client, address) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "!! undefined" not in text
    return text


def engagements(*lines, **fields):
    given = lines or (
        {"party": "TENANT", "text": "Payer le loyer résiduel"},
        {"party": "REFERENT", "text": "Premier suivi", "due_on": "15/07/2026", "is_follow_up": "on"},
    )
    return typed.rows("engagements", *given) | {"place": "Grenoble", "repayment_monthly": "50"} | fields


def written(client, case, *lines, **fields):
    """The same on the page as it is shown now."""
    loaded = posted_by(shown(client, url(case)))
    return {name: loaded[name] for name in ("version", "shown")} | engagements(*lines, **fields)


def test_writing_issuing_signing(world, sign_in, case):
    prepared(world, case)
    client = sign_in(world.claire)
    assert "Termes de l’aide" in shown(client, url(case))
    assert client.post(url(case), written(client, case)).status_code == 302
    assert client.post(url(case, "protocol_issue")).status_code == 302
    page = shown(client, url(case))
    assert "Bientôt prêt" in page
    assert "Payer le loyer résiduel" in page
    today = f"{timezone.localdate():%d/%m/%Y}"
    answer = client.post(url(case, "protocol_sign"), {"signed_on": today, "file": scan()})
    assert answer.status_code == 302
    assert "Signé" in shown(client, url(case))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (engagements({"party": "TENANT", "text": "Payer"}), "au moins un engagement du référent"),
        (engagements(place=""), "obligatoire"),
        (engagements(repayment_monthly="-3"), "au moins"),
        (
            engagements({"party": "REFERENT", "text": "Suivi", "is_follow_up": "on"}),
            "a une échéance",
        ),
        (engagements({"party": "TENANT", "text": "n° 184037612345663"}), "sécurité sociale"),
        (engagements({"party": "TENANT", "text": "x" * 401}), "400"),
    ],
)
def test_refused_undertakings_stay_as_typed(world, sign_in, case, data, said):
    prepared(world, case)
    client = sign_in(world.claire)
    answer = client.post(url(case), written(client, case) | data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    with tenancy.tenant(world.claire.context):
        assert StepDraft.objects.count() == 1
    assert data["engagements-0-text"][:300] in shown(client, url(case))


def test_two_writers_of_an_agreement_choose_between_two_versions(world, sign_in, case):
    prepared(world, case)
    claire, marc = (sign_in(actor, own_browser=True) for actor in (world.claire, world.marc))
    loaded = posted_by(shown(claire, url(case)))
    his = {name: value for name, value in loaded.items() if not name.startswith("engagements-")}
    assert marc.post(url(case), his | engagements(place="Voiron")).status_code == 302
    answer = claire.post(url(case), loaded | {"repayment_monthly": ["80"]})
    assert answer.status_code == 409
    found = {d.label: (d.mine, d.theirs) for d in answer.context["conflict"].differences}
    assert found["Fait à"] == ((("", "Grenoble"),), (("", "Voiron"),))
    assert "Engagement : le ménage" in found
    # The draft that was kept is still the old page's: resumed, it overwrites nothing either.
    assert claire.post(url(case), posted_by(shown(claire, url(case)))).status_code == 409
    kept = posted_by(answer.content.decode()) | {"garder": "theirs"}
    assert claire.post(url(case), kept).status_code == 302
    text = shown(claire, url(case))
    assert "Voiron" in text
    assert "Payer le loyer résiduel" in text


@pytest.fixture
def clash(world, sign_in, case):
    """Claire typed a repayment, Marc saved a place and undertakings meanwhile: (claire, both versions)."""
    prepared(world, case)
    claire, marc = (sign_in(actor, own_browser=True) for actor in (world.claire, world.marc))
    loaded = posted_by(shown(claire, url(case)))
    assert marc.post(url(case), written(marc, case, place="Voiron")).status_code == 302
    return claire, claire.post(url(case), loaded | {"repayment_monthly": ["80"]})


def test_what_was_put_together_and_refused_is_kept_as_such(clash, case):
    """Coming back to the draft doesn't bring back the text that was given up."""
    claire, both = clash
    # Each side's own undertakings are given up: none is left.
    chosen = {d.name: ["mine" if d.mine is None else "theirs"] for d in both.context["conflict"].differences}
    refused = claire.post(url(case), posted_by(both.content.decode()) | chosen)
    assert refused.status_code == 422
    assert posted_by(refused.content.decode())["place"] == ["Voiron"]
    assert posted_by(shown(claire, url(case)))["place"] == ["Voiron"]


def test_neither_an_open_choice_nor_an_invalid_one_makes_a_fresh_page(clash, case):
    claire, both = clash
    hidden = posted_by(both.content.decode())
    asked = claire.post(url(case), {name: v for name, v in hidden.items() if not name.startswith("choix:")})
    assert asked.status_code == 409
    assert claire.post(url(case), posted_by(shown(claire, url(case)))).status_code == 409
    refused = claire.post(url(case), hidden | {"repayment_monthly": ["-3"], "garder": "theirs"})
    assert refused.status_code == 422
    mended = posted_by(refused.content.decode()) | {"repayment_monthly": ["80"]}
    assert claire.post(url(case), mended).status_code == 409


def test_a_page_that_does_not_say_what_it_showed_overwrites_nothing(world, sign_in, case):
    prepared(world, case)
    assert sign_in(world.claire).post(url(case), engagements(place="Voiron")).status_code == 409


def test_a_row_more_without_javascript_keeps_what_was_typed(world, sign_in, case):
    prepared(world, case)
    client = sign_in(world.claire)
    answer = client.post(url(case), engagements(place="") | {"ajouter": "engagements"})
    assert answer.status_code == 200
    html = answer.content.decode()
    assert posted_by(html)["engagements-TOTAL_FORMS"] == ["3"]
    assert posted_by(html)["engagements-2-text"] == [""]
    assert "data-error-summary" not in html


def test_autosaved_undertakings_come_back(world, sign_in, case):
    prepared(world, case)
    client = sign_in(world.claire)
    data = engagements({"party": "TENANT", "text": "À moitié écr"})
    assert client.post(url(case, "protocol_autosave"), data).status_code == 200
    assert "À moitié écr" in shown(client, url(case))


def test_a_replaced_version_says_so(world, sign_in, case):
    issued(world, case)
    prepared(world, case, total="500.00")
    client = sign_in(world.claire)
    assert "Ce n’est pas la version en cours" in shown(client, url(case) + "?version=1")
    assert "Ce n’est pas la version en cours" not in shown(client, url(case))
    for version in ("9", "x", "1" * 50):
        assert client.get(url(case), {"version": version}).status_code == 404


def test_a_refused_scan_comes_back_with_its_reason(world, sign_in, case):
    issued(world, case)
    answer = sign_in(world.claire).post(
        url(case, "protocol_sign"), {"signed_on": "01/01/2199", "file": scan()}
    )
    assert answer.status_code == 422
    assert "dans le futur" in answer.content.decode()


def test_an_issued_agreement_is_no_longer_written(world, sign_in, case):
    issued(world, case)
    client = sign_in(world.claire)
    assert client.post(url(case), engagements()).status_code == 422
    client.post(url(case, "protocol_revise"))
    assert "version 2" in shown(client, url(case))


def test_no_agreement_before_an_aid(world, sign_in, case):
    assert sign_in(world.claire).get(url(case, request_id=uuid.uuid4())).status_code == 404
