"""Stopping an aid, for a cause that is told and counted; a suspended landlord's aids wait for the manager."""

import re
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from aids import operations as ops
from aids.models import AidEvent, AidRequest
from aids.models.request import StopCause
from ales import tenancy
from ales.errors import InvalidInputError, NotAllowedError, StalePageError
from members import organisations
from tests.aids import stories
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def aid(world):
    return stories.validated(world)


def stop(world, aid, *, actor=None, version=None, cause="TENANT_LEFT", reason="Parti le 3 juin."):
    actor = actor or world.marc
    with tenancy.tenant(actor.context):
        return ops.stop(
            actor=actor, request_id=aid.public_id, version=version, cause=cause, reason=reason, at=NOW
        )


def suspend(world, *, is_active: bool = False) -> None:
    with tenancy.tenant(world.anne.context):
        organisations.edit(
            actor=world.anne, organisation_id=world.landlord.public_id, fields={"is_active": is_active}
        )


def fresh(world, aid) -> AidRequest:
    with tenancy.tenant(world.marc.context):
        return AidRequest.objects.get(pk=aid.pk)


@pytest.mark.parametrize("cause", StopCause.values)
def test_the_cause_is_kept_told_and_counted(world, aid, cause):
    stop(world, aid, cause=cause)
    with tenancy.tenant(world.marc.context):
        told = AidEvent.objects.get(request=aid, kind="stop")
        assert AidRequest.objects.filter(stop_cause=cause).count() == 1
    assert told.text.startswith(f"Aide arrêtée ({StopCause(cause).label}) : 831,60")
    assert told.reason == "Parti le 3 juin."


@pytest.mark.parametrize(
    ("cause", "reason", "field"),
    [("", "Parti.", "cause"), ("AUTRE", "Parti.", "cause"), ("OTHER", " ", "reason")],
)
def test_a_stop_without_cause_or_reason_changes_nothing(world, aid, cause, reason, field):
    with pytest.raises(InvalidInputError) as refusal:
        stop(world, aid, cause=cause, reason=reason)
    assert list(refusal.value.faults) == [field]
    assert fresh(world, aid).state == "validated"


@pytest.mark.parametrize("name", ["claire", "diane", "anne", "theo", "lea", "rachid"])
def test_only_the_manager_of_the_organisation_stops(world, aid, name):
    with pytest.raises(NotAllowedError):
        stop(world, aid, actor=getattr(world, name))
    assert fresh(world, aid).state == "validated"


def test_a_second_click_and_a_stale_page_stop_nothing(world, aid):
    with pytest.raises(StalePageError):
        stop(world, aid, version=aid.version - 1)
    stop(world, aid)
    with pytest.raises(NotAllowedError, match="celle-ci est « arrêtée »"):
        stop(world, aid)


@pytest.mark.parametrize(
    ("state", "cause"), [("stopped", ""), ("validated", "TENANT_LEFT")], ids=["no cause", "not stopped"]
)
def test_the_database_ties_the_cause_to_the_state(world, aid, state, cause):
    with (
        tenancy.tenant(world.marc.context),
        pytest.raises(IntegrityError, match="aid_stopped_for_a_cause"),
        transaction.atomic(),
    ):
        AidRequest.objects.filter(pk=aid.pk).update(
            state=state, stop_cause=cause, closed_at=NOW if state == "stopped" else None
        )


# --- The page ---------------------------------------------------------------------------------------


def test_the_page_says_what_goes_back_to_each_fund(world, aid, sign_in):
    with tenancy.tenant(world.marc.context):
        first = aid.terms.first()
        ops.order_terms(actor=world.marc, request=aid, terms=[first], at=NOW)
        ops.settle_terms(actor=world.marc, request=aid, terms=[first], paid_on=TODAY, at=NOW)
    address = reverse("aids:stop", args=[aid.public_id])
    client = sign_in(world.marc)
    text = client.get(address).content.decode()
    assert "!! undefined" not in text
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    assert "Fonds CIL de l&#x27;Essai 2026 554,40" in told
    assert "avril 2026, mai 2026" in told
    data = {"cause": "", "reason": "", "version": fresh(world, aid).version}
    assert client.post(address, data).status_code == 422
    data |= {"cause": "PROTOCOL_BROKEN", "reason": "Loyer non repris."}
    assert client.post(address, data).status_code == 302
    assert fresh(world, aid).stop_cause == "PROTOCOL_BROKEN"
    detail = client.get(reverse("aids:detail", args=[aid.public_id])).content.decode()
    assert "Aide arrêtée (protocole non respecté)" in detail


# --- A suspended landlord ---------------------------------------------------------------------------


def test_suspending_a_landlord_lists_its_aids_and_gives_nothing_back(world, aid, sign_in):
    with tenancy.tenant(world.marc.context):
        fund = aid.allocations.first().fund
    listed, dashboard = reverse("aids:to_stop"), reverse("members:dashboard")
    client = sign_in(world.marc)
    assert aid.reference not in client.get(listed).content.decode()
    suspend(world)
    assert aid.reference in client.get(listed).content.decode()
    assert "Aides à arrêter" in client.get(dashboard).content.decode()
    page = client.get(reverse("aids:stop", args=[aid.public_id])).content.decode()
    assert re.search(r'<option value="LANDLORD_SUSPENDED" selected', page)
    with tenancy.tenant(world.marc.context):
        fund.refresh_from_db()
    assert (fresh(world, aid).state, fund.released) == ("validated", Decimal(0))
    suspend(world, is_active=True)
    assert aid.reference not in client.get(listed).content.decode()


def test_another_organisation_s_manager_reads_none_of_them(world, aid, sign_in):
    suspend(world)
    assert aid.reference not in sign_in(world.diane).get(reverse("aids:to_stop")).content.decode()


def test_the_list_costs_the_same_whatever_its_length(world, aid, sign_in, django_assert_max_num_queries):
    suspend(world)
    client = sign_in(world.marc)
    client.get(reverse("aids:to_stop"))
    with django_assert_max_num_queries(12):
        client.get(reverse("aids:to_stop"))
