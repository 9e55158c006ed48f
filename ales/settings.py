"""The one settings module, read from the environment and typed.

The other rooms are named here by dotted strings only (DESIGN §1). README lists every variable.
"""

import sys
from pathlib import Path

import fontpkg_source_sans_3
import pghistory
from environs import Env
from psycopg.conninfo import conninfo_to_dict

from ales import embedded, logs, proconnect
from ales.content_policy import CONTENT_SECURITY_POLICY  # noqa: F401 (a setting)
from ales.schedule import CELERY_BEAT_SCHEDULE  # noqa: F401 (a setting)

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR: Path = env.path("ALES_VAR", BASE_DIR / "var")

# --- What kind of run this is ------------------------------------------------------------------

DEBUG: bool = env.bool("DEBUG", True)
DEMO: bool = env.bool("DEMO", DEBUG)
if DEMO and not DEBUG:
    sys.exit("DEMO=1 est refusé avec DEBUG=0 : les comptes de démonstration n'existent pas en production.")

SECRET_KEY: str = (
    env.str("SECRET_KEY", "insecure-demo-key-never-used-in-production") if DEBUG else env.str("SECRET_KEY")
)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
SITE_NAME = "Extranet ALES"
SITE_URL: str = env.str("SITE_URL", f"http://127.0.0.1:{env.int('PORT', 8000)}")

# --- Rooms ------------------------------------------------------------------------------------

ROOMS = [
    "association.apps.AssociationConfig",
    "payments.apps.PaymentsConfig",
    "aids.apps.AidsConfig",
    "cases.apps.CasesConfig",
    "members.apps.MembersConfig",
]
FIRST_PARTY_APPS = [
    *ROOMS,
    "ales.audit.apps.AuditConfig",
    "ales.documents.apps.DocumentsConfig",
    "ales.journal.apps.JournalConfig",
    "ales.works.apps.WorksConfig",
    "ales.apps.AlesConfig",
]

INSTALLED_APPS = [
    "django_linear_migrations",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "django_include_bootstrap",
    "guardian",
    "heroicons",
    "pghistory",
    "pgtrigger",
    *FIRST_PARTY_APPS,
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ales.headers.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "ales.outage.DatabaseOutageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "members.middleware.TenantMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "members.sign_in.middleware.ClosedSignInMiddleware",
    "members.sign_in.middleware.SessionLimitsMiddleware",
    "members.sign_in.middleware.SecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "ales.urls"
WSGI_APPLICATION = "ales.wsgi.application"

# --- Database ---------------------------------------------------------------------------------

# Three logins (DESIGN §2.6): the migrator owns the tables, the application serves, backup reads all.
DATABASE_ROLE: str = env.str("ALES_DATABASE_ROLE", "app")
DATABASE_URL: str = env.str("DATABASE_URL", "") or embedded.address("ales_app")
MIGRATION_DATABASE_URL: str = env.str("MIGRATION_DATABASE_URL", "") or (
    DATABASE_URL if env.str("DATABASE_URL", "") else embedded.address("ales_migrator")
)
APPLICATION_ROLE: str = conninfo_to_dict(DATABASE_URL)["user"]


def database(url: str) -> dict:
    """Django's settings of the database at `url` (any form libpq reads)."""
    parts = conninfo_to_dict(url)
    options = {k: v for k, v in parts.items() if k not in {"user", "password", "host", "port", "dbname"}}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "ales"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        # The tenant middleware opens the outermost transaction itself (PITFALLS, row-level security).
        "ATOMIC_REQUESTS": False,
    }


DATABASES = {"default": database(MIGRATION_DATABASE_URL if DATABASE_ROLE == "migrator" else DATABASE_URL)}
if not DEBUG and DATABASE_ROLE == "migrator" and DATABASES["default"]["USER"] == APPLICATION_ROLE:
    sys.exit("MIGRATION_DATABASE_URL manque ou nomme le compte de DATABASE_URL : il faut deux comptes.")
# History (ales/history): columns copied from a row need no index of their own; the order is the clock's, so
# that changes of one transaction are told as they came.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_CREATED_AT_FUNCTION = "clock_timestamp()"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Queue ------------------------------------------------------------------------------------

REDIS_URL: str = env.str("REDIS_URL", "")
QUEUE_DIR = VAR_DIR / "queue"
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
if not REDIS_URL:
    for folder in ("messages", "control"):
        (QUEUE_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(QUEUE_DIR / "control"),
    }
else:
    # Longer than the hard time limit, or a slow task would run twice at once (PITFALLS, Celery).
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "Europe/Paris"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# With the broker down a nudge must fail at once: the sweeper finds the row anyway.
CELERY_TASK_PUBLISH_RETRY = False

# Attempts at sign-in are counted here: shared by every process, and refused when it fails (docs/security.md).
CACHE_TABLE = "ales_cache"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": CACHE_TABLE,
        # Django's 300 would let a flood of other keys push the counts out.
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}

# --- Sign-in ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
GUARDIAN_RAISE_403 = False
ANONYMOUS_USER_NAME = None
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "first_name", "last_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "members.sign_in.passwords.ProductWordValidator"},
    {"NAME": "members.sign_in.passwords.StrengthValidator"},
]
LOGIN_URL = "/connexion/"
LOGIN_REDIRECT_URL = "/tableau-de-bord/"
#: Where who acts in no capacity is led (ales.http.acting).
NO_CAPACITY_URL = "members:no_membership"
ACCOUNT_LOGOUT_REDIRECT_URL = "/connexion/"
ACCOUNT_ADAPTER = "members.sign_in.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "members.sign_in.forms.SignInForm",
    "reset_password": "members.sign_in.forms.ForgottenPasswordForm",
    "reset_password_from_key": "members.sign_in.forms.NewPasswordForm",
    "change_password": "members.sign_in.forms.PasswordChangeForm",
    "reauthenticate": "members.sign_in.forms.PasswordAgainForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
# A change of the account's security asks again who is there after ten minutes.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[ALES] "
# Asked of everyone, whatever the way in; never read from the environment. The suite turns it off where
# it tests something else (tests/settings.py).
SECOND_FACTOR_REQUIRED = True
#: Secrets of the second factor are encrypted with the first; the others still decrypt.
MFA_ENCRYPTION_KEYS: list[str] = (
    env.list("MFA_ENCRYPTION_KEY", ["insecure-demo-key-never-used-in-production"])
    if DEBUG
    else env.list("MFA_ENCRYPTION_KEY")
)
MFA_ADAPTER = "members.sign_in.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
# One step either way, for clocks that drift: a step opens once all the same (members/sign_in/codes.py).
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_USER_VERIFICATION = "preferred"
MFA_FORMS = {
    "authenticate": "members.sign_in.forms.CodeForm",
    "reauthenticate": "members.sign_in.forms.CodeAgainForm",
    "activate_totp": "members.sign_in.forms.EnrolApplicationForm",
    "add_webauthn": "members.sign_in.forms.AddKeyForm",
    "edit_webauthn": "members.sign_in.forms.RenameKeyForm",
}
PROCONNECT: proconnect.ProConnect | None = proconnect.read(env, debug=DEBUG)
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
# The invitation's mail has proven the address; there is no other way to an account.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "reset_password": "10/m/ip,3/m/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "5/m/user",
    "change_password": "5/m/user",
}
# How many proxies of ours add to X-Forwarded-For; what the browser wrote there itself counts for nothing.
ALLAUTH_TRUSTED_PROXY_COUNT: int = env.int("TRUSTED_PROXY_COUNT", 0 if DEBUG else 1)
SESSION_ENGINE = "members.sign_in.session_store"
#: Minutes a session may stay idle, and last in all, by role (members/sign_in/sessions.py).
SESSION_LIMITS: dict[str, tuple[int, int]] = {
    "default": (60, 720),
    "ASSOCIATION_ADMIN": (30, 480),
    "TREASURER": (30, 480),
}
SESSION_COOKIE_AGE = 60 * max(total for _, total in SESSION_LIMITS.values())
DEVICE_COOKIE_NAME = "device"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

EMAIL_BACKEND: str = env.str(
    "EMAIL_BACKEND",
    "django.core.mail.backends.console.EmailBackend"
    if DEBUG
    else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_HOST: str = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT: int = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER: str = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD: str = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS: bool = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", "ALES <ne-pas-repondre@ales.example>")

# --- Pages ------------------------------------------------------------------------------------

FORM_RENDERER = "ales.forms.AlesFormRenderer"
APP_TEMPLATES = "django.template.loaders.app_directories.Loader"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", ["ales.templates.Loader", APP_TEMPLATES])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "ales.works.notices.layout",
                "members.context.layout",
            ],
            "builtins": ["ales.templatetags.components", "ales.templatetags.money"],
        },
    }
]

STATIC_URL = "/static/"
STATIC_ROOT: Path = env.path("STATIC_ROOT", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static", ("fonts", Path(fontpkg_source_sans_3.__file__).parent / "files")]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "files"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    DEVICE_COOKIE_NAME = "__Host-device"

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- Uploads (checked by parsing and rewriting, ales/documents/uploads.py) ------------------------

UPLOAD_MAX_BYTES: int = env.int("UPLOAD_MAX_BYTES", 10 * 1024 * 1024)
UPLOAD_MAX_PIXELS: int = env.int("UPLOAD_MAX_PIXELS", 40_000_000)
# Antivirus, where there is one: unix:///path or tcp://host:port (ales/documents/scanning.py).
CLAMD_URL: str = env.str("CLAMD_URL", "")
CLAMD_TIMEOUT: int = env.int("CLAMD_TIMEOUT", 20)  # seconds, for each exchange
# Internal address of VAR_DIR/files on the server in front, which then sends the files itself.
ACCEL_REDIRECT_PREFIX: str = env.str("ACCEL_REDIRECT_PREFIX", "")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- Bank (payments/bank_account.py): without an IBAN no batch can be prepared; the demo's is made up ---

BANK_ACCOUNT_NAME: str = env.str("BANK_ACCOUNT_NAME", "ALES")
BANK_ACCOUNT_IBAN: str = env.str("BANK_ACCOUNT_IBAN", "FR7630001007940000019980111" if DEMO else "")
BANK_ACCOUNT_BIC: str = env.str("BANK_ACCOUNT_BIC", "BDFEFRPP" if DEMO else "")
BANK_FILE_SCHEMA: str = env.str("BANK_FILE_SCHEMA", "pain.001.001.09")

# --- Logs: nothing personal; ids and durations only ---------------------------------------------

# Heads of the journal, kept out of the database: copy this file elsewhere (docs/operations.md).
JOURNAL_LOG: Path = env.path("JOURNAL_LOG", VAR_DIR / "journal.log")
LOGGING = logs.configuration(journal=JOURNAL_LOG, level=env.str("LOG_LEVEL", "INFO"))

# Demo and volume builders, in the order they run: each room has its own (DESIGN §1).
DEMO_BUILDERS = [
    "members.demo.build",
    "aids.demo_scale.build",
    "cases.demo.build",
    "aids.demo.build",
    "payments.demo.build",
    "payments.demo_statements.build",
    "aids.demo_threads.build",
    "members.demo_notifications.build",
]
# Who may sign in to the demo; dotted strings, as the house doesn't import the rooms.
DEMO_ACCOUNTS = "members.demo_accounts.ACCOUNTS"
DEMO_PASSWORD = "members.demo_accounts.PASSWORD"
VOLUME_BUILDERS = [
    "members.volume.build",
    "cases.volume.build",
    "aids.volume.build",
    "payments.volume.build",
]
