"""Every address of the product, asked as one person: the headers that protect a page are on all answers."""

import uuid

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.django_db

#: Something of the right shape for each part of an address; most of it leads to a 404, which is a page too.
PARTS = {
    "UUIDConverter": str(uuid.UUID(int=1)),
    "IntConverter": "1",
    "StringConverter": "abc",
    "SlugConverter": "abc",
    "PathConverter": "abc",
}


def addresses(resolver: URLResolver | None = None, prefix: str = "/") -> list[str]:
    """One address of each pattern."""
    found = []
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            found += addresses(pattern, prefix + _filled(pattern))
        elif isinstance(pattern, URLPattern):
            found.append(prefix + _filled(pattern))
    return found


def _filled(pattern) -> str:
    route = str(pattern.pattern)
    if route.startswith("^"):  # the only regular expression: the link of a new password
        return "compte/mot-de-passe/nouveau/1-abc-def/"
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__
        shape = PARTS.get(kind, "abc")
        for written in (f"<{name}>", f"<{_name_of(converter)}:{name}>"):
            route = route.replace(written, shape)
    return route


def _name_of(converter) -> str:
    return type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")


def faults_of(response) -> list[str]:
    """What is missing in the headers of an answer."""
    headers = response.headers
    policy = headers.get("Content-Security-Policy", "")
    expected = {
        "no policy": "default-src 'none'" in policy,
        "unsafe": "unsafe-" not in policy,
        "framed": "frame-ancestors 'none'" in policy and headers.get("X-Frame-Options") == "DENY",
        "sniffed": headers.get("X-Content-Type-Options") == "nosniff",
        "referrer": headers.get("Referrer-Policy") == "same-origin",
        "opener": headers.get("Cross-Origin-Opener-Policy") == "same-origin",
        "resource": headers.get("Cross-Origin-Resource-Policy") == "same-origin",
        "permissions": "camera=()" in headers.get("Permissions-Policy", ""),
        "kept": "no-store" in headers.get("Cache-Control", ""),
    }
    return [name for name, right in expected.items() if not right]


def test_on_every_page(world, sign_in):
    client = sign_in(world.marc)
    found = addresses()
    assert len(found) > 60
    assert "/tableau-de-bord/" in found
    faulty = {address: faults for address in found if (faults := faults_of(client.get(address)))}
    assert faulty == {}


def test_on_the_pages_before_sign_in(client, db):
    assert {address: faults for address in addresses() if (faults := faults_of(client.get(address)))} == {}


def test_on_a_page_that_does_not_exist(client, db):
    assert faults_of(client.get("/nulle/part/")) == []


def test_the_rule_sees():
    assert len(faults_of(type("Answer", (), {"headers": {}}))) == 8
    assert "unsafe" in faults_of(
        type("Answer", (), {"headers": {"Content-Security-Policy": "script-src 'unsafe-inline'"}})
    )
