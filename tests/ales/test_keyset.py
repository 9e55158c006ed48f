"""Keyset pages go through every row once, both ways (DESIGN §2.11)."""

import pytest
from django.core.signing import b64_encode
from django.http import QueryDict

from ales.keyset import page_of
from members.models import User

pytestmark = pytest.mark.django_db

KEYS = ("first_name", "id")


@pytest.fixture
def people(db):
    for index in range(7):
        User.objects.create(email=f"p{index}@test.example", first_name="Ana" if index < 4 else "Zoé")
    return User.objects.all()


def names(page) -> list[str]:
    return [row.email[:2] for row in page.rows]


@pytest.mark.parametrize("descending", [False, True])
def test_every_row_once_forwards_then_backwards(people, descending):
    everybody = [f"p{index}" for index in (reversed(range(7)) if descending else range(7))]
    page = page_of(people, QueryDict("q=a"), KEYS, descending=descending, size=3)
    assert page.previous_url == ""
    seen = names(page)
    while page.next_url:
        assert page.next_url.startswith("?q=a&apres=")
        page = page_of(people, QueryDict(page.next_url[1:]), KEYS, descending=descending, size=3)
        seen += names(page)
    assert seen == everybody
    back = names(page)
    while page.previous_url:
        page = page_of(people, QueryDict(page.previous_url[1:]), KEYS, descending=descending, size=3)
        back = names(page) + back
    assert back == everybody


def test_a_broken_cursor_gives_the_first_page(people):
    page = page_of(people, QueryDict("apres=%C3%A9&avant=zz"), KEYS, descending=False, size=3)
    assert names(page) == ["p0", "p1", "p2"]


def test_a_nul_in_a_cursor_gives_the_first_page(people):
    cursor = b64_encode(b"A\x00na\x1f1").decode()
    page = page_of(people, QueryDict(f"apres={cursor}"), KEYS, descending=False, size=3)
    assert names(page) == ["p0", "p1", "p2"]


def test_an_empty_list_has_no_other_page(db):
    page = page_of(User.objects.none(), QueryDict(), KEYS, descending=True)
    assert (page.rows, page.previous_url, page.next_url) == ([], "", "")


def test_one_query(people, django_assert_num_queries):
    with django_assert_num_queries(1):
        page_of(people, QueryDict(), KEYS, descending=True, size=3)
