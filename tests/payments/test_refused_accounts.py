"""An account the bank refused: payments to it wait for other details, or until a treasurer vouches for it."""

import pytest
from django.db import DatabaseError, transaction

from ales import tenancy
from ales.errors import InvalidInputError, NotAllowedError
from members import bank_details
from members.models import BankDetails
from payments import holds, operations
from payments.models import PaymentOrder
from tests.payments.stories import Story, batched, payable_aid, sent
from tests.world import NOW

pytestmark = pytest.mark.django_db

REFUSED = "La banque a refusé le compte du bailleur"
NOTE = "Joint M. Roux au siège : le compte a été débloqué."


@pytest.fixture
def story(world) -> Story:
    """The first term's transfer came back: closed account."""
    story = payable_aid(world)
    first, *_others = story.term_ids
    story.reject(sent(story, story.sign(story.request([first]))), code="AC04")
    return story


def account(story: Story) -> BankDetails:
    with tenancy.tenant(story.world.anne.context):
        return BankDetails.objects.get(landlord=story.aid.landlord, state="CONFIRMED")


def vouch(story: Story, note: str = NOTE, *, who: str = "theo") -> BankDetails:
    actor = getattr(story.world, who)
    with tenancy.tenant(actor.context):
        return bank_details.vouch(actor=actor, details_id=account(story).public_id, note=note, at=NOW)


def held(story: Story) -> tuple[list[str], dict[str, str]]:
    """Numbers of the orders on hold as the database says it, and the reasons by number."""
    with tenancy.tenant(story.world.theo.context):
        orders = list(PaymentOrder.objects.select_related("request", "landlord").oldest_first())
        reasons = holds.reasons(orders)
        told = {order.number: reasons[order.pk] for order in orders if order.pk in reasons}
        return [order.number for order in PaymentOrder.objects.on_hold().oldest_first()], told


def test_nothing_new_is_asked_for_it(story):
    with pytest.raises(InvalidInputError, match=f"{REFUSED}.*AC04 : le compte est clôturé"):
        story.request(story.term_ids[1:])


@pytest.mark.parametrize("code", ["AC01", "AC06", "AC04 compte clos"])
def test_every_reason_about_the_account_counts(world, code):
    story = payable_aid(world)
    story.reject(sent(story, story.sign(story.request(story.term_ids[:1]))), code=code)
    assert account(story).is_refused_by_bank


@pytest.mark.parametrize("code", ["MS03", "AM04", "", "Opposition"])
def test_a_reason_of_another_kind_holds_nothing(world, code):
    story = payable_aid(world)
    story.reject(sent(story, story.sign(story.request(story.term_ids[:1]))), code=code)
    story.sign(story.request(story.term_ids[1:]))
    assert held(story) == ([], {})


def test_what_was_asked_before_is_not_signed(world):
    story = payable_aid(world)
    first, second, _third = story.term_ids
    waiting = story.request([second])
    story.reject(sent(story, story.sign(story.request([first]))), code="AC04")
    with pytest.raises(NotAllowedError, match=REFUSED):
        story.sign(waiting)
    numbers, told = held(story)
    assert numbers == [waiting.number]
    assert told[waiting.number].startswith(REFUSED)


def test_what_was_signed_before_joins_no_batch(world):
    story = payable_aid(world)
    first, second, _third = story.term_ids
    signed = story.sign(story.request([second]))
    story.reject(sent(story, story.sign(story.request([first]))), code="AC04")
    with pytest.raises(InvalidInputError, match=REFUSED):
        batched(world, [signed])


def test_a_batch_prepared_before_is_not_sent(world):
    story = payable_aid(world)
    first, second, _third = story.term_ids
    prepared = batched(world, [story.sign(story.request([second]))])
    story.reject(sent(story, story.sign(story.request([first]))), code="AC04")
    with tenancy.tenant(world.theo.context), pytest.raises(InvalidInputError, match=REFUSED):
        operations.mark_sent(actor=world.theo, batch_id=prepared.public_id, at=NOW)


def test_another_aid_of_the_landlord_waits_too(story, world):
    other = payable_aid(world, with_bank=False)
    with pytest.raises(InvalidInputError, match=REFUSED):
        other.request()


def test_other_details_once_confirmed_release_it(story):
    proposed = story.change_account()
    with pytest.raises(InvalidInputError, match="attendent une seconde personne"):
        story.request(story.term_ids[1:])
    with tenancy.tenant(story.world.theo.context):
        bank_details.confirm(actor=story.world.theo, details_id=proposed.public_id, at=NOW)
    assert story.sign(story.request(story.term_ids[1:])).state == "signed"


def test_details_refused_meanwhile_leave_it_on_hold(story):
    proposed = story.change_account()
    with tenancy.tenant(story.world.theo.context):
        bank_details.refuse(actor=story.world.theo, details_id=proposed.public_id, reason="Faux", at=NOW)
    with pytest.raises(InvalidInputError, match=REFUSED):
        story.request(story.term_ids[1:])


def test_a_treasurer_who_checked_it_releases_it_until_the_next_refusal(story):
    vouched = vouch(story)
    assert (vouched.vouched_by_id, vouched.vouched_note) == (story.world.theo.user_id, NOTE)
    _first, second, third = story.term_ids
    story.reject(sent(story, story.sign(story.request([second]))), code="AC06")
    again = account(story)
    assert (again.vouched_by_id, again.vouched_note) == (None, "")
    with pytest.raises(InvalidInputError, match="AC06 : le compte est bloqué"):
        story.request([third])


@pytest.mark.parametrize("who", ["anne", "lea"])
def test_only_a_treasurer_vouches(story, who):
    with pytest.raises(NotAllowedError, match="Seul le trésorier"):
        vouch(story, who=who)


def test_vouching_needs_a_note_and_a_refusal(story):
    for note, said in (("  ", "Dites comment"), ("x" * 501, "500 caractères")):
        with pytest.raises(InvalidInputError, match=said):
            vouch(story, note)
    vouch(story)
    with pytest.raises(NotAllowedError, match="déjà vérifié"):
        vouch(story)


@pytest.mark.parametrize(
    ("who", "change"),
    [
        ("anne", {"vouched_by": "anne"}),
        ("theo", {"vouched_by": "anne"}),
        ("anne", {"bank_refused_on": None}),
        ("theo", {"bank_refused_on": None}),
    ],
)
def test_the_database_lets_nobody_else_release_it(story, who, change):
    values = (
        {"vouched_at": NOW, "vouched_note": NOTE} if "vouched_by" in change else {"bank_refused_on": None}
    )
    if name := change.get("vouched_by"):
        values["vouched_by_id"] = getattr(story.world, name).user_id
    with (
        tenancy.tenant(getattr(story.world, who).context),
        pytest.raises(DatabaseError, match="own name"),
        transaction.atomic(),
    ):
        BankDetails.objects.filter(pk=account(story).pk).update(**values)


# --- Its pages ------------------------------------------------------------------------------------


def test_who_can_mend_it_reads_it(story, sign_in):
    address = f"/adherents/{story.aid.landlord.public_id}/coordonnees-bancaires/"
    for actor in (story.world.anne, story.world.theo, story.world.lea):
        client = sign_in(actor)
        for page in ("/tableau-de-bord/", address):
            text = client.get(page).content.decode()
            assert "AC04 : le compte est clôturé" in text, (actor, page)
            assert "!! undefined" not in text
    assert "Déclarer le compte vérifié" not in client.get(address).content.decode()


def test_the_manager_reads_why_nothing_is_asked(story, sign_in):
    text = sign_in(story.world.marc).get(f"/aides/{story.aid.public_id}/").content.decode()
    assert REFUSED in text


def test_the_treasurer_vouches_on_its_page(story, sign_in):
    client = sign_in(story.world.theo)
    address = f"/adherents/coordonnees-bancaires/{account(story).public_id}/verifier/"
    assert "AC04 : le compte est clôturé" in client.get(address).content.decode()
    assert "Dites comment vous avez vérifié" in client.post(address, {"note": " "}).content.decode()
    text = client.post(address, {"note": NOTE}, follow=True).content.decode()
    assert "les paiements reprennent" in text
    assert NOTE in text
    assert "La banque a refusé ce compte" not in text


def test_orders_on_hold_cost_the_list_the_same_with_more_rows(
    story, world, sign_in, django_assert_max_num_queries
):
    def more_on_hold() -> None:
        vouch(story)
        other = payable_aid(world, with_bank=False)
        first, second, third = other.term_ids
        for term in (second, third):
            other.request([term])
        other.reject(sent(other, other.sign(other.request([first]))), code="AC04")

    def cost() -> int:
        # Two of them for the columns and views one has chosen.
        with django_assert_max_num_queries(16) as captured:
            assert "La banque a refusé le compte" in client.get("/paiements/").content.decode()
        return len(captured)

    client = sign_in(world.theo)
    more_on_hold()
    first = cost()
    more_on_hold()
    assert cost() == first
