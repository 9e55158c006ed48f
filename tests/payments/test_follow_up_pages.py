"""The pages of questions and recoveries: what they show, what a second click does, what they cost."""

import re

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from ales import tenancy
from payments.models import PaymentOrder, PaymentQuery, PaymentRecovery
from tests.payments.stories import payable_aid

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(world):
    return payable_aid(world)


@pytest.fixture
def advice(story):
    return story.paid()


@pytest.fixture
def pages(sign_in):
    """`pages(actor, url, data)`: the answer's text, tags left out, without an undefined variable."""

    def ask(actor, url, data=None, status=200):
        client = sign_in(actor)
        answer = client.get(url) if data is None else client.post(url, data)
        assert answer.status_code == status, answer.status_code
        text = answer.content.decode()
        assert "!! undefined" not in text, re.findall("!! undefined[^!]*!!", text)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))

    return ask


def url(name, row) -> str:
    return reverse(f"payments:{name}", args=[row.public_id])


def order_of(story, advice) -> PaymentOrder:
    with tenancy.tenant(story.world.theo.context):
        return PaymentOrder.objects.get(pk=advice.order_id)


def amount_names(story) -> list[str]:
    return [f"amounts.{term_id}" for term_id in story.term_ids]


# --- Questions ------------------------------------------------------------------------------------


def test_a_question_goes_round(story, advice, pages):
    lea, marc = story.world.lea, story.world.marc
    aid_page = url("tenant_aid", story.aid)
    assert "Signaler un écart" in pages(lea, aid_page)
    asked = {"reason": "OTHER_AMOUNT", "amount_received": "", "text": "Relevé du 16"}
    assert "Indiquez le montant reçu" in pages(lea, url("ask_query", advice), asked)
    asked["amount_received"] = "800,00"
    for _click in range(2):
        pages(lea, url("ask_query", advice), asked, status=302)
    with tenancy.tenant(marc.context):
        query = PaymentQuery.objects.get()
    waiting = pages(lea, aid_page)
    assert "La réception se confirme après la réponse." in waiting
    assert "Confirmer la réception" not in waiting
    for page in (reverse("members:dashboard"), reverse("payments:queries")):
        assert "différent" in pages(marc, page)
    panel = pages(marc, reverse("aids:detail", args=[story.aid.public_id]))
    assert "Questions du bailleur" in panel
    assert "800,00" in pages(marc, url("query", query))
    assert "Ce champ est obligatoire" in pages(marc, url("query", query), {"answer": ""})
    for _click in range(2):
        pages(marc, url("query", query), {"answer": "Le solde suit."}, status=302)
    assert "Le solde suit." in pages(lea, aid_page)
    assert "Aucune question sans réponse" in pages(marc, reverse("payments:queries"))
    assert "différent" in pages(marc, reverse("payments:queries") + "?etat=repondues")


def test_the_social_worker_reads_the_question_and_answers_nothing(story, advice, pages):
    query = story.ask_query(advice, reason="OTHER", text="Quel mois ?")
    text = pages(story.world.claire, reverse("aids:detail", args=[story.aid.public_id]))
    assert "Quel mois ?" in text
    assert "Ouvrir la question" not in text
    pages(story.world.claire, url("query", query), status=403)


def test_another_organisation_finds_no_question(story, advice, pages):
    query = story.ask_query(advice)
    pages(story.world.diane, url("query", query), status=404)
    assert "Habitat" not in pages(story.world.diane, reverse("payments:queries"))
    pages(story.world.louis, url("ask_query", advice), status=404)


def test_where_a_receipt_is_confirmed_a_difference_can_be_told(story, advice, sign_in):
    client = sign_in(story.world.lea)
    for address in (reverse("payments:receipts"), url("confirm_receipt", advice)):
        assert f'href="{url("ask_query", advice)}"' in client.get(address).content.decode()


def test_more_receipts_than_the_card_shows(world, pages):
    """The card shows the five oldest, says how many others wait, and leads to them all."""
    for rank in range(7):
        payable_aid(world, with_bank=rank == 0, reference=f"A-2026-9{rank}").paid()
    assert "et 2 autres" in pages(world.lea, reverse("members:dashboard"))
    listed = pages(world.lea, reverse("payments:receipts"))
    assert len(re.findall("ALES-OP-2026-[0-9]{6} ", listed)) >= 7
    figures = pages(world.lea, reverse("payments:tenant_aids"))
    assert "7 réceptions à confirmer" in figures
    paid = figures[figures.index("versés en") : figures.index("à confirmer")]
    assert "réception" not in paid


# --- Recoveries -----------------------------------------------------------------------------------


def test_a_recovery_is_asked_recorded_and_told(story, advice, pages):
    marc, theo, lea = story.world.marc, story.world.theo, story.world.lea
    order = order_of(story, advice)
    assert "Demander un remboursement" in pages(marc, url("order", order))
    first, *_others = amount_names(story)
    typed = {first: "300", "cause": "TENANT_LEFT", "reason": "Secret du ménage", "version": "0"}
    assert "Au plus 277,20" in pages(marc, url("recovery_ask", order), typed)
    typed[first] = "100"
    pages(marc, url("recovery_ask", order), typed, status=302)
    # A second click: the page was made before the first recovery.
    pages(marc, url("recovery_ask", order), typed, status=302)
    with tenancy.tenant(theo.context):
        recovery = PaymentRecovery.objects.get()
    for page in (url("recovery", recovery), url("order", order), reverse("payments:recoveries")):
        assert "RC-2026-000001" in pages(marc, page)
    assert "Remboursements attendus" in pages(theo, reverse("members:dashboard"))
    landlord = pages(lea, url("tenant_aid", story.aid))
    assert "Référence à rappeler dans votre virement : RC-2026-000001" in landlord
    assert "Secret" not in landlord
    received = {"received_on": f"{localdate():%d/%m/%Y}"}
    for _click in range(2):
        pages(theo, url("recovery_record", recovery), received, status=302)
    assert story.fresh(story.aid).recovered_amount == 100
    for actor, page in (
        (marc, reverse("aids:detail", args=[story.aid.public_id])),
        (theo, reverse("aids:detail", args=[story.aid.public_id])),
    ):
        text = pages(actor, page)
        assert "recouvrés 100,00 €" in text.replace("\u00a0", " ")
        assert "Remboursé par le bailleur : RC-2026-000001" in text
    assert "rendus 100,00 €" in pages(lea, url("tenant_aid", story.aid)).replace("\u00a0", " ")


@pytest.mark.parametrize("version", [{}, {"version": ""}, {"version": "x"}])
def test_a_page_without_its_version_asks_nothing(story, advice, pages, version):
    order = order_of(story, advice)
    typed = {amount_names(story)[0]: "10", "cause": "OTHER", "reason": "Erreur"} | version
    assert "Cette page a changé" in pages(story.world.marc, url("recovery_ask", order), typed)
    with tenancy.tenant(story.world.theo.context):
        assert not PaymentRecovery.objects.exists()


def test_a_recovery_is_dropped_with_a_reason(story, advice, pages):
    recovery = story.ask_recovery(order_of(story, advice), "10.00")
    anne = story.world.anne
    assert "Ce champ est obligatoire" in pages(anne, url("recovery_drop", recovery), {"reason": ""})
    pages(anne, url("recovery_drop", recovery), {"reason": "Trop faible"}, status=302)
    assert "Trop faible" in pages(anne, url("recovery", recovery))
    assert "Abandonner" not in pages(anne, url("recovery", recovery))


def test_nothing_left_to_ask(story, advice, pages):
    order = order_of(story, advice)
    story.ask_recovery(order)
    assert "Rien ne reste à demander" in pages(story.world.marc, url("recovery_ask", order))


def test_the_page_that_stops_an_aid_says_what_is_paid_and_under_way(story, pages):
    first, second, _third = story.term_ids
    paid = story.execute(story.sign(story.request([first])))
    story.request([second])
    text = pages(story.world.marc, reverse("aids:stop", args=[story.aid.public_id]))
    assert "OP-2026-000002" in text
    assert "277,20 € payés au bailleur" in text.replace("\u00a0", " ")
    assert f"Demander un remboursement sur {paid.order_number}" in text


@pytest.mark.parametrize(
    ("who", "name", "most"),
    [("marc", "queries", 11), ("theo", "recoveries", 11), ("lea", "receipts", 10)],
)
def test_lists_cost_few_queries(world, sign_in, django_assert_max_num_queries, who, name, most):
    for rank in range(3):
        story = payable_aid(world, with_bank=rank == 0, reference=f"A-2026-9{rank}")
        advice = story.paid()
        story.ask_query(advice)
        story.ask_recovery(order_of(story, advice), "10.00")
    client, address = sign_in(getattr(world, who)), reverse(f"payments:{name}")
    client.get(address)
    with django_assert_max_num_queries(most):
        client.get(address)
