"""What production asks, read in a process of its own with DEBUG=0."""

import os
import subprocess
import sys

import pytest

PRODUCTION = {
    "DEBUG": "0",
    "DEMO": "0",
    "SECRET_KEY": "a-key-of-the-tests-that-is-long-enough-to-pass-the-deployment-checks-0123456789",
    "MFA_ENCRYPTION_KEY": "another-key",
    "ALLOWED_HOSTS": "extranet.example",
    "DATABASE_URL": "postgresql://ales_app@localhost/ales",
    "MIGRATION_DATABASE_URL": "postgresql://ales_migrator@localhost/ales",
    "REDIS_URL": "redis://localhost:6379/0",
}
READ = (
    "from ales import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.DEVICE_COOKIE_NAME,"
    " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS, s.SECOND_FACTOR_REQUIRED, s.DEMO)"
)


def read(**changes: str) -> subprocess.CompletedProcess:
    environment = {key: value for key, value in os.environ.items() if key not in PRODUCTION}
    environment |= PRODUCTION | changes
    environment = {key: value for key, value in environment.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", READ], env=environment, capture_output=True, text=True, check=False
    )


def test_cookies_are_bound_to_the_host_and_everybody_is_asked():
    answer = read()
    assert answer.stdout.split() == [
        "__Host-sessionid",
        "__Host-csrftoken",
        "__Host-device",
        "True",
        "True",
        "31536000",
        "True",
        "False",
    ]


@pytest.mark.parametrize("missing", ["SECRET_KEY", "MFA_ENCRYPTION_KEY"])
def test_it_does_not_start_without_its_keys(missing):
    answer = read(**{missing: None})
    assert answer.returncode != 0
    assert missing in answer.stderr


def test_it_does_not_start_as_a_demo():
    answer = read(DEMO="1")
    assert answer.returncode != 0
    assert "DEMO=1" in answer.stderr


def test_nothing_turns_the_second_factor_off():
    assert read(SECOND_FACTOR_REQUIRED="0").stdout.split()[6] == "True"


@pytest.mark.parametrize("owner", [None, "postgresql://ales_app:other@localhost/ales"])
def test_the_tables_are_not_made_by_the_application_s_login(owner):
    answer = read(ALES_DATABASE_ROLE="migrator", MIGRATION_DATABASE_URL=owner)
    assert answer.returncode != 0
    assert "MIGRATION_DATABASE_URL" in answer.stderr


def test_the_tables_are_made_by_their_owner():
    assert read(ALES_DATABASE_ROLE="migrator").returncode == 0


def test_the_pages_are_served_without_the_owner_s_password():
    assert read(MIGRATION_DATABASE_URL=None).returncode == 0
