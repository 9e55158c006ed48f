"""The suite's database: made and flushed by its owner, used as the application's login (PITFALLS)."""

import os
import time

import psycopg
import pytest
from allauth.account.internal.userkit import user_id_to_str
from django.conf import settings
from django.db import connection
from django.test import Client, TransactionTestCase
from psycopg.conninfo import conninfo_to_dict

from ales import embedded
from ales.journal.models import JournalEntry
from ales.settings import DATABASE_URL
from members.access import SESSION_KEY
from members.models import User
from tests.world import World

EMPTYING_THE_JOURNAL = next(
    trigger.get_pgid(JournalEntry) for trigger in JournalEntry._meta.triggers if trigger.name == "no_truncate"
)


def pytest_configure(config) -> None:
    if not os.environ.get("DATABASE_URL"):
        os.environ.setdefault("ALES_EMBEDDED_FSYNC", "off")
        embedded.hold()


def _log_in(user: str, password: str) -> None:
    connection.close()
    connection.settings_dict["USER"] = user
    connection.settings_dict["PASSWORD"] = password


@pytest.fixture(scope="session")
def owner_login() -> tuple[str, str]:
    """Login of the owner of the tables."""
    return settings.DATABASES["default"]["USER"], settings.DATABASES["default"]["PASSWORD"]


@pytest.fixture(scope="session")
def application_login() -> tuple[str, str]:
    """Login that serves the pages."""
    parts = conninfo_to_dict(DATABASE_URL)
    return parts["user"], parts.get("password", "")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, owner_login, application_login):
    """pytest-django's own set-up runs as the owner; from here on everything runs as the application."""

    def log_in(login: tuple[str, str]) -> None:
        with django_db_blocker.unblock():
            _log_in(*login)

    flush = TransactionTestCase._fixture_teardown

    def flush_as_owner(self) -> None:
        log_in(owner_login)
        # The journal refuses to be emptied by mistake; the connection closes with the log-in that follows.
        connection.cursor().execute("SET pgtrigger.ignore = %s", [f"{{{EMPTYING_THE_JOURNAL}}}"])
        try:
            flush(self)
        finally:
            log_in(application_login)

    TransactionTestCase._fixture_teardown = flush_as_owner
    log_in(application_login)
    yield
    TransactionTestCase._fixture_teardown = flush
    log_in(owner_login)


@pytest.fixture
def owner_connection(db, owner_login):
    """A second connection, as the owner of the tables; what it does is rolled back."""
    options = ("dbname", "host", "port")
    address = {key: value for key, value in connection.get_connection_params().items() if key in options}
    with psycopg.connect(**address, user=owner_login[0], password=owner_login[1] or None) as owner:
        yield owner
        owner.rollback()


@pytest.fixture
def log_in(transactional_db, owner_login, application_login):
    """`log_in("owner")` or `log_in("application")`; the application at the end."""

    def change(who: str) -> None:
        connection.close()
        login = owner_login if who == "owner" else application_login
        connection.settings_dict["USER"], connection.settings_dict["PASSWORD"] = login

    yield change
    change("application")


@pytest.fixture
def world(db) -> World:
    """Two CIL, two landlords, the association, and one person a role in each (tests/world.py)."""
    return World.build()


@pytest.fixture
def sign_in(client):
    """`sign_in(actor)` returns the test client signed in as this actor.

    They have just confirmed who they are (members/sign_in/again.py), unless `confirmed=False`. With
    `own_browser` the answer is a client of their own, for two people at work at once.
    """
    shared = client

    def enter(actor, *, confirmed=True, own_browser=False):
        client = Client() if own_browser else shared
        user = User.objects.get(pk=actor.user_id)
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session.pop("account_authentication_methods", None)
        if confirmed:
            session["account_authentication_methods_user"] = user_id_to_str(user)
            session["account_authentication_methods"] = [
                {"method": method, "at": time.time(), "reauthenticated": True}
                for method in ("password", "mfa")
            ]
        session[SESSION_KEY] = str(actor.membership_id)
        session.save()
        return client

    return enter
