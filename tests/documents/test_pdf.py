"""The PDF: read back, rebuilt to the same bytes, and unable to load anything of others."""

import datetime as dt
import io
import subprocess
import sys

import pytest
from pypdf import PdfReader

from ales.documents import pdf
from ales.documents.frozen import freeze
from ales.documents.models import ProductionJob
from ales.documents.production import Builder
from ales.explanation import Explanation

WHEN = dt.datetime(2026, 6, 15, 10, 0, tzinfo=dt.UTC)
RESIDUAL = Explanation(
    "Loyer résiduel", "loyer − APL", (("Loyer", "600,00 €"), ("APL", "138,00 €")), "462,00 €", ""
)
CEILING = Explanation(
    "Aide mensuelle",
    "loyer résiduel × taux",
    (("Loyer résiduel", "462,00 €"), ("Taux", "60 %")),
    "277,20 €",
    "Barème d’exemple",
    (RESIDUAL,),
)
PAYLOAD = freeze(
    {
        "issuer": {"name": "CIL de l’Essai", "role": "Claire Test", "lines": ["38000 Grenoble"]},
        "recipient": {"lines": ["Monsieur Paul MARTIN", "12 rue des Lilas"]},
        "reference": "A-2026-00012",
        "place": "Grenoble",
        "date": dt.date(2026, 6, 15),
        "object": "votre aide <script>",
        "version": 2,
        "explanation": CEILING,
    }
)


def build(payload=PAYLOAD) -> bytes:
    job = ProductionJob(payload=payload, title="Courrier d’essai", created_at=WHEN)
    return Builder("documents/base.html").build(job)


def text_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_letter_says_what_its_data_say():
    text = text_of(build())
    for words in (
        "CIL de l’Essai",
        "Monsieur Paul MARTIN",
        "A-2026-00012",
        "Grenoble, le 15 juin 2026",
        "votre aide <script>",
        "version 2",
        "Page 1 / 1",
    ):
        assert words in text, words
    assert "!! undefined" not in text


def test_a_letter_without_anything_has_no_hole():
    text = text_of(build({}))
    assert "!! undefined" not in text
    assert "Courrier d’essai" in text


def test_the_explanation_is_printed_with_its_steps():
    html = pdf.render(
        Builder("documents/_explanation.html").html(PAYLOAD, title="x", created_at=WHEN), stylesheets=()
    )
    text = text_of(html)
    for words in ("loyer résiduel × taux", "60 %", "277,20 €", "loyer − APL", "462,00 €", "Barème d’exemple"):
        assert words in text, words


def test_tagged_in_french_and_dated_by_its_job():
    root = PdfReader(io.BytesIO(build())).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    assert "/StructTreeRoot" in root
    info = PdfReader(io.BytesIO(build())).metadata
    assert info.creation_date == WHEN
    assert info.title == "Courrier d’essai"
    assert b"pdfuaid" in root["/Metadata"].get_data()


REBUILD = """
import hashlib, os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
from tests.documents.test_pdf import build
print(hashlib.sha256(build()).hexdigest())
"""


def test_rebuilt_to_the_same_bytes_by_another_process():
    def digest(seed: str) -> str:
        environment = {**pdf.os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", REBUILD]
        return subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        ).stdout.split()[-1]

    assert digest("1") == digest("2")
    assert build() == build()


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "http://127.0.0.1:9/secret",
        "http://[::1]:9/",
        "https://ailleurs.example/x.png",
        "ftp://127.0.0.1/x",
        "static:../ales/settings.py",
        "static:/etc/passwd",
        "static:%2e%2e/ales/settings.py",
        "static:css/unknown.css",
    ],
)
@pytest.mark.parametrize(
    "html",
    [
        '<img src="{}" alt="">',
        '<link rel="stylesheet" href="{}">',
        '<link rel="attachment" href="{}">',
        '<p style="background: url({})">a</p>',
    ],
    ids=["image", "style", "attachment", "background"],
)
def test_foreign_addresses_are_refused(address, html):
    with pytest.raises(pdf.RenderingError):
        pdf.render(f"<html lang=fr><title>x</title>{html.format(address)}", stylesheets=())


def test_own_files_and_data_are_loaded():
    assert pdf.render(
        '<html lang="fr"><title>x</title><img alt="logo" src="static:img/logo.svg">'
        "<img alt=\"point\" src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='1'/>\">",
        stylesheets=(),
    ).startswith(b"%PDF-1.7")


def test_fonts_are_our_own():
    fonts = {
        font.get_object()["/BaseFont"].partition("+")[2].rstrip(",")
        for page in PdfReader(io.BytesIO(build())).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all(font.startswith("Source-Sans-3") for font in fonts), fonts


def test_fonts_and_style_sheets_are_read_once_a_process():
    build()
    before = pdf._sheet.cache_info().misses, pdf._fonts.cache_info().misses
    build()
    assert (pdf._sheet.cache_info().misses, pdf._fonts.cache_info().misses) == before
