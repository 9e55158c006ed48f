"""Which rows each person's `visible_to` returns, by side: both walls, the code alone, row security alone."""

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from psycopg import ClientCursor

from aids.models import AidRequest
from ales import tenancy
from ales.audit.models import AccessLog, ScrubLog
from ales.documents.models import ProductionJob, StoredDocument
from ales.works.models import Work
from association.statistics import profiles_for
from cases.models import CaseHandover, CaseShare, TenantCase
from members.access import Actor, resolve_actor
from members.models import BankDetails, Envelope, Fund, Invitation, Membership, Organisation, User
from members.roles import ASSOCIATION_ROLES
from payments.models import PaymentAdvice, PaymentOrder
from tests.access.asking import arguments, ask
from tests.access.matrix import NOBODY, ROUTES
from tests.access.owner import as_owner
from tests.access.scene import Scene
from tests.access.test_filters import FILTERS

pytestmark = [pytest.mark.django_db, pytest.mark.database]

#: Whose rows each person reads: "a" their own side, "b" the other one. Nobody else reads any.
VISIBLE = {
    # The landlord's social service follows a case of its own, and one is shared with it.
    TenantCase: {who: "a" for who in ("claire", "cecile", "marc", "sonia", "rachid")},
    CaseShare: {who: "a" for who in ("claire", "cecile", "marc", "sonia", "rachid")},
    CaseHandover: {who: "a" for who in ("claire", "cecile", "marc", "sonia", "rachid")},
    # The line of the social worker's export.
    AccessLog: {"marc": "a"},
    Work: {"claire": "a"},
    # Of it the scene holds no row: test_filters.py reads the words of its filter.
    ScrubLog: {},
    AidRequest: {"claire": "a", "cecile": "a", "marc": "a", "lea": "a", "anne": "ab", "theo": "ab"},
    PaymentOrder: {"marc": "a", "anne": "ab", "theo": "ab"},
    PaymentAdvice: {"claire": "a", "cecile": "a", "marc": "a", "lea": "a", "anne": "ab", "theo": "ab"},
    StoredDocument: {"claire": "a", "cecile": "a", "marc": "a", "lea": "a", "anne": "ab", "theo": "ab"},
    ProductionJob: {"claire": "a", "cecile": "a", "marc": "a", "lea": "a", "anne": "ab", "theo": "ab"},
    Fund: {"marc": "a", "rachid": "a", "anne": "ab", "theo": "ab"},
    Envelope: {"marc": "a", "anne": "ab", "theo": "ab"},
    BankDetails: {"rachid": "a", "lea": "a", "anne": "ab", "theo": "ab"},
    Membership: {who: "a" for who in ("claire", "cecile", "marc", "lea", "sonia", "rachid")}
    | {"anne": "ab", "theo": "ab"},
    Invitation: {who: "a" for who in ("claire", "cecile", "marc", "lea", "sonia", "rachid")}
    | {"anne": "ab", "theo": "ab"},
    Organisation: {who: "a" for who in ("claire", "cecile", "marc", "lea", "sonia", "rachid")}
    | {"anne": "ab", "theo": "ab"},
}
PEOPLE = ("claire", "cecile", "marc", "lea", "sonia", "rachid", "bruno", "anne", "theo")


def sides_of(scene: Scene, row) -> str:
    """The side a row belongs to, by every organisation it names."""
    ids = {
        getattr(row, name, None)
        for name in ("organisation_id", "landlord_id", "owner_id")
        if getattr(row, name, None)
    } or {row.pk}
    return "".join(
        letter
        for letter, side in (("a", scene.a), ("b", scene.b))
        if ids & {side.world.cil.pk, side.world.landlord.pk}
    )


def seen(scene: Scene, queryset) -> str:
    return "".join(sorted({letter for row in queryset for letter in sides_of(scene, row)}))


def roots() -> list[type]:
    """Every model whose QuerySet answers `visible_to`."""
    return [m for m in apps.get_models() if hasattr(m._default_manager.get_queryset(), "visible_to")]


def test_every_root_is_in_a_table():
    """Of what the scene holds no row of, test_filters.py reads the words of the filter at least."""
    assert set(VISIBLE) - set(roots()) == set()
    assert set(roots()) - set(VISIBLE) - set(FILTERS) == set()


@pytest.mark.parametrize("model", VISIBLE, ids=lambda model: model.__name__)
def test_sides(scene, model):
    """Each person reads the rows of their side, and of no other."""
    found = {}
    for who in PEOPLE:
        actor = getattr(scene.world, who)
        with tenancy.tenant(actor.context):
            sides = seen(scene, model.objects.visible_to(actor))
            assert not model.objects.visible_to(None).exists(), (
                "nobody reads nothing, whoever's rows are open"
            )
        if sides:
            found[who] = sides
    assert found == VISIBLE[model]


@pytest.mark.parametrize("model", VISIBLE, ids=lambda model: model.__name__)
def test_the_code_alone(scene, model):
    """The first wall without the second: the rows that `visible_to` names, read past row security."""
    for who in PEOPLE:
        actor = getattr(scene.world, who)
        queryset = model.objects.visible_to(actor).order_by().values_list("pk", flat=True)
        if queryset.query.is_empty():
            assert who not in VISIBLE[model]
        with tenancy.tenant(actor.context):
            behind_both = {str(pk) for pk in queryset}
        assert past_row_security(queryset) == behind_both, who


def past_row_security(queryset) -> set[str]:
    """What a queryset of one column returns where no policy narrows it, as text."""
    if queryset.query.is_empty():
        return set()
    sql, parameters = queryset.query.sql_with_params()
    statement = ClientCursor(connection.connection).mogrify(sql, parameters)
    return set(as_owner(f"SELECT v.id::text FROM ({statement}) AS v(id)"))


def test_which_cases_a_share_opens(scene):
    """The landlord's social service: its own cases, and the one shared with it for reading."""
    shared = scene.a.share.case
    for who in (scene.world.sonia, scene.world.rachid):
        with tenancy.tenant(who.context):
            assert shared in TenantCase.objects.visible_to(who)
            assert set(TenantCase.objects.shared_with(who)) == {shared}
            assert shared not in TenantCase.objects.followed_by(who)
            assert shared not in TenantCase.objects.writable_by(who)
            assert TenantCase.objects.followed_by(who).exists()
    for who in (scene.world.lea, scene.world.anne, scene.world.bruno, None):
        with tenancy.tenant(scene.world.sonia.context):  # whatever the database would let through
            cases = TenantCase.objects
            for found in (
                cases.visible_to(who), cases.followed_by(who), cases.shared_with(who), cases.writable_by(who)
            ):  # fmt: skip
                assert not found.exists()


def test_a_landlord_is_told_of_no_draft(scene):
    with tenancy.tenant(scene.world.lea.context):
        found = set(AidRequest.objects.visible_to(scene.world.lea))
    side = scene.a
    assert {side.submitted, side.returned, side.rejected, side.validated, side.stopped} <= found
    assert not {side.draft, side.withdrawn} & found


AUDIENCES = {
    "claire": {"SOCIAL", "LANDLORD"},
    "marc": {"SOCIAL", "LANDLORD", "MONEY"},
    "lea": {"LANDLORD"},
    "anne": {"MONEY", "LANDLORD", "ASSOCIATION"},
    "theo": {"MONEY", "LANDLORD", "ASSOCIATION"},
    "bruno": set(),
    "sonia": set(),
    "rachid": set(),
    "denis": set(),
    "louis": set(),
}


@pytest.mark.parametrize("who", AUDIENCES)
def test_a_file_is_for_its_audience(scene, sign_in, who):
    """A file of each audience about the same case: its page opens for those it names."""
    actor, side = getattr(scene.world, who), scene.a
    made = {}
    for audience, writer in (
        ("SOCIAL", "claire"), ("LANDLORD", "claire"), ("MONEY", "marc"), ("ASSOCIATION", "anne"),
    ):  # fmt: skip
        with tenancy.tenant(getattr(scene.world, writer).context):
            made[audience] = ProductionJob.objects.create(
                kind="x", unique_key=f"x:{audience}", payload={}, organisation_id=side.world.cil.pk,
                landlord_id=side.world.landlord.pk, audience=audience, subject_kind="x",
                subject_id=side.case.public_id, title="x", file_name="x.pdf",
            )  # fmt: skip
    with tenancy.tenant(actor.context):
        found = ProductionJob.objects.visible_to(actor).filter(kind="x")
        assert {job.audience for job in found} == AUDIENCES[who]
    client = sign_in(actor)
    opened = {
        audience
        for audience, job in made.items()
        if ask(client, "get", reverse("documents:job", args=[job.public_id])).status == 200
    }
    assert opened == AUDIENCES[who]


def test_statistics_are_of_ones_own(scene):
    found = {}
    for who in PEOPLE:
        actor = getattr(scene.world, who)
        if actor.is_landlord_agent:
            continue  # their figures come from AidRequest.visible_to
        with tenancy.tenant(actor.context):
            found[who] = seen(scene, profiles_for(actor))
    assert found == {
        "claire": "a", "cecile": "a", "marc": "a", "sonia": "", "rachid": "",
        "bruno": "ab", "anne": "ab", "theo": "ab",
    }  # fmt: skip


def test_statistics_are_of_ones_own_by_the_code_alone(scene):
    everybody = {str(scene.a.world.cil.pk), str(scene.b.world.cil.pk)}
    for who in PEOPLE:
        actor = getattr(scene.world, who)
        organisations = profiles_for(actor).order_by().values_list("organisation_id", flat=True)
        expected = everybody if actor.is_association or who == "bruno" else {str(actor.organisation_id)}
        assert past_row_security(organisations) == expected & everybody, who


def test_private_landlords_of_others_are_not_offered(scene):
    """A private landlord's name is personal data: only who registered them may choose them."""
    ours, theirs = scene.a.world.cil, scene.b.world.cil
    private = Organisation.objects.create(name="Mme Privée", kind="BAILLEUR", registered_by=theirs)
    closed = Organisation.objects.create(name="Fermé", kind="BAILLEUR", is_active=False)
    offered = set(Organisation.objects.landlords_for(ours.pk))
    assert offered == {scene.a.world.landlord, scene.b.world.landlord}
    assert private in Organisation.objects.landlords_for(theirs.pk)
    assert closed not in Organisation.objects.landlords_for(theirs.pk)


# --- Who acts -----------------------------------------------------------------------------------


def test_a_session_cannot_name_somebody_elses_habilitation(scene, client):
    """Forged, foreign, suspended or senseless: the person's own first habilitation, or none."""
    claire, marc = scene.world.claire, scene.world.marc
    user = User.objects.get(pk=claire.user_id)
    for forged in (str(marc.membership_id), str(scene.world.anne.membership_id), "", "x", "\0", None, 7):
        actor, memberships = resolve_actor(user, {"membership": forged})
        assert (actor, len(memberships)) == (claire, 1)
    own = Membership.objects.get(public_id=claire.membership_id)
    second = Membership.objects.create(user=user, organisation=scene.world.other_cil, role="MANAGER")
    assert resolve_actor(user, {"membership": str(second.public_id)})[0].membership_id == second.public_id
    assert resolve_actor(user, {"membership": str(own.public_id)})[0] == claire
    assert len(resolve_actor(user, {})[1]) == 2
    for row in (own, second):
        row.suspended_at, row.suspended_by_id = "2026-06-15T10:00:00Z", scene.world.anne.user_id
        row.save()
    assert resolve_actor(user, {"membership": str(own.public_id)}) == (None, [])


@pytest.mark.parametrize("what", ["person", "organisation"])
def test_a_closed_person_or_organisation_opens_no_door(scene, what):
    user = User.objects.get(pk=scene.world.claire.user_id)
    if what == "person":
        user.is_active = False
        user.save()
    else:
        Organisation.objects.filter(pk=scene.world.cil.pk).update(is_active=False)
    assert resolve_actor(user, {}) == (None, [])


def test_without_habilitation_every_page_leads_to_the_one_that_says_so(scene, sign_in):
    client = sign_in(scene.world.claire)
    Membership.objects.filter(public_id=scene.world.claire.membership_id).update(
        suspended_at="2026-06-15T10:00:00Z", suspended_by_id=scene.world.anne.user_id
    )
    for route in ROUTES:
        if route.get and not route.name.startswith(("documents:", "members:no_m", "members:switch")):
            answer = ask(client, "get", reverse(route.name, args=arguments(scene, scene.a, route.about)))
            assert (answer.status, answer.location) == (302, reverse("members:no_membership")), route


# --- The second wall, alone ----------------------------------------------------------------------

#: What row security leaves wider than the code, and why. Everything else it closes by itself.
WIDER = {
    Membership: "read before the actor is known",
    Invitation: "read before sign-in; its token is kept hashed",
    Organisation: "the members' directory",
    Fund: "name, year and what is left are for every member (DOMAIN §6)",
    BankDetails: "a manager's payment request reads the landlord's account",
}


@pytest.fixture
def filters_removed(monkeypatch):
    """The code's filter, gone: every `visible_to` returns everything."""
    for model in roots():
        queryset = type(model._default_manager.get_queryset())
        monkeypatch.setattr(queryset, "visible_to", lambda self, actor: self.all())


@pytest.mark.parametrize("who", PEOPLE)
def test_row_security_alone(scene, filters_removed, who):
    actor: Actor = getattr(scene.world, who)
    if actor.role in ASSOCIATION_ROLES:
        assert not TenantCase.objects.visible_to(actor).exists()
    with tenancy.tenant(actor.context):
        for model, people in VISIBLE.items():
            if model not in WIDER:
                assert seen(scene, model.objects.visible_to(actor)) == people.get(who, ""), model


@pytest.mark.parametrize("who", ["claire", "marc", "lea", "sonia", "bruno"])
def test_pages_behind_row_security_alone(scene, filters_removed, sign_in, who):
    """No page shows a foreign id, and a foreign object still isn't found."""
    actor: Actor = getattr(scene.world, who)
    client = sign_in(actor)
    wider = {"landlord", "organisation", "membership", "invitation", "agent_invitation", "fund"}
    wider |= {"landlord_fund", "proposed_details", "scale", "draft_scale"}
    for route in ROUTES:
        if not route.get or route.about in wider:
            continue
        url = reverse(route.name, args=arguments(scene, scene.b, route.about))
        answer = ask(client, "get", url)
        # A page that no address opens without its parameters isn't found either.
        closed = route.about or route.get == NOBODY
        assert answer.status in ((403, 404) if closed else (200, 302, 403)), (route, answer.status)
        assert not [i for i in foreign_ids(scene) if i in answer.body], route


def foreign_ids(scene: Scene) -> set[str]:
    side = scene.b
    directory = (Organisation, Membership, Invitation, Fund, BankDetails)
    return {str(r.public_id) for r in side.rows() if hasattr(r, "public_id") and not isinstance(r, directory)}
