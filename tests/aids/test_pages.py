"""The pages of the aids: who opens them, what they show and hide, how many queries they cost."""

import datetime as dt
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from aids import operations as ops
from aids.models import AidRequest, Scale
from ales import tenancy
from cases.models import Tenancy
from tests.aids import stories
from tests.world import NOW

pytestmark = pytest.mark.django_db

CANARY = "CANARI-SOCIAL"


@pytest.fixture
def request_(world):
    world.scale()
    return stories.submitted(world.claire, world.complete_case())


def page(client, name, *args, status=200):
    response = client.get(reverse(f"aids:{name}", args=args))
    assert response.status_code == status
    text = unescape(response.content.decode())
    assert "!! undefined" not in text
    return text


def fresh(request, actor):
    with tenancy.tenant(actor.context):
        return AidRequest.objects.get(pk=request.pk)


# --- Reading ----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["claire", "marc", "anne", "theo"])
def test_list_and_request_open_for_those_who_may(world, request_, sign_in, who):
    client = sign_in(getattr(world, who))
    assert request_.reference in page(client, "list")
    assert "831,60" in page(client, "detail", request_.public_id)


@pytest.mark.parametrize(
    ("who", "told"), [("claire", True), ("marc", True), ("anne", False), ("theo", False)]
)
def test_the_signature_of_the_agreement_is_told_to_the_social_side_only(world, request_, sign_in, who, told):
    """Once in the timeline, and in the picture with its table: the agreement is of the social file."""
    text = page(sign_in(getattr(world, who)), "detail", request_.public_id)
    assert "Le chemin de l’aide" in text
    assert ("Protocole signé" in text) is told
    assert ("protocole signé" in text) is told
    assert "La demande demandée le" in text


@pytest.mark.parametrize("who", ["lea", "bruno"])
def test_landlord_agents_and_board_members_have_none_of_these_pages(world, request_, sign_in, who):
    client = sign_in(getattr(world, who))
    for name, args in (("list", ()), ("detail", (request_.public_id,)), ("decision", (request_.public_id,))):
        page(client, name, *args, status=403)


@pytest.mark.parametrize("name", ["detail", "edit", "points", "withdraw", "stop"])
def test_a_strangers_request_is_not_found(world, request_, sign_in, name):
    page(sign_in(world.denis), name, request_.public_id, status=404)


def test_a_stranger_neither_decides_nor_lists(world, request_, sign_in):
    client = sign_in(world.diane)
    page(client, "decision", request_.public_id, status=404)
    assert request_.reference not in page(client, "list")
    assert request_.reference not in page(client, "queue")
    post = client.post(reverse("aids:reject", args=[request_.public_id]), {"refus-reason": "Non"})
    assert post.status_code == 404


def test_the_association_reads_no_social_text(world, request_, sign_in):
    with tenancy.tenant(world.marc.context):
        ops.send_back(
            actor=world.marc,
            request_id=request_.public_id,
            version=None,
            points=[ops.PointInput("BUDGET", CANARY)],
            at=NOW,
        )
    with tenancy.tenant(world.claire.context):
        point = request_.points.get()
        ops.answer_points(
            actor=world.claire,
            request_id=request_.public_id,
            version=None,
            answers={point.public_id: CANARY},
            at=NOW,
        )
        ops.withdraw(actor=world.claire, request_id=request_.public_id, version=None, reason=CANARY, at=NOW)
    assert CANARY in page(sign_in(world.claire), "detail", request_.public_id)
    text = page(sign_in(world.anne), "detail", request_.public_id)
    assert CANARY not in text
    assert "Transports du Dauphiné" not in text
    assert "462,00" not in text


def test_the_list_is_searched_and_filtered(world, request_, sign_in):
    client = sign_in(world.claire)
    address = reverse("aids:list")
    assert request_.reference in client.get(address, {"q": "martin grenoble"}).content.decode()
    assert request_.reference not in client.get(address, {"q": "durand"}).content.decode()
    assert request_.reference not in client.get(address, {"etat": "draft"}).content.decode()


# --- Query counts -------------------------------------------------------------------------------


def test_the_list_costs_the_same_for_one_and_for_many(world, sign_in, django_assert_max_num_queries):
    world.scale()
    client = sign_in(world.claire)
    for _index in range(4):
        _empty(world)
    with django_assert_max_num_queries(9):
        page(client, "list")


def _empty(world):
    with tenancy.tenant(world.claire.context):
        case = world.complete_case()
        return ops.create_request(actor=world.claire, case_id=case.public_id, purpose="MAINTIEN", at=NOW)


def test_the_request_and_its_decision_cost_a_bounded_number_of_queries(
    world, request_, sign_in, django_assert_max_num_queries
):
    world.fund()
    world.fund(owner=world.landlord, kind="LANDLORD")
    client = sign_in(world.marc)
    with django_assert_max_num_queries(36):
        page(client, "detail", request_.public_id)
    with django_assert_max_num_queries(40):
        page(client, "decision", request_.public_id)


# --- Entering -----------------------------------------------------------------------------------


def entry_data(**changes):
    return {
        "purpose": "MAINTIEN",
        "month_0": "2026-03-01",
        "amount_0": "",
        "proof_kind_0": "RENT_NOTICE",
        "month_1": "2026-04-01",
        "amount_1": "150,50",
    } | changes


def test_a_request_is_entered_from_the_case(world, sign_in):
    world.scale()
    case = world.complete_case()
    client = sign_in(world.claire)
    response = client.post(reverse("aids:create", args=[case.public_id]), {"purpose": "MAINTIEN"})
    with tenancy.tenant(world.claire.context):
        request = AidRequest.objects.get()
    assert response.url == reverse("aids:edit", args=[request.public_id])
    page(client, "edit", request.public_id)
    data = entry_data(version=request.version, proof_0=stories.pdf_upload())
    saved = client.post(reverse("aids:edit", args=[request.public_id]), data)
    assert saved.status_code == 302
    with tenancy.tenant(world.claire.context):
        terms = list(request.terms.all())
    assert [(t.month.month, t.asked, bool(t.proof_id)) for t in terms] == [
        (3, Decimal("277.20"), True),
        (4, Decimal("150.50"), False),
    ]
    text = page(client, "detail", request.public_id)
    assert "joignez le justificatif" in text


def test_refused_amounts_stay_as_typed_beside_their_reason(world, sign_in):
    world.scale()
    request = _empty(world)
    client = sign_in(world.claire)
    response = client.post(
        reverse("aids:edit", args=[request.public_id]), entry_data(amount_1="300,00", version=request.version)
    )
    text = response.content.decode()
    assert response.status_code == 422
    assert "300,00" in text
    assert "dépasse le plafond" in text
    assert response.context["form"].errors.keys() == {"amount_1"}


def test_the_figures_follow_the_typing(world, sign_in):
    world.scale()
    request = _empty(world)
    client = sign_in(world.claire)
    address = reverse("aids:preview", args=[request.public_id])
    text = client.post(address, entry_data(amount_1="")).content.decode()
    assert "554,40" in text
    assert "loyer résiduel × taux du barème" in text
    assert "Choisissez un mois" in client.post(address, {"purpose": "MAINTIEN"}).content.decode()
    assert "Aucun barème" not in text


def test_submitting_from_the_page_lists_what_is_missing(world, sign_in):
    world.scale()
    request = _empty(world)
    client = sign_in(world.claire)
    response = client.post(
        reverse("aids:submit", args=[request.public_id]), {"version": request.version}, follow=True
    )
    assert "Préparez le protocole" in response.content.decode()
    assert fresh(request, world.claire).state == "draft"


def test_the_protocol_is_prepared_from_the_page(world, sign_in):
    world.scale()
    request = stories.draft(world.claire, world.complete_case())
    client = sign_in(world.claire)
    address = reverse("aids:prepare_protocol", args=[request.public_id])
    response = client.post(address, {"version": request.version})
    assert response.status_code == 302
    opened = client.get(response.url).content.decode()
    assert "!! undefined" not in opened
    assert "831,60" in opened


# --- Deciding -----------------------------------------------------------------------------------


def test_the_decision_screen_shows_what_the_decision_needs(world, request_, sign_in):
    fund = world.fund()
    closed = world.fund(owner=world.other_landlord, kind="LANDLORD")
    text = page(sign_in(world.marc), "decision", request_.public_id)
    for shown in ("184,50", "253,80", "MARTIN Julie", "7\u202f130,00", "10\u202f000,00", "277,20", "Claire"):
        assert shown in text
    assert closed.name in text
    assert fund.name in text
    assert "seulement les locataires du bailleur" in text


def test_the_decision_screen_says_why_a_changed_file_is_not_granted(world, request_, sign_in):
    with tenancy.tenant(world.claire.context):
        Tenancy.objects.filter(case_id=request_.case_id).update(arrears=Decimal("7000"))
    text = page(sign_in(world.marc), "decision", request_.public_id)
    assert text.count("Le dossier a changé depuis la soumission : renvoyez la demande.") >= 2
    assert "Peuvent la décider" not in text


def grant_data(request, fund, **changes):
    data = {"version": request.version, "accord-comment": ""}
    for index in range(3):
        data |= {f"accord-granted_{index}": "277,20", f"accord-fund_{index}": str(fund.public_id)}
    return data | changes


def test_granting_from_the_page(world, request_, sign_in):
    fund = world.fund()
    client = sign_in(world.marc)
    response = client.post(reverse("aids:validate", args=[request_.public_id]), grant_data(request_, fund))
    assert response.status_code == 302
    assert fresh(request_, world.marc).state == "validated"
    page(client, "detail", request_.public_id)
    page(client, "decision", request_.public_id)


def test_a_second_fund_takes_its_share(world, request_, sign_in):
    fund, other = world.fund(), world.fund(owner=world.landlord, kind="LANDLORD")
    share = {"accord-second_fund_1": str(other.public_id), "accord-second_amount_1": "77,20"}
    sign_in(world.marc).post(
        reverse("aids:validate", args=[request_.public_id]), grant_data(request_, fund, **share)
    )
    with tenancy.tenant(world.marc.context):
        other.refresh_from_db()
        assert other.committed == Decimal("77.20")


def test_less_without_a_reason_comes_back_at_its_field(world, request_, sign_in):
    fund = world.fund()
    response = sign_in(world.marc).post(
        reverse("aids:validate", args=[request_.public_id]),
        grant_data(request_, fund, **{"accord-granted_1": "100"}),
    )
    assert response.status_code == 422
    assert response.context["grant_form"].errors.keys() == {"reason_1"}


def test_an_author_sees_why_the_button_is_off(world, sign_in):
    world.scale()
    request = stories.submitted(world.marc, world.complete_case())
    text = page(sign_in(world.marc), "decision", request.public_id)
    assert "un autre responsable doit la décider" in text
    assert "Peuvent la décider" not in text


def test_sending_back_then_answering(world, request_, sign_in):
    client = sign_in(world.marc)
    address = reverse("aids:send_back", args=[request_.public_id])
    empty = client.post(address, {"version": request_.version})
    assert empty.status_code == 422
    data = {"version": request_.version, "renvoi-section_2": "PROOFS", "renvoi-text_2": "Avis illisible."}
    assert client.post(address, data).status_code == 302
    author = sign_in(world.claire)
    assert "Avis illisible." in page(author, "points", request_.public_id)
    with tenancy.tenant(world.claire.context):
        point = request_.points.get()
    current = fresh(request_, world.claire)
    answered = author.post(
        reverse("aids:points", args=[request_.public_id]),
        {"version": current.version, f"point_{point.public_id.hex}": "Avis joint."},
    )
    assert answered.status_code == 302
    assert "Avis joint." in page(author, "detail", request_.public_id)


def test_refusing_and_reopening(world, request_, sign_in):
    client = sign_in(world.marc)
    address = reverse("aids:reject", args=[request_.public_id])
    assert client.post(address, {"version": request_.version, "refus-reason": " "}).status_code == 422
    data = {"version": request_.version, "refus-reason": "Droits à ouvrir."}
    assert client.post(address, data).status_code == 302
    association = sign_in(world.anne)
    assert "Droits à ouvrir." in page(association, "detail", request_.public_id)
    page(association, "reopen", request_.public_id)
    current = fresh(request_, world.anne)
    association.post(
        reverse("aids:reopen", args=[request_.public_id]), {"version": current.version, "reason": "Oui."}
    )
    assert fresh(request_, world.anne).state == "submitted"


@pytest.mark.parametrize("version", [{}, {"version": ""}, {"version": "1e3"}, {"version": "99999999999"}])
def test_a_page_without_its_version_is_stale(world, request_, sign_in, version):
    data = version | {"refus-reason": "Droits à ouvrir."}
    response = sign_in(world.marc).post(reverse("aids:reject", args=[request_.public_id]), data, follow=True)
    assert "Cette page a changé entre-temps" in response.content.decode()
    assert fresh(request_, world.marc).state == "submitted"


def test_withdraw_and_stop_ask_for_a_reason(world, request_, sign_in):
    client = sign_in(world.claire)
    page(client, "withdraw", request_.public_id)
    address = reverse("aids:withdraw", args=[request_.public_id])
    assert client.post(address, {"reason": ""}).status_code == 422
    text = page(sign_in(world.marc), "stop", request_.public_id)
    assert "Seule une demande validée ou en paiement peut être arrêtée" in text


def test_the_queue_is_oldest_first_with_its_wait(world, sign_in):
    world.scale()
    late = stories.submitted(world.claire, world.complete_case(), at=NOW)
    with tenancy.tenant(world.claire.context):
        AidRequest.objects.filter(pk=late.pk).update(submitted_at=NOW - dt.timedelta(days=30))
    text = page(sign_in(world.marc), "queue")
    assert late.reference in text
    assert "depuis" in text


def _household(world, name):
    """A case of a tenant of that name: two of one tenant's would share their months."""
    case = world.complete_case()
    with tenancy.tenant(world.claire.context):
        case.persons.filter(position="TENANT").update(last_name=name)
    return case


def test_many_are_decided_from_the_queue(world, sign_in, django_assert_max_num_queries):
    """Its rows are ticked as those of the list, its actions plan what waits and come back to it."""
    world.scale()
    waiting = [stories.submitted(world.claire, _household(world, name), at=NOW) for name in ("Un", "Deux")]
    draft = stories.draft(world.claire, _household(world, "Trois"))
    client = sign_in(world.marc)
    with django_assert_max_num_queries(8):
        text = page(client, "queue")
    assert text.count('name="o" form="selection"') == 2
    for name in ("valider-a-decider", "refuser-a-decider"):
        assert f'name="action" value="{name}"' in text
    assert "payer" not in text
    ticked = {"liste": "a-decider", "action": "refuser-a-decider", "o": [str(waiting[0].public_id)]}
    shown = client.post(reverse("works:prepare"), ticked, follow=True).content.decode()
    assert waiting[0].reference in shown
    assert waiting[1].reference not in shown
    assert f'href="{reverse("aids:queue")}"' in shown
    everything = {"liste": "a-decider", "action": "valider-a-decider", "tout": "1"}
    shown = client.post(reverse("works:prepare"), everything, follow=True).content.decode()
    assert [request.reference in shown for request in waiting] == [True, True]
    assert draft.reference not in shown
    nobody = client.post(reverse("works:prepare"), {"action": "valider-a-decider"}, follow=True)
    assert nobody.redirect_chain[-1][0].startswith(reverse("aids:queue"))


# --- Scales -------------------------------------------------------------------------------------


def scale_data(**changes):
    return {
        "name": "Barème 2027",
        "monthly_cap": "320,00",
        "settlement_cap": "1 900",
        "months": "3",
        "renewals": "1",
        "lower_0": "0",
        "rate_0": "80",
        "lower_1": "300",
        "rate_1": "55,5",
    } | changes


def test_a_scale_is_drafted_tried_and_published(world, sign_in):
    world.scale()
    client = sign_in(world.anne)
    page(client, "scales")
    page(client, "scale_create")
    assert client.post(reverse("aids:scale_create"), scale_data()).status_code == 302
    draft = Scale.objects.get(name="Barème 2027")
    assert [band.rate for band in draft.bands.all()] == [Decimal("0.8000"), Decimal("0.5550")]
    tried = client.get(reverse("aids:scale", args=[draft.public_id]), {"residual_rent": "400"})
    assert "222,00" in tried.content.decode()
    page(client, "scale_publish", draft.public_id)
    address = reverse("aids:scale_publish", args=[draft.public_id])
    assert client.post(address, {"in_force_from": "01/01/2020"}).status_code == 422
    assert client.post(address, {"in_force_from": "01/01/2100"}).status_code == 302
    assert "ne se modifie plus" in page(client, "scale", draft.public_id)
    assert (
        client.post(reverse("aids:scale", args=[draft.public_id]), scale_data(name="Autre")).status_code
        == 200
    )
    draft.refresh_from_db()
    assert draft.name == "Barème 2027"


def test_a_scale_that_does_not_hold_is_refused(world, sign_in):
    client = sign_in(world.anne)
    for changes in ({"lower_0": "10"}, {"rate_1": ""}, {"lower_1": "0"}):
        assert client.post(reverse("aids:scale_create"), scale_data(**changes)).status_code == 422
    assert not Scale.objects.exists()


def test_only_the_association_sees_the_scales(world, sign_in):
    page(sign_in(world.marc), "scales", status=403)


# --- What hangs on other rooms' pages -------------------------------------------------------------


def test_the_case_shows_its_aids_and_what_may_be_asked(world, request_, sign_in):
    with tenancy.tenant(world.claire.context):
        case_id = request_.case.public_id
    text = sign_in(world.claire).get(reverse("cases:detail", args=[case_id])).content.decode()
    assert "!! undefined" not in text
    assert request_.reference in text
    assert "est déjà en cours" in text


def test_the_dashboard_tells_what_waits(world, request_, sign_in):
    text = sign_in(world.marc).get("/tableau-de-bord/").content.decode()
    assert request_.reference in text
    assert "!! undefined" not in text
