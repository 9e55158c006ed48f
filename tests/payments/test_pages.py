"""The pages of treasurer, manager and landlord's agent: who opens them, what they show and cost."""

import re

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localdate

from ales import registry, tenancy
from members.access import actor_of
from members.models import Membership
from payments.models import PaymentAdvice, PaymentOrder
from tests.payments.stories import payable_aid

pytestmark = pytest.mark.django_db

LIST = "/paiements/"
LANDLORD_LIST = "/bailleur/"
HOLD = "Les coordonnées bancaires du bailleur attendent une seconde personne."


@pytest.fixture
def story(world):
    return payable_aid(world, split=True)


@pytest.fixture
def pages(sign_in):
    """`pages(actor, url, data)`: the answer's text when it is a page without an undefined variable."""

    def ask(actor, url, data=None, status=200):
        client = sign_in(actor)
        answer = client.get(url) if data is None else client.post(url, data)
        assert answer.status_code == status, answer.status_code
        text = answer.content.decode()
        assert "!! undefined" not in text, re.findall("!! undefined[^!]*!!", text)
        return answer if status != 200 else text

    return ask


def url(name, row) -> str:
    return reverse(f"payments:{name}", args=[row.public_id])


# --- Reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["theo", "anne", "marc"])
def test_readers_of_orders(story, pages, name):
    order = story.request()
    actor = getattr(story.world, name)
    assert order.number in pages(actor, LIST)
    text = pages(actor, url("order", order))
    for shown in (
        order.number,
        "FR14 2004 1010 0505 0001 3M02 606",
        "huit cent trente et un euros",
        "4672",
        "Fonds CIL",
    ):
        assert shown in text


@pytest.mark.parametrize(
    ("name", "list_status", "order_status"),
    [("claire", 403, 403), ("lea", 403, 403), ("bruno", 403, 403), ("diane", 200, 404), ("rachid", 200, 404)],
)
def test_others_reach_no_order(story, pages, name, list_status, order_status):
    order = story.request()
    actor = getattr(story.world, name)
    listed = pages(actor, LIST, status=list_status)
    if list_status == 200:
        assert order.number not in listed
    for address in ("order", "give_up"):
        pages(actor, url(address, order), status=order_status)


@pytest.mark.parametrize("address", ["order", "sign", "execution", "give_up"])
@pytest.mark.parametrize("name", ["lea", "louis"])
def test_an_agent_reaches_an_order_by_no_address(story, pages, address, name):
    order = story.request()
    assert pages(getattr(story.world, name), url(address, order), status=403)


def test_an_agent_never_gets_the_order_s_document(story, pages):
    order = story.request()
    for address in ("documents:job", "documents:download"):
        pages(story.world.lea, reverse(address, args=[order.job.public_id]), status=404)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("?etat=to_sign", True),
        ("?etat=signed", False),
        ("?etat=to_sign&q=op+2026-1", True),
        ("?etat=&q=OP-2026-000009", False),
        ("?etat=&q=Martin", True),
        ("?etat=&q=Durand", False),
    ],
)
def test_filters_of_the_list(story, pages, query, found):
    order = story.request()
    assert (order.number in pages(story.world.theo, LIST + query)) is found


def test_the_admin_reads_only(story, pages):
    order = story.request()
    text = pages(story.world.anne, url("order", order))
    assert "Signer l’ordre" not in text
    assert "Abandonner" not in text
    pages(story.world.anne, url("sign", order), {"read": "on"}, status=403)


def test_a_barred_treasurer_reads_why(story, pages):
    order = story.request()
    with tenancy.tenant(None):
        second = Membership.objects.create(
            user_id=story.world.marc.user_id, organisation=story.world.ales, role="TREASURER"
        )
    text = pages(actor_of(second), url("order", order))
    assert "Une autre personne doit signer : vous avez demandé ce paiement." in text


# --- Moving ---------------------------------------------------------------------------------------


def test_the_treasurer_s_way(story, pages):
    order, theo = story.request(), story.world.theo
    confirm = pages(theo, url("sign", order))
    for shown in ("831,60", "Habitat d&#x27;Essai", "…2606"):
        assert shown in confirm
    assert "Cochez la case" in pages(theo, url("sign", order), {})
    pages(theo, url("sign", order), {"read": "on"}, status=302)
    assert story.fresh(order).state == "signed"
    assert "est à venir" in pages(theo, url("execution", order), {"executed_on": "01/01/2199"})
    pages(theo, url("execution", order), {"executed_on": f"{localdate():%d/%m/%Y}"}, status=302)
    assert story.fresh(order).state == "executed"
    assert story.fresh(story.aid).state == "settled"
    assert "Virement exécuté par la banque" in pages(theo, url("order", order))


def test_a_double_click_changes_nothing_twice(story, pages):
    theo, marc, lea = story.world.theo, story.world.marc, story.world.lea
    ask = {"terms": [str(term) for term in story.term_ids], "version": story.aid.version}
    for _click in range(2):
        answer = pages(marc, url("request", story.aid), ask, status=302)
    order = story.fresh(PaymentOrder(pk=_only_order(story)))
    assert answer["Location"] == url("order", order)
    for _click in range(2):
        pages(theo, url("sign", order), {"read": "on"}, status=302)
    signed_at = story.fresh(order).signed_at
    today = f"{localdate():%d/%m/%Y}"
    for _click in range(2):
        pages(theo, url("execution", order), {"executed_on": today}, status=302)
    order = story.fresh(order)
    assert (order.state, order.signed_at) == ("executed", signed_at)
    assert story.fresh(story.funds[0]).paid * 2 == order.amount
    with tenancy.tenant(theo.context):
        advice = PaymentAdvice.objects.get()
    for _click in range(2):
        pages(lea, url("confirm_receipt", advice), {"received_on": today}, status=302)
    assert story.fresh(advice).received_by_id == lea.user_id


def _only_order(story) -> int:
    with tenancy.tenant(story.world.theo.context):
        return PaymentOrder.objects.get().pk


def test_the_manager_gives_up_with_a_reason(story, pages):
    order, marc = story.request(), story.world.marc
    assert "Ce champ est obligatoire" in pages(marc, url("give_up", order), {"reason": ""})
    pages(marc, url("give_up", order), {"reason": "Le locataire est parti"}, status=302)
    assert "Le locataire est parti" in pages(marc, url("order", order))


def test_a_signed_order_is_given_up_by_the_treasurer_who_declares_it_unpaid(story, pages):
    order, theo, marc = story.sign(story.request()), story.world.theo, story.world.marc
    pages(marc, url("give_up", order), {"reason": "Erreur", "not_executed": "on"}, status=302)
    assert story.fresh(order).state == "signed"
    assert "Abandonner" not in pages(marc, url("order", order))
    assert "La banque n’a pas exécuté ce virement" in pages(theo, url("give_up", order))
    assert "Vérifiez auprès de la banque" in pages(theo, url("give_up", order), {"reason": "Rejeté"})
    pages(theo, url("give_up", order), {"reason": "Rejeté", "not_executed": "on"}, status=302)
    assert story.fresh(order).state == "given_up"


def test_an_unsigned_order_asks_for_no_declaration(story, pages):
    assert "n’a pas exécuté" not in pages(story.world.theo, url("give_up", story.request()))


CHANGED = "Les coordonnées bancaires du bailleur ont changé"


def test_a_changed_account_is_told_wherever_the_signed_order_is(story, pages, rf):
    order, theo = story.sign(story.request()), story.world.theo
    today = f"{localdate():%d/%m/%Y}"
    signed_list = f"{LIST}?etat=signed"
    for address in (url("order", order), url("execution", order)):
        assert CHANGED not in pages(theo, address)
    assert HOLD not in pages(theo, signed_list)
    assert "bien parti" not in pages(theo, url("execution", order))
    story.change_account()
    for name in ("theo", "marc", "anne"):
        assert CHANGED in pages(getattr(story.world, name), url("order", order))
        assert HOLD in pages(getattr(story.world, name), signed_list)
    assert cards(theo, rf)["Ordres à mettre en bordereau"][0]["badge"] == "en attente"
    page = pages(theo, url("execution", order))
    assert CHANGED in page
    assert "Le virement est bien parti sur le compte …2606" in page
    assert "Cochez la case si" in pages(theo, url("execution", order), {"executed_on": today})
    assert story.fresh(order).state == "signed"
    pages(theo, url("execution", order), {"executed_on": today, "account_confirmed": "on"}, status=302)
    assert story.fresh(order).state == "executed"
    assert CHANGED not in pages(theo, url("order", order))


def test_a_stopped_aid_is_told_on_its_orders(story, pages):
    theo = story.world.theo
    unsigned = story.request(story.term_ids[:1])
    signed = story.sign(story.request(story.term_ids[1:]))
    assert "L’aide est arrêtée" not in pages(theo, url("order", signed))
    story.stop()
    assert "L’aide est arrêtée : abandonnez cet ordre." in pages(theo, url("order", unsigned))
    pages(theo, url("sign", unsigned), {"read": "on"}, status=302)
    assert story.fresh(unsigned).state == "to_sign"
    assert "L’aide est arrêtée" in pages(theo, url("order", signed))


# --- Asking ---------------------------------------------------------------------------------------


def test_the_manager_chooses_terms(story, pages):
    marc, first = story.world.marc, str(story.term_ids[0])
    page = pages(marc, url("request", story.aid))
    assert page.count('name="terms"') == 3
    assert "huit cent trente et un euros" in page
    total = pages(marc, url("request_total", story.aid), {"terms": [first]})
    ask = {"terms": [first], "version": story.aid.version}
    assert "deux cent soixante-dix-sept euros et vingt centimes" in total
    assert "Choisissez au moins une échéance" in pages(marc, url("request", story.aid), {"terms": []})
    pages(marc, url("request", story.aid), ask, status=302)
    assert pages(marc, url("request", story.aid)).count('name="terms"') == 2


@pytest.mark.parametrize("version", [None, "", "abc", "-1"])
def test_a_page_without_its_version_is_stale(story, pages, version):
    ask = {"terms": [str(term) for term in story.term_ids]}
    if version is not None:
        ask["version"] = version
    assert "Cette page a changé entre-temps" in pages(story.world.marc, url("request", story.aid), ask)
    assert {term.state for term in story.terms()} == {"GRANTED"}


def test_without_confirmed_bank_details_the_page_says_what_to_do(world, pages):
    story = payable_aid(world, with_bank=False)
    page = pages(world.marc, url("request", story.aid))
    assert "demandez à l’équipe ALES de les saisir" in page
    assert 'aria-disabled="true"' in page
    ask = {"terms": [str(story.term_ids[0])], "version": story.aid.version}
    refused = pages(world.marc, url("request", story.aid), ask)
    assert "demandez à l’équipe ALES de les saisir" in refused


@pytest.mark.parametrize(("name", "status"), [("claire", 403), ("diane", 404), ("theo", 403), ("lea", 403)])
def test_nobody_else_asks(story, pages, name, status):
    pages(getattr(story.world, name), url("request", story.aid), status=status)
    pages(getattr(story.world, name), url("request", story.aid), {"terms": []}, status=status)


# --- The landlord ---------------------------------------------------------------------------------


def test_the_agent_follows_the_landlord_s_tenants(story, pages):
    story.paid()
    lea = story.world.lea
    listed = pages(lea, LANDLORD_LIST)
    for shown in ("MARTIN Paul", "L-4512", "mars à mai 2026", "soldée", "831,60", "1 réception à confirmer"):
        assert shown in listed
    page = pages(lea, url("tenant_aid", story.aid))
    for shown in ("mars 2026", "payée", "ALES-OP-2026-000001", "Avis de paiement", "Confirmer la réception"):
        assert shown in page
    for hidden in ("Fonds", "4672", "Transports", "1 200,00", "Marc Test", "7 130"):
        assert hidden not in listed + page, hidden


def test_until_the_decision_no_amount_is_told(story, pages):
    world = story.world
    with tenancy.tenant(world.marc.context):
        aid = type(story.aid).objects.filter(pk=story.aid.pk)
        aid.update(state="submitted", decided_by=None, decided_at=None, granted_amount=None)
        story.aid.terms.update(state="ASKED", granted=None)
    listed, page = pages(world.lea, LANDLORD_LIST), pages(world.lea, url("tenant_aid", story.aid))
    assert "en instruction" in listed
    assert "en instruction" in page
    assert "277,20" not in listed + page


@pytest.mark.parametrize(
    ("name", "list_status", "aid_status"),
    [
        ("louis", 200, 404),
        ("sonia", 403, 403),
        ("rachid", 403, 403),
        ("claire", 403, 403),
        ("theo", 403, 403),
    ],
)
def test_only_this_landlord_s_agents(story, pages, name, list_status, aid_status):
    advice = story.paid()
    actor = getattr(story.world, name)
    listed = pages(actor, LANDLORD_LIST, status=list_status)
    if list_status == 200:
        assert "MARTIN" not in listed
    pages(actor, url("tenant_aid", story.aid), status=aid_status)
    pages(actor, url("confirm_receipt", advice), status=aid_status)
    pages(actor, url("confirm_receipt", advice), {"received_on": "15/06/2026"}, status=aid_status)


@pytest.mark.parametrize(
    ("query", "found"), [("?q=martin", True), ("?q=durand", False), ("?etat=versee", False)]
)
def test_filters_of_the_landlord(story, pages, query, found):
    assert ("MARTIN Paul" in pages(story.world.lea, LANDLORD_LIST + query)) is found


def test_the_landlord_reads_the_way_of_a_granted_aid_and_nothing_of_its_instruction(story, pages):
    address = url("tenant_aid", story.aid)
    story.paid()
    page = pages(story.world.lea, address)
    picture = page[
        page.index("Le chemin de l’aide") : page.index("</svg>", page.index("Le chemin de l’aide"))
    ]
    for word in ("accordée", "payée"):
        assert word in picture
    for word in ("demandée", "protocole", "reçue"):
        assert word not in picture


def test_the_landlord_s_pages_never_read_a_case(story, sign_in, django_assert_max_num_queries):
    advice = story.paid()
    client = sign_in(story.world.lea)
    for address in (LANDLORD_LIST, url("tenant_aid", story.aid), url("confirm_receipt", advice)):
        with django_assert_max_num_queries(20) as captured:
            client.get(address)
        for query in captured.captured_queries:
            # The thread with the landlord is no case's.
            assert set(re.findall(r"\bcases_\w+", query["sql"])) <= {"cases_message", "cases_threadreading"}
            for table in ("payments_paymentorder", "members_fund", "members_bankdetails"):
                assert table not in query["sql"], query["sql"]


# --- Dashboard and the aid's page -----------------------------------------------------------------


def cards(actor, rf) -> dict[str, list]:
    request = rf.get("/")
    request.actor = actor
    with tenancy.tenant(actor.context):
        return {card.title: card.rows for card in registry.cards_for(request)}


def test_each_person_s_cards(story, rf):
    world = story.world
    assert story.aid.reference in cards(world.marc, rf)["Paiements à demander"][0]["detail"]
    order = story.request()
    assert cards(world.marc, rf)["Paiements à demander"] == []
    assert order.number in cards(world.theo, rf)["Ordres à signer"][0]["text"]
    story.sign(order)
    assert order.number in cards(world.theo, rf)["Ordres à mettre en bordereau"][0]["text"]
    story.execute(order)
    assert "MARTIN Paul" in cards(world.lea, rf)["Réceptions à confirmer"][0]["text"]
    assert "Réceptions à confirmer" not in cards(world.sonia, rf)


@pytest.mark.parametrize(
    ("name", "shown", "hidden"),
    [
        ("marc", ["OP-2026-000001", "Demander le paiement"], []),
        ("theo", ["OP-2026-000001"], ["Demander le paiement"]),
        ("claire", ["Payé au bailleur le 15 juin 2026"], ["OP-2026-000001</a>", "Demander le paiement"]),
    ],
)
def test_the_block_on_the_aid_s_page(story, rf, name, shown, hidden):
    story.execute(story.sign(story.request(story.term_ids[:1])))
    request = rf.get("/")
    request.actor = getattr(story.world, name)
    with tenancy.tenant(request.actor.context):
        aid = type(story.aid).objects.get(pk=story.aid.pk)
        panels = [panel for panel in registry.aid_panels_for(request, aid) if panel.title == "Paiement"]
        text = "".join(render_to_string(panel.template, {"panel": panel.context}) for panel in panels)
    for part in shown:
        assert part in text
    for part in hidden:
        assert part not in text


# --- What the pages cost --------------------------------------------------------------------------


def _queries(client, address, django_assert_max_num_queries, limit) -> int:
    with django_assert_max_num_queries(limit) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    ("name", "address", "limit"),
    # Two for the columns and views one has chosen, where there are such.
    [("theo", LIST + "?etat=", 16), ("marc", LIST, 14), ("lea", LANDLORD_LIST, 10)],
)
def test_a_list_costs_the_same_with_more_rows(
    world, sign_in, django_assert_max_num_queries, name, address, limit
):
    payable_aid(world).request()
    client = sign_in(getattr(world, name))
    one = _queries(client, address, django_assert_max_num_queries, limit)
    for _count in range(3):
        payable_aid(world, with_bank=False).request()
    assert _queries(client, address, django_assert_max_num_queries, limit) == one


def test_an_order_and_an_aid_cost_few_queries(story, sign_in, django_assert_max_num_queries):
    order = story.request()
    _queries(sign_in(story.world.theo), url("order", order), django_assert_max_num_queries, 11)
    story.execute(story.sign(order))
    _queries(sign_in(story.world.theo), url("order", order), django_assert_max_num_queries, 11)
    _queries(sign_in(story.world.marc), url("request", story.aid), django_assert_max_num_queries, 11)
    # With the last messages of its thread, and how many are unread.
    _queries(sign_in(story.world.lea), url("tenant_aid", story.aid), django_assert_max_num_queries, 15)
