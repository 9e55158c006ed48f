"""A payment leaves its whole story in the journal, and the journal agrees with every table it tells of."""

import json

import pytest

from ales import tenancy
from ales.journal.verification import READER, Verification, chain
from tests.payments.stories import payable_aid
from tests.world import TODAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def told(table: str) -> list[dict]:
    with tenancy.tenant(READER):
        return [json.loads(entry.content) for entry in chain() if entry.subject_table == table]


def test_a_payment_is_told_from_the_request_to_the_receipt(world):
    story = payable_aid(world)
    advice = story.execute(story.sign(story.request()))
    with tenancy.tenant(world.lea.context):
        type(advice).objects.filter(pk=advice.pk).update(received_on=TODAY, received_by_id=world.lea.user_id)

    orders = told("payments_paymentorder")
    assert [order["state"] for order in orders] == ["to_sign", "signed", "executed"]
    assert orders[-1]["signed_by_id"] == world.theo.user_id
    assert [entry["kind"] for entry in told("members_fundentry")][-1] == "PAYMENT"
    assert [advice["received_on"] for advice in told("payments_paymentadvice")] == [None, str(TODAY)]
    with tenancy.tenant(READER):
        assert list(Verification().findings()) == []


def test_an_order_given_up_and_an_account_changed_are_told(world):
    story = payable_aid(world)
    order = story.request()
    story.give_up(order)
    story.change_account()
    assert [row["state"] for row in told("payments_paymentorder")] == ["to_sign", "given_up"]
    fingerprints = {row["iban_sha256"] for row in told("members_bankdetails")}
    assert len(fingerprints) == len({row["id"] for row in told("members_bankdetails")})
    with tenancy.tenant(READER):
        assert list(Verification().findings()) == []
