"""Lists as a person likes them: sorted, with the columns they chose, under the views they named."""

import re

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from aids.models import AidRequest
from ales import registry, tenancy
from ales.errors import InvalidInputError
from ales.keyset import page_of as PAGE
from ales.lists import operations
from ales.lists.models import ListColumns, SavedView
from ales.lists.shape import SORT
from ales.text import fold
from cases.lists import CASES
from cases.models import TenantCase
from tests.payments.stories import payable_aid, sent

pytestmark = pytest.mark.django_db

NAMES = ["Étienne", "Zola", "abel", "Ferrand", "Énard"]


@pytest.fixture
def cases(world):
    with tenancy.tenant(world.claire.context):
        for number, name in enumerate(NAMES):
            TenantCase.objects.create(
                organisation_id=world.cil.pk,
                reference=f"D-2025-{9 - number:05d}",
                referent_id=world.claire.user_id,
                created_by_id=world.claire.user_id,
                opened_on="2026-06-01",
                state="OPEN",
                tenant_name=name,
                search_text=fold(name),
            )
    return NAMES


def names(body: str) -> list[str]:
    return re.findall(r'class="row-link" href="[^"]*">([^<]*)<', body)


def get(client, name="cases:list", **params):
    return client.get(f"{reverse(name)}?{urlencode(params)}" if params else reverse(name))


# --- Sort -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("locataire", ["abel", "Énard", "Étienne", "Ferrand", "Zola"]),
        ("-locataire", ["Zola", "Ferrand", "Étienne", "Énard", "abel"]),
        ("reference", ["Énard", "Ferrand", "abel", "Zola", "Étienne"]),
        ("-modifie", ["Énard", "Ferrand", "abel", "Zola", "Étienne"]),
        ("modifie", NAMES),
        # What can't be read, or doesn't sort, gives the list's own order.
        ("bailleur", ["Énard", "Ferrand", "abel", "Zola", "Étienne"]),
        ("-", ["Énard", "Ferrand", "abel", "Zola", "Étienne"]),
        ("password", ["Énard", "Ferrand", "abel", "Zola", "Étienne"]),
    ],
)
def test_order(world, cases, sign_in, sort, expected):
    assert names(get(sign_in(world.claire), tri=sort).content.decode()) == expected


def test_headings_say_the_order_and_link_to_the_other(world, cases, sign_in):
    body = get(sign_in(world.claire), tri="locataire", etat="OPEN").content.decode()
    assert body.count("aria-sort=") == 1
    assert re.search(r'aria-sort="ascending">\s*<a class="sort-link" href="\?([^"]*)">Locataire', body)
    assert "tri=-locataire" in body
    assert "etat=OPEN&amp;tri=-modifie" in body or "tri=-modifie&amp;etat=OPEN" in body
    assert '<input type="hidden" name="tri" value="locataire">' in body, "filtering keeps the sort"


#: The others' pages are turned in tests/access/test_listed_rows.py; the funds of a year are on one.
PAGED = [shape for shape in registry.list_shapes if shape.code not in ("ordres", "bordereaux", "fonds")]


def reader_of(world, shape):
    return world.marc if "SOCIAL_WORKER" in shape.roles else world.anne


@pytest.mark.parametrize("shape", PAGED, ids=lambda shape: shape.code)
def test_every_sort_turns_all_its_pages(world, cases, sign_in, shape, monkeypatch):
    """Both ways, page after page of two rows, every row once, in the order of the first page's columns."""
    payable_aid(world)
    payable_aid(world, with_bank=False, reference="A-2026-09999")
    payable_aid(world, with_bank=False, reference="A-2026-09998")
    monkeypatch.setattr("ales.lists.reading.Listing.page", _pages_of_two)
    client = sign_in(reader_of(world, shape))
    for column in (column for column in shape.columns if column.sort):
        there = _walk(client, shape, column.key)
        back = _walk(client, shape, f"-{column.key}")
        assert there == list(reversed(back)), column.key
        # Two people of one organisation lead to the same page.
        assert len(there) > 2
        assert shape.code == "utilisateurs" or len(there) == len(set(there))


def _pages_of_two(self, queryset):
    return PAGE(queryset, self.params, self.column.sort, descending=self.is_descending, size=2)


def _walk(client, shape, sort) -> list[str]:
    address, seen = f"?{urlencode({SORT: sort})}", []
    while address:
        body = client.get(reverse(shape.url_name) + address).content.decode()
        seen += re.findall(r'class="row-link" href="([^"]*)"', body)
        following = re.search(r'rel="next" href="([^"]*)"', body)
        address = following[1].replace("&amp;", "&") if following else ""
    return seen


def test_amounts_sort_as_they_are_shown(world, sign_in):
    """What was granted counts, not what was asked."""
    first, second = payable_aid(world).aid, payable_aid(world, with_bank=False, reference="A-2026-09999").aid
    with tenancy.tenant(world.marc.context):
        AidRequest.objects.filter(pk=first.pk).update(asked_amount="5000")
        AidRequest.objects.filter(pk=second.pk).update(asked_amount="900", granted_amount="831.61")
    body = get(sign_in(world.marc), "aids:list", tri="-montant").content.decode()
    assert body.index(second.reference) < body.index(first.reference)


# --- Columns --------------------------------------------------------------------------------------


def test_chosen_columns_are_kept_for_the_person(world, cases, sign_in):
    client = sign_in(world.claire)
    answer = client.post(
        reverse("lists:columns", args=["dossiers"]),
        {"colonne": ["reference", "etat", "nonsense"], "adresse": "etat=OPEN&q=ferrand&lieu=38&autre=1"},
    )
    assert answer.url == f"{reverse('cases:list')}?q=ferrand&lieu=38&etat=OPEN"
    body = get(client).content.decode()
    assert 'data-label="Référence"' in body
    assert 'data-label="Bailleur"' not in body
    assert 'data-label="Locataire"' in body, "the column that leads to the row stays"
    assert body[body.index("<thead") :].count('<th scope="col"') == 3
    assert 'data-label="Bailleur"' in get(sign_in(world.cecile)).content.decode()


def test_each_list_hides_its_own_columns(world, cases, sign_in):
    """Every column that may be hidden is hidden in heading and cells alike."""
    told = payable_aid(world)
    sent(told, told.sign(told.request()))
    for shape in registry.list_shapes:
        client = sign_in(reader_of(world, shape))
        client.post(reverse("lists:columns", args=[shape.code]), {"adresse": ""})
        body = get(client, shape.url_name).content.decode()
        ticks = re.compile(r'<(t[hd])[^>]* class="list-tick">|<td class="list-tick">')
        table = ticks.sub("", body[body.index("<thead") : body.index("</tbody>")])
        assert table.count('<th scope="col"') == 1, shape.code
        assert "<td" not in table, shape.code


# --- Views ----------------------------------------------------------------------------------------


def save(client, name="Ouverts", query="etat=OPEN&tri=locataire", code="dossiers"):
    return client.post(reverse("lists:save", args=[code]), {"nom": name, "adresse": query})


def test_a_view_is_kept_found_renamed_opened_first_and_dropped(world, cases, sign_in):
    client = sign_in(world.claire)
    assert save(client).url == f"{reverse('cases:list')}?etat=OPEN&tri=locataire"
    view = SavedView.objects.get()
    body = client.get(f"{reverse('cases:list')}?tri=locataire&etat=OPEN").content.decode()
    assert re.search(r'\?etat=OPEN&amp;tri=locataire" aria-current="page">Ouverts', body)

    client.post(reverse("lists:rename", args=[view.public_id]), {"nom": "  Mes   ouverts ", "adresse": ""})
    view.refresh_from_db()
    assert view.name == "Mes ouverts"

    client.post(reverse("lists:make_default", args=[view.public_id]), {"adresse": ""})
    assert get(client).url == f"{reverse('cases:list')}?etat=OPEN&tri=locataire"
    everything = get(client, vue="tout")
    assert everything.status_code == 200
    assert "?vue=tout" in everything.content.decode()

    client.post(reverse("lists:delete", args=[view.public_id]), {"adresse": ""})
    assert get(client).status_code == 200
    assert not SavedView.objects.exists()


def test_a_view_keeps_no_word_that_was_looked_for(world, sign_in):
    client = sign_in(world.claire)
    save(client, query="q=ferrand&lieu=chez+ferrand&etat=OPEN&apres=abc&autre=1")
    assert SavedView.objects.get().query == "etat=OPEN"
    save(client, name="Noms", query="q=ferrand")
    save(client, name="Lieux", query="lieu=chez+ferrand")
    assert SavedView.objects.count() == 1


def test_a_view_of_filters_that_are_gone_keeps_the_others(world, cases, sign_in):
    """What the list no longer reads is left aside, and said; with nothing left, it opens nothing."""
    with tenancy.tenant(world.claire.context):
        own = {"user_id": world.claire.user_id, "list_code": "dossiers"}
        SavedView.objects.create(**own, name="Isère", query="lieu=38&etat=OPEN&ancien=1")
        SavedView.objects.create(**own, name="Lieux", query="lieu=38", is_default=True)
    body = get(sign_in(world.claire)).content.decode()
    assert re.search(r'\?etat=OPEN">Isère', body)
    assert "lieu=38" not in body
    assert ">Lieux</a>" not in body, "it would show everything under that name"
    assert body.count("n’existe plus dans cette liste") == 2
    body = get(sign_in(world.claire), etat="OPEN").content.decode()
    assert re.search(r'\?etat=OPEN" aria-current="page">Isère', body)


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("  ", "etat=OPEN", "Donnez un nom"),
        ("x" * 61, "etat=OPEN", "trop long"),
        ("Vide", "", "Choisissez d’abord un filtre"),
        ("Long", "referent=" + "x" * 1001, "trop longs"),
    ],
)
def test_a_view_refused_says_why(world, name, query, said):
    with tenancy.tenant(world.claire.context), pytest.raises(InvalidInputError, match=said):
        operations.save_view(actor=world.claire, shape=CASES, name=name, query=query)


def test_a_name_stands_once_and_views_are_counted(world):
    actor = world.claire
    with tenancy.tenant(actor.context):
        for number in range(operations.MOST_VIEWS):
            operations.save_view(actor=actor, shape=CASES, name=f"V{number}", query="etat=OPEN")
        with pytest.raises(InvalidInputError, match="12 vues"):
            operations.save_view(actor=actor, shape=CASES, name="Encore", query="etat=OPEN")
        changed = operations.save_view(actor=actor, shape=CASES, name="V0", query="etat=CLOSED")
        assert changed.query == "etat=CLOSED"
        with pytest.raises(InvalidInputError, match="déjà une vue"):
            operations.rename_view(actor=actor, view_id=changed.public_id, name="V1")


def test_views_and_columns_are_ones_own(world, sign_in):
    """A colleague neither sees nor changes them; row security says the same."""
    client = sign_in(world.claire)
    save(client)
    client.post(reverse("lists:columns", args=["dossiers"]), {"adresse": ""})
    view = SavedView.objects.get()
    get(client)  # reads the message that says it is kept
    other = sign_in(world.cecile)
    assert "Ouverts" not in get(other, vue="tout").content.decode()
    for name in ("rename", "make_default", "delete"):
        answer = other.post(reverse(f"lists:{name}", args=[view.public_id]), {"nom": "Volée"})
        assert answer.status_code == 404
    with tenancy.tenant(world.cecile.context):
        assert not SavedView.objects.exists()
        assert not ListColumns.objects.exists()
    with tenancy.tenant(world.claire.context):
        assert SavedView.objects.get().name == "Ouverts"


def test_a_list_of_another_role_is_not_found(world, sign_in):
    assert save(sign_in(world.lea), code="demandes", query="etat=draft").status_code == 404
    assert save(sign_in(world.claire), code="nulle-part").status_code == 404
    assert save(sign_in(world.claire), code="organismes", query="kind=CIL").status_code == 404


def test_queries(world, cases, sign_in, django_assert_max_num_queries):
    """Sort, columns and views cost two queries a list, however many views there are."""
    client = sign_in(world.claire)
    for number in range(5):
        save(client, name=f"V{number}")
    get(client)
    with django_assert_max_num_queries(13):
        body = get(client, tri="locataire").content.decode()
    assert "!! undefined" not in body
