"""The guide: whole for each role, true to the pages, without a dead link or a missing picture."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from ales import registry
from ales.templatetags.guide import french_spaces, learn_more
from members.roles import Role

TEMPLATES = settings.BASE_DIR / "templates"
GUIDE = TEMPLATES / "guide"
PICTURES = settings.BASE_DIR / "static" / "img" / "ecrans"
READERS = {
    Role.SOCIAL_WORKER: "claire",
    Role.MANAGER: "marc",
    Role.LANDLORD_AGENT: "lea",
    Role.BOARD_MEMBER: "bruno",
    Role.ASSOCIATION_ADMIN: "anne",
    Role.TREASURER: "theo",
}
#: Words of a chapter, for one reader. A chapter of less says nothing, one of more isn't read.
SHORTEST, LONGEST = 150, 700
HEAVIEST = 60_000
ROLES = pytest.mark.parametrize("role", READERS)


def chapter_sources() -> list[Path]:
    return sorted(GUIDE.glob("*/*.html"))


def pages_outside_the_guide() -> list[Path]:
    return [path for path in TEMPLATES.rglob("*.html") if GUIDE not in path.parents]


@pytest.fixture
def read(world, sign_in):
    """`read(role, slug)` is the page of a chapter as that role reads it."""
    signed_in = {}

    def page(role: str, slug: str) -> str:
        client = signed_in.get(role) or signed_in.setdefault(role, sign_in(getattr(world, READERS[role])))
        answer = client.get(reverse("guide:chapter", args=[slug]))
        assert answer.status_code == 200, slug
        return answer.content.decode()

    return page


def own_text(page: str) -> str:
    """The chapter's text without the frame of the page."""
    return re.search(r'<article class="guide-text">(.*?)</article>', page, re.DOTALL)[1]


def words(html: str) -> list[str]:
    return re.findall(r"\w[\w’'-]*", unescape(re.sub(r"<[^>]+>", " ", html)))


@ROLES
def test_every_chapter_of_a_role_is_whole_and_light(read, role):
    for chapter in registry.chapters_for(role):
        page = read(role, chapter.slug)
        assert "!! undefined" not in page, chapter.slug
        assert len(page.encode()) <= HEAVIEST, chapter.slug
        text = own_text(page)
        assert SHORTEST <= len(words(text)) <= LONGEST, (chapter.slug, len(words(text)))


@ROLES
def test_the_contents_list_the_chapters_of_the_role(world, sign_in, role):
    client = sign_in(getattr(world, READERS[role]))
    page = client.get(reverse("guide:contents")).content.decode()
    listed = re.findall(r'href="/guide/([\w-]+)/"', page)
    assert set(listed) == {chapter.slug for chapter in registry.chapters_for(role)}
    assert "!! undefined" not in page


@ROLES
def test_other_roles_chapters_do_not_exist(world, sign_in, role):
    client = sign_in(getattr(world, READERS[role]))
    closed = [chapter.slug for chapter in registry.chapters if role not in chapter.roles]
    assert closed
    for slug in closed:
        assert client.get(reverse("guide:chapter", args=[slug])).status_code == 404, slug


@ROLES
def test_chapters_follow_one_another(read, role):
    """From the first chapter, « Chapitre suivant » goes through all of them and ends."""
    slugs = [chapter.slug for chapter in registry.chapters_for(role)]
    walked, slug = [], slugs[0]
    while slug:
        walked.append(slug)
        following = re.search(r'rel="next" href="/guide/([\w-]+)/"', read(role, slug))
        slug = following[1] if following else None
    assert walked == slugs


@ROLES
def test_no_link_of_the_guide_is_dead(world, sign_in, read, role):
    """Every link of a chapter's text opens for its reader, and its anchor stands there."""
    client = sign_in(getattr(world, READERS[role]))
    for chapter in registry.chapters_for(role):
        for link in re.findall(r'href="([^"]+)"', own_text(read(role, chapter.slug))):
            address, _, anchor = unescape(link).partition("#")
            answer = client.get(address)
            assert answer.status_code == 200, f"{chapter.slug}: {link} answers {answer.status_code}"
            assert not anchor or f'id="{anchor}"' in answer.content.decode(), f"{chapter.slug}: {link}"


def test_every_picture_of_the_guide_exists_for_both_widths():
    named = {
        name
        for path in chapter_sources()
        for name in re.findall(r'{% screen "([\w-]+)"', path.read_text(encoding="utf-8"))
    }
    assert named
    missing = [
        file
        for name in sorted(named)
        for file in (f"{name}.webp", f"{name}-telephone.webp")
        if not (PICTURES / file).is_file()
    ]
    assert not missing


def test_words_of_the_screen_are_the_screens_own():
    """What a chapter prints in bold is written so on a page: a button renamed is renamed in the guide too."""
    root = settings.BASE_DIR
    code = [
        path
        for room in ("ales", "members", "cases", "aids", "payments", "association")
        for path in (root / room).rglob("*.py")
        if "migrations" not in path.parts and path.name not in {"guide.py", "demo.py"}
    ]
    said = "\n".join(path.read_text(encoding="utf-8") for path in [*pages_outside_the_guide(), *code])
    said = re.sub(r"\s+", " ", said).lower()
    unknown = [
        f"{path.relative_to(GUIDE)}: {text}"
        for path in chapter_sources()
        for text in re.findall(r"<strong>(.+?)</strong>", path.read_text(encoding="utf-8"))
        if unescape(text).lower() not in said
    ]
    assert not unknown, "\n".join(unknown)


def test_help_beside_the_fields_leads_to_a_passage_that_exists():
    """Each « En savoir plus » of the pages names a chapter, and an anchor of it."""
    templates = {chapter.slug: TEMPLATES / chapter.template for chapter in registry.chapters}
    asked = [
        (path.name, *found)
        for path in pages_outside_the_guide()
        for found in re.findall(
            r'{% learn_more "([\w-]+)" "[^"]+"(?: anchor="([\w-]+)")?', path.read_text(encoding="utf-8")
        )
    ]
    assert len(asked) >= 8
    for page, slug, anchor in asked:
        assert slug in templates, f"{page}: {slug}"
        assert not anchor or f'id="{anchor}"' in templates[slug].read_text(encoding="utf-8"), (
            f"{page}: {anchor}"
        )


def test_help_is_shown_to_those_whose_guide_has_it(world):
    for actor, shown in ((world.claire, True), (world.bruno, False), (None, False)):
        assert bool(learn_more({"actor": actor}, "saisir-le-budget", "le budget")["url"]) is shown
    with pytest.raises(ValueError, match="no chapter"):
        learn_more({"actor": world.claire}, "nulle-part", "rien")


def test_no_line_breaks_inside_french_quotes_or_before_a_colon():
    spaced = french_spaces('<a title="un : deux">« Où ? » : 1 288,66 €</a>')
    assert spaced == '<a title="un : deux">«\u00a0Où\u00a0?\u00a0»\u00a0: 1\u202f288,66\u00a0€</a>'


def test_chapters_have_one_slug_and_stand_together_by_part():
    slugs = [chapter.slug for chapter in registry.chapters]
    assert len(set(slugs)) == len(slugs)
    for role in READERS:
        parts = [str(chapter.part) for chapter in registry.chapters_for(role)]
        runs = [part for place, part in enumerate(parts) if place == 0 or parts[place - 1] != part]
        assert len(runs) == len(set(runs)), f"{role}: a part comes twice in {runs}"


def test_every_template_of_the_guide_is_a_chapter():
    registered = {chapter.template for chapter in registry.chapters}
    assert {str(path.relative_to(TEMPLATES)) for path in chapter_sources()} == registered
