"""What the templates and static files may not do: the content policy is 'self' and nothing else."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = REPOSITORY / "templates"
# Printed documents and mails aren't served under the content policy; they have their own style sheets.
FORBIDDEN = {
    "inline style": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "address of another host": re.compile(r"(?:src|href)=\"(?:https?:)?//(?!www\.w3\.org)", re.IGNORECASE),
}


TAGS = re.compile(r"{% comment.*?{% endcomment %}|{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)


def faults_of(text: str) -> list[str]:
    html = TAGS.sub("…", text)  # the options of a component may bear the names of attributes
    return [name for name, pattern in FORBIDDEN.items() if pattern.search(html)]


def templates() -> list[Path]:
    pages = (
        path
        for path in PAGES.rglob("*.html")
        if path.relative_to(PAGES).parts[0] not in {"documents", "emails"}
    )
    return sorted(pages)


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(PAGES)))
def test_templates_respect_the_content_policy(path: Path) -> None:
    assert faults_of(path.read_text()) == []


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color: red">',
        "<style>p {}</style>",
        "<script>alert(1)</script>",
        '<button onclick="go()">',
        '<p {% if wide %}class="wide"{% endif %} style="width: {{ width }}%">',
        '<script src="https://cdn.example/x.js"></script>',
    ],
)
def test_the_rule_sees(text: str) -> None:
    assert faults_of(text)


@pytest.mark.parametrize(
    "text",
    [
        '<script src="{% static "js/form.js" %}" defer></script>',
        '<a href="{{ url }}" data-once="1">',
        '{% button "Valider" style="primary" %}',
        "{% comment %}never write <style> here{% endcomment %}",
    ],
)
def test_the_rule_lets_pass(text: str) -> None:
    assert faults_of(text) == []
