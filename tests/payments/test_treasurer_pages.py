"""The treasurer's pages: worklist, bulk signature, batches; what they show, refuse and cost."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import override_settings
from django.urls import reverse
from django.utils.timezone import localdate

from ales import tenancy
from members.access import actor_of
from members.models import Membership
from payments.models import PaymentBatch, PaymentOrder
from payments.rules.banking_days import next_banking_day
from tests.payments.stories import batched, payable_aid

pytestmark = pytest.mark.django_db

LIST = "/paiements/"
SIGN = "/paiements/signature/"
BATCHES = "/paiements/bordereaux/"
PREPARE = "/paiements/bordereaux/preparer/"


@pytest.fixture
def stories(world):
    return [payable_aid(world, with_bank=rank == 0) for rank in range(3)]


@pytest.fixture
def pages(sign_in):
    """`pages(actor, url, data)`: the answer's text, or the address it sends on to."""

    def ask(actor, url, data=None, status=200):
        client = sign_in(actor)
        answer = client.get(url) if data is None else client.post(url, data)
        assert answer.status_code == status, answer.status_code
        if status == 302:
            return answer.headers["Location"]
        text = re.sub(r"\s+", " ", answer.content.decode())
        assert "!! undefined" not in text, re.findall("!! undefined[^!]*!!", text)
        return text

    return ask


def ticked(orders, **more) -> str:
    return "?" + "&".join(
        [*(f"o={order.public_id}" for order in orders), *(f"{k}={v}" for k, v in more.items())]
    )


def url(name, row) -> str:
    return reverse(f"payments:{name}", args=[row.public_id])


def state(world, order) -> str:
    with tenancy.tenant(world.theo.context):
        return PaymentOrder.objects.values_list("state", flat=True).get(pk=order.pk)


# --- The worklist ---------------------------------------------------------------------------------


def test_tabs_tell_number_and_total(world, stories, pages):
    asked = [story.request() for story in stories]
    stories[0].sign(asked[0])
    text = pages(world.theo, LIST)
    assert re.search(
        r"À signer</span> <span class=\"payment-tab-count\">2</span> <span[^>]*>1.663,20 €", text
    )
    assert re.search(r"Signés</span> <span class=\"payment-tab-count\">1</span> <span[^>]*>831,60 €", text)
    assert "le plus ancien a" in text
    assert asked[0].number not in text
    assert asked[1].number in text


def test_what_is_on_hold_has_its_tab(world, stories, pages):
    order = stories[0].request()
    other = stories[1].request()
    assert order.number not in pages(world.theo, f"{LIST}?etat=on_hold")
    stories[0].stop()
    text = pages(world.theo, f"{LIST}?etat=on_hold")
    assert order.number in text
    assert other.number not in text
    assert "L’aide est arrêtée : l’ordre est à abandonner." in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("bailleur=essai", True),
        ("bailleur=inconnu", False),
        ("du=15/06/2026&au=15/06/2026", True),
        ("du=16/06/2026", False),
        ("au=14/06/2026", False),
        ("de=831,60&a=831,60", True),
        ("de=831,61", False),
        ("a=831,59", False),
        ("q=martin", True),
    ],
)
def test_filters(world, stories, pages, query, found):
    order = stories[0].request()
    assert (order.number in pages(world.theo, f"{LIST}?{query}")) is found


def test_filters_by_member_and_fund(world, stories, pages):
    order = stories[0].request()
    fund = stories[0].funds[0]
    for name, mine, other in (
        ("organisme", world.cil.public_id, world.other_cil.public_id),
        ("fonds", fund.public_id, None),
    ):
        assert order.number in pages(world.theo, f"{LIST}?{name}={mine}")
        if other:
            assert order.number not in pages(world.theo, f"{LIST}?{name}={other}")


@pytest.mark.parametrize(
    "query",
    ["du=31/02/2026", "de=abc", "du=16/06/2026&au=15/06/2026", "fonds=04d6cc2b-6ab9-4bbd-b2f3-5bf50bb5b878"],
)
def test_a_filter_at_fault_is_said_and_shows_nothing(world, stories, pages, query):
    order = stories[0].request()
    text = pages(world.theo, f"{LIST}?{query}")
    assert "error-summary" in text
    assert order.number not in text


def test_filters_stay_in_the_addresses_of_the_tabs(world, stories, pages):
    text = pages(world.theo, f"{LIST}?bailleur=essai&etat=signed")
    assert 'href="?bailleur=essai&amp;etat=to_sign"' in text
    assert '<input type="hidden" name="etat" value="signed">' in text


def test_only_the_treasurer_ticks(world, stories, pages):
    stories[0].request()
    assert "data-selection" in pages(world.theo, LIST)
    for actor in (world.anne, world.marc):
        assert "data-selection-total" not in pages(actor, f"{LIST}?etat=to_sign")


# --- Signing several ------------------------------------------------------------------------------


def test_the_page_repeats_what_is_signed(world, stories, pages):
    orders = [story.request() for story in stories]
    stories[2].stop()
    text = pages(world.theo, SIGN + ticked(orders))
    assert "Signer 2 ordres" in text
    assert "2 ordres, 1 bailleur" in text
    assert re.search("1.663,20 €", text)
    assert "Ces ordres ne seront pas signés" in text
    assert "L’aide est arrêtée" in text
    assert f'name="o" value="{orders[2].public_id}"' not in text


def test_a_bulk_signature_and_its_report(world, stories, pages):
    orders = [story.request() for story in stories]
    data = {"o": [str(order.public_id) for order in orders], "read": "on"}
    stories[1].stop()
    text = pages(world.theo, SIGN, data)
    assert "Votre visa est porté sur 2 ordres" in text
    assert "Ces ordres n’ont pas été signés" in text
    assert orders[1].number in text
    again = pages(world.theo, SIGN, data)
    assert "Déjà signés par vous" in again
    assert "Votre visa est porté" not in again


def test_a_bulk_signature_must_be_read(world, stories, pages):
    order = stories[0].request()
    text = pages(world.theo, SIGN, {"o": str(order.public_id)})
    assert "Cochez la case pour viser ces ordres." in text
    assert state(world, order) == "to_sign"


def test_all_that_the_filter_shows(world, stories, pages):
    orders = [story.request() for story in stories]
    stories[0].sign(orders[0])
    text = pages(world.theo, f"{SIGN}?tout=1&q=martin")
    assert "Signer 2 ordres" in text
    assert "Rien à signer" in pages(world.theo, f"{SIGN}?tout=1&q=personne")
    assert "Rien à signer" in pages(world.theo, f"{SIGN}?tout=1&du=demain")


@pytest.mark.parametrize("page", [SIGN, PREPARE])
def test_an_order_that_cannot_be_read_stops_them_all(world, stories, pages, page):
    """Fewer orders than were confirmed are never signed nor put in a batch."""
    order = stories[0].request()
    if page == PREPARE:
        stories[0].sign(order)
    before = state(world, order)
    data = {"o": [str(order.public_id), "pas-un-identifiant"], "read": "on", "execution_on": "16/06/2026"}
    shown = pages(world.theo, pages(world.theo, page, data, status=302))
    assert "Cette page a changé entre-temps" in shown
    assert state(world, order) == before
    assert "a changé entre-temps" not in pages(world.theo, f"{page}?o={order.public_id}&o=coup")


@pytest.mark.parametrize("address", ["one", "many", "send"])
def test_signing_asks_again_who_is_there(world, stories, sign_in, address):
    order = stories[0].request()
    if address == "send":
        batch = batched(world, [stories[0].sign(order)])
    target = {
        "one": lambda: url("sign", order),
        "many": lambda: SIGN + ticked([order]),
        "send": lambda: url("batch_send", batch),
    }[address]()
    before = state(world, order)
    client = sign_in(world.theo, confirmed=False)
    data = {"o": str(order.public_id), "read": "on", "handed_over": "on"}
    for answer in (client.get(target), client.post(target, data)):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/compte/confirmation/?next=%2Fpaiements%2F")
    assert state(world, order) == before
    answer = client.post("/compte/confirmation/", {"password": "secret-of-the-tests", "next": target})
    assert answer.headers["Location"] == target
    assert client.get(target).status_code == 200
    assert client.post(target, data).status_code in (200, 302)
    assert state(world, order) != before


def test_a_password_is_not_enough_where_there_is_a_second_factor(world, stories, sign_in):
    order = stories[0].request()
    Authenticator.objects.create(user_id=world.theo.user_id, type="totp", data={"secret": "x"})
    client = sign_in(world.theo)
    session = client.session
    session["account_authentication_methods"] = [
        record for record in session["account_authentication_methods"] if record["method"] == "password"
    ]
    session.save()
    answer = client.post(url("sign", order), {"read": "on"})
    assert answer.headers["Location"].startswith("/compte/confirmation/code/")
    assert state(world, order) == "to_sign"


# --- Batches --------------------------------------------------------------------------------------


@pytest.fixture
def signed(stories):
    return [story.sign(story.request()) for story in stories]


def posted(orders, day: str) -> dict:
    return {"o": [str(order.public_id) for order in orders], "execution_on": day}


def coming_day() -> str:

    return f"{next_banking_day(localdate()):%d/%m/%Y}"


def test_preparing_repeats_what_is_sent_and_what_stays(world, stories, signed, pages):
    stories[2].stop()
    text = pages(world.theo, PREPARE)
    assert "2 ordres, 1 bailleur" in text
    assert "Ces ordres n’entrent pas dans le bordereau" in text
    assert "FR76 3000 1007" in text
    assert coming_day() in text


def test_a_batch_is_prepared_once(world, signed, pages):
    data = posted(signed, coming_day())
    first = pages(world.theo, PREPARE, data, status=302)
    assert pages(world.theo, PREPARE, data, status=302) == first
    with tenancy.tenant(world.theo.context):
        batch = PaymentBatch.objects.get()
    text = pages(world.theo, first)
    for shown in (batch.number, batch.frozen["sha256"], batch.message_id, "BV-2026-000001.xml", "file-link"):
        assert shown in text


def test_an_order_put_on_hold_meanwhile_refuses_the_batch(world, stories, signed, pages):
    stories[1].stop()
    text = pages(world.theo, PREPARE, posted(signed, coming_day()))
    assert f"{signed[1].number} : L’aide est arrêtée" in text
    assert state(world, signed[0]) == "signed"


@override_settings(BANK_ACCOUNT_IBAN="")
def test_without_an_account_the_button_says_why(world, signed, pages):
    text = pages(world.theo, BATCHES)
    assert 'aria-disabled="true"' in text
    assert "BANK_ACCOUNT_IBAN" in text
    assert pages(world.theo, PREPARE, status=302) == BATCHES
    assert pages(world.theo, PREPARE, posted(signed, coming_day()), status=302) == BATCHES


def test_a_batch_is_sent_then_shown(world, signed, pages):
    batch = batched(world, signed)
    assert "Noter la remise à la banque" in pages(world.theo, url("batch", batch))
    assert "Déposez d’abord le fichier" in pages(world.theo, url("batch_send", batch), {})
    pages(world.theo, url("batch_send", batch), {"handed_over": "on"}, status=302)
    text = pages(world.theo, url("batch", batch))
    assert "Fichier remis à la banque" in text
    assert "Noter la remise à la banque" not in text
    pages(world.theo, url("batch_send", batch), {"handed_over": "on"}, status=302)
    assert "transmis le" in pages(world.anne, BATCHES)


def test_a_cancelled_batch_hides_its_file(world, signed, pages):
    batch = batched(world, signed)
    download = reverse("documents:download", args=[batch.file_job.public_id])
    assert download in pages(world.theo, url("batch", batch))
    data = {"reason": "Mauvaise date", "not_sent": "on"}
    pages(world.theo, url("batch_cancel", batch), data, status=302)
    text = pages(world.theo, url("batch", batch))
    assert "Mauvaise date" in text
    assert download not in text
    assert batch.number in pages(world.theo, f"{BATCHES}?etat=cancelled")
    assert batch.number not in pages(world.theo, f"{BATCHES}?etat=prepared")


def test_the_order_s_page_names_its_batch(world, signed, pages):
    batch = batched(world, signed)
    assert url("batch", batch) in pages(world.theo, url("order", signed[0]))
    text = pages(world.marc, url("order", signed[0]))
    assert batch.number not in text
    assert "dans un bordereau" in text


def test_the_proofs_say_who_can_show_them(world, stories, pages):
    order = stories[0].request()
    assert "Marc Test, CIL de l&#x27;Essai, peut vous les montrer" in pages(world.theo, url("order", order))
    assert "Ces pièces s’ouvrent depuis" in pages(world.marc, url("order", order))


# --- What the pages cost --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "limit"),
    [(LIST, 16), (f"{SIGN}?tout=1", 14), (f"{LIST}?etat=signed", 16), (PREPARE, 11), (BATCHES, 10)],
)
def test_pages_cost_the_same_with_more_rows(world, sign_in, django_assert_max_num_queries, address, limit):
    def more(*, with_bank):
        payable_aid(world, with_bank=with_bank).request()
        story = payable_aid(world, with_bank=False)
        story.sign(story.request())
        story = payable_aid(world, with_bank=False)
        batched(world, [story.sign(story.request())])

    def cost():
        with django_assert_max_num_queries(limit) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    more(with_bank=True)
    client = sign_in(world.theo)
    first = cost()
    more(with_bank=False)
    more(with_bank=False)
    assert cost() == first


def test_a_batch_s_page_costs_few_queries(world, signed, sign_in, django_assert_max_num_queries):
    batch = batched(world, signed)
    client = sign_in(world.theo)
    with django_assert_max_num_queries(12):
        assert client.get(url("batch", batch)).status_code == 200


def test_a_barred_treasurer_reads_it_in_the_list(world, stories, pages):
    stories[0].request()
    with tenancy.tenant(None):
        second = Membership.objects.create(
            user_id=world.marc.user_id, organisation=world.ales, role="TREASURER"
        )
    assert "par un autre trésorier" in pages(actor_of(second), LIST)
