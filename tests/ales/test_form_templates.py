"""Every page that takes typed text sums up its errors on top, in our words rather than the browser's."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "templates"
#: Sign-in: one or two fields on one card, whose message stands right above them.
CARDS = ("account", "mfa")
#: Parts of a page that has the summary, and samples.
PARTS = {"components/gallery.html", "components/confirm.html", "works/_confirm.html", "works/_export.html"}


def _forms() -> list[str]:
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = str(path.relative_to(TEMPLATES))
        text = path.read_text()
        types = "as_field_group" in text or "{{ form }}" in text
        if 'method="post"' in text and types and path.parent.name not in CARDS and "mfa" not in name:
            found.append(name)
    return sorted(set(found) - PARTS)


@pytest.mark.parametrize("name", _forms())
def test_a_form_sums_up_its_errors(name):
    text = (TEMPLATES / name).read_text()
    assert "error_summary" in text


@pytest.mark.parametrize("name", _forms())
def test_a_form_is_checked_by_the_server_alone(name):
    """A browser's own bubbles speak its language, one field at a time, and say nothing of the others."""
    text = (TEMPLATES / name).read_text()
    for tag in re.findall(r"<form[^>]*\bmethod=\"post\"[^>]*>", text):
        fields = text.split(tag, 1)[1].split("</form>", 1)[0]
        if "as_field_group" in fields or "{{ form }}" in fields:
            assert "novalidate" in tag, tag
