"""The three indicators follow the typing, and nothing is written meanwhile."""

import pytest
from django.urls import reverse

from ales import tenancy
from cases.models import StepDraft
from tests.cases import typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return world.complete_case()


def live(client, case, data, step="budget") -> str:
    answer = client.post(reverse("cases:live", args=[case.public_id, step]), data)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "!! undefined" not in text
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_figures_of_what_is_typed(world, sign_in, case):
    rows = typed.budget(typed.resource("2 000"), charges=({"code": "CREDIT_INSTALMENT", "amount": "138"},))
    text = live(sign_in(world.claire), case, rows)
    assert "30 %" in text  # (462 + 138) / 2000
    assert "1 400,00 €" in text
    assert "350,00 €" in text
    assert "300 € ou plus par personne" in text
    with tenancy.tenant(world.claire.context):
        assert not StepDraft.objects.exists()


def test_an_unreadable_row_is_said_not_counted_as_zero(world, sign_in, case):
    text = live(sign_in(world.claire), case, typed.budget(typed.resource("1200"), typed.resource("douze")))
    assert "1 ligne incomplète ou illisible" in text
    assert "738,00 €" in text


def test_no_resources_is_no_ratio(world, sign_in, case):
    text = live(sign_in(world.claire), case, typed.budget(charges=({"code": "ENERGY", "amount": "50"},)))
    assert "non calculable" in text


def test_a_removed_row_no_longer_counts(world, sign_in, case):
    rows = typed.budget(typed.resource("1200"), typed.resource("800", DELETE="on"))
    assert "738,00 €" in live(sign_in(world.claire), case, rows)


def test_recalculating_without_a_script_saves_nothing_but_the_draft(world, sign_in, case):
    data = typed.budget(typed.resource("2000")) | {"recalculer": "1"}
    answer = sign_in(world.claire).post(reverse("cases:step", args=[case.public_id, "budget"]), data)
    assert answer.status_code == 200
    assert "1\u202f538,00\u00a0€" in answer.content.decode()
    with tenancy.tenant(world.claire.context):
        case.refresh_from_db()
        assert case.step_versions == {}
        assert StepDraft.objects.count() == 1


def test_an_unsaved_moment_proposes_the_current_rows(world, sign_in, case):
    page = sign_in(world.claire).get(reverse("cases:step", args=[case.public_id, "budget-apres"]))
    assert "sont reprises" in page.content.decode()
    assert "1\u202f200,00" in page.content.decode()


def test_other_steps_have_no_figures(world, sign_in, case):
    assert (
        sign_in(world.claire).post(reverse("cases:live", args=[case.public_id, "menage"])).status_code == 404
    )
