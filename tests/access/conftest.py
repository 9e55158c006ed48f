"""The scene, built once a module and undone after it; each test inside it is undone too."""

import pytest
from django.db import connection, transaction

from ales import tenancy
from tests.access.owner import owner_function
from tests.access.scene import Scene, build_scene


@pytest.fixture(scope="module")
def _as_owner(django_db_setup, django_db_blocker, owner_login):
    with django_db_blocker.unblock(), owner_function(owner_login):
        yield


@pytest.fixture(scope="module")
def module_scene(_as_owner, django_db_blocker):
    """The scene inside a transaction that the whole module shares: tests nest in it (savepoints)."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer._from_testcase = True
        outer.__enter__()
        try:
            made = build_scene()
            tenancy.enter(None)
            connection.check_constraints()
        except BaseException:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
            connection.close()
            raise
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)
        connection.close()


@pytest.fixture
def scene(module_scene, db) -> Scene:
    return module_scene
