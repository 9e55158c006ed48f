"""The pictures of the main screens: what is shown is there, and what is there is a screen's."""

import re
from pathlib import Path

from screenshots.screens import FOLDER, SCREENS, WIDTHS

REPOSITORY = Path(__file__).resolve().parents[2]
SHOWN = re.compile(r"img/ecrans/([\w-]+\.webp)")
#: A chapter of the guide names a screen (ales/templatetags/guide.py).
IN_THE_GUIDE = re.compile(r"{% screen \"([\w-]+)\"")
#: A clone stays light: the pictures change as a whole each time they are taken.
MOST_BYTES = 3_000_000


def shown(page: Path) -> set[str]:
    """The pictures a page or a document names; documents explain the tag without showing anything by it."""
    text = page.read_text()
    in_the_guide = IN_THE_GUIDE.findall(text) if page.suffix == ".html" else []
    return {*SHOWN.findall(text), *(f"{name}.webp" for name in in_the_guide)}


def pages() -> list[Path]:
    return [
        *REPOSITORY.glob("*.md"),
        *(REPOSITORY / "docs").rglob("*.md"),
        *(REPOSITORY / "templates").rglob("*.html"),
    ]


def test_every_picture_shown_is_there() -> None:
    missing = {
        f"{page.relative_to(REPOSITORY)} : {name}"
        for page in pages()
        for name in shown(page)
        if not (FOLDER / name).is_file()
    }
    assert missing == set()


def test_the_readme_shows_some() -> None:
    assert len(shown(REPOSITORY / "README.md")) >= 6


def test_the_folder_holds_each_screen_at_both_widths_and_nothing_else() -> None:
    expected = {screen.file(width) for screen in SCREENS for width in WIDTHS}
    assert {file.name for file in FOLDER.iterdir()} == expected


def test_the_pictures_are_light() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < MOST_BYTES


def test_each_screen_has_its_name_and_its_text() -> None:
    assert len({screen.name for screen in SCREENS}) == len(SCREENS)
    assert all(screen.caption for screen in SCREENS)
