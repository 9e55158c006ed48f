"""A case that changes organisation: everything follows, nothing stays readable behind it."""

import pgtrigger
import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pgtrigger.registry import registered

from aids.models import AidEvent, AidProfile, AidRequest
from ales import tenancy
from ales.documents.models import StoredDocument
from ales.errors import InvalidInputError, NotAllowedError, Refusal
from cases import operations
from cases.models import CaseEvent, CaseHandover, CaseShare, TenantCase
from cases.personal_data import operations as rights
from members.models import FundEntry, User
from payments.models import PaymentOrder
from tests.access.owner import as_owner, owner_function
from tests.aids.stories import submitted
from tests.cases.agreements import prepared
from tests.payments.stories import payable_aid
from tests.world import NOW, World

pytestmark = pytest.mark.django_db

#: Tables whose rows stay with an organisation when one of its cases leaves, with why.
STAY = {
    "members_membership": "its people",
    "members_membershipchange": "its people",
    "members_invitation": "its people",
    "members_notification": "its people were told; references only",
}
TABLES = (
    "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
    " AND column_name = 'organisation_id' ORDER BY 1"
)


@pytest.fixture(scope="module")
def _owner(django_db_setup, django_db_blocker, owner_login):
    with django_db_blocker.unblock(), owner_function(owner_login):
        yield


@pytest.fixture
def case(world):
    return world.complete_case()


def public(actor):
    return User.objects.get(pk=actor.user_id).public_id


def propose(world, case, *, actor=None, to=None, reason="Le ménage a déménagé") -> CaseHandover:
    actor = actor or world.marc
    with tenancy.tenant(actor.context):
        return operations.propose_handover(
            actor=actor,
            case_id=case.public_id,
            organisation=(to or world.other_cil).public_id,
            reason=reason,
            at=timezone.now(),
        )


def accept(world: World, handover, *, actor=None, referent=None) -> TenantCase:
    actor = actor or world.diane
    with tenancy.tenant(actor.context):
        return operations.accept_handover(
            actor=actor,
            handover_id=handover.public_id,
            referent_id=public(referent or world.denis),
            at=timezone.now(),
        )


def answer_by(actor, name, handover, **fields):
    with tenancy.tenant(actor.context):
        return getattr(operations, name)(
            actor=actor, handover_id=handover.public_id, at=timezone.now(), **fields
        )


def freeze(world, case) -> None:
    with tenancy.tenant(world.marc.context):
        rights.limit(
            actor=world.marc, case_id=case.public_id, kind="DISPUTE", reason="Recours", at=timezone.now()
        )


def rows_of(organisation_id: int) -> dict[str, int]:
    """How many rows of each table name this organisation as theirs, past row security."""
    return {
        table: int(
            as_owner(f"SELECT count(*)::text FROM {table} WHERE organisation_id = {organisation_id}")[0]
        )
        for table in as_owner(TABLES.replace("table_name", "table_name::text", 1))
    }


def test_the_timeline_keeps_the_whole_of_a_long_reason(world, case):
    propose(world, case, reason="x" * 500)
    with tenancy.tenant(world.marc.context):
        assert CaseEvent.objects.get(case=case, kind="handover").text.endswith(": " + "x" * 500)


@pytest.mark.usefixtures("_owner")
def test_nothing_is_left_behind_in_any_table(world):
    """An aid paid, with its protocol, files, history: the organisation's only case leaves it empty."""
    story = payable_aid(world)
    order = story.sign(story.request())
    story.execute(order)
    with tenancy.tenant(world.marc.context):
        case = TenantCase.objects.get()
        prepared(world, case)
        operations.share_case(
            actor=world.marc,
            case_id=case.public_id,
            typed=operations.ShareInput(world.landlord.public_id, "WRITE", timezone.localdate(), "Relais"),
            at=timezone.now(),
        )
        operations.save_draft(
            actor=world.claire, case_id=case.public_id, step="menage", data={"a": ["b"]}, at=NOW
        )
        rights.record_correction(actor=world.marc, case_id=case.public_id, note="Le prénom", at=NOW)
        entries = FundEntry.objects.count()
    before = rows_of(world.cil.pk)
    assert {"cases_tenantcase", "cases_caseevent", "aids_aidrequest", "aids_rentterm", "aids_aidevent"} <= {
        table for table, count in before.items() if count
    }
    assert before["payments_paymentorder"] == before["payments_paymentadvice"] == 1
    assert before["documents_productionjob"]
    accept(world, propose(world, case))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    left = {table: count for table, count in rows_of(world.cil.pk).items() if count and table not in STAY}
    assert left == {}
    with tenancy.tenant(world.marc.context):
        assert not TenantCase.objects.exists()
        assert not AidRequest.objects.exists()
        assert FundEntry.objects.count() == entries, "the money stays where it was"
    with tenancy.tenant(world.diane.context):
        assert PaymentOrder.objects.visible_to(world.diane).count() == 1
        assert AidRequest.objects.visible_to(world.diane).count() == 1
        assert not StoredDocument.objects.exclude(organisation_id=world.other_cil.pk).exists()


def test_what_is_never_changed_still_follows_its_case():
    """An append-only table whose trigger minds the organisation would hold its case for ever."""
    holding = {
        model._meta.label
        for model, trigger in registered()
        if hasattr(model, "organisation_id")
        and isinstance(trigger, pgtrigger.Protect)
        and "UPDATE" in str(trigger.operation)
        and not _minds_all_but_the_organisation(trigger.render_condition(model))
    }
    assert holding == {"audit.AccessLog"}, "there, the organisation is the reader's"


def _minds_all_but_the_organisation(condition: str) -> bool:
    return condition != "" and 'OLD."organisation_id"' not in condition


def test_statistics_follow_the_request(world):
    payable_aid(world)
    with tenancy.tenant(world.marc.context):
        case = TenantCase.objects.get()
    accept(world, propose(world, case))
    with tenancy.tenant(world.diane.context):
        profiles = set(AidProfile.objects.values_list("organisation_id", flat=True))
        assert profiles <= {world.other_cil.pk}
        assert AidEvent.objects.exclude(organisation_id=world.other_cil.pk).count() == 0


def test_the_case_gets_a_reference_of_its_new_organisation_and_keeps_the_old_one(world, case):
    taken = world.complete_case(world.denis)
    handover = propose(world, case)
    moved = accept(world, handover)
    assert moved.organisation_id == world.other_cil.pk
    assert moved.referent_id == world.denis.user_id
    assert moved.former_reference == case.reference
    assert moved.reference != taken.reference or taken.organisation_id != moved.organisation_id
    with tenancy.tenant(world.diane.context):
        assert case.reference.lower().replace("-", " ").split()[-1] in moved.search_text
        (event,) = CaseEvent.objects.filter(case=moved, kind="handover", by_id=world.diane.user_id)
        assert "CIL de l'Essai" in event.text
        handover.refresh_from_db()
        assert (handover.state, handover.new_reference) == ("ACCEPTED", moved.reference)


def test_shares_end_with_the_handover(world, case):
    with tenancy.tenant(world.claire.context):
        for organisation in (world.other_cil, world.landlord):
            operations.share_case(
                actor=world.claire,
                case_id=case.public_id,
                typed=operations.ShareInput(organisation.public_id, "READ", timezone.localdate(), "Relais"),
                at=timezone.now(),
            )
    accept(world, propose(world, case))
    with tenancy.tenant(world.diane.context):
        assert CaseShare.objects.filter(case=case, revoked_at=None).count() == 0
    with tenancy.tenant(world.sonia.context):
        assert not TenantCase.objects.exists()


def test_not_while_an_aid_is_submitted(world, case):
    """Refused at the proposal, and by the database when it was submitted in the meantime."""
    world.fund()
    handover = propose(world, case)
    world.scale()
    submitted(world.claire, case)
    with pytest.raises(Refusal, match="attend une décision"):
        accept(world, handover)
    with tenancy.tenant(world.claire.context):
        case.refresh_from_db()
        assert case.organisation_id == world.cil.pk
    answer_by(world.marc, "cancel_handover", handover)
    with pytest.raises(NotAllowedError, match="attend une décision"):
        propose(world, case)


def test_not_while_the_file_is_frozen(world, case):
    """Refused at the proposal, and by the database when it was frozen in the meantime; then it goes on."""
    handover = propose(world, case)
    freeze(world, case)
    with pytest.raises(Refusal, match="gelé : il ne change pas d’organisme"):
        accept(world, handover)
    with tenancy.tenant(world.diane.context):
        assert not TenantCase.objects.exists()
        handover.refresh_from_db()
        assert handover.state == "PROPOSED"
    answer_by(world.marc, "cancel_handover", handover)
    with pytest.raises(NotAllowedError, match=r"gelé \(litige"):
        propose(world, case)
    with tenancy.tenant(world.marc.context):
        rights.release(actor=world.marc, case_id=case.public_id, at=timezone.now())
    accept(world, propose(world, case))


def test_not_while_an_order_is_under_way(world):
    story = payable_aid(world)
    with tenancy.tenant(world.marc.context):
        case = TenantCase.objects.get()
    handover = propose(world, case)
    story.request()
    with pytest.raises(Refusal, match="ordre de paiement est en cours"):
        accept(world, handover)
    answer_by(world.marc, "cancel_handover", handover)
    with pytest.raises(NotAllowedError, match="ordre de paiement"):
        propose(world, case)


@pytest.mark.parametrize("who", ["marc", "denis", "rachid", "anne", "lea"])
def test_answered_by_a_manager_of_the_receiver_only(world, case, who):
    handover = propose(world, case)
    actor = getattr(world, who)
    with pytest.raises(NotAllowedError):
        answer_by(actor, "accept_handover", handover, referent_id=public(world.denis))
    with pytest.raises(NotAllowedError):
        answer_by(actor, "refuse_handover", handover, reason="Non")
    with (
        tenancy.tenant(actor.context),
        pytest.raises(DatabaseError, match="n’existe pas"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "SELECT cases_handover(%s, %s, 'X-1', now())", [handover.public_id, world.denis.user_id]
        )


@pytest.mark.parametrize("who", ["claire", "diane"])
def test_proposed_by_a_manager_of_the_organisation(world, case, who):
    with pytest.raises(NotAllowedError):
        propose(world, case, actor=getattr(world, who))


def test_the_referent_is_one_of_the_receiver(world, case):
    handover = propose(world, case)
    with pytest.raises(InvalidInputError):
        accept(world, handover, referent=world.claire)
    with (
        tenancy.tenant(world.diane.context),
        pytest.raises(DatabaseError, match="référent de votre organisme"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "SELECT cases_handover(%s, %s, 'X-1', now())", [handover.public_id, world.claire.user_id]
        )


def test_refused_with_a_reason_and_only_once(world, case):
    handover = propose(world, case)
    with pytest.raises(InvalidInputError):
        answer_by(world.diane, "refuse_handover", handover, reason=" ")
    answer_by(world.diane, "refuse_handover", handover, reason="Hors de notre territoire")
    for name, fields in (
        ("accept_handover", {"referent_id": public(world.denis)}),
        ("refuse_handover", {"reason": "Encore"}),
    ):
        with pytest.raises(NotAllowedError, match="déjà reçu"):
            answer_by(world.diane, name, handover, **fields)
    propose(world, case)


def test_before_the_answer_the_receiver_reads_neither_name_nor_file(world, case):
    handover = propose(world, case)
    with tenancy.tenant(world.diane.context):
        assert not TenantCase.objects.exists()
        read = CaseHandover.objects.get(pk=handover.pk)
        assert "MARTIN" not in str(vars(read))
    with tenancy.tenant(world.denis.context):
        assert not CaseHandover.objects.exists()


def test_both_sides_are_told_without_a_name(world, case, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        handover = propose(world, case)
        accept(world, handover)
    assert [message.to[0] for message in mail.outbox] == [
        "diane@test.example",
        "marc@test.example",
        "diane@test.example",
    ]
    assert not any("MARTIN" in message.subject + message.body for message in mail.outbox)


def test_a_second_handover_takes_the_first_along(world, case):
    """The record of a past handover follows the case again, and stays true."""
    accept(world, propose(world, case))
    with tenancy.tenant(world.diane.context):
        moved = TenantCase.objects.get(pk=case.pk)
    back = propose(world, moved, actor=world.diane, to=world.cil)
    returned = accept(world, back, actor=world.marc, referent=world.claire)
    assert returned.organisation_id == world.cil.pk
    assert returned.former_reference == moved.reference
