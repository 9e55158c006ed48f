"""HTML to PDF; the only place that knows WeasyPrint.

A document is a pure function of its HTML: no network, no file but our own static ones, fixed identifier and
dates (the template writes them in `<meta name="dcterms.created">`), so that it is rebuilt to the same bytes.
"""

import hashlib
import mimetypes
import os
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from PIL import ImageFile
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

PRINT_STYLES = ("css/print.css",)
STATIC_SCHEME = "static:"

# WeasyPrint makes Pillow accept pictures cut short, in the whole process: uploads must go on refusing them.
ImageFile.LOAD_TRUNCATED_IMAGES = False
# fontTools stamps the fonts it writes with the clock, and a rebuilt document would differ from the first one.
os.environ.setdefault("SOURCE_DATE_EPOCH", "0")


class RenderingError(Exception):
    """The document can't be rendered: it asks for something it may not load, or that doesn't exist."""


class OwnFilesFetcher(URLFetcher):
    """Loads `data:` addresses and our own static files (`static:img/logo.svg`), refuses everything else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: dict | None = None) -> URLFetcherResponse:
        """The resource at `url`; raises ValueError for a foreign address or an unknown static file."""
        if not url.startswith(STATIC_SCHEME):
            return super().fetch(url, headers)
        name = unquote(url.removeprefix(STATIC_SCHEME))
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, static_file(name).read_bytes(), {"Content-Type": content_type})


def static_file(name: str) -> Path:
    """Where the static file `name` lies; raises ValueError when it isn't one of ours."""
    try:
        found = finders.find(name)
    except SuspiciousFileOperation:
        found = None
    if not found:
        raise ValueError(f"{name} is not a static file")
    return Path(found)


# A new font configuration or a sheet parsed for each document leaks 0.26 MB and costs twice the time
# (PITFALLS, WeasyPrint): one of each for the life of the process.
@lru_cache(maxsize=1)
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@lru_cache(maxsize=8)
def _sheet(name: str) -> CSS:
    return CSS(
        string=static_file(name).read_text(),
        base_url=STATIC_SCHEME,
        url_fetcher=OwnFilesFetcher(),
        font_config=_fonts(),
    )


def render(html: str, *, stylesheets: tuple[str, ...] = PRINT_STYLES) -> bytes:
    """The PDF/UA document of `html`, styled by these static style sheets.

    Raises RenderingError when the page asks for an address that isn't ours.
    """
    try:
        return HTML(string=html, base_url=STATIC_SCHEME, url_fetcher=OwnFilesFetcher()).write_pdf(
            stylesheets=[_sheet(name) for name in stylesheets],
            font_config=_fonts(),
            pdf_variant="pdf/ua-1",
            pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
        )
    except (FatalURLFetchingError, ValueError) as error:
        # FatalURLFetchingError derives from BaseException: uncaught, it would end the worker.
        raise RenderingError(str(error)) from error
