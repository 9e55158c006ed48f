"""The gallery documents every component with every option, and its samples render."""

import inspect

import pytest

from ales.gallery.catalogue import CATALOGUE
from ales.templatetags import components


def parameters(name: str, *, is_block: bool) -> list[str]:
    """The options of a tag: its parameters, without what the engine itself gives."""
    given = {"context"} | ({"content"} if is_block else set())
    return [
        option for option in inspect.signature(getattr(components, name)).parameters if option not in given
    ]


def test_every_component_is_in_the_gallery():
    assert {component.name for component in CATALOGUE} == set(components.register.tags)


@pytest.mark.parametrize("component", CATALOGUE, ids=lambda component: component.name)
def test_every_option_is_documented(component):
    assert list(component.options) == parameters(component.name, is_block=component.is_block)
    assert component.samples


def test_the_gallery_shows_each_sample_and_its_source(client, db):
    html = client.get("/composants/").content.decode()
    assert "!! undefined" not in html
    for component in CATALOGUE:
        assert f'id="{component.name}"' in html
    assert html.count('class="gallery-sample"') >= sum(len(component.samples) for component in CATALOGUE)
    assert "style=" not in html.replace("style=&quot;", "")
    assert "onclick" not in html


def test_the_gallery_is_for_demo_mode_only(client, db, settings):
    settings.DEMO = False
    assert client.get("/composants/").status_code == 404
