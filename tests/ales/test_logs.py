"""The logs hold no key: tokens of addresses are masked in every line, public ids and words are not."""

import logging
import logging.config
import re
import secrets
import uuid
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core import signing
from django.urls import URLPattern, get_resolver, reverse
from gunicorn.config import Config

from ales import logs
from ales.gunicorn import MaskingLogger

TOKEN = secrets.token_urlsafe(32)
SIGNED = signing.dumps(str(uuid.uuid4()), salt="tests")
KEYS = {
    "members:invitation": {"token": TOKEN},
    "members:calendar_feed": {"token": TOKEN},
    "members:unsubscribe": {"token": SIGNED},
    "account_reset_password_from_key": {"uidb36": "1z", "key": f"d8x2kq-{uuid.uuid4().hex}"},
}


def routes(patterns, namespace=""):
    """Name and pattern of each route of the product."""
    for entry in patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry.pattern
        else:
            inside = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry.url_patterns, inside)


@pytest.fixture
def console(monkeypatch):
    """What the process writes to its console with the product's LOGGING, for the time of a test."""
    changed = [logging.getLogger(name) for name in ("", *settings.LOGGING["loggers"])]
    before = [(list(logger.handlers), logger.level, logger.propagate) for logger in changed]
    written = StringIO()
    monkeypatch.setattr("sys.stderr", written)
    logging.config.dictConfig(settings.LOGGING)
    yield written
    for logger, (handlers, level, propagate) in zip(changed, before, strict=True):
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.mark.parametrize(("name", "arguments"), KEYS.items(), ids=KEYS)
def test_no_log_line_holds_the_key_of_an_address(name, arguments, console, tmp_path):
    path = reverse(name, kwargs=arguments)
    secret = list(arguments.values())[-1]

    logging.getLogger("django.request").warning("%s: %s", "Not Found", path)
    logging.getLogger("ales.outage").error("the database is away: %s %s", "GET", path)
    written = console.getvalue()
    assert "Not Found: /" in written
    assert logging.getLogger("django").handlers == [], "Django's own handlers mask nothing"
    assert "the database is away: GET /" in written
    assert secret not in written
    assert written.count("…") == 2

    access = gunicorn_writes(path, tmp_path / "access.log")
    assert access.startswith("200 GET /")
    assert "…" in access
    assert secret not in access


def gunicorn_writes(path: str, file: Path) -> str:
    """The line of a request, in the format of the Procfile, by the class it names."""
    web = Path(settings.BASE_DIR, "Procfile").read_text()
    assert f"--logger-class {MaskingLogger.__module__}.{MaskingLogger.__name__} " in web
    config = Config()
    config.set("accesslog", str(file))
    config.set("access_log_format", re.search(r"--access-logformat '%\(t\)s (.+?)'", web)[1])
    logger = MaskingLogger(config)
    environ = {"REQUEST_METHOD": "GET", "RAW_URI": path, "PATH_INFO": path, "SERVER_PROTOCOL": "HTTP/1.1"}
    took = SimpleNamespace(seconds=0, microseconds=1000)
    response = SimpleNamespace(status="200 OK", headers=[])
    logger.access(response, SimpleNamespace(headers=[]), environ, took)
    return file.read_text()


def test_the_image_logs_as_the_procfile_does():
    lines = [Path(settings.BASE_DIR, name).read_text() for name in ("Procfile", "Dockerfile")]
    options = [re.search(r"--logger-class .*?ms'", line)[0] for line in lines]
    assert options[0] == options[1]


def test_ids_and_words_stay():
    address = f"/adherents/{uuid.uuid4()}/coordonnees-bancaires/historique/"
    assert logs.mask(f"GET {address}") == f"GET {address}"
    assert logs.mask(f"/{uuid.uuid4()}{TOKEN}/") == "/…/"
    for _name, pattern in routes(get_resolver().url_patterns):
        words = re.sub(r"<[^>]+>|\(\?P.*?\)", "", str(pattern))
        assert logs.mask(f"/{words}") == f"/{words}"


def test_every_route_with_a_key_is_tried_here():
    keyed = {
        name
        for name, pattern in routes(get_resolver().url_patterns)
        if {"token", "key"} & set(pattern.regex.groupindex)
    }
    assert keyed == KEYS.keys()
