"""The fourth side of the matrix: every address about a case another organisation shared with the asker's."""

import datetime as dt

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from ales import tenancy
from cases.models import CaseShare, TenantCase
from cases.models.share import PERMISSIONS_OF_LEVEL, ShareLevel
from members import access
from members.roles import ASSOCIATION_ROLES, SOCIAL_ROLES
from tests.access.asking import arguments, ask, label, nonexistent, refusal
from tests.access.matrix import ROUTES, Route
from tests.access.owner import digest
from tests.access.scene import ROLES

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(scope="module")
def all_shared(module_scene, django_db_blocker):
    """Every case of the other CIL, in whatever state, is open to the first CIL for reading, and to the first
    landlord's social service for changes: both strangers to it otherwise."""
    world = module_scene.world
    with django_db_blocker.unblock():
        for organisation, level in ((world.cil, ShareLevel.READ), (world.landlord, ShareLevel.WRITE)):
            share_everything(module_scene.b.world.marc, organisation, level)
        tenancy.enter(None)
    return module_scene


def share_everything(manager, organisation, level: ShareLevel) -> None:
    """Written as it would stand: closed cases, which nobody may share any more, were shared while open."""
    today = timezone.localdate()
    with tenancy.tenant(manager.context):
        for case in TenantCase.objects.followed_by(manager):
            CaseShare.objects.create(
                case=case,
                shared_with=organisation,
                level=level,
                reason="Suivi commun",
                starts_on=today,
                ends_on=today + dt.timedelta(days=30),
                decided_on=today,
                created_by_id=manager.user_id,
            )
            for permission in PERMISSIONS_OF_LEVEL[level]:
                access.grant(organisation.pk, permission, case)


#: About a case, directly or not: a scale is everybody's, a landlord's affairs are in no case.
ABOUT_A_CASE = [
    route
    for route in ROUTES
    if route.about not in ("", "scale", "draft_scale") and route.whose == "organisation"
]
LEVELS = ("reading", "changes")
#: Rows a sharee adds by the very reading, and the draft of what is being typed.
TRACES = {"reading": {"cases_caseevent", "audit_accesslog"}}
TRACES["changes"] = TRACES["reading"] | {"cases_stepdraft"}


def expected(route: Route, method: str, level: str, column: int) -> int:
    own, opened = route.answers(method)[column], route.answers_to_sharee(method)
    if ROLES[column] in SOCIAL_ROLES and opened:
        return opened[LEVELS.index(level)]
    return own if ROLES[column] in ASSOCIATION_ROLES else refusal(own)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("route", ABOUT_A_CASE, ids=label)
def test_shared(all_shared, sign_in, route, level):
    """Each role where a case is shared with: what the line declares, else a stranger's answer."""
    scene = all_shared
    people = scene.six if level == "reading" else scene.landlords_six
    found = arguments(scene, scene.b, route.about)
    url, nowhere = reverse(route.name, args=found), reverse(route.name, args=nonexistent(found))
    for column, (role, actor) in enumerate(people.items()):
        client = sign_in(actor)
        before = digest() if role in SOCIAL_ROLES else {}
        for method in ("get", "post"):
            mark = transaction.savepoint()
            answer = ask(client, method, url)
            if role in ASSOCIATION_ROLES:
                transaction.savepoint_rollback(mark)
            assert answer.status == expected(route, method, level, column), (role, method)
            assert "!! undefined" not in answer.body
            if answer.status == 404:
                assert answer.as_anybody_reads == ask(client, method, nowhere).as_anybody_reads
        if before:
            assert {table for table, rows in digest().items() if rows != before[table]} <= TRACES[level]


def test_every_level_opens_something():
    assert {status for route in ROUTES for status in route.answers_to_sharee("get") or ()} == {200, 302}


@pytest.mark.parametrize("level", LEVELS)
def test_lists_show_the_shared_cases_and_nothing_that_hangs_on_them(all_shared, sign_in, level):
    """Aids, orders, files, funds of the other organisation stay out of every list, search and count page."""
    scene = all_shared
    people = scene.six if level == "reading" else scene.landlords_six
    shared = {str(row.public_id) for row in scene.b.rows() if isinstance(row, TenantCase)}
    for role in ROLES[:2]:
        client = sign_in(people[role])
        listed = ask(client, "get", reverse("cases:list"), {"suivi": "partage"}).body
        assert str(scene.b.case.public_id) in listed
        for route in ROUTES:
            if route.get and not route.about and route.name not in ("members:switch",):
                body = ask(client, "get", reverse(route.name)).body
                assert not [i for i in scene.b.ids() - shared if i in body], (role, route.name)


def test_a_share_that_is_over_opens_nothing(all_shared, sign_in):
    """The same scene the day after: every declared address answers as to a stranger again."""
    scene = all_shared
    with tenancy.tenant(scene.b.world.marc.context):
        CaseShare.objects.filter(ends_on__gte=timezone.localdate()).update(
            revoked_at=timezone.now(), revoked_by_id=scene.b.world.marc.user_id
        )
    for actor in (scene.world.claire, scene.world.sonia):
        client = sign_in(actor)
        for route in (route for route in ABOUT_A_CASE if route.shared_get or route.shared_post):
            url = reverse(route.name, args=arguments(scene, scene.b, route.about))
            for method in ("get", "post"):
                assert ask(client, method, url).status == refusal(route.answers(method)[0]), route
