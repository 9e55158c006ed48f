"""The steps of the entry: saved when valid, kept as typed when not."""

import json

import pytest
from django.urls import reverse

from ales import tenancy
from cases.models import CaseEvent, StepDraft, TenantCase
from tests.cases import typed

pytestmark = pytest.mark.django_db
STEPS = ("menage", "emploi", "logement", "difficulte", "budget-avant", "budget", "budget-apres", "droits")


@pytest.fixture
def case(world):
    return world.complete_case()


def address(case, step, name="cases:step"):
    return reverse(name, args=[case.public_id, step])


def drafts(world, actor=None) -> list[StepDraft]:
    with tenancy.tenant((actor or world.claire).context):
        return list(StepDraft.objects.all())


@pytest.mark.parametrize("step", STEPS)
def test_every_step_shows(world, sign_in, case, step):
    answer = sign_in(world.claire).get(address(case, step))
    assert answer.status_code == 200
    assert "!! undefined" not in answer.content.decode()


@pytest.mark.parametrize(
    ("step", "build", "following"),
    [
        ("menage", lambda world: typed.household(), "emploi"),
        ("logement", lambda world: typed.housing(world.landlord), "difficulte"),
        ("difficulte", lambda world: {"life_event": "JOB_LOSS", "life_event_on": "01/02/2026"}, "budget"),
        ("budget-avant", lambda world: typed.budget(typed.resource()), "budget"),
        ("budget", lambda world: typed.budget(typed.resource()), "droits"),
        ("budget-apres", lambda world: typed.budget(typed.resource()), "droits"),
        ("droits", lambda world: typed.entitlements(), "recapitulatif"),
    ],
)
def test_a_valid_step_is_saved_and_leads_on(world, sign_in, case, step, build, following):
    client = sign_in(world.claire)
    with tenancy.tenant(world.claire.context):
        hidden = typed.page(case, step)
    answer = client.post(address(case, step), build(world) | hidden)
    assert answer.status_code == 302, answer.context["entries"]
    assert answer["Location"].endswith(f"/etapes/{following}/")
    assert drafts(world) == []
    with tenancy.tenant(world.claire.context):
        case.refresh_from_db()
        assert case.step_versions == {step: 1}
        assert CaseEvent.objects.filter(case=case, kind=f"step:{step}").count() == 1


def test_employment_is_saved_by_person(world, sign_in, case):
    with tenancy.tenant(world.claire.context):
        tenant = case.persons.get(position="TENANT")
    prefix = f"p{tenant.public_id.hex}"
    answer = sign_in(world.claire).post(
        address(case, "emploi"),
        {
            f"{prefix}-employment_status": "FIXED_TERM",
            f"{prefix}-occupational_category": "5",
            f"{prefix}-employer_name": "Papeteries du Vercors",
            f"{prefix}-sector": "PRIVATE_NON_AGRICULTURAL",
            f"{prefix}-headcount": "9",
            f"{prefix}-contribution": "NO",
            f"{prefix}-started_on": "01/02/2025",
            f"{prefix}-ended_on": "31/12/2026",
        },
    )
    assert answer.status_code == 302
    with tenancy.tenant(world.claire.context):
        job = case.employments.get()
        assert (job.employer_name, job.headcount, job.contribution) == ("Papeteries du Vercors", 9, "NO")


BAD = [
    ("menage", lambda w: typed.household(typed.person(last_name="")), "Nom"),
    ("menage", lambda w: typed.household(typed.person(last_name="x" * 10_000)), "Nom"),
    ("menage", lambda w: typed.household(typed.person(last_name="a\x00b")), "Nom"),
    ("menage", lambda w: typed.household(typed.person(birth_date="01/01/2190")), "Date de naissance"),
    ("menage", lambda w: typed.household(typed.person(birth_date="31/02/1990")), "Date de naissance"),
    ("menage", lambda w: typed.household(typed.person(), typed.person("B", "B")), "Place"),
    ("menage", lambda w: typed.household(typed.person(position="CHILD")), ""),
    ("menage", lambda w: typed.household(phone="appeler le soir"), "Téléphone"),
    ("menage", lambda w: typed.household(email="pas une adresse"), "Adresse électronique"),
    ("menage", lambda w: typed.household(typed.person(first_name="184037612345663")), "Prénom"),
    ("logement", lambda w: typed.housing(w.landlord, rent="-5"), "Loyer"),
    ("logement", lambda w: typed.housing(w.landlord, rent="1.234"), "Loyer"),
    ("logement", lambda w: typed.housing(w.landlord, rent="25 000"), "Loyer"),
    ("logement", lambda w: typed.housing(w.landlord, commune="Nulle-Part"), "Code postal et commune"),
    ("logement", lambda w: typed.housing(w.landlord, landlord=""), "Bailleur"),
    ("logement", lambda w: typed.housing(w.landlord, landlord="x"), "Bailleur"),
    ("logement", lambda w: typed.housing(w.landlord, new_landlord="M. Un"), "Ou nouveau bailleur privé"),
    ("logement", lambda w: typed.housing(w.landlord, arrears_on=""), "Dette arrêtée au"),
    ("logement", lambda w: typed.housing(w.landlord, arrears_since="07/2026"), "Premier mois impayé"),
    ("logement", lambda w: typed.housing(w.landlord, arrears="300000"), "Dette de loyer"),
    ("logement", lambda w: typed.housing(w.landlord, lease_on="01/01/2190"), "Date du bail"),
    (
        "logement",
        lambda w: typed.housing(w.landlord, commune="97400 Saint-Denis", rls="40"),
        "Réduction de loyer de solidarité (RLS)",
    ),
    ("difficulte", lambda w: {"life_event": ""}, "Événement à l’origine de la difficulté"),
    ("difficulte", lambda w: {"life_event": "CANCER"}, "Événement à l’origine de la difficulté"),
    (
        "difficulte",
        lambda w: {"life_event": "OTHER", "social_notes": "n° 1 84 03 76 123 456 63"},
        "Observations sociales",
    ),
    (
        "difficulte",
        lambda w: {"life_event": "OTHER", "social_notes": "x" * 10_001},
        "Observations sociales",
    ),
    ("budget", lambda w: typed.budget(typed.resource(amount="-1")), "Montant par mois"),
    ("budget", lambda w: typed.budget(typed.resource(amount="douze")), "Montant par mois"),
    ("budget", lambda w: typed.budget(typed.resource(amount="60000")), "Montant par mois"),
    ("budget", lambda w: typed.budget(typed.resource(code="APL")), "Poste"),
    (
        "budget",
        lambda w: typed.budget(charges=({"code": "RENT", "amount": "500"},)),
        "Poste",
    ),
    ("droits", lambda w: typed.entitlements(RSA_on=""), "RSA, date"),
    ("droits", lambda w: typed.entitlements(RSA_state=""), "RSA"),
    ("droits", lambda w: typed.entitlements(RSA_on="01/01/2190"), "RSA, date"),
    ("droits", lambda w: typed.entitlements(RSA_note="184037612345663"), "RSA, précision"),
]


@pytest.mark.parametrize(("step", "build", "label"), BAD)
def test_bad_input_is_said_at_its_field_and_kept_as_typed(world, sign_in, case, step, build, label):
    data = build(world)
    answer = sign_in(world.claire).post(address(case, step), data)
    assert answer.status_code == 422
    assert label in [str(entry["label"]) for entry in answer.context["entries"]]
    (draft,) = drafts(world)
    assert draft.step == step
    assert {name: values[0] for name, values in draft.data.items()} == {
        name: value.replace("\x00", "") for name, value in data.items()
    }
    with tenancy.tenant(world.claire.context):
        case.refresh_from_db()
        assert case.step_versions == {}


def test_a_kept_text_comes_back_with_its_error_and_leaves_with_a_valid_one(world, sign_in, case):
    client = sign_in(world.claire)
    client.post(address(case, "logement"), typed.housing(world.landlord, rent="cinq cents"))
    page = client.get(address(case, "logement")).content.decode()
    assert "cinq cents" in page
    assert "n’est pas un montant" in page
    assert "Saisie en cours" in page
    assert client.post(address(case, "logement"), typed.housing(world.landlord)).status_code == 302
    assert "Saisie en cours" not in client.get(address(case, "logement")).content.decode()


def test_autosave_keeps_a_half_typed_step(world, sign_in, case):
    client = sign_in(world.claire)
    half = typed.household(typed.person(last_name="", birth_date="1/"))
    answer = client.post(address(case, "menage", "cases:autosave"), half | {"csrfmiddlewaretoken": "x"})
    assert answer.status_code == 200
    assert answer.content.decode().startswith("Enregistré à ")
    (draft,) = drafts(world)
    assert json.loads(json.dumps(draft.data))["personnes-0-birth_date"] == ["1/"]
    assert "csrfmiddlewaretoken" not in draft.data
    assert 'value="1/"' in client.get(address(case, "menage")).content.decode()


def test_an_autosave_after_the_session_ended_saves_nothing_and_leads_to_sign_in(client, world, case):
    answer = client.post(address(case, "menage", "cases:autosave"), typed.household())
    assert answer.status_code == 302
    assert "/connexion/" in answer["Location"]
    assert drafts(world) == []


def test_a_colleagues_draft_is_theirs(world, sign_in, case):
    client = sign_in(world.claire)
    client.post(address(case, "menage", "cases:autosave"), typed.household(typed.person("Claire", "dit")))
    other = sign_in(world.cecile).get(address(case, "menage")).content.decode()
    assert "dit" not in other
    assert "Saisie en cours" not in other
    sign_in(world.cecile).post(address(case, "menage"), typed.household())
    assert len(drafts(world)) == 1


def test_a_draft_can_be_given_up(world, sign_in, case):
    client = sign_in(world.claire)
    client.post(address(case, "menage", "cases:autosave"), typed.household())
    client.post(address(case, "menage", "cases:discard"))
    assert drafts(world) == []


def test_the_same_page_sent_twice_is_saved_once(world, sign_in, case):
    client = sign_in(world.claire)
    data = typed.household() | {"version": "0", "form_key": "7f6b6a3e-58d5-4d0b-8f4f-1f3f7f6b6a3e"}
    assert [client.post(address(case, "menage"), data).status_code for _twice in range(2)] == [302, 302]
    with tenancy.tenant(world.claire.context):
        case.refresh_from_db()
    assert case.step_versions["menage"] == 1


def test_marking_the_rest_as_not_applicable(world, sign_in, case):
    client = sign_in(world.claire)
    data = {"RSA_state": "REQUESTED", "RSA_on": "01/06/2026", "remplir": "1"}
    answer = client.post(address(case, "droits"), data)
    assert answer["Location"] == address(case, "droits")
    with tenancy.tenant(world.claire.context):
        states = dict(case.entitlements.values_list("code", "state"))
    assert states.pop("RSA") == "REQUESTED"
    assert set(states.values()) == {"NOT_APPLICABLE"}


def test_a_removed_row_leaves(world, sign_in, case):
    rows = typed.household(typed.person(), typed.person("Autre", "Tom", "CHILD"))
    sign_in(world.claire).post(address(case, "menage"), rows | {"personnes-1-DELETE": "on"})
    with tenancy.tenant(world.claire.context):
        assert case.persons.count() == 1


def test_a_closed_case_is_not_entered(world, sign_in, case):
    with tenancy.tenant(world.claire.context):
        TenantCase.objects.filter(pk=case.pk).update(state="CLOSED", closed_on="2026-06-15")
    client = sign_in(world.claire)
    assert client.get(address(case, "menage"))["Location"] == reverse("cases:detail", args=[case.public_id])
    assert client.post(address(case, "menage", "cases:autosave"), {}).status_code == 422


def test_the_summary_lists_what_is_missing_with_its_step(world, sign_in, case):
    with tenancy.tenant(world.claire.context):
        case.entitlements.filter(code="RSA").delete()
    answer = sign_in(world.claire).get(reverse("cases:summary", args=[case.public_id]))
    (point,) = answer.context["points"]
    assert point["url"] == address(case, "droits")
    assert "RSA" in point["message"]
    assert "!! undefined" not in answer.content.decode()


def test_an_unknown_step_is_not_found(world, sign_in, case):
    assert sign_in(world.claire).get(address(case, "autre")).status_code == 404
