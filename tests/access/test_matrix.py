"""Every address × method × role × whose object: the table of tests/access/matrix.py, asked."""

import pytest
from django.db import transaction
from django.urls import reverse

from members.roles import ASSOCIATION_ROLES
from tests.access.addresses import walk
from tests.access.asking import arguments, ask, label, nonexistent, people, refusal
from tests.access.matrix import DOORS, ROUTES
from tests.access.owner import digest
from tests.access.scene import ROLES

pytestmark = [pytest.mark.django_db, pytest.mark.database]

OTHER_METHODS = ("put", "patch", "delete", "trace")


# --- The table is whole -------------------------------------------------------------------------


def test_every_address_has_a_line():
    known = {address.name for address in walk()}
    declared = {line.name for line in [*ROUTES, *DOORS]}
    assert known - declared == set(), "an address without a declared expectation: add its line to matrix.py"
    assert declared - known == set()


def test_an_address_stands_for_one_pattern():
    """Two patterns of one name would hide one of them from this matrix."""
    names = [address.name for address in walk()]
    assert sorted(names) == sorted(set(names))


def test_one_view_forgoes_the_csrf_check():
    """But the one a mail reader's own button posts to: its signed token is the permission (RFC 8058)."""
    exempt = [a.name for a in walk() if getattr(a.view, "csrf_exempt", False)]
    assert exempt == ["members:unsubscribe"]


def test_a_line_with_an_object_names_it_in_its_address():
    routes = {address.name: address.route for address in walk()}
    assert [line for line in ROUTES if bool(line.about) != ("<" in routes[line.name])] == []


# --- One's own, and methods ---------------------------------------------------------------------


@pytest.mark.parametrize("route", ROUTES, ids=label)
def test_own(scene, sign_in, route):
    """GET, HEAD and POST on an object of one's own organisation; every other method is refused."""
    url = reverse(route.name, args=arguments(scene, scene.a, route.about))
    found: dict[str, list[int]] = {"get": [], "post": []}
    for actor in people(scene, route).values():
        client = sign_in(actor)
        for method, answers in found.items():
            mark = transaction.savepoint()
            response = ask(client, method, url)
            transaction.savepoint_rollback(mark)
            assert "!! undefined" not in response.body
            answers.append(response.status)
    assert found == {"get": route.answers("get"), "post": route.answers("post")}
    assert ask(client, "head", url).status == route.answers("get")[-1]
    others = {method: ask(client, method, url).status for method in OTHER_METHODS}
    assert others == dict.fromkeys(OTHER_METHODS, 405)


def test_a_page_closed_to_a_role_names_those_it_is_for(scene, sign_in):
    refused = ask(sign_in(scene.world.bruno), "get", reverse("members:bank_details_awaiting"))
    assert refused.status == 403
    assert "réservée à ces habilitations : équipe ALES, trésorier." in refused.body


# --- Somebody else's ----------------------------------------------------------------------------


@pytest.mark.parametrize("route", [route for route in ROUTES if route.about], ids=label)
def test_strangers(scene, sign_in, route):
    """Another organisation's object and one that never was answer alike, and nothing changes."""
    found = arguments(scene, scene.a, route.about)
    shared_by_all = route.about in ("scale", "draft_scale")
    foreign = reverse(route.name, args=arguments(scene, scene.b, route.about))
    nowhere = reverse(route.name, args=nonexistent(found))
    for column, (role, actor) in enumerate(people(scene, route).items()):
        client = sign_in(actor)
        before = digest()
        for method in ("get", "post"):
            own = route.answers(method)[column]
            absent = ask(client, method, nowhere)
            assert absent.status == refusal(own), (role, method)
            if shared_by_all:
                continue
            if role in ASSOCIATION_ROLES and own not in (403, 404, 405):
                mark = transaction.savepoint()
                assert ask(client, method, foreign).status == own, (role, method)
                transaction.savepoint_rollback(mark)
                continue
            strange = ask(client, method, foreign)
            assert strange.status == refusal(own), (role, method)
            assert strange.as_anybody_reads == absent.as_anybody_reads, (role, method)
        assert digest() == before, (role, "a refused request changed a row")


@pytest.mark.parametrize("route", [route for route in ROUTES if route.about], ids=label)
def test_the_landlords_own_social_service_is_a_stranger_too(scene, sign_in, route):
    """A tenant's file is another organisation's; a landlord's affairs are none of that organisation's."""
    url = reverse(route.name, args=arguments(scene, scene.a, route.about))
    ours = people(scene, route)
    theirs = scene.six if route.whose == "landlord" else scene.landlords_six
    for column, role in enumerate(ROLES[:2]):
        assert ours[role] != theirs[role]
        client = sign_in(theirs[role])
        before = digest()
        for method in ("get", "post"):
            own = route.answers(method)[column]
            assert ask(client, method, url).status == refusal(own), (role, method)
        assert digest() == before


@pytest.mark.parametrize("route", ROUTES, ids=label)
def test_nobody_signed_in(scene, client, route):
    """Sent to sign in, whether the object exists or not."""
    found = arguments(scene, scene.a, route.about)
    before = digest()
    for args in (found, nonexistent(found)):
        url = reverse(route.name, args=args)
        for method in ("get", "post"):
            response = ask(client, method, url)
            if route.answers(method) == [405] * 6:
                assert response.status == 405
            else:
                assert response.status == 302, method
                assert response.location.startswith("/connexion/")
    assert digest() == before


def test_a_colleague_of_the_same_role_has_the_same_doors(scene, sign_in):
    """Access is by organisation and capacity, not by who entered the row."""
    for route in ROUTES:
        if route.get and route.whose == "organisation" and not route.is_personal:
            url = reverse(route.name, args=arguments(scene, scene.a, route.about))
            client = sign_in(scene.world.cecile)
            assert ask(client, "get", url).status == route.answers("get")[0], route


@pytest.mark.parametrize("route", ROUTES, ids=label)
def test_without_a_second_factor_nothing_opens(scene, sign_in, settings, route):
    """A password alone leads to the enrolment, whatever is asked."""
    settings.SECOND_FACTOR_REQUIRED = True
    url = reverse(route.name, args=arguments(scene, scene.a, route.about))
    client = sign_in(scene.world.marc)
    before = digest()
    for method in ("get", "post"):
        response = ask(client, method, url)
        assert (response.status, response.location) == (302, reverse("mfa_index")), method
    assert digest() == before


# --- Doors --------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", DOORS, ids=label)
def test_doors(scene, sign_in, client, door):
    """Open to who isn't signed in where the line says so; never an error for anybody."""
    url = reverse(door.name, args=door.arguments)
    assert str(ask(client, "get", url).status) in (door.anonymous, "405")
    for actor in scene.six.values():
        mark = transaction.savepoint()
        assert ask(sign_in(actor), "get", url).status in (200, 302, 404, 405)
        transaction.savepoint_rollback(mark)
