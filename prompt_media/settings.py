"""The one settings module: every value typed, read from the environment once, here and nowhere else.

Without any environment the whole house lives under `DATA_DIR` (default var/) and media/. Each setting is told in
docs/configuration.md; a test holds the two together.
"""

import hashlib
import os
import secrets
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from corsheaders.defaults import default_headers
from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

from prompt_media import logs

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.2.0"

env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)


# What a number may be: beyond it a part would not start, refuse every call, or count past what a clock can hold.
_MOST, _DECADE_DAYS = 10**9, 3660
_AMOUNT, _OR_NONE = validate.Range(1, _MOST), validate.Range(0, _MOST)
_PROCESSES, _SECONDS = validate.Range(1, 1000), validate.Range(1, 3600)


def _secret_key(path: Path) -> str:
    """The key kept in the data directory, made at the first start and readable by its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _written(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text()


def _written(path: Path) -> str:
    # Two processes may start at once: the second finds the file before the first has filled it.
    for _ in range(100):
        if key := path.read_text():
            return key
        time.sleep(0.01)
    raise RuntimeError(f"{path} is empty. Delete it and start again; open sessions will have to log in anew.")


def _socket(data_dir: Path) -> Path:
    """Where the embedded broker listens. A socket's path holds some 100 bytes, so a deep DATA_DIR gets a short one."""
    near = data_dir / "valkey.sock"
    if len(os.fsencode(near)) < 100:
        return near
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"prompt-media-{os.getuid()}-{digest}" / "valkey.sock"


def _machine_zone() -> str:
    """The machine's time zone by its IANA name, else UTC."""
    local = Path("/etc/localtime")
    name = str(local.resolve()).partition("zoneinfo/")[2] if local.is_symlink() else ""
    return name or "UTC"


# Where things live

DATA_DIR: Path = env.path("DATA_DIR", BASE_DIR / "var").resolve()
MEDIA_ROOT: str = str(env.path("MEDIA_ROOT", BASE_DIR / "media").resolve())
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"DATA_DIR, {DATA_DIR}, cannot be made: {error.strerror}.") from error
CACHE_DIR: Path = DATA_DIR / "cache"
CACHE_MB: int = env.int("CACHE_MB", 1024, validate=_OR_NONE)

# The door

DEBUG: bool = env.bool("DEBUG", False)
SECRET_KEY: str = env.str("SECRET_KEY", None) or _secret_key(DATA_DIR / "secret_key")
HOST: str = env.str("HOST", "127.0.0.1")
PORT: int = env.int("PORT", 8001, validate=validate.Range(1, 65535))
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
ACCESS: str = env.str("ACCESS", "open", validate=validate.OneOf(["open", "login"]))
ALLOW_OPEN_NETWORK: bool = env.bool("ALLOW_OPEN_NETWORK", False)
ALLOW_PLAIN_HTTP: bool = env.bool("ALLOW_PLAIN_HTTP", False)
TRUSTED_ORIGINS: list[str] = env.list("TRUSTED_ORIGINS", [])
HTTPS: bool = env.bool("HTTPS", False)
WEB_WORKERS: int = env.int("WEB_WORKERS", os.cpu_count() or 1, validate=_PROCESSES)
WEB_THREADS: int = env.int("WEB_THREADS", 64, validate=_PROCESSES)
WEB_CONNECTIONS: int = env.int("WEB_CONNECTIONS", 2000, validate=validate.Range(1, 1_000_000))
CLIENT_SECONDS: int = env.int("CLIENT_SECONDS", 20, validate=_SECONDS)
QUICK_WORKERS: int = env.int("QUICK_WORKERS", os.cpu_count() or 1, validate=_PROCESSES)
BULK_WORKERS: int = env.int("BULK_WORKERS", 1, validate=_PROCESSES)

# How long, how much

SESSION_IDLE_MINUTES: int = env.int("SESSION_IDLE_MINUTES", 60, validate=validate.Range(1, _DECADE_DAYS * 24 * 60))
WAIT_SECONDS: int = env.int("WAIT_SECONDS", 120, validate=validate.Range(0, 3600))
JOB_LEASE_SECONDS: int = env.int("JOB_LEASE_SECONDS", 20, validate=_SECONDS)
JOB_SWEEP_SECONDS: int = env.int("JOB_SWEEP_SECONDS", 5, validate=_SECONDS)
JOB_ATTEMPTS: int = env.int("JOB_ATTEMPTS", 3, validate=_AMOUNT)
JOB_DAYS: int = env.int("JOB_DAYS", 30, validate=validate.Range(0, _DECADE_DAYS))
UPLOAD_MB: int = env.int("UPLOAD_MB", 20, validate=_AMOUNT)
BODY_MB: int = env.int("BODY_MB", 100, validate=_AMOUNT)
BODIES_MB: int = env.int("BODIES_MB", max(1000, BODY_MB), validate=validate.Range(BODY_MB, _MOST))
JSON_MB: int = env.int("JSON_MB", 2, validate=_AMOUNT)
UPLOAD_FILES: int = env.int("UPLOAD_FILES", 20, validate=_AMOUNT)
SESSION_FILES: int = env.int("SESSION_FILES", 500, validate=_AMOUNT)
SESSION_MB: int = env.int("SESSION_MB", 500, validate=_AMOUNT)
SERVER_MB: int = env.int("SERVER_MB", 0, validate=_OR_NONE)
FREE_DISK_MB: int = env.int("FREE_DISK_MB", 500, validate=_OR_NONE)
SESSION_JOBS: int = env.int("SESSION_JOBS", 20, validate=_AMOUNT)
OWNER_JOBS: int = env.int("OWNER_JOBS", 100, validate=_AMOUNT)
SERVER_JOBS: int = env.int("SERVER_JOBS", 500, validate=_AMOUNT)
RATE_READS: int = env.int("RATE_READS", 1200, validate=_OR_NONE)
RATE_WRITES: int = env.int("RATE_WRITES", 120, validate=_OR_NONE)
SESSIONS_AN_HOUR: int = env.int("SESSIONS_AN_HOUR", 60, validate=_OR_NONE)
IMAGE_MEGAPIXELS: int = env.int("IMAGE_MEGAPIXELS", 40, validate=_AMOUNT)

# Who makes the pictures

GENERATION_URL: str = env.str("GENERATION_URL", "procedural:")

# Django

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "csp",
    "django_htmx",
    "axes",
    "storages",
    "prompt_media",
    "prompt_media.access",
    "prompt_media.jobs",
    "sessions_app",
]

MIDDLEWARE = [
    "prompt_media.web.access_log.request_log",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "prompt_media.web.policy.ContentPolicyMiddleware",
    "prompt_media.web.origins.same_origin",
    "prompt_media.web.middleware.body_limit",
    "prompt_media.web.middleware.without_nul",
    "prompt_media.web.rates.by_address",
    "prompt_media.access.middleware.Gate",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "prompt_media.web.rates.ByCaller",
    "prompt_media.web.middleware.PlainErrors",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "prompt_media.urls"
WSGI_APPLICATION = "prompt_media.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

USE_TZ = True
TIME_ZONE: str = env.str("TIME_ZONE", _machine_zone())
LANGUAGE_CODE = "en"

# SQLite holds many writers only with WAL and IMMEDIATE; FULL keeps the last commit through a power cut.
_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=134217728;",
}
_LOCAL: dict[str, Any] = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "db.sqlite3")}
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.dj_db_url("DATABASE_URL") if env.str("DATABASE_URL", "") else _LOCAL
}
if DATABASES["default"]["ENGINE"] == _LOCAL["ENGINE"]:
    DATABASES["default"] |= {"OPTIONS": _SQLITE, "CONN_MAX_AGE": None}
else:
    # Each connection is tried as it leaves the pool: after a restart of the database all of them are dead.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"].get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", 8, validate=_PROCESSES), "timeout": 10},
    }

# Files: a folder by default, S3 when a bucket is named

S3_BUCKET: str = env.str("S3_BUCKET", "")
S3_ENDPOINT_URL: str | None = env.str("S3_ENDPOINT_URL", None)
S3_ADDRESSING_STYLE: str = env.str("S3_ADDRESSING_STYLE", "path")
S3_SIGNED_URLS: bool = bool(S3_BUCKET) and env.bool("S3_SIGNED_URLS", False)


def _bucket() -> dict[str, object]:
    from botocore.config import Config  # here, because most starts need none of it

    return {
        "bucket_name": S3_BUCKET,
        "access_key": env.str("S3_ACCESS_KEY", None),
        "secret_key": env.str("S3_SECRET_KEY", None),
        "endpoint_url": S3_ENDPOINT_URL,
        "region_name": env.str("S3_REGION", None),
        "file_overwrite": True,
        "default_acl": None,
        # The library's own patience is some minutes; a caller should hear of an outage within seconds.
        "client_config": Config(
            s3={"addressing_style": S3_ADDRESSING_STYLE},
            signature_version="s3v4",
            connect_timeout=3,
            read_timeout=3,
            retries={"mode": "standard", "total_max_attempts": 2},
        ),
    }


def _bucket_origins() -> list[str]:
    """From where pages get pictures that a bucket sends itself."""
    if not S3_SIGNED_URLS:
        return []
    if not S3_ENDPOINT_URL:
        return ["https://*.amazonaws.com"]
    scheme, _, host = S3_ENDPOINT_URL.partition("://")
    origin = f"{scheme}://{host.partition('/')[0]}"
    return [origin] if S3_ADDRESSING_STYLE == "path" else [origin, origin.replace("://", f"://{S3_BUCKET}.")]


STORAGES = {
    "default": (
        {"BACKEND": "prompt_media.files.bucket.BucketStorage", "OPTIONS": _bucket()}
        if S3_BUCKET
        else {"BACKEND": "prompt_media.files.durable.DurableStorage", "OPTIONS": {"location": MEDIA_ROOT}}
    ),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Served from the sources, revalidated each time: no collecting step, and an upgrade never meets yesterday's script.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0
DATA_UPLOAD_MAX_MEMORY_SIZE = (JSON_MB + 2 * UPLOAD_MB) * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# Ours comes first and says more; Django's stands behind it.
DATA_UPLOAD_MAX_NUMBER_FILES = max(100, UPLOAD_FILES)

# Who may call

CORS_ALLOWED_ORIGINS: list[str] = TRUSTED_ORIGINS
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key", "prefer"]
CORS_EXPOSE_HEADERS = [
    "X-Sector", "X-Prompt", "X-Index", "X-Target-Sector", "X-Outside-Delta", "X-Prompt-Used", "X-Prompt-Index",
    "X-Generation-Status", "X-Change", "X-Seed", "X-Session-Id", "X-Verdict", "X-Verdict-Reason", "X-Drift", "ETag",
    "Location", "Retry-After", "Idempotent-Replayed",
]  # fmt: skip
CSRF_TRUSTED_ORIGINS: list[str] = TRUSTED_ORIGINS
CSRF_FAILURE_VIEW = "prompt_media.web.errors.csrf_failure"
CSRF_COOKIE_SAMESITE = "Lax"
IDENTITY_COOKIE = "identity"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS: int = env.int("HSTS_SECONDS", 31_536_000 if HTTPS else 0, validate=_OR_NONE)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY: bool = env.bool("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 8 * 3600
# Guessing passwords: access.lockout says whom these count and how it is answered.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(hours=1)
AXES_HANDLER = "prompt_media.access.lockout.Handler"
AXES_CLIENT_IP_CALLABLE = "prompt_media.web.rates.place"
AXES_LOCKOUT_CALLABLE = "prompt_media.access.lockout.answer"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:", *_bucket_origins()],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["prompt_media.web.identity.IdentityAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "prompt_media.web.bodies.WholeJSONParser",
        "prompt_media.web.bodies.WholeMultiPartParser",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "prompt_media.web.bodies.ForgivingNegotiation",
    "DEFAULT_SCHEMA_CLASS": "prompt_media.web.schema.ChapteredSchema",
    "DEFAULT_PAGINATION_CLASS": "prompt_media.web.paging.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "prompt_media.web.errors.as_problem",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Prompt Media",
    "DESCRIPTION": "Pictures with names, sentences that place them. Errors are application/problem+json (RFC 9457).",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "TAGS": [
        {"name": chapter}
        for chapter in ("The studio", "Record and replay", "Studies", "Jobs", "Your own", "Tokens", "Watching")
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["prompt_media.web.schema.one_form_of_each"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "prompt_media.health.schema.tell",
        "prompt_media.web.schema.tell_refusals",
    ],
    "PATH_CONVERTER_OVERRIDES": {
        "id": {"type": "string", "format": "uuid"},
        "int": {"type": "integer", "minimum": 0},
        "recording": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"},
    },
    "ENUM_NAME_OVERRIDES": {
        "JobStatus": "prompt_media.jobs.models.Job.Status",
        "StepStatus": "sessions_app.models.recordings.Step.Status",
        "ScopeEnum": "prompt_media.access.models.Token.Scope",
        "RecorderScope": "sessions_app.models.recordings.Deck.Scope",
        "ReplayMode": "sessions_app.models.recordings.Deck.Mode",
        "StudyMask": "sessions_app.models.studies.Study.Mask",
        "StoppedStatus": ["stopped"],
    },
}
UNFOLD = {
    "SITE_TITLE": "Prompt Media",
    "SITE_HEADER": "Prompt Media",
    "SITE_SYMBOL": "frame_inspect",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": f"{STATIC_URL}img/icon.svg"}],
    "SHOW_VIEW_ON_SITE": False,
    "LOGIN": {"form": "prompt_media.access.forms.AdminSignIn"},
    "STYLES": [f"{STATIC_URL}css/admin.css"],
    "DASHBOARD_CALLBACK": "prompt_media.admin.front_page",
    "SIDEBAR": {"navigation": "prompt_media.admin.navigation"},
    # The studio's colours (static/css/tokens.css): greys without a hue, so that pictures keep theirs, and one accent.
    "COLORS": {
        "base": {
            "50": "#fafafa", "100": "#f5f5f5", "200": "#e5e5e5", "300": "#d4d4d4", "400": "#a3a3a3", "500": "#686868",
            "600": "#4d4d4d", "700": "#404040", "800": "#262626", "900": "#1c1c1c", "950": "#0d0d0d",
        },
        "primary": {
            "50": "#fdf2f9", "100": "#fce4f3", "200": "#fbcbe8", "300": "#ffa9d8", "400": "#ff84c6", "500": "#ff84c6",
            "600": "#b5147c", "700": "#980e67", "800": "#7c1055", "900": "#651047", "950": "#3f0529",
        },
    },
}  # fmt: skip

# The engine. Redelivery by Redis is slow by default: these three options decide it (kombu 5.7).

REDIS_URL: str = env.str("REDIS_URL", "")
BROKER_SOCKET: Path = _socket(DATA_DIR)
BROKER_URL: str = REDIS_URL or f"unix://{quote(str(BROKER_SOCKET))}"
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{quote(str(BROKER_SOCKET))}"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "unacked_mutex_expire": 30,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "retry_on_timeout": True,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT, CELERY_TASK_SOFT_TIME_LIMIT = 600, 570
CELERY_TASK_DEFAULT_QUEUE = "quick"
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 3
CELERY_WORKER_POOL = "prompt_media.jobs.pool:TaskPool"
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE


def _every(seconds: int, task: str) -> dict[str, object]:
    """A sweep. Each machine with workers sends its own: whoever comes first does it, and one that nobody had time for
    before the next is due is not done twice. All workers listen to "house", so that no line of jobs stands before it.
    """
    return {"task": task, "schedule": seconds, "options": {"queue": "house", "expires": seconds}}


CELERY_BEAT_SCHEDULE = {
    "sweep jobs": _every(JOB_SWEEP_SECONDS, "jobs.sweep"),
    "sweep sessions": _every(60, "sessions.sweep"),
    "write mirrors": _every(5, "sessions.mirror"),
    "forget jobs": _every(3600, "jobs.forget"),
    "sweep files": _every(3600, "sessions.sweep_files"),
    "forget sign-ins": _every(3600, "access.forget"),
}

# What is told

LOG_LEVEL: str = env.str("LOG_LEVEL", "INFO")
METRICS_DIR: Path | None = env.path("PROMETHEUS_MULTIPROC_DIR", None)
LOG_FILES: bool = env.bool("LOG_FILES", True)
LOG_JSON: bool = env.bool("LOG_JSON", False)
logs.configure()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "prompt_media.logs.formatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "axes": {"level": "WARNING"},  # five lines for every wrong password otherwise
        "celery": {"level": "WARNING"},  # two lines for each sweep say nothing
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # answered with 400; no traceback for each
    },
}
