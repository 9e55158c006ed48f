"""A case opened to another organisation: what is seen and written, through the code's filter and by the
database alone, before, during and after (DOMAIN §3)."""

import datetime as dt

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from ales import tenancy
from ales.errors import InvalidInputError, NotAllowedError
from cases import operations, permissions
from cases.models import CaseEvent, CaseGroupObjectPermission, CaseShare, Person, TenantCase
from cases.models.case import LimitKind
from cases.operations import Page, ShareInput
from cases.personal_data import operations as rights
from cases.querysets import READ_PERMISSION
from members import access
from members.models import User

pytestmark = pytest.mark.django_db

HIDDEN = {"CaseHandover", "StepDraft", "Protocol", "Undertaking"}


def typed(organisation, **fields) -> ShareInput:
    values = {
        "level": "READ",
        "reason": "Suivi commun",
        "ends_on": timezone.localdate() + dt.timedelta(days=30),
    }
    return ShareInput(organisation=organisation.public_id, **(values | fields))


def share(world, case, organisation=None, *, actor=None, **fields) -> CaseShare:
    actor = actor or world.claire
    with tenancy.tenant(actor.context):
        return operations.share_case(
            actor=actor,
            case_id=case.public_id,
            typed=typed(organisation or world.other_cil, **fields),
            at=timezone.now(),
        )


def change(actor, share, **fields) -> None:
    """Dates as they would be later, written by the organisation that shared."""
    with tenancy.tenant(actor.context):
        assert CaseShare.objects.filter(pk=share.pk).update(**fields) == 1


def seen_by_filter(actor, case) -> bool:
    """Through `visible_to`, with row security held open for the case's own organisation."""
    return TenantCase.objects.visible_to(actor).filter(pk=case.pk).exists()


def seen_by_database(actor, table="cases_tenantcase") -> int:
    with tenancy.tenant(actor.context), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


@pytest.fixture
def case(world):
    return world.complete_case()


def expect(world, case, actor, visible: bool) -> None:
    """The filter alone and the database alone say the same."""
    with tenancy.tenant(world.claire.context):
        # Claire's own rights let every row through here: what is left is the filter. The grants and shares
        # it asks for are hers to read, too.
        assert seen_by_filter(actor, case) is visible
    assert seen_by_database(actor) == int(visible)
    assert seen_by_database(actor, "cases_person") == (4 if visible else 0)


def test_a_share_opens_the_case_to_the_social_people_of_one_organisation(world, case):
    for stranger in (world.denis, world.diane, world.sonia, world.lea, world.anne):
        expect(world, case, stranger, visible=False)
    share(world, case)
    for reader in (world.denis, world.diane):
        expect(world, case, reader, visible=True)
    for stranger in (world.sonia, world.rachid, world.lea, world.anne, world.theo, world.bruno):
        expect(world, case, stranger, visible=False)


def test_every_row_of_the_social_file_is_shared_and_nothing_else(world, case):
    share(world, case)
    with tenancy.tenant(world.denis.context):
        seen = {
            model.__name__
            for model in apps.get_app_config("cases").get_models()
            if hasattr(model, "organisation") and model.objects.exists()
        }
        assert {"TenantCase", "Household", "Person", "Employment", "Tenancy", "BudgetLine"} <= seen
        for room in ("aids", "payments", "documents"):
            for model in apps.get_app_config(room).get_models():
                if hasattr(model, "organisation_id"):
                    assert not model.objects.exists(), model


def test_the_agent_of_a_landlord_it_is_shared_with_sees_nothing(world, case):
    share(world, case, world.landlord)
    expect(world, case, world.sonia, visible=True)
    expect(world, case, world.lea, visible=False)


def test_a_share_taken_back_closes_at_once(world, case):
    given = share(world, case)
    with tenancy.tenant(world.claire.context):
        operations.revoke_share(
            actor=world.claire, case_id=case.public_id, share_id=given.public_id, at=timezone.now()
        )
        assert not CaseGroupObjectPermission.objects.exists()
        assert CaseEvent.objects.filter(case=case, kind="share_ended").count() == 1
    expect(world, case, world.denis, visible=False)


def yesterday() -> dt.date:
    return timezone.localdate() - dt.timedelta(days=1)


def test_a_share_ends_by_itself_the_day_after_its_last(world, case):
    given = share(world, case)
    long_ago = timezone.localdate() - dt.timedelta(days=60)
    with tenancy.tenant(world.claire.context):
        CaseShare.objects.filter(pk=given.pk).update(ends_on=timezone.localdate())
    expect(world, case, world.denis, visible=True)
    old = older_share(world, case, given, starts_on=long_ago, ends_on=yesterday())
    with tenancy.tenant(world.claire.context):
        assert CaseGroupObjectPermission.objects.filter(content_object=case).exists(), (
            "the grant still stands"
        )
    expect(world, case, world.denis, visible=False)
    # The nightly task tells it, once.
    assert operations.end_expired_shares(timezone.now()) == 1
    assert operations.end_expired_shares(timezone.now()) == 0
    with tenancy.tenant(world.claire.context):
        old.refresh_from_db()
        assert old.ended_at
        assert not CaseGroupObjectPermission.objects.exists()
        (event,) = CaseEvent.objects.filter(case=case, kind="share_ended")
        assert "arrivé à échéance" in event.text


def older_share(world, case, given, *, starts_on, ends_on) -> CaseShare:
    """The same share as if it had been given in the past, its grant still standing."""
    with tenancy.tenant(world.claire.context):
        CaseShare.objects.filter(pk=given.pk).update(
            revoked_at=timezone.now(), revoked_by_id=world.claire.user_id
        )
        return CaseShare.objects.create(
            case=case,
            shared_with_id=given.shared_with_id,
            level=given.level,
            reason="Ancien",
            starts_on=starts_on,
            ends_on=ends_on,
            decided_on=starts_on,
            created_by_id=world.claire.user_id,
        )


def test_a_share_without_its_grant_opens_nothing_to_the_filter(world, case):
    share(world, case)
    with tenancy.tenant(world.claire.context):
        CaseGroupObjectPermission.objects.all().delete()
        assert not seen_by_filter(world.denis, case)


def test_a_grant_is_taken_back_from_the_organisation_named_and_no_other(world, case):
    """And nothing happens to who never had one."""
    first, second, never = world.other_cil.pk, world.landlord.pk, world.cil.pk
    for organisation in (world.other_cil, world.landlord):
        share(world, case, organisation)

    def held(organisation) -> bool:
        return (
            access.granted_ids(organisation, READ_PERMISSION, TenantCase).filter(content_object=case).exists()
        )

    with tenancy.tenant(world.claire.context):
        access.withdraw(never, READ_PERMISSION, case)
        assert [held(first), held(second), held(never)] == [True, True, False]
        access.withdraw(second, READ_PERMISSION, case)
        assert [held(first), held(second), held(never)] == [True, False, False]


def test_a_grant_without_its_share_opens_nothing(world, case):
    given = share(world, case)
    change(world.claire, given, revoked_at=timezone.now(), revoked_by_id=world.claire.user_id)
    expect(world, case, world.denis, visible=False)


def test_no_global_permission_and_no_superuser_opens_anything(world, case):
    share(world, case, world.landlord)
    wanted = Permission.objects.filter(codename__in=["read_shared_case", "write_shared_case"])
    assert wanted.count() == 2
    group, _ = Group.objects.get_or_create(name=f"organisation-{world.other_cil.pk}")
    group.permissions.add(*wanted)
    denis = User.objects.get(pk=world.denis.user_id)
    denis.user_permissions.add(*wanted)
    denis.groups.add(group)
    User.objects.filter(pk=denis.pk).update(is_superuser=True)
    expect(world, case, world.denis, visible=False)


# --- Read and write ---------------------------------------------------------------------------------


def write_a_person(actor, case):
    with tenancy.tenant(actor.context), transaction.atomic():
        Person.objects.create(
            case=case, organisation_id=case.organisation_id, position="OTHER", last_name="X", first_name="Y"
        )


def test_reading_does_not_let_write(world, case):
    share(world, case)
    with tenancy.tenant(world.denis.context):
        assert permissions.may_edit(world.denis, case).reason == permissions.READ_ONLY
        with pytest.raises(NotAllowedError, match="lecture seule"):
            operations.save_entitlements(
                actor=world.denis, case_id=case.public_id, page=Page(), entries={}, at=timezone.now()
            )
        assert Person.objects.update(last_name="Volé") == 0
        assert TenantCase.objects.update(town="Ailleurs") == 0
        assert Person.objects.all().delete()[0] == 0
    with pytest.raises(ProgrammingError, match="row-level security"):
        write_a_person(world.denis, case)


def test_writing_is_marked_in_the_timeline(world, case):
    share(world, case, level="WRITE")
    with tenancy.tenant(world.denis.context):
        operations.save_difficulty(
            actor=world.denis,
            case_id=case.public_id,
            page=Page(),
            life_event="SEPARATION",
            life_event_on=None,
            social_notes="",
            last_contact_on=None,
            at=timezone.now(),
        )
    with tenancy.tenant(world.claire.context):
        event = CaseEvent.objects.get(case=case, kind="step:difficulte")
        assert "Autre CIL, dossier partagé" in event.text
        assert event.organisation_id == world.cil.pk
        case.refresh_from_db()
        assert (case.life_event, case.organisation_id) == ("SEPARATION", world.cil.pk)


def test_what_a_sharee_writes_stays_with_the_organisation_that_follows(world, case):
    """The database refuses the case itself, or one of its rows, taken home."""
    share(world, case, level="WRITE")
    write_a_person(world.denis, case)
    with (
        pytest.raises(DatabaseError, match="transfert accepté seulement"),
        tenancy.tenant(world.denis.context),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE cases_tenantcase SET organisation_id = %s", [world.other_cil.pk])
    with (
        pytest.raises(IntegrityError, match="same_organisation"),
        tenancy.tenant(world.denis.context),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; UPDATE cases_person SET organisation_id = %s",
            [world.other_cil.pk],
        )


def test_a_sharee_neither_follows_nor_shares_nor_closes(world, case):
    share(world, case, level="WRITE")
    with tenancy.tenant(world.diane.context):
        for verdict in (
            permissions.may_follow(world.diane, case),
            permissions.may_share(world.diane, case),
            permissions.may_revoke_share(world.diane, case),
            permissions.may_close(world.diane, case, held=False),
            permissions.may_reopen(world.diane, case),
            permissions.may_propose_handover(world.diane, case),
            permissions.may_edit_dwelling(world.diane, case, held=False),
            permissions.may_sign_protocol(world.diane, case, None),
        ):
            assert not verdict
            assert verdict.reason
        assert permissions.may_edit(world.diane, case)
    with pytest.raises(NotAllowedError):
        share(world, case, world.landlord, actor=world.diane)


@pytest.mark.parametrize("table", ["cases_caseshare", "cases_casegroupobjectpermission"])
def test_a_sharee_cannot_help_itself_by_sql(world, case, table):
    given = share(world, case)
    statements = {
        "cases_caseshare": ("UPDATE cases_caseshare SET ends_on = ends_on + 1", []),
        "cases_casegroupobjectpermission": ("DELETE FROM cases_casegroupobjectpermission", []),
    }
    with tenancy.tenant(world.denis.context), connection.cursor() as cursor:
        cursor.execute(*statements[table])
        assert cursor.rowcount == 0
    change(world.claire, given, ends_on=given.ends_on)


# --- What is accepted -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ends_on": dt.date(2020, 1, 1)}, "ends_on"),
        ({"ends_on": dt.date(2120, 1, 1)}, "ends_on"),
        ({"reason": "  "}, "reason"),
        ({"level": "OWNER"}, "level"),
    ],
)
def test_a_share_has_an_end_a_reason_and_a_level(world, case, fields, field):
    with pytest.raises(InvalidInputError) as error:
        share(world, case, **fields)
    assert list(error.value.faults) == [field]


def test_twelve_months_to_the_day(world, case):
    longest = operations.last_day(timezone.localdate())
    with pytest.raises(InvalidInputError):
        share(world, case, ends_on=longest + dt.timedelta(days=1))
    given = share(world, case, ends_on=longest)
    with pytest.raises(IntegrityError, match="share_twelve_months_at_most"), transaction.atomic():
        change(world.claire, given, ends_on=longest + dt.timedelta(days=1))


@pytest.mark.parametrize("organisation", ["cil", "other_landlord", "ales"])
def test_only_with_another_organisation_where_somebody_may_read_it(world, case, organisation):
    with pytest.raises(InvalidInputError) as error:
        share(world, case, getattr(world, organisation))
    assert list(error.value.faults) == ["organisation"]


def test_once_an_organisation_at_a_time(world, case):
    share(world, case)
    with pytest.raises(InvalidInputError, match="déjà partagé"):
        share(world, case)


def test_an_expired_share_leaves_its_place(world, case):
    given = share(world, case)
    long_ago = timezone.localdate() - dt.timedelta(days=60)
    older_share(world, case, given, starts_on=long_ago, ends_on=yesterday())
    share(world, case)
    expect(world, case, world.denis, visible=True)


def test_by_its_referent_or_a_manager(world, case):
    with pytest.raises(NotAllowedError, match="référent"):
        share(world, case, actor=world.cecile)
    share(world, case, actor=world.marc)


def test_prolonged_from_today(world, case):
    given = share(world, case)
    until = operations.last_day(timezone.localdate())
    with tenancy.tenant(world.claire.context):
        operations.prolong_share(
            actor=world.claire,
            case_id=case.public_id,
            share_id=given.public_id,
            ends_on=until,
            at=timezone.now(),
        )
        given.refresh_from_db()
        assert given.ends_on == until
        with pytest.raises(InvalidInputError):
            operations.prolong_share(
                actor=world.claire,
                case_id=case.public_id,
                share_id=given.public_id,
                ends_on=until + dt.timedelta(days=1),
                at=timezone.now(),
            )


def test_the_managers_are_told_without_a_name(world, case, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        share(world, case)
    (message,) = mail.outbox
    assert message.to == ["diane@test.example"]
    assert "MARTIN" not in message.subject + message.body


def test_reading_leaves_one_line_a_day(world, case):
    share(world, case)
    with tenancy.tenant(world.denis.context):
        for _ in range(3):
            operations.mark_reading(actor=world.denis, case=case, at=timezone.now())
    with tenancy.tenant(world.claire.context):
        (event,) = CaseEvent.objects.filter(case=case, kind="shared_view")
        assert "Autre CIL" in event.text


# --- A frozen file ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LimitKind.values)
def test_freezing_a_file_closes_it_to_others_at_once(world, case, kind):
    """To consult is to process (GDPR art. 18): both walls, and the shares already over stay as they were."""
    over = older_share(
        world, case, share(world, case, world.landlord), starts_on=yesterday(), ends_on=yesterday()
    )
    given = share(world, case, level="WRITE")
    freeze(world, case, kind)
    expect(world, case, world.denis, visible=False)
    with tenancy.tenant(world.claire.context):
        given.refresh_from_db()
        over.refresh_from_db()
        assert (given.revoked_by_id, over.revoked_by_id) == (world.marc.user_id, None)
        ended = CaseEvent.objects.get(case=case, kind="share_ended")
        assert ended.text == "Partage avec Autre CIL retiré : dossier gelé"


def test_a_frozen_file_is_not_shared_and_says_why(world, case):
    freeze(world, case)
    for actor in (world.claire, world.marc):
        with pytest.raises(NotAllowedError, match=r"gelé \(litige"):
            share(world, case, actor=actor)
    with tenancy.tenant(world.marc.context):
        rights.release(actor=world.marc, case_id=case.public_id, at=timezone.now())
    share(world, case)
    expect(world, case, world.denis, visible=True)


def freeze(world, case, kind: str = "DISPUTE") -> None:
    with tenancy.tenant(world.marc.context):
        rights.limit(actor=world.marc, case_id=case.public_id, kind=kind, reason="Motif", at=timezone.now())


# --- Speed ------------------------------------------------------------------------------------------


def test_a_list_of_thousands_keeps_its_index(world, case):
    """The shares in the policy cost the plan of one's own list nothing: index order, no sort."""
    with tenancy.tenant(world.claire.context):
        TenantCase.objects.bulk_create(
            TenantCase(
                organisation=world.cil,
                reference=f"V-{number}",
                referent_id=world.claire.user_id,
                created_by_id=world.claire.user_id,
                opened_on=dt.date(2026, 1, 1),
                updated_at=timezone.now() - dt.timedelta(minutes=number),
            )
            for number in range(3000)
        )
        share(world, case)
        plan = TenantCase.objects.followed_by(world.claire).latest_first()[:51].explain()
    assert "case_by_update" in plan
    assert "Sort" not in plan
