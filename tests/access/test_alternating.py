"""One connection, many tenants in turn: nothing of one is left for the next, whatever happened between."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from ales import tenancy
from ales.documents import tasks
from cases.models import TenantCase
from members.models import User
from tests.access.asking import ask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

SETTINGS = ("ales.organisation_id", "ales.user_id", "ales.capacity")


def left_behind() -> list[str]:
    """What the session still says of a tenant, and how many cases it would show."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"current_setting('{name}', true)" for name in SETTINGS))
        told = [value for value in cursor.fetchone() if value]
        cursor.execute("SELECT count(*) FROM cases_tenantcase")
        (count,) = cursor.fetchone()
    return [*told, *(["rows"] if count else [])]


@pytest.fixture
def cases(world):
    made = {"cil": world.complete_case(), "other": world.complete_case(world.denis)}
    assert left_behind() == []
    return made


def clients(world) -> dict[str, Client]:
    found = {}
    for who in ("claire", "denis", "lea", "sonia", "anne", "bruno"):
        found[who] = Client(raise_request_exception=False)
        user = User.objects.get(pk=getattr(world, who).user_id)
        found[who].force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return found


def test_people_in_turn(world, cases):
    """A hundred pages by six people on one connection, refused and broken ones between them."""
    held = connection.connection
    people = clients(world)
    own = {"claire": cases["cil"], "denis": cases["other"]}
    for turn in range(16):
        for who, client in people.items():
            for case in cases.values():
                answer = ask(client, "get", reverse("cases:detail", args=[case.public_id]))
                expected = 200 if own.get(who) == case else 403 if who in ("lea", "anne", "bruno") else 404
                assert answer.status == expected, (turn, who)
                assert left_behind() == []
        ask(
            people["claire"],
            "post",
            reverse("cases:close", args=[cases["cil"].public_id]),
            {"version": "x\0"},
        )
        ask(Client(), "get", "/dossiers/")
        assert left_behind() == []
    assert connection.connection is held, "it was one connection all along"


def test_a_page_that_breaks_leaves_nothing(world, cases, monkeypatch):
    """An exception, and an error of the database itself, in the middle of a page."""
    client = clients(world)["claire"]

    def broken(*_args, **_options):
        assert TenantCase.objects.count() == 1
        raise RuntimeError("broken")

    def refused_by_the_database(*_args, **_options):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    for breaks in (broken, refused_by_the_database):
        with monkeypatch.context() as patch:
            patch.setattr("cases.views.case._detail_context", breaks)
            answer = ask(client, "get", reverse("cases:detail", args=[cases["cil"].public_id]))
        assert answer.status == 500
        assert left_behind() == []


def test_a_block_that_breaks_leaves_nothing(world, cases):
    for error in (ValueError, DatabaseError):
        with pytest.raises(error), tenancy.tenant(world.claire.context):  # noqa: PT012
            assert TenantCase.objects.count() == 1
            raise error
        assert left_behind() == []
    with transaction.atomic():
        with tenancy.tenant(world.claire.context):
            assert TenantCase.objects.get() == cases["cil"]
        with tenancy.tenant(world.denis.context):
            assert TenantCase.objects.get() == cases["other"]
        assert not TenantCase.objects.exists()


def test_a_streamed_answer_is_read_outside_and_sees_nothing(world, cases):
    """The body of an answer is read after the transaction: a lazy query there finds no row."""
    with tenancy.tenant(world.claire.context):
        body = (row.reference for row in TenantCase.objects.all().iterator())
        seen = TenantCase.objects.all()
    assert list(body) == []
    assert list(seen) == []


def test_tasks_and_commands_start_from_nobody(world, cases):
    """The sweeper and the commands see no case, before and after a tenant's page on the same connection."""
    with tenancy.tenant(tenancy.WORKER):
        assert TenantCase.objects.count() == 0
    with tenancy.tenant(world.claire.context):
        assert TenantCase.objects.count() == 1
    tasks.sweep()
    assert left_behind() == []
    call_command("clearsessions")
    assert left_behind() == []


def test_no_setting_outlives_its_transaction():
    """A session-level setting would be the next person's (PITFALLS): it is only ever set locally."""
    with connection.cursor() as cursor, transaction.atomic():
        tenancy.enter(tenancy.TenantContext(1, 2, "MANAGER"))
        cursor.execute("SELECT current_setting('ales.organisation_id', true)")
        assert cursor.fetchone() == ("2",)
    assert left_behind() == []
