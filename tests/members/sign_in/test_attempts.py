"""Attempts are counted by all processes together; what can't be counted is refused; answers tell nothing."""

import pytest
from django.conf import settings as product
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.test import Client

from ales import settings as ales_settings
from members.models import User
from members.tasks import clear_sessions
from tests.world import PASSWORD

DATABASE_CACHE = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": ales_settings.CACHE_TABLE,
    }
}
DEAD_REDIS = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
}


@pytest.fixture
def claire(world) -> User:
    return User.objects.get(pk=world.claire.user_id)


def attempt(login: str, password: str, **headers):
    """Each from a browser of its own, as separate processes would see them."""
    return Client(headers=headers).post("/connexion/", {"login": login, "password": password})


@pytest.mark.django_db(transaction=True)
class TestCounting:
    @pytest.fixture(autouse=True)
    def counted(self, settings):
        settings.CACHES = DATABASE_CACHE
        settings.ACCOUNT_RATE_LIMITS = ales_settings.ACCOUNT_RATE_LIMITS
        yield
        caches["default"].clear()

    def test_after_five_failures_the_right_password_is_refused_too(self, claire):
        for _ in range(5):
            attempt(claire.email, "wrong-password")
        answer = attempt(claire.email, PASSWORD)
        assert "Trop d’essais" in answer.content.decode()
        assert attempt("marc@test.example", PASSWORD).headers["Location"] == "/tableau-de-bord/"

    def test_the_count_is_the_databases_not_the_processs(self, claire):
        for _ in range(5):
            attempt(claire.email, "wrong-password")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ales_cache WHERE cache_key LIKE '%%login_failed%%'")
            assert cursor.fetchone()[0] >= 1
            cursor.execute("DELETE FROM ales_cache")
        assert attempt(claire.email, PASSWORD).status_code == 302

    def test_an_invented_forwarded_address_counts_for_nothing(self, claire):
        for number in range(20):
            attempt(f"nobody{number}@test.example", "wrong", x_forwarded_for=f"10.0.0.{number}")
        answer = attempt("another@test.example", "wrong", x_forwarded_for="10.9.9.9")
        assert "Trop d’essais" in answer.content.decode()

    def test_behind_one_proxy_each_address_has_its_own_count(self, claire, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        for number in range(20):
            attempt(f"nobody{number}@test.example", "wrong", x_forwarded_for="1.2.3.4, 10.0.0.1")
        answer = attempt(claire.email, PASSWORD, x_forwarded_for="10.0.0.2")
        assert answer.status_code == 302

    def test_attempts_that_count_no_more_are_cleared(self):
        caches["default"].set("old", 1, timeout=-1)
        caches["default"].set("new", 1, timeout=100)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO ales_cache VALUES ('older', 'x', now() - interval '1 hour')")
        clear_sessions()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ales_cache")
            assert cursor.fetchone()[0] == 1


class TestClosed:
    @pytest.mark.django_db
    def test_without_redis_nobody_signs_in_and_the_page_says_so(self, claire, settings):
        settings.CACHES = DEAD_REDIS
        settings.ACCOUNT_RATE_LIMITS = ales_settings.ACCOUNT_RATE_LIMITS
        client = Client()
        answer = client.post("/connexion/", {"login": claire.email, "password": PASSWORD})
        assert answer.status_code == 503
        assert "momentanément fermée" in answer.content.decode()
        assert "_auth_user_id" not in client.session

    @pytest.mark.django_db(transaction=True)
    def test_without_the_cache_table_neither(self, claire, settings):
        settings.CACHES = {"default": DATABASE_CACHE["default"] | {"LOCATION": "no_such_table"}}
        settings.ACCOUNT_RATE_LIMITS = ales_settings.ACCOUNT_RATE_LIMITS
        client = Client()
        try:
            answer = client.post("/connexion/", {"login": claire.email, "password": PASSWORD})
        except DatabaseError:
            pytest.fail("an error page instead of a clear one")
        assert answer.status_code in {200, 429, 503}
        assert "_auth_user_id" not in client.session


def test_the_products_counts_are_shared_by_every_process():
    assert "locmem" not in ales_settings.CACHES["default"]["BACKEND"]
    assert "dummy" not in ales_settings.CACHES["default"]["BACKEND"]
    assert "filebased" not in ales_settings.CACHES["default"]["BACKEND"]
    assert {"login", "login_failed", "reset_password"} <= set(ales_settings.ACCOUNT_RATE_LIMITS)


@pytest.mark.django_db
class TestNothingIsTold:
    @pytest.fixture
    def hashed(self, monkeypatch) -> list[str]:
        """Passwords the hasher worked on."""
        seen = []
        encode = MD5PasswordHasher.encode

        def counting(self, password, salt):
            seen.append(password)
            return encode(self, password, salt)

        monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
        return seen

    @pytest.mark.parametrize("case", ["unknown", "wrong", "closed", "no password"])
    def test_the_hasher_works_once_in_every_case(self, claire, hashed, case):
        login, password = claire.email, "wrong-password"
        if case == "unknown":
            login = "nobody@test.example"
        elif case == "closed":
            User.objects.filter(pk=claire.pk).update(is_active=False)
            password = PASSWORD
        elif case == "no password":
            claire.set_unusable_password()
            claire.save()
        hashed.clear()
        answer = attempt(login, password)
        assert len(hashed) == 1
        assert answer.status_code == 200
        assert "Adresse ou mot de passe inexact." in answer.content.decode()


def test_production_hashes_with_argon2():
    assert ales_settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    assert product.SECOND_FACTOR_REQUIRED is False  # the suite's; the product's is tested with it
