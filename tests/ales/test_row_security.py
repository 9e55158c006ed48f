"""The database's own wall (DESIGN §2.6): a table nobody thought of fails here."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from ales import tenancy
from ales.tenancy import TenantContext
from members.models import Organisation

pytestmark = [pytest.mark.django_db, pytest.mark.database]

#: Tables that hold no organisation's rows of cases, aids, payments or documents, each with why.
OPEN = {
    "account_emailaddress": "read before sign-in",
    "account_emailconfirmation": "read before sign-in",
    "aids_scale": "the same scale for everybody",
    "aids_scaleband": "the same scale for everybody",
    "ales_cache": "attempts at sign-in, under hashed keys",
    "ales_counter": "numbers only",
    "auth_group": "no person",
    "auth_group_permissions": "no person",
    "auth_permission": "no person",
    "django_content_type": "no person",
    "django_migrations": "no person",
    "django_session": "read before sign-in; its key is unguessable",
    "guardian_groupobjectpermission": "grants, no content",
    "guardian_userobjectpermission": "grants, no content",
    "members_invitation": "read before sign-in; its token is kept hashed",
    "members_membership": "read to know who acts",
    "members_organisation": "the members' directory",
    "members_sessionrecord": "read at sign-in; its keys are kept hashed",
    "members_user": "read before sign-in",
    "members_user_groups": "no content",
    "members_user_user_permissions": "no content",
    "mfa_authenticator": "read before sign-in; its secrets are encrypted",
}


def rows(sql: str, *parameters) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


TABLES = (
    "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
)


def tables() -> dict[str, bool]:
    """Every table of ours, and whether row security is forced on it."""
    return dict(rows(TABLES))


def forgotten(known: dict[str, bool]) -> list[str]:
    return [table for table, forced in known.items() if not forced and table not in OPEN]


def test_every_table_is_protected_or_open_for_a_reason():
    assert forgotten(tables()) == []


def test_a_table_nobody_thought_of_is_found(owner_connection):
    with owner_connection.cursor() as cursor:
        cursor.execute("CREATE TABLE forgotten_one (id int)")
        cursor.execute(TABLES)
        assert forgotten(dict(cursor.fetchall())) == ["forgotten_one"]


def test_no_open_table_is_listed_in_vain():
    known = tables()
    assert [table for table in OPEN if table not in known or known[table]] == []


def test_the_suite_runs_as_the_application():
    ((superuser, bypass, createrole, createdb),) = rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = session_user"
    )
    assert (superuser, bypass, createrole, createdb) == (False, False, False, False)
    assert (
        rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = session_user")
        == []
    )


def test_the_application_cannot_empty_a_table():
    granted = rows(
        "SELECT table_name FROM information_schema.role_table_grants"
        " WHERE grantee = session_user AND privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')"
    )
    assert granted == []


def test_append_only_tables_can_be_neither_changed_nor_emptied():
    append_only = {
        model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)
    }
    assert len(append_only) >= 4
    changeable = rows(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee = session_user AND table_name = ANY(%s) AND privilege_type IN ('UPDATE', 'DELETE')",
        sorted(append_only),
    )
    assert changeable == []


def test_the_application_cannot_hang_a_trigger_function_on_a_table_of_its_own():
    """Most write as their owner: sums of funds, history, journal."""
    assert (
        rows(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND prorettype = 'trigger'::regtype AND has_function_privilege(oid, 'EXECUTE')"
        )
        == []
    )


def test_no_view_looks_past_row_security():
    leaking = rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND (relkind = 'm' OR"
        " (relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY(reloptions), false)))"
    )
    assert leaking == []


def test_without_a_context_every_protected_table_is_empty(world):
    world.fund()
    world.bank_details()
    world.complete_case()
    tenancy.enter(None)
    for table, forced in tables().items():
        if forced:
            assert rows(f"SELECT count(*) FROM {table}") == [(0,)], table


@pytest.mark.parametrize(
    "who", ["denis", "diane", "lea", "louis", "sonia", "rachid", "anne", "theo", "bruno"]
)
def test_a_social_file_is_seen_by_its_organisation_only(world, who):
    """Even the landlord's agents and social service, and the association, see nothing of it."""
    world.complete_case()
    with tenancy.tenant(getattr(world, who).context):
        for model in apps.get_app_config("cases").get_models():
            assert rows(f"SELECT count(*) FROM {model._meta.db_table}") == [(0,)], model


def test_an_agent_of_the_same_landlord_sees_none_of_its_social_files(world):
    """Access depends on organisation and capacity, never on the organisation alone (DOMAIN §3)."""
    world.complete_case(world.sonia)
    with tenancy.tenant(world.rachid.context):
        assert rows("SELECT count(*) FROM cases_person") == [(4,)]
    with tenancy.tenant(world.lea.context):
        assert rows("SELECT count(*) FROM cases_person") == [(0,)]


def test_a_row_cannot_be_written_for_another_organisation(world):
    case = world.complete_case()
    with (
        tenancy.tenant(world.denis.context),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        type(case).objects.create(
            organisation=world.cil,
            reference="D-2026-99999",
            referent_id=world.denis.user_id,
            opened_on="2026-06-15",
            created_by_id=world.denis.user_id,
        )


def test_a_role_nobody_has_sees_nothing(world):
    world.complete_case()
    with tenancy.tenant(TenantContext(1, world.cil.pk, "SUPERVISOR")):
        assert rows("SELECT count(*) FROM cases_tenantcase") == [(0,)]


def test_the_former_context_returns_after_a_nested_one(world):
    with tenancy.tenant(world.claire.context):
        with tenancy.tenant(world.denis.context):
            assert tenancy.current() == world.denis.context
        assert tenancy.current() == world.claire.context


@pytest.mark.django_db(transaction=True)
def test_a_context_needs_a_transaction():
    with pytest.raises(tenancy.OutsideTransactionError):
        tenancy.enter(TenantContext(1, 1, "MANAGER"))


@pytest.mark.django_db(transaction=True)
def test_a_context_ends_with_its_transaction():
    organisation = Organisation.objects.create(name="CIL", kind="CIL")
    with tenancy.tenant(TenantContext(1, organisation.pk, "MANAGER")):
        assert tenancy.current() is not None
    assert tenancy.current() is None


def test_functions_that_run_as_their_owner_never_look_among_temporary_tables_first():
    """`pg_temp` unnamed is looked in before all else: anybody could put a table of theirs in the way."""
    paths = dict(
        rows(
            "SELECT proname, (SELECT min(c) FROM unnest(proconfig) AS c WHERE c LIKE 'search_path=%%') "
            "FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        )
    )
    assert "payments_recovered_within_paid" in paths
    assert [name for name, path in paths.items() if not (path or "").endswith("pg_temp")] == []
