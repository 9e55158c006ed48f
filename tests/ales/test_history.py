"""The history is the database's own: everything leaves a trace, and no page can silence or rewrite it."""

from uuid import uuid4

import pgtrigger
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from ales import tenancy
from ales.history import guard
from ales.history.tracking import Change, trackings
from cases.models import Person, TenantCase
from members.models import Membership
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.database]

CHANGES = {model: model._meta.db_table for model in apps.get_models() if issubclass(model, Change)}


def execute(sql: str, *parameters) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def history_of(person: Person) -> list[tuple]:
    changes = Person.pgh_event_model.objects.filter(pgh_obj_id=person.pk).order_by("pgh_id")
    return [(change.pgh_label, change.first_name) for change in changes]


@pytest.fixture
def person(world):
    """A member of a household of the first CIL, with Claire at work."""
    case = world.complete_case()
    with tenancy.tenant(world.claire.context):
        yield case.persons.first()


def test_every_room_is_tracked():
    names = {model._meta.label for model in trackings}
    assert {
        "cases.TenantCase",
        "cases.Household",
        "cases.Person",
        "cases.Employment",
        "cases.Tenancy",
        "cases.BudgetLine",
        "cases.Entitlement",
        "cases.Protocol",
        "cases.Undertaking",
        "aids.AidRequest",
        "aids.RentTerm",
        "aids.FundAllocation",
        "aids.Scale",
        "aids.ScaleBand",
        "members.Fund",
        "members.BankDetails",
        "members.Membership",
        "members.Organisation",
    } <= names


def test_save_raw_sql_and_bulk_update_are_recorded(person):
    person.first_name = "Salomé"
    person.save()
    execute("UPDATE cases_person SET first_name = 'Ségolène' WHERE id = %s", person.pk)
    person.first_name = "Sidonie"
    Person.objects.bulk_update([person], ["first_name"])
    Person.objects.filter(pk=person.pk).update(first_name="Solange")
    former = history_of(person)
    assert [name for _label, name in former[1:]] == ["Salomé", "Ségolène", "Sidonie", "Solange"]
    assert former[0][0] == "insert"
    person_id = person.pk
    execute("DELETE FROM cases_employment WHERE person_id = %s", person_id)
    execute("UPDATE cases_budgetline SET person_id = NULL WHERE person_id = %s", person_id)
    execute("DELETE FROM cases_person WHERE id = %s", person_id)
    assert history_of(person)[-1] == ("delete", "Solange")


def test_a_bulk_change_leaves_one_row_each(person):
    before = Person.pgh_event_model.objects.count()
    changed = Person.objects.filter(case=person.case_id).update(last_name="Dupré")
    assert changed > 1
    assert Person.pgh_event_model.objects.count() == before + changed


def test_what_changes_nothing_is_not_recorded(person):
    before = history_of(person)
    person.save()
    TenantCase.objects.filter(pk=person.case_id).update(version=99, search_text="autre")
    assert history_of(person) == before


def test_the_author_is_told_by_ids_only(world, person):
    person.first_name = "Salomé"
    person.save()
    change = Person.pgh_event_model.objects.filter(pgh_obj_id=person.pk).latest("pgh_id")
    assert change.pgh_context == {
        "user": world.claire.user_id,
        "organisation": world.cil.pk,
        "membership": str(world.claire.membership_id),
        "capacity": "SOCIAL_WORKER",
    }
    assert change.pgh_context_id == tenancy.current().request_id
    assert change.organisation_id == world.cil.pk


def test_the_context_table_of_the_package_stays_empty(person, owner_connection):
    person.first_name = "Salomé"
    person.save()
    assert owner_connection.execute("SELECT count(*) FROM pghistory_context").fetchone() == (0,)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        execute("INSERT INTO pghistory_context VALUES (gen_random_uuid(), now(), now(), '{}')")


# --- Nobody serving pages can silence it --------------------------------------------------------


def test_the_application_cannot_silence_by_the_package(person):
    before = len(history_of(person))
    with pgtrigger.ignore():
        Person.objects.filter(pk=person.pk).update(first_name="Muette")
    assert len(history_of(person)) == before + 1


@pytest.mark.parametrize("local", [True, False])
def test_the_application_cannot_silence_by_the_setting(person, local):
    before = len(history_of(person))
    names = ",".join(guard.tracking_functions())
    execute("SELECT set_config('pgtrigger.ignore', %s, %s)", f"{{{names}}}", local)
    execute("UPDATE cases_person SET first_name = 'Muette' WHERE id = %s", person.pk)
    assert len(history_of(person)) == before + 1
    execute("SELECT set_config('pgtrigger.ignore', '', false)")


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE cases_person DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN"
        " LANGUAGE sql AS 'SELECT true'",
        "ALTER FUNCTION _pgh_attach_context() SECURITY INVOKER",
    ],
)
def test_the_application_cannot_undo_the_triggers(person, sql):
    with pytest.raises(ProgrammingError, match=r"must be owner|permission denied"), transaction.atomic():
        execute(sql)


def test_only_the_owner_may_silence(owner_connection):
    name = next(name for name in guard.tracking_functions() if "update" in name)
    asked = "SELECT set_config('pgtrigger.ignore', %s, true), _pgtrigger_should_ignore(%s)"
    assert owner_connection.execute(asked, (f"{{{name}}}", name)).fetchone()[1] is True
    assert execute(asked, f"{{{name}}}", name)[0][1] is False


@pytest.mark.parametrize("table", sorted(CHANGES.values()))
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE {} SET pgh_label = 'insert'",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "INSERT INTO {} (pgh_label) VALUES ('update')",
        "COPY {} FROM STDIN",
        "SELECT * FROM {} FOR UPDATE",
    ],
)
def test_the_application_cannot_rewrite(world, table, sql):
    with (
        tenancy.tenant(world.marc.context),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        execute(sql.format(table))


@pytest.mark.parametrize(
    "sql", ["UPDATE cases_personchange SET first_name = 'Autre'", "DELETE FROM cases_personchange"]
)
def test_even_the_owner_does_not_rewrite_by_mistake(owner_connection, sql):
    owner_connection.execute(
        "INSERT INTO cases_personchange (pgh_created_at, pgh_label, position, last_name, first_name,"
        " occupational_category, employment_status, case_id, organisation_id, pgh_obj_id)"
        " VALUES (now(), 'insert', 'TENANT', 'A', 'B', '', '', 1, 1, 1)"
    )
    with pytest.raises(Exception, match="pgtrigger: Cannot"):
        owner_connection.execute(sql)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_installing_the_triggers_again_needs_a_migrate(owner_login, application_login):
    """`manage.py pgtrigger install` puts the package's functions back; `migrate` takes them again."""
    definers = "SELECT count(*) FROM pg_proc WHERE proname = ANY(%s) AND prosecdef AND proconfig IS NOT NULL"
    names = guard.tracking_functions()
    settings, expected = connection.settings_dict, [(len(names),)]
    try:
        connection.close()
        settings["USER"], settings["PASSWORD"] = owner_login
        pgtrigger.install()
        assert execute(definers, names) == [(0,)]
        call_command("migrate", verbosity=0)
        assert execute(definers, names) == expected
    finally:
        connection.close()
        settings["USER"], settings["PASSWORD"] = application_login


def test_tracking_functions_run_as_their_owner_on_a_fixed_path():
    names = guard.tracking_functions()
    assert len(names) == 3 * len(trackings)
    rows = execute("SELECT prosecdef, proconfig FROM pg_proc WHERE proname = ANY(%s)", names)
    assert rows == [(True, ["search_path=pg_catalog, public, pg_temp"])] * len(names)


# --- Who reads it -------------------------------------------------------------------------------

CASE_TABLES = sorted(table for table in CHANGES.values() if table.startswith("cases_"))


@pytest.mark.parametrize("who", ["denis", "diane", "lea", "louis", "rachid", "anne", "theo", "bruno"])
def test_the_history_of_a_file_is_its_organisation_s(world, who):
    """A foreign organisation, the landlord's agent and the association see no row of it."""
    world.complete_case()
    with tenancy.tenant(getattr(world, who).context):
        for table in CASE_TABLES:
            assert execute(f"SELECT count(*) FROM {table}") == [(0,)], table


def test_the_organisation_s_own_people_read_it(world):
    world.complete_case()
    for actor in (world.claire, world.marc):
        with tenancy.tenant(actor.context):
            assert execute("SELECT count(*) > 0 FROM cases_personchange") == [(True,)]


def test_without_a_context_no_history(world):
    world.complete_case()
    tenancy.enter(None)
    for table in CHANGES.values():
        assert execute(f"SELECT count(*) FROM {table}") == [(0,)], table


@pytest.mark.parametrize(("who", "seen"), [("marc", {"cil"}), ("claire", set()), ("lea", set())])
def test_habilitations_changed_are_read_by_their_managers(world, who, seen):
    with tenancy.tenant(getattr(world, who).context):
        found = {row for (row,) in execute("SELECT DISTINCT organisation_id FROM members_membershipchange")}
    assert found == {getattr(world, name).pk for name in seen}


def test_the_association_reads_every_habilitation_changed(world):
    with tenancy.tenant(world.anne.context):
        assert execute("SELECT count(*) FROM members_membershipchange") == [(Membership.objects.count(),)]


def test_a_file_handed_over_takes_its_history_along(owner_connection):
    """Composite keys move the rows; the history, closed to everybody, is moved by the database."""

    def insert(table: str, **values) -> int:
        names, places = ", ".join(values), ", ".join(["%s"] * len(values))
        sql = f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING id"
        return owner_connection.execute(sql, list(values.values())).fetchone()[0]

    def organisation(name: str) -> int:
        texts = ("landlord_type", "department", "siret", "email", "phone", "address", "postal_code", "town")
        flags = {"is_member": True, "is_active": True, "created_at": NOW}
        keys = {"public_id": uuid4(), "kind": "CIL", "name": name, "sort_key": name}
        return insert("members_organisation", **keys, **flags, **dict.fromkeys(texts, ""))

    first, second = organisation("Premier CIL"), organisation("Second CIL")
    user = insert(
        "members_user",
        **dict.fromkeys(("email", "first_name", "last_name", "phone", "password"), ""),
        **{"public_id": uuid4(), "is_active": True, "is_superuser": False, "date_joined": NOW},
    )
    texts = ("closing_reason", "life_event", "social_notes", "tenant_name", "landlord_name", "town")
    case = insert(
        "cases_tenantcase",
        **dict.fromkeys((*texts, "search_text", "former_reference", "limit_kind", "limit_reason"), ""),
        **{"public_id": uuid4(), "organisation_id": first, "reference": "D-1", "referent_id": user},
        **{"state": "OPEN", "opened_on": NOW, "version": 1, "step_versions": "{}", "created_by_id": user},
        **{"created_at": NOW, "updated_at": NOW},
    )
    texts = ("last_name", "first_name", "occupational_category", "employment_status")
    insert(
        "cases_person",
        **dict.fromkeys(texts, ""),
        **{"public_id": uuid4(), "case_id": case, "organisation_id": first, "position": "TENANT", "rank": 0},
    )
    owner_connection.execute("UPDATE cases_tenantcase SET organisation_id = %s WHERE id = %s", (second, case))
    for table, column in (("cases_tenantcasechange", "pgh_obj_id"), ("cases_personchange", "case_id")):
        sql = f"SELECT pgh_label, organisation_id FROM {table} WHERE {column} = %s ORDER BY pgh_id"
        labels = owner_connection.execute(sql, (case,)).fetchall()
        moved = [("insert", second), ("update", second)]
        assert labels == (moved if table == "cases_tenantcasechange" else moved[:1])
