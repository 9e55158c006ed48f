"""Opening, closing, handing over a case."""

import datetime as dt
import uuid

import pytest

from ales import registry, tenancy
from ales.errors import InvalidInputError, NotAllowedError, StalePageError
from cases import operations
from cases.models import TenantCase
from members.models import User
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


def open_case(actor, **fields):
    referent = User.objects.get(pk=actor.user_id).public_id
    given = {
        "key": uuid.uuid4(),
        "last_name": "Étienne",
        "first_name": "Zoé",
        "referent_id": referent,
        "opened_on": TODAY,
    }
    return operations.create_case(actor=actor, at=NOW, **(given | fields))


@pytest.fixture
def as_claire(world):
    with tenancy.tenant(world.claire.context):
        yield world


def test_references_run_by_organisation_and_year(world):
    with tenancy.tenant(world.claire.context):
        assert open_case(world.claire).reference == "D-2026-00001"
        assert open_case(world.claire).reference == "D-2026-00002"
        assert open_case(world.claire, opened_on=dt.date(2025, 5, 1)).reference == "D-2025-00001"
    with tenancy.tenant(world.denis.context):
        assert open_case(world.denis).reference == "D-2026-00001"


def test_the_same_form_twice_opens_one_case(as_claire):
    key = uuid.uuid4()
    first, second = open_case(as_claire.claire, key=key), open_case(as_claire.claire, key=key)
    assert first.pk == second.pk
    assert TenantCase.objects.count() == 1


def test_search_text_is_folded(as_claire):
    case = open_case(as_claire.claire)
    assert case.tenant_name == "ÉTIENNE Zoé"
    assert "etienne zoe" in case.search_text
    assert "d 2026 00001" in case.search_text


def test_a_referent_of_another_organisation_is_refused(as_claire):
    stranger = User.objects.get(pk=as_claire.denis.user_id).public_id
    with pytest.raises(InvalidInputError) as refusal:
        open_case(as_claire.claire, referent_id=stranger)
    assert "referent" in refusal.value.faults


def test_a_landlord_agent_opens_nothing(world):
    with tenancy.tenant(world.lea.context), pytest.raises(NotAllowedError):
        open_case(world.lea)


def close(world, case, **fields):
    given = {"version": case.version, "reason": "Dette soldée", "closed_on": TODAY}
    return operations.close_case(actor=world.claire, case_id=case.public_id, at=NOW, **(given | fields))


def test_closing_and_reopening(as_claire):
    case = close(as_claire, open_case(as_claire.claire))
    assert (case.state, case.closed_on, case.closing_reason) == ("CLOSED", TODAY, "Dette soldée")
    case = operations.reopen_case(
        actor=as_claire.claire, case_id=case.public_id, version=case.version, at=NOW
    )
    assert (case.state, case.closed_on) == ("OPEN", None)
    assert [event.kind for event in case.events.order_by("id")] == ["opened", "closed", "reopened"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": "  "}, "closing_reason"),
        ({"closed_on": TODAY + dt.timedelta(days=1)}, "closed_on"),
        ({"closed_on": TODAY - dt.timedelta(days=1)}, "closed_on"),
    ],
)
def test_a_closing_that_cannot_be(as_claire, fields, field):
    with pytest.raises(InvalidInputError) as refusal:
        close(as_claire, open_case(as_claire.claire), **fields)
    assert field in refusal.value.faults


def test_an_aid_under_way_keeps_the_case_open(as_claire, monkeypatch):
    case = open_case(as_claire.claire)
    monkeypatch.setattr(registry, "case_locks", [lambda case: True])
    with pytest.raises(NotAllowedError, match="aide est en cours"):
        close(as_claire, case)


def test_a_stale_page_closes_nothing(as_claire):
    case = open_case(as_claire.claire)
    with pytest.raises(StalePageError):
        close(as_claire, case, version=case.version - 1)


def test_a_closed_case_takes_no_draft(as_claire):
    case = close(as_claire, open_case(as_claire.claire))
    with pytest.raises(NotAllowedError, match="clos"):
        operations.save_draft(actor=as_claire.claire, case_id=case.public_id, step="menage", data={}, at=NOW)


def test_handing_over_to_a_colleague(as_claire):
    case = open_case(as_claire.claire)
    colleague = User.objects.get(pk=as_claire.cecile.user_id)
    for _twice in range(2):
        case = operations.change_referent(
            actor=as_claire.claire,
            case_id=case.public_id,
            version=None,
            referent_id=colleague.public_id,
            at=NOW,
        )
    assert case.referent == colleague
    assert case.events.filter(kind="referent").count() == 1


def test_a_strangers_case_is_refused_like_none(world):
    with tenancy.tenant(world.claire.context):
        case = open_case(world.claire)
    with tenancy.tenant(world.denis.context), pytest.raises(NotAllowedError, match="n’existe pas"):
        operations.reopen_case(actor=world.denis, case_id=case.public_id, version=None, at=NOW)
