"""Pages leave without the indentation their templates are written with."""

from django.template import Engine
from django.template.loader import get_template

from ales.templates import Loader


def test_no_page_is_sent_with_its_indentation():
    source = get_template("layout/header.html").template.source
    assert "\n<" in source
    assert "\n  " not in source


def test_a_text_keeps_its_layout(tmp_path):
    (tmp_path / "mail.txt").write_text("Bonjour,\n  - un point\n")
    (tmp_path / "page.html").write_text("<ul>\n  <li>\n</ul>")
    loader = Loader(Engine(dirs=[tmp_path]))
    assert loader.get_template("mail.txt").source == "Bonjour,\n  - un point\n"
    assert loader.get_template("page.html").source == "<ul>\n<li>\n</ul>"
