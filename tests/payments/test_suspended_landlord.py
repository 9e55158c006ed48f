"""A landlord the association suspends is paid nothing: its orders wait, nothing is given back by itself."""

import pytest
from django.urls import reverse

from ales import tenancy
from ales.errors import InvalidInputError, NotAllowedError
from members import organisations
from payments.operations import locking
from tests.payments.stories import payable_aid

pytestmark = pytest.mark.django_db

SUSPENDED = "Habitat d'Essai est suspendu par l’association"


@pytest.fixture
def story(world):
    return payable_aid(world)


def suspend(world, *, is_active: bool = False) -> None:
    with tenancy.tenant(world.anne.context):
        organisations.edit(
            actor=world.anne, organisation_id=world.landlord.public_id, fields={"is_active": is_active}
        )


def test_no_payment_is_asked_for_it(story):
    suspend(story.world)
    with pytest.raises(InvalidInputError, match=SUSPENDED):
        story.request()
    assert {term.state for term in story.terms()} == {"GRANTED"}


def test_an_order_waits_until_it_is_reinstated(story):
    order = story.request()
    suspend(story.world)
    with pytest.raises(NotAllowedError, match=SUSPENDED):
        story.sign(order)
    assert story.fresh(order).state == "to_sign"
    assert story.fresh(story.funds[0]).released == 0
    suspend(story.world, is_active=True)
    assert story.sign(order).state == "signed"


def test_a_suspension_between_the_page_and_the_lock_is_seen(story, monkeypatch):
    """The order is loaded with its landlord, who is suspended before the landlord's row is held."""
    order, hold = story.request(), locking.hold_account

    def suspend_then_hold(landlord):
        type(landlord).objects.filter(pk=landlord.pk).update(is_active=False)
        hold(landlord)

    monkeypatch.setattr("payments.operations.signing.hold_account", suspend_then_hold)
    with pytest.raises(NotAllowedError, match=SUSPENDED):
        story.sign(order)


@pytest.mark.django_db
def test_a_change_of_account_says_how_many_orders_it_holds(world, sign_in):
    story = payable_aid(world)
    story.sign(story.request())
    story.change_account()
    page = (
        sign_in(world.anne)
        .get(reverse("members:bank_details", args=[story.aid.landlord.public_id]))
        .content.decode()
    )
    assert "1 ordre de paiement attend cette confirmation (831,60\u00a0€)" in page.replace("\u202f", "\u00a0")
