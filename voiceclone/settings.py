"""All settings. Every knob is an environment variable with a working default; docs/configuration.md lists them."""

from __future__ import annotations

import os
import re
import secrets
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environ import Env

from voiceclone import env

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = re.search(r"^## (\S+)", (BASE_DIR / "CHANGELOG.md").read_text(), re.MULTILINE)[1]  # type: ignore[index]

# --- where things lie -------------------------------------------------------------------------------------------------
DATA_DIR = Path(env.text("DATA_DIR") or BASE_DIR / "data").resolve()
MEDIA_ROOT = DATA_DIR / "media"  # private: every file in it is served by a view that knows its owner
STATIC_ROOT = DATA_DIR / "static"
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "incoming"
for folder in (DATA_DIR, MEDIA_ROOT, STATIC_ROOT, FILE_UPLOAD_TEMP_DIR):
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR is {str(DATA_DIR)!r}, which cannot be written: {error.strerror}."
        ) from error


def kept_secret_key() -> str:
    """The key in DATA_DIR, made once. Linking a finished file means that of two first starts one wins, whole."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        draft = DATA_DIR / f".secret_key.{secrets.token_hex(8)}"
        try:
            draft.touch(mode=0o600)
        except OSError as error:
            raise ImproperlyConfigured(
                f"DATA_DIR is {str(DATA_DIR)!r}, which cannot be written: {error.strerror}."
            ) from error
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


SECRET_KEY = env.text("SECRET_KEY") or kept_secret_key()

# --- the site ---------------------------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG", default=False)
SITE_NAME = "Voiceclone"
PORT = env.whole("PORT", 8000, minimum=1, maximum=65535)
SITE_URL = env.url("SITE_URL", "http", "https", example="https://voices.example.org").rstrip("/")
SITE = urlsplit(SITE_URL)
if SITE_URL and (not SITE.hostname or SITE.username or SITE.path or SITE.query):
    raise ImproperlyConfigured(
        f"SITE_URL is {SITE_URL!r}; it must look like https://voices.example.org, without a path."
    )
BASE_URL = SITE_URL or f"http://localhost:{PORT}"  # where mails and commands say that the site is
HTTPS = SITE.scheme == "https"
ALLOWED_HOSTS = ["localhost", ".localhost", "127.0.0.1", "[::1]", socket.gethostname(), *env.words("ALLOWED_HOSTS")]
if SITE.hostname:
    ALLOWED_HOSTS.append(SITE.hostname)
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []
BEHIND_PROXY = env.flag("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None  # anyone could set it otherwise
ROOT_URLCONF = "voiceclone.urls"
WSGI_APPLICATION = "voiceclone.wsgi.application"

# --- what people may do -----------------------------------------------------------------------------------------------
REGISTRATION = env.choice("REGISTRATION", "open", ("open", "invite", "closed"))
CONSENT = env.choice("CONSENT", "ticked", ("ticked", "read_aloud"))
RETENTION_DAYS = env.number("RETENTION_DAYS", 7, minimum=0.00001, maximum=36500)
OUTPUT_URL_DAYS = env.number("OUTPUT_URL_DAYS", 7, minimum=0.00001, maximum=36500)
DISK_RESERVE_MB = env.number("DISK_RESERVE_MB", 200, minimum=0, maximum=1_000_000)
SAMPLE_MAX_MB = env.number("SAMPLE_MAX_MB", 20, minimum=0.1, maximum=500)
UPLOAD_MAX_MB = env.number("UPLOAD_MAX_MB", 200, minimum=0.1, maximum=2000)
UPLOAD_QUOTA_MB = env.number("UPLOAD_QUOTA_MB", 1024, minimum=0.1, maximum=10_000_000)
SAMPLE_MIN_SECONDS, SAMPLE_MAX_SECONDS = 3.0, 300.0
ALLOW_PRIVATE_HOSTS = [name.lower() for name in env.words("ALLOW_PRIVATE_HOSTS")]
API_REQUESTS_PER_MINUTE = env.whole("API_REQUESTS_PER_MINUTE", 1200, minimum=0, maximum=1_000_000)
API_TASKS_IN_FLIGHT = env.whole("API_TASKS_IN_FLIGHT", 20, minimum=0, maximum=100_000)
WAVESPEED_API_KEY = env.text("WAVESPEED_API_KEY")
WAVESPEED_BASE_URL = env.url("WAVESPEED_BASE_URL", "http", "https", example="https://api.wavespeed.ai").rstrip("/")
WAVESPEED_BASE_URL = WAVESPEED_BASE_URL or "https://api.wavespeed.ai"
VENDOR_KEYS = {"wavespeed": WAVESPEED_API_KEY}
VENDOR_ADDRESSES = {"wavespeed": WAVESPEED_BASE_URL}
VENDOR_KEYS_SECRET = env.text("VENDOR_KEYS_SECRET") or SECRET_KEY
HOSTED_REST = env.number("HOSTED_REST", 30, minimum=0.1, maximum=3600)
HOSTED_TIMEOUT = env.number("HOSTED_TIMEOUT", 30, minimum=0.5, maximum=600)
HOSTED_POLL = env.number("HOSTED_POLL", 2, minimum=0.1, maximum=60)
HOSTED_WEBHOOK_WAIT = env.number("HOSTED_WEBHOOK_WAIT", 30, minimum=0.1, maximum=600)
HOSTED_UNCLEAR_MINUTES = env.number("HOSTED_UNCLEAR_MINUTES", 15, minimum=0.01, maximum=1440)
HOSTED_LONGEST_MINUTES = env.number("HOSTED_LONGEST_MINUTES", 60, minimum=0.05, maximum=1440)
MONTHLY_SPENDING = env.number("MONTHLY_SPENDING", 20, minimum=0, maximum=1_000_000)
ENGINE_NAMES = ("builtin", "wavespeed")
ENGINE = env.choice("ENGINE", "builtin", ENGINE_NAMES)
ENGINES = env.choices("ENGINES", ENGINE_NAMES) or [ENGINE, *(["wavespeed"] if WAVESPEED_API_KEY else [])]
ENGINES = list(dict.fromkeys([ENGINE, *ENGINES]))  # the default first
WORKERS = env.whole("WORKERS", min(2, os.cpu_count() or 1), minimum=1, maximum=64)
WEB_WORKERS = env.whole("WEB_WORKERS", 2, minimum=1, maximum=64)

INSTALLED_APPS = [
    "voiceclone",
    "voiceclone.accounts",
    "voiceclone.audit",
    "voiceclone.work",
    "voiceclone.samples",
    "voiceclone.voices",
    "voiceclone.predictions",
    "voiceclone.cloning",
    "voiceclone.library",
    "voiceclone.speech",
    "voiceclone.portability",
    "voiceclone.api",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "voiceclone.api.middleware.programs",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "voiceclone.middleware.small_pages",
    "csp.middleware.CSPMiddleware",
    "voiceclone.middleware.privacy_headers",
    "voiceclone.middleware.request_id",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "voiceclone.accounts.language.chosen_language",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "voiceclone.middleware.FullDisk",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "voiceclone.templatetags.sound"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "voiceclone.views.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

# --- data -------------------------------------------------------------------------------------------------------------
DATABASE_URL = env.url(
    "DATABASE_URL", "postgres", "postgresql", example="postgres://user:password@host:5432/name; unset it for SQLite"
)
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA_DIR / "db.sqlite3",
    "CONN_MAX_AGE": 60,
    "OPTIONS": {
        # measured under mixed load: without these three, 13 % of requests ended in "database is locked"
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
    },
    # a file, so that tests see what other processes write and the other way round
    "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
}
DATABASES: dict[str, Any] = {
    "default": {**Env.db_url_config(DATABASE_URL), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    if DATABASE_URL
    else SQLITE
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.url("REDIS_URL", "redis", "rediss", "unix", example="redis://host:6379/0")
CACHES = {
    # shared by all processes, because login limits count in it
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = [
    "voiceclone.samples.upload.TooLargeHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
DATA_UPLOAD_MAX_NUMBER_FILES = 4

# --- work in the background -------------------------------------------------------------------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
PERIODIC = [
    # (every so many seconds, what)
    (2, "voiceclone.predictions.reaper.reap"),
    (60, "voiceclone.predictions.remote.ending.end_orphans"),
    (2, "voiceclone.voices.enrolments.reap"),
    (2, "voiceclone.voices.readings.reap"),
    (2, "voiceclone.predictions.webhooks.delivery.reap"),
    (2, "voiceclone.portability.exports.reap"),
    (2, "voiceclone.portability.erasure.reap"),
    (30, "voiceclone.predictions.erasure.expire"),
    (30, "voiceclone.portability.exports.prune"),
    (60, "voiceclone.voices.notices.send"),
    (600, "voiceclone.predictions.erasure.sweep"),
    (600, "voiceclone.samples.uploads.prune"),
    (600, "voiceclone.portability.exports.sweep"),
    (3600, "voiceclone.voices.enrolments.prune"),
    (3600, "voiceclone.voices.readings.prune"),
    (3600, "voiceclone.api.submissions.prune"),
    (3600, "voiceclone.predictions.webhooks.outbox.prune"),
    (3600, "voiceclone.audit.models.prune"),
    (3600, "voiceclone.work.housekeeping.prune"),
]

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ["email"]}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
EMAIL_URL = env.url("EMAIL_URL", *Env.EMAIL_SCHEMES, example="smtp+tls://user:password@mail.example.org:587")
EMAIL_TIMEOUT = 30  # seconds; without one a mail server that says nothing holds whoever sends for ever
if EMAIL_URL:
    globals().update(Env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "voiceclone.accounts.mail.LinkLogBackend"
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM") or f"{SITE_NAME} <noreply@{SITE.hostname or 'localhost'}>"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "clone"
ACCOUNT_SIGNUP_REDIRECT_URL = "clone"
ACCOUNT_LOGOUT_REDIRECT_URL = "landing"
ACCOUNT_ADAPTER = "voiceclone.accounts.adapter.Adapter"
MFA_ADAPTER = "voiceclone.accounts.adapter.SecondFactorAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_URL else "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = ACCOUNT_EMAIL_NOTIFICATIONS = bool(EMAIL_URL)
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa", *(["code"] if EMAIL_URL else [])]  # a code comes by mail
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = not EMAIL_URL  # without a mail server no address is ever verified
MFA_TOTP_ISSUER = SITE_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers allow passkeys on http://localhost

# --- headers and cookies ----------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the QR code of two-factor set-up
        "media-src": [SELF, "blob:"],  # a take, before it is uploaded
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS and not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^api/", r"^healthz$"]  # a key that was sent in the clear must not be sent again
SECURE_HSTS_SECONDS = 365 * 86400 if HTTPS else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = (
    HTTPS  # over plain http on a home network secure cookies would never come back
)
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("__Host-sid", "__Host-csrf") if HTTPS else ("sid", "csrf")
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token in hx-headers
SESSION_COOKIE_AGE = 14 * 86400
CSRF_FAILURE_VIEW = "voiceclone.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- language, time, files that never change --------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "voiceclone.formats"
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
LANGUAGE_COOKIE_AGE = 365 * 86400
LANGUAGE_COOKIE_SAMESITE, LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SECURE = "Lax", True, HTTPS
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ROOT = BASE_DIR / "static" / "root"  # what browsers ask for at the root unasked: /favicon.ico

# --- log: one line an event, to stderr; ids, never texts or names of files --------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "voiceclone.log.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},
        "fontTools": {"level": "ERROR"},
        "matplotlib": {"level": "ERROR"},
        "numba": {"level": "ERROR"},
    },
}
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains and
    "security.W021",  # preloading can lock people out of their other sites: the domain's owner decides
]
