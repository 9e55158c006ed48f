"""The changes of a case on screen: who, when, in which capacity, which field, from what to what."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from ales import tenancy
from ales.history import reading
from cases.models import BudgetLine, Entitlement, Person, Tenancy, TenantCase
from cases.operations import LineInput, Page, save_budget
from tests.world import NOW

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def case(world):
    return world.complete_case()


def address(case) -> str:
    return reverse("cases:history", args=[case.public_id])


def fragment(client, url: str) -> str:
    response = client.get(url, **HTMX)
    assert response.status_code == 200
    text = response.content.decode()
    assert "!! undefined" not in text
    assert "<html" not in text
    return text


def changed(world, actor=None, **fields) -> None:
    """`fields` of the dwelling are changed, as one request of `actor` (Claire)."""
    with tenancy.tenant((actor or world.claire).context):
        Tenancy.objects.update(**fields)


def test_a_change_is_told_in_french(world, case, sign_in):
    changed(world, rent=Decimal("1234.50"), lease_state="SUMMONED", lease_state_on=dt.date(2026, 5, 1))
    text = fragment(sign_in(world.marc), address(case))
    first = text.split("history-entry")[1]
    assert "<strong>Claire Test</strong>, travailleur social" in first
    for expected in (
        "Modification",
        "Logement",
        "<dt>Loyer</dt>",
        "<ins>1\u202f234,50\u00a0€</ins>",
        "<dt>État du bail</dt>",
        "<ins>Assignation</ins>",
        "<dt>Depuis le</dt>",
        "<del>—</del>",
        "<ins>1er mai 2026</ins>",
    ):
        assert expected in first, expected


def test_former_values_stand_beside_the_new_ones(world, case, sign_in):
    changed(world, rent=Decimal("500.00"))
    changed(world, rent=Decimal("510.00"))
    text = fragment(sign_in(world.claire), address(case))
    assert "<del>500,00\u00a0€</del>" in text
    assert "<ins>510,00\u00a0€</ins>" in text


def test_the_capacity_is_the_one_of_the_change(world, case, sign_in):
    changed(world, actor=world.marc, rent=Decimal("1.00"))
    text = fragment(sign_in(world.claire), address(case))
    assert "<strong>Marc Test</strong>, responsable social" in text


def test_a_page_of_its_own_without_javascript(world, case, sign_in):
    response = sign_in(world.claire).get(address(case))
    text = response.content.decode()
    assert "<html" in text
    assert f"Modifications du dossier {case.reference}" in text
    assert "!! undefined" not in text
    assert response["Cache-Control"] == "no-store, private"


def test_the_case_page_offers_it(world, case, sign_in):
    text = sign_in(world.claire).get(reverse("cases:detail", args=[case.public_id])).content.decode()
    assert "Historique des modifications" in text
    assert f'hx-get="{address(case)}"' in text


@pytest.mark.parametrize("who", ["denis", "diane", "sonia", "rachid"])
def test_strangers_get_a_404(world, case, sign_in, who):
    assert sign_in(getattr(world, who)).get(address(case)).status_code == 404


@pytest.mark.parametrize("who", ["lea", "anne", "theo", "bruno"])
def test_other_roles_are_refused(world, case, sign_in, who):
    assert sign_in(getattr(world, who)).get(address(case)).status_code == 403


def save_resources(world, case, *lines: LineInput) -> None:
    with tenancy.tenant(world.claire.context):
        save_budget(
            actor=world.claire,
            case_id=case.public_id,
            step="budget",
            page=Page(form_key=uuid4()),
            as_of=dt.date(2026, 6, 1),
            resources=list(lines),
            charges=[],
            at=NOW,
        )


def test_lines_saved_anew_are_told_by_what_changed(world, case, sign_in):
    """The step writes all its rows again: only the salary differs, and one line is new."""
    salary, pension = LineInput("SALARY", Decimal("1000")), LineInput("PENSION", Decimal("300"))
    save_resources(world, case, salary, pension)
    save_resources(
        world, case, LineInput("SALARY", Decimal("1100")), pension, LineInput("RSA", Decimal("50"))
    )
    first = fragment(sign_in(world.claire), address(case)).split("history-entry")[1]
    assert "Ligne du budget : Salaire" in first
    assert "<del>1\u202f000,00\u00a0€</del>" in first
    assert "<ins>1\u202f100,00\u00a0€</ins>" in first
    assert first.count("history-change") == 2
    assert "Suppression" not in first
    assert first.count("Ajout") == 1


def test_the_same_form_saved_again_tells_nothing(world, case, sign_in):
    line = LineInput("SALARY", Decimal("1000"))
    save_resources(world, case, line)
    before = fragment(sign_in(world.claire), address(case))
    save_resources(world, case, line)
    assert fragment(sign_in(world.claire), address(case)) == before


def test_a_person_gone_keeps_her_name(world, case, sign_in):
    with tenancy.tenant(world.claire.context):
        child = Person.objects.filter(case=case, position="CHILD").first()
        BudgetLine.objects.filter(case=case, kind="RESOURCE").update(person=child)
        name = child.full_name
        BudgetLine.objects.filter(case=case).update(person=None)
        child.delete()
    text = fragment(sign_in(world.claire), address(case))
    assert "Suppression" in text
    assert f"Personne du ménage : {name}" in text


def test_stored_markup_is_text(world, case, sign_in):
    changed(world, address="<script>alert(1)</script>")
    text = fragment(sign_in(world.claire), address(case))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_what_the_owner_changed_has_no_author(world, case, sign_in):
    """Commands of the server's own have no person: the history says so instead of inventing one."""
    with tenancy.tenant(world.claire.context):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pghistory.context_metadata', '', true)")
            cursor.execute("SELECT set_config('pghistory.context_id', '', true)")
        Entitlement.objects.filter(case=case).update(note="revu")
    assert "Hors connexion" in fragment(sign_in(world.claire), address(case))


# --- Pages ----------------------------------------------------------------------------------------


def test_pages_follow_each_other(world, case, sign_in, monkeypatch):
    monkeypatch.setattr(reading, "ENTRIES", 3)
    for rent in range(100, 108):
        changed(world, rent=Decimal(rent))
    client, url, seen = sign_in(world.claire), address(case), []
    for _page in range(20):
        text = fragment(client, url)
        seen += [rent for rent in range(108, 99, -1) if f"<ins>{rent},00\u00a0€</ins>" in text]
        if "history-more" not in text:
            break
        url = text.partition('href="')[2].partition('"')[0]
        assert "?apres=" in url
    else:
        pytest.fail("the pages never end")
    assert seen == list(range(107, 99, -1))


def test_a_request_is_never_cut_between_two_pages(world, case, monkeypatch):
    with tenancy.tenant(world.claire.context):
        sources = [reading.Source(Person, case.pk), reading.Source(TenantCase, case.pk)]
        everything = [row.id for group in reading.read(sources).groups for row in group]
        monkeypatch.setattr(reading, "ROWS", 3)
        TenantCase.objects.filter(pk=case.pk).update(social_notes="une note")
    with tenancy.tenant(world.marc.context):
        TenantCase.objects.filter(pk=case.pk).update(social_notes="une autre note")
        first = reading.read(sources)
        assert [len(group) for group in first.groups] == [1, 1]
        ids, cursor = [], ""
        while True:
            page = reading.read(sources, cursor)
            ids += [(row.tracking.model, row.id) for group in page.groups for row in group]
            cursor = page.next_cursor
            if not cursor:
                break
    assert len(ids) == len(set(ids)) == len(everything) + 2


@pytest.mark.parametrize("cursor", ["x", "%00", "MjAyNg", "é", "A" * 5000])
def test_a_cursor_cut_short_gives_the_first_page(world, case, sign_in, cursor):
    client = sign_in(world.claire)
    assert fragment(client, f"{address(case)}?apres={cursor}") == fragment(client, f"{address(case)}?apres=")


def test_queries_are_bounded(world, case, sign_in, django_assert_max_num_queries):
    client = sign_in(world.claire)
    fragment(client, address(case))
    save_resources(world, case, *[LineInput("SALARY", Decimal(amount)) for amount in range(1, 40)])
    for rent in range(100, 115):
        changed(world, rent=Decimal(rent))
    with django_assert_max_num_queries(17):
        fragment(client, address(case))
