"""The life of a request through the operations: S0's worked case to the cent, and every refusal."""

import dataclasses
import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from aids import operations as ops
from aids.models import AidEvent, AidProfile, AidRequest, FundAllocation, RentTerm
from aids.readiness import missing_points
from ales import tenancy
from ales.documents.models import ProductionJob
from ales.errors import InvalidInputError, NotAllowedError, StalePageError
from cases import protocols
from cases.models import TenantCase
from members.funds import InsufficientFundsError
from tests.aids import stories
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db

RENEWAL_MONTHS = (dt.date(2026, 1, 1), dt.date(2026, 2, 1), dt.date(2026, 3, 1))
LATER = NOW + dt.timedelta(days=3)


@pytest.fixture
def case(world):
    world.scale()
    return world.complete_case()


def reload(request: AidRequest, actor) -> AidRequest:
    with tenancy.tenant(actor.context):
        return AidRequest.objects.get(pk=request.pk)


def save_terms(world, request, terms, **options):
    with tenancy.tenant(world.claire.context):
        values = {
            "actor": world.claire,
            "request_id": request.public_id,
            "version": None,
            "purpose": "MAINTIEN",
            "terms": terms,
            "at": NOW,
        }
        return ops.save_terms(**(values | options))


def new_request(world, case, **options):
    with tenancy.tenant(world.claire.context):
        values = {"actor": world.claire, "case_id": case.public_id, "purpose": "MAINTIEN", "at": NOW}
        return ops.create_request(**(values | options))


# --- S0's worked case -------------------------------------------------------------------------


def test_s0_first_aid_and_renewal_to_the_cent(world, case):
    months = (dt.date(2025, 12, 1), dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    request = stories.draft(world.claire, case, months=months)
    with tenancy.tenant(world.claire.context):
        assert [term.asked for term in request.terms.all()] == [Decimal("277.20")] * 3
        assert request.asked_amount == Decimal("831.60")
        assert request.computation.residual_rent == Decimal("462.00")
        assert request.computation.rate == Decimal("0.6000")
        assert request.computation.repayment_plan == Decimal("6298.40")
    stories.sign_protocol(world.claire, request)
    with tenancy.tenant(world.claire.context):
        ops.submit(actor=world.claire, request_id=request.public_id, version=None, at=NOW)
    granted = stories.grant(world.marc, request, world.fund())
    assert granted.granted_amount == Decimal("831.60")

    renewal = stories.draft(world.claire, case, months=stories.MONTHS, renewal_of=granted)
    with tenancy.tenant(world.claire.context):
        assert renewal.asked_amount == Decimal("831.60")
        assert renewal.computation.repayment_plan == Decimal("5466.80")
        assert renewal.terms.first().nature == "PAST"


def test_the_money_is_committed_and_the_profile_written(world):
    request = stories.validated(world)
    with tenancy.tenant(world.marc.context):
        fund = FundAllocation.objects.filter(request=request).first().fund
        assert (fund.committed, fund.available) == (Decimal("831.60"), Decimal("9168.40"))
        profile = AidProfile.objects.get(request=request)
        # (1200 − 462) / 4 = 184.50; with 277.20 a month, 253.80.
        assert profile.available_before == Decimal("184.50")
        assert profile.available_after == Decimal("253.80")
        assert (profile.was_below_threshold, profile.is_above_threshold) == (True, False)
        assert profile.after_is_simulated
        assert profile.is_private_sector
        assert ProductionJob.objects.filter(kind="decision_letter", subject_id=request.public_id).count() == 1


def test_an_aid_paid_before_the_arrears_were_counted_is_not_deducted_twice(world, case):
    months = (dt.date(2025, 12, 1), dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    request = stories.submitted(world.claire, case, months=months)
    stories.grant(world.marc, request, world.fund())
    with tenancy.tenant(world.marc.context):
        terms = list(request.terms.all())
        ops.order_terms(actor=world.marc, request=request, terms=terms, at=NOW)
        paid_on = TODAY - dt.timedelta(days=30)
        settled = ops.settle_terms(actor=world.marc, request=request, terms=terms, paid_on=paid_on, at=NOW)
    assert settled.state == "settled"
    renewal = stories.draft(world.claire, case, renewal_of=settled)
    with tenancy.tenant(world.claire.context):
        assert renewal.computation.repayment_plan == Decimal("6298.40")


# --- Entering ---------------------------------------------------------------------------------


def test_a_case_without_tenant_or_dwelling_bears_no_request(world):
    with tenancy.tenant(world.claire.context):
        case = TenantCase.objects.create(
            organisation=world.cil,
            reference="D-2026-00099",
            referent_id=world.claire.user_id,
            opened_on=TODAY,
            created_by_id=world.claire.user_id,
        )
    with pytest.raises(InvalidInputError, match="logement"):
        new_request(world, case)


def test_references_follow_without_gap(world, case):
    other = world.complete_case()
    first, second = new_request(world, case), new_request(world, other)
    assert (first.reference, second.reference) == ("A-2026-00001", "A-2026-00002")


def test_a_second_request_on_its_way_is_refused(world, case):
    request = new_request(world, case)
    with pytest.raises(InvalidInputError, match=request.reference):
        new_request(world, case)


def test_a_granted_aid_asks_for_a_renewal_and_a_third_period_is_refused(world):
    first = stories.validated(world)
    with tenancy.tenant(world.claire.context):
        case = TenantCase.objects.get(pk=first.case_id)
    with pytest.raises(InvalidInputError, match="renouvellement"):
        new_request(world, case)
    months = (dt.date(2026, 6, 1), dt.date(2026, 7, 1))
    renewal = stories.submitted(world.claire, case, months=months, renewal_of=first)
    stories.grant(world.marc, renewal, world.fund("5000", year=2025))
    for renewed in (None, first.public_id, renewal.public_id):
        with pytest.raises(InvalidInputError, match="une seule fois"):
            new_request(world, case, renewal_of=renewed)


def test_a_withdrawn_renewal_leaves_its_place(world):
    first = stories.validated(world)
    with tenancy.tenant(world.claire.context):
        case = TenantCase.objects.get(pk=first.case_id)
    renewal = new_request(world, case, renewal_of=first.public_id)
    with tenancy.tenant(world.claire.context):
        ops.withdraw(actor=world.claire, request_id=renewal.public_id, version=None, reason="Erreur.", at=NOW)
    assert new_request(world, case, renewal_of=first.public_id).renewal_of_id == first.pk


def settlement() -> list[ops.TermInput]:
    return [ops.TermInput(proof_kind="STATEMENT", proof=stories.pdf_upload())]


def granted_settlement(world, case):
    request = new_request(world, case, purpose="RELOGEMENT")
    save_terms(world, request, settlement(), purpose="RELOGEMENT")
    stories.sign_protocol(world.claire, request)
    with tenancy.tenant(world.claire.context):
        ops.submit(actor=world.claire, request_id=request.public_id, version=None, at=NOW)
    return stories.grant(world.marc, request, world.fund())


def test_a_second_settlement_is_refused_while_the_first_one_holds(world, case):
    first = granted_settlement(world, case)
    with pytest.raises(InvalidInputError, match=f"un seul règlement.*{first.reference}"):
        new_request(world, case, purpose="RELOGEMENT")
    with tenancy.tenant(world.marc.context):
        ops.stop(
            actor=world.marc,
            request_id=first.public_id,
            version=None,
            cause="TENANT_LEFT",
            reason="Départ.",
            at=NOW,
        )
    assert new_request(world, case, purpose="RELOGEMENT").purpose == "RELOGEMENT"


def test_the_database_leaves_one_settlement_to_a_case(world, case):
    request = granted_settlement(world, case)
    with tenancy.tenant(world.marc.context):
        term = request.terms.get()
        term.pk, term.public_id = None, uuid.uuid4()
        with pytest.raises(IntegrityError, match="term_settlement_once_a_case"), transaction.atomic():
            term.save()


def test_a_draft_may_not_become_a_second_settlement(world, case):
    draft = new_request(world, case)
    granted_settlement(world, case)
    with pytest.raises(InvalidInputError, match="un seul règlement"):
        save_terms(world, draft, settlement(), purpose="RELOGEMENT")


def test_a_draft_may_not_take_the_purpose_of_another_one(world, case):
    other = new_request(world, case, purpose="RELOGEMENT")
    draft = new_request(world, case)
    with pytest.raises(InvalidInputError, match=f"{other.reference} de ce dossier est déjà en cours"):
        save_terms(world, draft, settlement(), purpose="RELOGEMENT")


def test_a_settlement_pays_what_other_aids_and_benefits_leave_of_the_arrears(world, case):
    with tenancy.tenant(world.claire.context):
        case.tenancy.arrears, case.tenancy.benefit_arrears = Decimal("2000"), Decimal("150")
        case.tenancy.save()
    request = stories.submitted(world.claire, case)
    stories.grant(world.marc, request, world.fund())
    settling = new_request(world, case, purpose="RELOGEMENT")
    saved = save_terms(world, settling, settlement(), purpose="RELOGEMENT")
    assert saved.asked_amount == Decimal("1018.40")  # 2,000 − 831.60 − 150


def test_a_month_before_the_first_unpaid_one_is_refused_where_it_was_typed(world, case):
    request = new_request(world, case)
    with pytest.raises(InvalidInputError, match="précède le premier mois impayé, avril 2025") as refusal:
        save_terms(world, request, [ops.TermInput(dt.date(2025, 3, 1)), ops.TermInput(dt.date(2025, 4, 1))])
    assert list(refusal.value.faults) == ["terms.0.month"]


def test_reopening_at_the_moment_another_takes_the_place_is_told(world, case, monkeypatch):
    request = stories.submitted(world.claire, case)
    with tenancy.tenant(world.marc.context):
        ops.reject(actor=world.marc, request_id=request.public_id, version=None, reason="FSL.", at=NOW)
    stories.draft(world.claire, case)
    # What the check reads a moment before the other request is saved.
    monkeypatch.setattr("aids.operations.decisions._refuse_taken_place", lambda request: None)
    with (
        tenancy.tenant(world.anne.context),
        pytest.raises(InvalidInputError, match="vient de prendre la place"),
    ):
        ops.reopen(actor=world.anne, request_id=request.public_id, version=None, reason="Revoir.", at=NOW)
    assert reload(request, world.marc).state == "rejected"


@pytest.mark.parametrize(
    ("months", "message"),
    [
        ([dt.date(2026, m, 1) for m in (2, 3, 4, 5)], "3 mois au plus"),
        ([dt.date(2026, 3, 1), dt.date(2026, 3, 1)], "choisi deux fois"),
        ([], "au moins un mois"),
    ],
)
def test_impossible_months_are_refused(world, case, months, message):
    request = new_request(world, case)
    with pytest.raises(InvalidInputError, match=message) as refusal:
        save_terms(world, request, [ops.TermInput(month=month) for month in months])
    assert "months" in refusal.value.faults


def test_a_renewal_may_not_overlap_nor_precede(world):
    first = stories.validated(world)
    with tenancy.tenant(world.claire.context):
        case = TenantCase.objects.get(pk=first.case_id)
    renewal = new_request(world, case, renewal_of=first.public_id)
    with pytest.raises(InvalidInputError) as refusal:
        save_terms(world, renewal, [ops.TermInput(month=stories.MONTHS[2])])
    messages = " ".join(refusal.value.faults["months"])
    assert "après" in messages
    assert "déjà couvert" in messages


def test_months_of_the_household_in_another_case_are_taken(world):
    stories.validated(world)
    other = world.complete_case()
    request = new_request(world, other)
    with pytest.raises(InvalidInputError, match="déjà couvert par une autre aide de ce ménage"):
        save_terms(world, request, [ops.TermInput(month=stories.MONTHS[0])])


def test_an_amount_above_the_ceiling_is_refused_at_its_field(world, case):
    request = new_request(world, case)
    terms = [ops.TermInput(month=stories.MONTHS[0]), ops.TermInput(stories.MONTHS[1], Decimal("277.21"))]
    with pytest.raises(InvalidInputError) as refusal:
        save_terms(world, request, terms)
    assert list(refusal.value.faults) == ["terms.1.amount"]


def test_a_residual_rent_of_zero_allows_a_settlement_only(world, case):
    with tenancy.tenant(world.claire.context):
        case.tenancy.housing_benefit = Decimal("600")
        case.tenancy.save()
    request = new_request(world, case)
    with pytest.raises(InvalidInputError, match="Aucune aide mensuelle"):
        save_terms(world, request, [ops.TermInput(month=stories.MONTHS[0])])
    saved = save_terms(world, request, [ops.TermInput(amount=Decimal("1800"))], purpose="RELOGEMENT")
    with tenancy.tenant(world.claire.context):
        term = saved.terms.get()
        assert (term.month, term.nature, term.asked) == (None, "SETTLEMENT", Decimal("1800"))
        assert saved.computation.rate is None
        assert saved.computation.repayment_plan == Decimal("5330.00")


def test_no_scale_in_force_is_a_clear_refusal(world):
    request = new_request(world, world.complete_case())
    with pytest.raises(InvalidInputError, match="Aucun barème n’est en vigueur"):
        save_terms(world, request, stories.term_inputs())


def test_saving_again_keeps_a_months_proof_and_drops_the_others(world, case):
    request = stories.draft(world.claire, case)
    with tenancy.tenant(world.claire.context):
        proof = request.terms.get(month=stories.MONTHS[1]).proof_id
    save_terms(world, request, [ops.TermInput(stories.MONTHS[1], Decimal("100"), proof_kind="RECEIPT")])
    with tenancy.tenant(world.claire.context):
        term = request.terms.get()
        assert (term.proof_id, term.proof_kind, term.asked) == (proof, "RECEIPT", Decimal("100.00"))


def test_every_editor_becomes_an_author(world, case):
    request = stories.draft(world.claire, case)
    save_terms(world, request, stories.term_inputs(), actor=world.cecile)
    assert reload(request, world.claire).author_ids == [world.claire.user_id, world.cecile.user_id]


# --- Submitting -------------------------------------------------------------------------------


def codes_missing(world, request) -> set[str]:
    with tenancy.tenant(world.claire.context):
        case = TenantCase.objects.with_file().get(pk=request.case_id)
        return {point.code for point in missing_points(AidRequest.objects.get(pk=request.pk), case, NOW)}


def test_missing_points_are_listed_one_by_one(world, case):
    request = new_request(world, case)
    with tenancy.tenant(world.claire.context):
        case.entitlements.filter(code="RSA").update(state="", on_date=None)
    assert codes_missing(world, request) == {"unexplained_entitlements", "no_terms", "no_protocol"}
    save_terms(world, request, [ops.TermInput(month=stories.MONTHS[0])])
    assert codes_missing(world, request) == {"unexplained_entitlements", "no_proof", "no_protocol"}
    with tenancy.tenant(world.claire.context), pytest.raises(InvalidInputError) as refusal:
        ops.submit(actor=world.claire, request_id=request.public_id, version=None, at=NOW)
    assert len(refusal.value.faults[""]) == 3


def test_an_unsigned_protocol_keeps_the_request(world, case):
    request = stories.draft(world.claire, case)
    with tenancy.tenant(world.claire.context):
        ops.prepare_protocol(actor=world.claire, request_id=request.public_id, version=None, at=NOW)
    assert codes_missing(world, request) == {"protocol_unsigned"}


def test_changed_terms_replace_the_signed_protocol(world, case):
    request = stories.draft(world.claire, case)
    protocol = stories.sign_protocol(world.claire, request)
    assert codes_missing(world, request) == set()
    save_terms(world, request, stories.term_inputs(stories.MONTHS[:2]))
    with tenancy.tenant(world.claire.context):
        protocol.refresh_from_db()
    assert protocol.state == "REPLACED"
    assert codes_missing(world, request) == {"no_protocol"}


def test_a_withdrawn_requests_protocol_no_longer_counts(world, case):
    request = stories.submitted(world.claire, case)
    with tenancy.tenant(world.claire.context):
        ops.withdraw(actor=world.claire, request_id=request.public_id, version=None, reason="Départ.", at=NOW)
        assert set(case.protocols.values_list("state", flat=True)) == {"REPLACED"}


def test_the_draft_protocol_of_a_withdrawn_request_is_never_issued(world, case):
    request = stories.draft(world.claire, case)
    with tenancy.tenant(world.claire.context):
        ops.prepare_protocol(actor=world.claire, request_id=request.public_id, version=None, at=NOW)
        draft = protocols.current(request.public_id)
        ops.withdraw(actor=world.claire, request_id=request.public_id, version=None, reason="Départ.", at=NOW)
        with pytest.raises(NotAllowedError):
            protocols.issue(actor=world.claire, protocol_id=draft.public_id, at=NOW)


def test_the_same_terms_saved_again_keep_the_protocol(world, case):
    request = stories.draft(world.claire, case)
    stories.sign_protocol(world.claire, request)
    save_terms(world, request, stories.term_inputs())
    assert codes_missing(world, request) == set()


def test_a_file_changed_after_the_computation_asks_for_a_new_one(world, case):
    request = stories.draft(world.claire, case)
    stories.sign_protocol(world.claire, request)
    with tenancy.tenant(world.claire.context):
        case.tenancy.arrears = Decimal("8000")
        case.tenancy.save()
    assert codes_missing(world, request) == {"stale_computation"}


def test_another_landlord_or_tenant_asks_for_new_figures_and_another_signature(world, case):
    request = stories.draft(world.claire, case)
    stories.sign_protocol(world.claire, request)
    with tenancy.tenant(world.claire.context):
        case.tenancy.landlord = world.other_landlord
        case.tenancy.save()
    assert codes_missing(world, request) == {"stale_computation"}
    saved = save_terms(world, request, stories.term_inputs())
    assert saved.landlord_id == world.other_landlord.pk
    assert codes_missing(world, request) == {"no_protocol"}
    stories.sign_protocol(world.claire, request)
    with tenancy.tenant(world.claire.context):
        case.persons.filter(position="TENANT").update(last_name="Bernard")
        TenantCase.objects.filter(pk=case.pk).update(tenant_name="BERNARD Paul")
    assert codes_missing(world, request) == {"stale_computation"}


def test_where_the_household_lives_is_copied_again_at_submission(world, case):
    request = stories.draft(world.claire, case)
    stories.sign_protocol(world.claire, request)
    with tenancy.tenant(world.claire.context):
        case.tenancy.town, case.tenancy.landlord_reference = "Lyon", "L-9"
        case.tenancy.save()
        sent = ops.submit(actor=world.claire, request_id=request.public_id, version=None, at=NOW)
    assert (sent.town, sent.landlord_reference) == ("Lyon", "L-9")


def test_a_manager_who_prepared_the_protocol_may_not_decide(world, case):
    request = stories.draft(world.claire, case)
    stories.sign_protocol(world.marc, request)
    with tenancy.tenant(world.claire.context):
        request = ops.submit(actor=world.claire, request_id=request.public_id, version=None, at=NOW)
    assert request.author_ids == [world.claire.user_id, world.marc.user_id]
    with pytest.raises(NotAllowedError, match="un autre responsable"):
        stories.grant(world.marc, request, world.fund())


def test_submission_tells_the_managers_by_reference_only(world, case, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        request = stories.submitted(world.claire, case)
    assert [message.to for message in mail.outbox] == [["marc@test.example"]]
    assert request.reference in mail.outbox[0].subject
    assert "MARTIN" not in mail.outbox[0].body


# --- Sending back, answering --------------------------------------------------------------------


def send_back(world, request, *texts):
    with tenancy.tenant(world.marc.context):
        return ops.send_back(
            actor=world.marc,
            request_id=request.public_id,
            version=None,
            points=[ops.PointInput("PROOFS", text) for text in texts],
            at=NOW,
        )


def test_each_point_must_be_answered_before_it_goes_back(world, case):
    request = stories.submitted(world.claire, case)
    send_back(world, request, "L’avis de mars est illisible.", "Il manque la page 2.")
    assert codes_missing(world, request) == {"unanswered"}
    with tenancy.tenant(world.claire.context):
        first, second = request.points.all()
        answer = {"actor": world.claire, "request_id": request.public_id, "version": None, "at": NOW}
        ops.answer_points(answers={first.public_id: "Avis joint."}, **answer)
    assert codes_missing(world, request) == {"unanswered"}
    with tenancy.tenant(world.claire.context):
        ops.answer_points(answers={second.public_id: "Page jointe."}, **answer)
        again = ops.submit(actor=world.claire, request_id=request.public_id, version=None, at=LATER)
    assert (again.state, again.first_submitted_at, again.submitted_at) == ("submitted", NOW, LATER)


def test_the_points_stay_out_of_the_line_the_association_reads(world, case):
    request = stories.submitted(world.claire, case)
    send_back(world, request, "CANARI social")
    with tenancy.tenant(world.anne.context):
        assert not any("CANARI" in event.text + event.reason for event in AidEvent.objects.all())


def test_the_scale_of_the_first_submission_stays_after_a_send_back(world, case):
    request = stories.submitted(world.claire, case)
    frozen = request.scale_id
    newer = world_scale_from(world, TODAY)
    send_back(world, request, "À revoir.")
    saved = save_terms(world, request, stories.term_inputs())
    assert saved.scale_id == frozen != newer.pk


def world_scale_from(world, day):
    with tenancy.tenant(world.anne.context):
        bands = [(Decimal(0), Decimal("0.10"))]
        scale = ops.ScaleInput("Nouveau", bands, Decimal("50"), Decimal("100"))
        draft = ops.create_scale(actor=world.anne, scale=scale, at=NOW)
        return ops.publish_scale(actor=world.anne, scale_id=draft.public_id, in_force_from=day, at=NOW)


# --- Deciding ---------------------------------------------------------------------------------


def test_less_is_granted_with_a_reason_and_a_term_may_be_refused(world, case):
    request = stories.submitted(world.claire, case)
    granted = stories.grant(world.marc, request, world.fund(), granted=("277.20", "100.00", "0.00"))
    assert granted.granted_amount == Decimal("377.20")
    with tenancy.tenant(world.marc.context):
        assert [t.state for t in granted.terms.all()] == ["GRANTED", "GRANTED", "REFUSED"]
        assert FundAllocation.objects.filter(request=granted).count() == 2


def validate(world, request, decisions, **options):
    with tenancy.tenant(world.marc.context):
        values = {"actor": world.marc, "request_id": request.public_id, "version": None, "at": NOW}
        return ops.validate(decisions=decisions, **(values | options))


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"granted": Decimal("277.21")}, "terms.0.granted", "le montant demandé"),
        ({"granted": Decimal("100"), "reason": " "}, "terms.0.reason", "inférieur"),
        ({"allocations": ()}, "terms.0.funds", "totalisent 0,00"),
    ],
)
def test_a_bad_decision_is_refused_at_its_field(world, case, changes, field, message):
    request = stories.submitted(world.claire, case)
    with tenancy.tenant(world.marc.context):
        first, *others = stories.decisions(request, world.fund())
    with pytest.raises(InvalidInputError) as refusal:
        validate(world, request, [dataclasses.replace(first, **changes), *others])
    assert message in " ".join(refusal.value.faults[field])
    assert reload(request, world.marc).state == "submitted"


def test_a_file_changed_since_the_submission_is_sent_back_instead_of_granted(world, case):
    request = stories.submitted(world.claire, case)
    with tenancy.tenant(world.claire.context):
        case.tenancy.landlord = world.other_landlord
        case.tenancy.save()
    with pytest.raises(NotAllowedError, match="changé depuis la soumission : renvoyez la demande"):
        stories.grant(world.marc, request, world.fund())
    assert reload(request, world.marc).state == "submitted"
    assert send_back(world, request, "Autre bailleur.").state == "returned"


def test_nothing_granted_is_not_a_validation(world, case):
    request = stories.submitted(world.claire, case)
    with pytest.raises(InvalidInputError, match="au moins une échéance"):
        stories.grant(world.marc, request, world.fund(), granted=("0", "0", "0"))


def test_a_closed_fund_is_refused_with_its_reason(world, case):
    request = stories.submitted(world.claire, case)
    closed = world.fund(owner=world.other_landlord, kind="LANDLORD")
    with pytest.raises(InvalidInputError, match="seulement les locataires du bailleur"):
        stories.grant(world.marc, request, closed)


def test_the_landlords_fund_is_open_to_its_tenants(world, case):
    request = stories.submitted(world.claire, case)
    fund = world.fund(owner=world.landlord, kind="LANDLORD")
    assert stories.grant(world.marc, request, fund).state == "validated"


def test_an_empty_fund_is_named_and_nothing_changes(world, case):
    request = stories.submitted(world.claire, case)
    with pytest.raises(InsufficientFundsError, match="il reste"):
        stories.grant(world.marc, request, world.fund("500"))
    assert reload(request, world.marc).state == "submitted"
    with tenancy.tenant(world.marc.context):
        assert not FundAllocation.objects.exists()
        assert not AidProfile.objects.exists()


def test_a_term_may_be_split_between_funds(world, case):
    request = stories.submitted(world.claire, case)
    own, landlords = world.fund(), world.fund(owner=world.landlord, kind="LANDLORD")
    with tenancy.tenant(world.marc.context):
        first, *others = stories.decisions(request, own)
    split = ((own.public_id, Decimal("77.20")), (landlords.public_id, Decimal("200.00")))
    validate(world, request, [dataclasses.replace(first, allocations=split), *others])
    with tenancy.tenant(world.marc.context):
        landlords.refresh_from_db()
        assert landlords.committed == Decimal("200.00")


def test_a_form_sent_twice_decides_once(world, case):
    request = stories.submitted(world.claire, case)
    fund = world.fund()
    with tenancy.tenant(world.marc.context):
        decisions = stories.decisions(request, fund)
    validate(world, request, decisions, version=request.version)
    with pytest.raises(StalePageError):
        validate(world, request, decisions, version=request.version)
    with tenancy.tenant(world.marc.context):
        fund.refresh_from_db()
        assert fund.committed == Decimal("831.60")


def test_an_author_who_is_manager_may_not_decide(world, case):
    request = stories.submitted(world.marc, case)
    with pytest.raises(NotAllowedError, match="un autre responsable"):
        stories.grant(world.marc, request, world.fund())


def test_the_database_refuses_an_author_as_decider(world, case):
    request = stories.submitted(world.marc, case)
    by_force = pytest.raises(IntegrityError, match="aid_decider_is_no_author")
    with tenancy.tenant(world.marc.context), by_force, transaction.atomic():
        AidRequest.objects.filter(pk=request.pk).update(
            state="validated",
            decided_by_id=world.marc.user_id,
            decided_at=NOW,
            granted_amount=Decimal("1"),
        )


def test_a_refusal_gives_the_months_back_and_may_be_reopened(world, case):
    request = stories.submitted(world.claire, case)
    with tenancy.tenant(world.marc.context):
        ops.reject(
            actor=world.marc, request_id=request.public_id, version=None, reason="Droits à ouvrir.", at=NOW
        )
        assert set(request.terms.values_list("state", flat=True)) == {"REFUSED"}
        assert ProductionJob.objects.filter(kind="refusal_letter").count() == 1
    with tenancy.tenant(world.anne.context):
        reopened = ops.reopen(
            actor=world.anne, request_id=request.public_id, version=None, reason="Droits ouverts.", at=LATER
        )
    assert (reopened.state, reopened.decided_by_id, reopened.decision_reason) == ("submitted", None, "")
    assert stories.grant(world.marc, reopened, world.fund()).state == "validated"


def test_a_refusal_whose_place_was_taken_stays(world, case):
    request = stories.submitted(world.claire, case)
    with tenancy.tenant(world.marc.context):
        ops.reject(actor=world.marc, request_id=request.public_id, version=None, reason="Non.", at=NOW)
    follower = stories.draft(world.claire, case, at=LATER)
    with tenancy.tenant(world.anne.context), pytest.raises(InvalidInputError, match=follower.reference):
        ops.reopen(actor=world.anne, request_id=request.public_id, version=None, reason="Oui.", at=LATER)


# --- After the decision -------------------------------------------------------------------------


def test_stopping_releases_what_is_neither_paid_nor_ordered(world):
    request = stories.validated(world)
    with tenancy.tenant(world.marc.context):
        fund = request.allocations.first().fund
        first, second, _third = request.terms.all()
        ops.order_terms(actor=world.marc, request=request, terms=[first, second], at=NOW)
        ops.settle_terms(actor=world.marc, request=request, terms=[first], paid_on=TODAY, at=NOW)
        stopped = ops.stop(
            actor=world.marc,
            request_id=request.public_id,
            version=None,
            cause="TENANT_LEFT",
            reason="Déménagement.",
            at=LATER,
        )
        fund.refresh_from_db()
        assert fund.released == Decimal("277.20")
        assert [t.state for t in stopped.terms.all()] == ["PAID", "ORDERED", "RELEASED"]
        # The order of the second term is given up afterwards: it goes back to the fund too.
        ops.return_terms(actor=world.marc, request=stopped, terms=[second], at=LATER)
        fund.refresh_from_db()
        assert fund.released == Decimal("554.40")
        assert RentTerm.objects.get(pk=second.pk).state == "RELEASED"


def test_paying_every_term_settles_the_request(world):
    request = stories.validated(world)
    with tenancy.tenant(world.marc.context):
        first, *others = request.terms.all()
        ordered = ops.order_terms(actor=world.marc, request=request, terms=[first, *others], at=NOW)
        assert ordered.state == "in_payment"
        part = ops.settle_terms(actor=world.marc, request=request, terms=[first], paid_on=TODAY, at=NOW)
        assert (part.state, part.paid_amount) == ("in_payment", Decimal("277.20"))
        full = ops.settle_terms(actor=world.marc, request=request, terms=others, paid_on=TODAY, at=LATER)
    assert (full.state, full.paid_amount, full.closed_at) == ("settled", Decimal("831.60"), LATER)


def test_an_order_given_up_makes_its_terms_wait_again(world):
    request = stories.validated(world)
    with tenancy.tenant(world.marc.context):
        terms = list(request.terms.all())
        ops.order_terms(actor=world.marc, request=request, terms=terms, at=NOW)
        with pytest.raises(InvalidInputError, match="n’attendent pas"):
            ops.order_terms(actor=world.marc, request=request, terms=terms, at=NOW)
        back = ops.return_terms(actor=world.marc, request=request, terms=terms, at=NOW)
        assert back.state == "validated"
        assert set(back.terms.values_list("state", flat=True)) == {"GRANTED"}


def test_a_stale_page_changes_nothing(world, case):
    request = stories.draft(world.claire, case)
    with pytest.raises(StalePageError):
        save_terms(world, request, stories.term_inputs(), version=request.version - 1)
    assert reload(request, world.claire).version == request.version


def test_each_step_keeps_who_when_and_in_which_capacity(world):
    request = stories.validated(world)
    with tenancy.tenant(world.marc.context):
        steps = AidEvent.objects.filter(request=request).order_by("id")
        told = [(e.kind, e.from_state, e.to_state, e.capacity) for e in steps]
    assert told == [
        ("create", "", "draft", "SOCIAL_WORKER"),
        ("edit", "draft", "draft", "SOCIAL_WORKER"),
        ("protocol", "draft", "draft", "SOCIAL_WORKER"),
        ("submit", "draft", "submitted", "SOCIAL_WORKER"),
        ("validate", "submitted", "validated", "MANAGER"),
    ]
