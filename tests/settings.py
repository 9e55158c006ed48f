"""Settings of the suite: the product's, quiet and fast, connected as the application's login."""

import os

os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("DEMO", "1")

from ales.settings import *  # noqa: F403
from ales.settings import MIGRATION_DATABASE_URL, TEMPLATES, VAR_DIR, database

# The suite's databases are made by the owner; tests then run as the application (tests/conftest.py).
DATABASES = {"default": database(MIGRATION_DATABASE_URL)}
DATABASES["default"]["CONN_MAX_AGE"] = 0

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
ACCOUNT_RATE_LIMITS = False
# Turned on by the tests of sign-in (tests/members/sign_in/, tests/browser/test_second_factor.py).
SECOND_FACTOR_REQUIRED = False
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "test-files" / os.environ.get("PYTEST_XDIST_WORKER", "alone")},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "!! undefined: %s !!"
LOGGING_CONFIG = None
