"""All that an operator could have got wrong, looked at part by part, also while parts are down.

Nothing secret is told: names of settings, never their values, and of addresses only what the parts say of themselves.
"""

import os
import platform
import sqlite3
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import celery
import django
import PIL
from django.conf import settings
from django.core import checks
from django.db import connection
from PIL import features

from prompt_media import backends, lock
from prompt_media.checks import door
from prompt_media.errors import listed
from prompt_media.generating import registry
from prompt_media.generating.protocol import BackendError
from prompt_media.health.findings import Finding, State
from prompt_media.health.readiness import BROKER, DATABASE, PROBES, Lookout, Probe
from prompt_media.jobs import bus, workers

_CODECS = {"zlib": "PNG", "jpg": "JPEG", "webp": "WebP", "avif": "AVIF"}
_NEEDED = ("zlib", "jpg", "webp")
_SKEW = timedelta(seconds=2)
_PATIENCE_SECONDS = 5.0
# What a started studio brings along; before its start it is no fault that they are missing.
_OURS = ("broker", "workers", "queue")
_START = "Start the studio: ./pm up."
# What Django says in four ways where HTTPS is off, and we in one.
_HTTPS = {f"security.W{number:03}" for number in (4, 8, 12, 16)}

Look = tuple[str, Finding]


def look() -> Iterator[Look]:
    """Each part's name and what was found, in the order in which one depends on the other."""
    yield "release", _release()
    yield "pictures", _pictures()
    for name, path, secret in _places():
        yield name, _place(path, is_secret=secret)
    yield "backend", _backend()
    yield "engine", _engine()
    yield from _parts()
    yield from _settings()


def _release() -> Finding:
    versions = {
        "Prompt Media": settings.VERSION,
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "Celery": celery.__version__,
        platform.system(): platform.release(),
    }
    told = ", ".join(f"{name} {version}" for name, version in versions.items()) + "."
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding(State.OK, told)
    return Finding(State.WARNING, told, "Python 3.11 to 3.13 is what it is tested with.")


def _pictures() -> Finding:
    has = {codec: features.check(codec) for codec in _CODECS}
    told = f"Pillow {PIL.__version__} with {', '.join(_CODECS[codec] for codec in has if has[codec])}."
    if all(has[codec] for codec in _NEEDED):
        return Finding(State.OK, told)
    return Finding(State.DOWN, told, "Install Pillow from its wheel: delete .venv and run ./pm up.")


def _places() -> Iterator[tuple[str, Path, bool]]:
    yield "data", settings.DATA_DIR, False
    if not settings.S3_BUCKET:
        yield "media", Path(settings.MEDIA_ROOT), False
    if (key := settings.DATA_DIR / "secret_key").exists():
        yield "secret key", key, True


def _place(path: Path, *, is_secret: bool) -> Finding:
    if not path.exists():
        return Finding(State.OK, f"{path} is made when it is needed.")
    if is_secret and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding(State.WARNING, f"Others on this machine may read {path}.", f"chmod 600 {path}")
    if not os.access(path, os.R_OK | os.W_OK):
        return Finding(State.DOWN, f"This user may not write {path}.", f"chown it to user {os.getuid()}.")
    return Finding(State.OK, f"{path}, ours to write.")


def _backend() -> Finding:
    try:
        backend = backends.current()
    except BackendError as error:
        return Finding(State.DOWN, str(error), "Set GENERATION_URL to one of these.")
    others = sorted(set(registry.known()) - {backend.name})
    told = f"{backend.name} {backend.version} makes the pictures; beside it there is {listed(others, none='no other')}."
    if not registry.left_out():
        return Finding(State.OK, told)
    return Finding(State.WARNING, f"{told} Left out: {listed(registry.left_out())}.", "The log tells why.")


def _engine() -> Finding:
    if settings.REDIS_URL:
        return Finding(State.OK, "REDIS_URL names a broker: machines are told apart there.")
    process = lock.holder(settings.DATA_DIR)
    if process is None:
        return Finding(State.WARNING, "The studio does not run on this data directory.", _START)
    return Finding(State.OK, f"It runs as process {process}.")


def _parts() -> Iterator[Look]:
    """The parts of /readyz, with more patience, and what only a person asks: versions, and whose clock is wrong."""
    is_stopped = not settings.REDIS_URL and lock.holder(settings.DATA_DIR) is None
    if _has_no_database_yet():
        yield "database", Finding(State.WARNING, "There is none yet: the first start makes it.", _START)
        asked = tuple(probe for probe in PROBES if probe.name in ("storage", "disk"))
    else:
        asked = (*PROBES, Probe("clock", _clock, DATABASE), Probe("versions", _versions, BROKER))
    if is_stopped:
        asked = tuple(probe for probe in asked if probe.name not in (*_OURS, "versions"))
    yield from Lookout(asked, patience_seconds=_PATIENCE_SECONDS).look().items()


def _has_no_database_yet() -> bool:
    # Asking SQLite for a file that is not there would make one.
    return connection.vendor == "sqlite" and not Path(settings.DATABASES["default"]["NAME"]).exists()


def _clock() -> Finding:
    """Sessions end by this machine's clock, and leases by the database's: they should show one time."""
    if connection.vendor == "sqlite":
        return Finding(State.OK, "The database is on this machine and has its clock.")
    before = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
    apart = abs(there - before - (datetime.now(UTC) - before) / 2)
    told = f"This machine's clock and the database's are {apart.total_seconds():.1f} s apart."
    if apart < _SKEW:
        return Finding(State.OK, told)
    return Finding(State.WARNING, told, "Let both follow a time server (NTP): sessions end by one, jobs by the other.")


def _versions() -> Finding:
    told: dict[Any, Any] = bus.broker().info()
    broker = f"Valkey {told['valkey_version']}" if "valkey_version" in told else f"Redis {told['redis_version']}"
    others = {worker.version for worker in workers.alive()} - {settings.VERSION}
    sentence = f"{_database_version()}, {broker}, workers of {', '.join(others) or 'this release'}."
    if told.get("maxmemory_policy") != "noeviction":
        advice = "Set its maxmemory-policy to noeviction: when its memory is full it would throw messages away."
        return Finding(State.WARNING, sentence, advice)
    if others:
        return Finding(State.WARNING, sentence, "Update every machine to the same release.")
    return Finding(State.OK, sentence)


def _database_version() -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"{connection.display_name} {cursor.fetchone()[0]}"


def _settings() -> Iterator[Look]:
    is_public = settings.HTTPS or door().is_reachable
    found = [*_contradictions(is_public=is_public), *_as_django_sees_it(is_public=is_public)]
    yield from (("settings", finding) for finding in found)
    if not found:
        yield "settings", Finding(State.OK, "Nothing unsafe, nothing that contradicts itself.")


def _contradictions(*, is_public: bool) -> Iterator[Finding]:
    """What can be set, and should not be together; what lets strangers in, prompt_media.checks tells."""
    if settings.DEBUG and not is_public:
        yield Finding(
            State.WARNING, "DEBUG shows the inside of the studio to whoever makes it stumble.", "Set DEBUG=0."
        )
    if is_public and set(settings.ALLOWED_HOSTS) <= {"localhost", "127.0.0.1", "[::1]"}:
        told = "The studio is public, and ALLOWED_HOSTS knows only this machine's own names: others are refused."
        yield Finding(State.WARNING, told, "Add the public name to ALLOWED_HOSTS.")
    if settings.HTTPS and not settings.BEHIND_PROXY:
        told = "HTTPS sends plain calls away, and the web server speaks plain: what a proxy hands on is sent away too."
        yield Finding(
            State.WARNING, told, "Set BEHIND_PROXY=1 if a proxy in front speaks TLS and sets X-Forwarded-Proto."
        )
    if settings.REDIS_URL and connection.vendor == "sqlite":
        told = "REDIS_URL is for several machines, and the database is a file on this one."
        yield Finding(State.WARNING, told, "Set DATABASE_URL as well, unless this is the only machine.")
    if settings.REDIS_URL and _has_a_key_of_its_own():
        told = "The secret key is this machine's own: what another machine signs is not believed here."
        yield Finding(State.WARNING, told, "Set the same SECRET_KEY on every machine, unless this is the only one.")


def _has_a_key_of_its_own() -> bool:
    key = settings.DATA_DIR / "secret_key"
    return key.exists() and key.read_text() == settings.SECRET_KEY


def _as_django_sees_it(*, is_public: bool) -> Iterator[Finding]:
    """Django's own checks; those for deployment where it is deployed."""
    for message in checks.run_checks(include_deployment_checks=is_public):
        if message.level >= checks.WARNING and (settings.HTTPS or message.id not in _HTTPS):
            state = State.DOWN if message.level >= checks.ERROR else State.WARNING
            more = f"Django's list of system checks tells more under {message.id}."
            yield Finding(state, message.msg, message.hint or more)
