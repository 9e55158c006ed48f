"""What the search box finds in the database: a worked table, the ranking, the page and what it proposes."""

from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from aids import search as aids_search
from aids.models import AidRequest
from ales import tenancy
from ales.search import finding, needles
from ales.text import fold
from cases.models import Household, TenantCase
from cases.operations.base import refresh_summary
from members import search as members_search
from members.models import Organisation, User
from payments import search as payments_search
from payments.models import PaymentOrder
from tests.payments.stories import payable_aid

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def ferrand(world):
    """Éloïse Ferrand's case beside the Martins': telephone, e-mail, another town."""
    world.complete_case()
    case = world.complete_case()
    with tenancy.tenant(world.claire.context):
        Household.objects.filter(case=case).update(phone="+33 6 12 34 56 78", email="eloise@exemple.fr")
        case.persons.filter(position="TENANT").update(last_name="Ferrand", first_name="Éloïse")
        case.tenancy.town, case.tenancy.postal_code = "Saint-Martin-d’Hères", "38400"
        case.tenancy.save()
        refresh_summary(case)
    return case


def found(actor, text, shown=20) -> list[str]:
    """Titles found, best first, kinds one after the other."""
    with tenancy.tenant(actor.context):
        return [hit.title for group in finding.find(actor, text, shown=shown) for hit in group.hits]


@pytest.mark.parametrize(
    "typed",
    [
        "Ferrand", "ferrand", "FÉRRAND", "ferr", "fe", "eloise", "éloïse ferrand", "ferrand eloise",
        "D-2026-00002", "00002", "saint martin d heres", "Saint-Martin-d’Hères", "38400", "habitat ferrand",
        "L-4512 ferrand", "06 12 34 56 78", "0612345678", "+33 6 12 34 56 78", "06 12 34", "345678",
        "eloise@exemple.fr", "ELOISE@exemple", "ferand", "ferrnad", "ferrandd", "elloise", "eloise ferrant",
        "ferrnad elosie", "efrrand eloies", "eloisse ferradn habittat",
    ],
)  # fmt: skip
def test_a_case_is_found(world, ferrand, typed):
    assert found(world.claire, typed)[0] == "FERRAND Éloïse", typed


@pytest.mark.parametrize("typed", ["dupont", "ferrand dupont", "00009", "lyon", "0699999999", "e", ""])
def test_nothing_is_found(world, ferrand, typed):
    assert found(world.claire, typed) == []


def test_the_name_as_typed_comes_before_its_start_and_its_misspelling(world):
    with tenancy.tenant(world.claire.context):
        for number, name in enumerate(["Marton", "Martinez", "Martin"], start=1):
            TenantCase.objects.create(
                organisation_id=world.cil.pk,
                reference=f"D-{number}",
                referent_id=world.claire.user_id,
                created_by_id=world.claire.user_id,
                opened_on="2026-06-01",
                tenant_name=name,
                search_text=fold(name),
            )
    assert found(world.claire, "martin") == ["Martin", "Martinez", "Marton"]


@pytest.fixture
def paid(world):
    """An aid of 831.60 € asked and granted, and an order of 277.20 €."""
    told = payable_aid(world)
    order = told.request(told.term_ids[:1])
    return told, order


def test_money_is_found_by_its_amount_and_number(world, paid):
    told, order = paid
    tenant = told.aid.tenant_name
    assert found(world.claire, "831,60") == [tenant]
    assert found(world.marc, "277,20") == [order.number]
    assert found(world.theo, f"{order.amount} €") == [order.number]
    assert found(world.marc, order.number) == [order.number]
    assert found(world.theo, "martin 277,20") == [order.number]
    assert found(world.marc, "277,21") == []


def test_who_finds_what_of_an_aid(world, paid):
    """The association no case, a landlord's agent its tenants' aids, a board member nothing (DOMAIN §3)."""
    told, order = paid
    tenant = told.aid.tenant_name
    with tenancy.tenant(world.claire.context):
        reference, case = told.aid.reference, told.aid.case.tenant_name
    assert sorted(found(world.claire, "martin")) == sorted([tenant, case])
    assert sorted(found(world.marc, "martin")) == sorted([tenant, case, order.number])
    assert sorted(found(world.theo, "martin")) == sorted([tenant, order.number])
    assert found(world.lea, "martin") == [tenant]
    for stranger in (world.denis, world.diane, world.louis, world.bruno):
        for typed in ("martin", reference, order.number, "831,60", "277,20"):
            assert found(stranger, typed) == [], (stranger.name, typed)


def test_a_landlord_does_not_find_by_what_was_asked(world, paid):
    told, _order = paid
    with tenancy.tenant(world.marc.context):
        AidRequest.objects.filter(pk=told.aid.pk).update(asked_amount=Decimal("999.90"))
    assert found(world.claire, "999,90")
    assert found(world.lea, "999,90") == []
    assert found(world.lea, "831,60")


def test_people_and_organisations(world):
    Organisation.objects.filter(pk=world.landlord.pk).update(town="Échirolles", phone="04 76 00 00 01")
    User.objects.filter(pk=world.lea.user_id).update(phone="+33 6 00 00 00 07")
    for typed in ("echirolles", "0476000001", "552 081 317 66522", "habitat", "habitta"):
        assert found(world.anne, typed)[0] == "Habitat d'Essai", typed
        assert "Habitat d'Essai" not in found(world.marc, typed)
        assert found(world.lea, typed) == ["Habitat d'Essai"], typed
    for typed in ("lea test", "lea@test.example", "06 00 00 00 07"):
        assert found(world.theo, typed)[0] == "Lea Test", typed
        assert found(world.rachid, typed)[0] == "Lea Test", typed
        assert "Lea Test" not in found(world.marc, typed)
        assert found(world.claire, typed) == []


def test_the_index_holds_the_words_that_rank(world, paid):
    """The SQL of the indexes and the Python of the sources say the same: every word of a row finds it."""
    _told, _order = paid
    Organisation.objects.filter(pk=world.landlord.pk).update(
        name="Cœur d’Âme & Fils (Hlm)", town="L’Haÿ-les-Roses", phone="0033 4 76-00.00 01"
    )
    User.objects.filter(pk=world.lea.user_id).update(first_name="Zoë-Ægir", last_name="Ÿlmaz’Ïr Ñß")
    sources = (
        (TenantCase, world.claire, lambda case: case.search_text),
        (AidRequest, world.claire, aids_search.words_of),
        (PaymentOrder, world.theo, payments_search.words_of),
        (Organisation, world.anne, members_search.words_of_organisation),
        (User, world.anne, members_search.words_of_person),
    )
    for model, actor, words_of in sources:
        with tenancy.tenant(actor.context):
            rows = list(model.objects.all())
            assert rows
            for row in rows:
                assert words_of(row).split(), model
                for word in words_of(row).split():
                    query = needles.Query((needles.Needle(word),))
                    keys = finding.rows_of(model.objects.filter(pk=row.pk), query, 1000)
                    assert keys == [row], (model, word)


@pytest.mark.parametrize(
    "text",
    [
        "Éloïse d’Hères", "ŒUVRE œuvre", "L'Haÿ-les-Roses", "a  b\tc", "Straße", "jean-paul+x@ex.fr",
        "Ça, là ; où : ñandú", "N° 12 – bât. B", "ÀÂÄÉÈÊËÎÏÔÖÙÛÜŸÇ", " (Hlm) ",
    ],
)  # fmt: skip
def test_python_and_the_database_fold_alike(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_fold(%s)", [text])
        assert cursor.fetchone() == (fold(text),)


def test_an_anonymised_case_is_found_no_more(world, ferrand):
    with tenancy.tenant(world.claire.context):
        TenantCase.objects.filter(pk=ferrand.pk).update(anonymised_on="2026-06-15")
    assert found(world.claire, "ferrand") == []


# --- The pages ------------------------------------------------------------------------------------


def test_the_page_groups_what_it_finds(world, paid, sign_in):
    body = sign_in(world.marc).get(reverse("search:page"), {"q": "martin"}).content.decode()
    assert body.count('class="search-group"') == 3
    assert "!! undefined" not in body
    for label in ("Dossiers", "Demandes d’aide", "Ordres de paiement"):
        assert f"{label}</h2>" in body
    assert 'value="martin"' in body


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Que cherchez-vous"),
        ("introuvable", "Rien ne correspond"),
        ("x" * 101, "Recherche trop longue"),
        ("nul\x00octet", "Rien ne correspond"),
        ("' | & ! <-> \\ :*", "Rien ne correspond"),
        ("<script>alert(1)</script>", "&lt;script&gt;"),
    ],
)
def test_the_page_says_why_it_is_empty(world, sign_in, typed, said):
    answer = sign_in(world.claire).get(reverse("search:page"), {"q": typed})
    assert answer.status_code == 200
    assert said in answer.content.decode()


def test_propositions_are_posted_and_numbered(world, paid, sign_in):
    client = sign_in(world.marc)
    body = client.post(reverse("search:propositions"), {"q": "martin"}).content.decode()
    assert body.count('role="option"') == 3
    assert [f'id="proposition-{n}"' in body for n in range(4)] == [True, True, True, False]
    assert "3 propositions" in body
    nothing = client.post(reverse("search:propositions"), {"q": "introuvable"}).content.decode()
    assert "Rien ne correspond à « introuvable »" in nothing
    assert 'role="listbox"' not in nothing


def test_who_has_a_search_box(world, sign_in):
    for actor, has in ((world.claire, True), (world.lea, True), (world.theo, True), (world.bruno, False)):
        body = sign_in(actor).get(reverse("members:dashboard")).content.decode()
        assert ("data-search-box" in body) is has, actor.name


def test_queries(world, paid, django_assert_num_queries):
    """One a kind, one more where its index proposes rows, a third for people's habilitations.

    « martin » is nearly « Marc »: he is proposed, read, and ranked out.
    """
    found(world.marc, "martin")  # content types are read once a process
    with tenancy.tenant(world.marc.context):
        with django_assert_num_queries(10):
            finding.find(world.marc, "martin", shown=4)
        with django_assert_num_queries(5):
            finding.find(world.marc, "introuvable", shown=4)
