"""Nobody finds what they may not open: the search box of each person, and the functions under it."""

import string

import pytest
from django.db import connection
from django.urls import reverse

from aids.models import AidRequest
from ales import tenancy
from ales.registry import search_sources
from ales.search import finding, needles
from cases.models import TenantCase
from members.models import Membership, Organisation, User
from payments.models import PaymentOrder
from tests.access.asking import ask
from tests.access.canaries import mark, marked_tables, marks_in, word
from tests.access.test_canaries import OWN, forbidden
from tests.access.test_visibility import PEOPLE

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ROOTS = (TenantCase, AidRequest, PaymentOrder, Organisation)
#: What a word may start with: together they are in every row.
EVERYTHING = string.ascii_lowercase + string.digits


def proposed(model) -> set[int]:
    """Every key the function of the table gives, whatever is looked for."""
    keys: set[int] = set()
    with connection.cursor() as cursor:
        for letter in EVERYTHING:
            gram = f"' {letter}':*"
            cursor.execute(
                f"SELECT * FROM search_{model._meta.db_table}(%s::tsquery, %s::tsquery, '{{}}', 100000)",
                [gram, gram],
            )
            keys |= {key for (key,) in cursor.fetchall()}
    return keys


@pytest.mark.parametrize("model", ROOTS, ids=lambda model: model.__name__)
def test_the_index_proposes_what_is_visible(scene, model):
    """The third wall says what the other two say: neither more keys, nor none at all."""
    somebody = False
    for who in PEOPLE:
        actor = getattr(scene.world, who)
        with tenancy.tenant(actor.context):
            visible = set(model.objects.visible_to(actor).values_list("pk", flat=True))
            keys = proposed(model)
        assert keys <= visible, who
        somebody = somebody or bool(keys)
    assert somebody
    assert proposed(model) == set(), "nobody proposes nothing"


def test_the_index_proposes_people_of_visible_organisations(scene):
    for who in PEOPLE:
        actor = getattr(scene.world, who)
        with tenancy.tenant(actor.context):
            visible = set(Membership.objects.visible_to(actor).values_list("user_id", flat=True))
            keys = proposed(User)
        assert keys <= visible, who
        assert bool(keys) == (who in ("marc", "rachid", "lea", "anne", "theo")), who


@pytest.mark.parametrize("who", [*OWN, "bruno"])
def test_whatever_is_found_opens(scene, sign_in, who):
    """Every address the box gives answers 200 to who asked."""
    actor = getattr(scene.world, who)
    client = sign_in(actor)
    found = set()
    for typed in ("martin", "essai", "test", "2026", "autre", "habitat", "grenoble"):
        with tenancy.tenant(actor.context):
            groups = finding.find(actor, typed, shown=100)
        found |= {hit.url for group in groups for hit in group.hits}
    assert bool(found) == (who != "bruno")
    for url in found:
        assert ask(client, "get", url).status == 200, url


@pytest.mark.parametrize("who", OWN)
def test_no_mark_of_others(scene, sign_in, who):
    """Marks in every text: neither page nor propositions show one of another organisation."""
    mark(scene)
    client = sign_in(getattr(scene.world, who))
    letters = marked_tables()
    asked = ["martin", "essai", "2026", scene.b.submitted.reference, scene.b.case.reference]
    asked += [
        word(side, letters[table]) for side in "ab" for table in ("cases_tenantcase", "aids_aidrequest")
    ]
    for typed in asked:
        for answer in (
            ask(client, "get", reverse("search:page"), {"q": typed}),
            ask(client, "post", reverse("search:propositions"), {"q": typed}),
        ):
            assert answer.status == 200
            shown = marks_in(answer.body.replace(typed, ""))
            assert not shown & forbidden(who), (typed, shown)


@pytest.mark.parametrize("who", ["claire", "marc", "lea", "sonia", "rachid", "bruno"])
def test_a_foreign_word_answers_as_one_that_exists_nowhere(scene, sign_in, who):
    client = sign_in(getattr(scene.world, who))
    b = scene.b
    bodies = set()
    for typed in (b.submitted.reference, b.order.number, "introuvable nulle part"):
        body = ask(client, "post", reverse("search:propositions"), {"q": typed}).body
        bodies.add(body.replace(typed, "WORD"))
    # The two sides number apart: a reference of theirs may be one of ours.
    with tenancy.tenant(getattr(scene.world, who).context):
        own = {str(pk) for pk in AidRequest.objects.values_list("reference", flat=True)}
    assert len(bodies) == 1 or b.submitted.reference in own


def test_every_source_is_looked_through_here():
    """A new source needs its table in ROOTS."""
    names = {source.find.__name__ for source in search_sources}
    assert names == {
        "find_cases", "find_aids", "find_orders", "find_tenant_aids", "find_organisations", "find_people",
    }  # fmt: skip
    assert needles.read("ab")
