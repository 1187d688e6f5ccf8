"""Whether the studio can do its work: each part is asked, none for long, and none oftener than it needs."""

import sqlite3
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Lock

import structlog
from django.db import DatabaseError, ProgrammingError, connection
from redis import RedisError

from prompt_media.errors import HouseError
from prompt_media.health import probes
from prompt_media.health.findings import Finding, State
from prompt_media.web.connections import DATABASE_AWAY

log = structlog.get_logger(__name__)
PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Probe:
    """A part, the question to it, what helps when it does not answer, and for how long its answer holds."""

    name: str
    ask: Callable[[], Finding]
    advice: str = ""
    holds_seconds: float = 1.0


DATABASE, BROKER = "Look at DATABASE_URL and at its server.", "Look at REDIS_URL and at its server."
STORAGE = "Look at MEDIA_ROOT and its rights, or at the S3 settings and their server."

PROBES = (
    Probe("database", probes.database, DATABASE),
    Probe("migrations", probes.migrations, DATABASE, holds_seconds=10.0),
    Probe("storage", probes.storage, STORAGE, holds_seconds=10.0),
    Probe("disk", probes.free_room),
    Probe("broker", probes.broker, BROKER),
    Probe("workers", probes.working, BROKER),
    Probe("queue", probes.queue, DATABASE),
)


class Lookout:
    """Asks several parts at once. A part that has not answered yet is not asked again; a second caller meanwhile is
    told what was last known, so that no flood of questions reaches the parts or fills our threads."""

    def __init__(self, probes: tuple[Probe, ...], *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._probes = probes
        self._patience = patience_seconds
        self._looking = Lock()
        self._threads = ThreadPoolExecutor(len(probes), thread_name_prefix="probe")
        self._asked: dict[str, Future[Finding]] = {}
        self._known: dict[str, Finding] = {}
        self._hold_until: dict[str, float] = {}

    def look(self) -> Mapping[str, Finding]:
        """What is known of each part, by its name."""
        if self._looking.acquire(blocking=not self._known):
            try:
                self._look_again()
            finally:
                self._looking.release()
        return self._known

    def _look_again(self) -> None:
        now = time.monotonic()
        due = [probe for probe in self._probes if self._hold_until.get(probe.name, 0.0) <= now]
        for probe in due:
            if probe.name not in self._asked:
                self._asked[probe.name] = self._threads.submit(_ask, probe)
        wait(self._asked.values(), timeout=self._patience)
        self._known = self._known | {probe.name: self._heard(probe) for probe in due}

    def _heard(self, probe: Probe) -> Finding:
        answer = self._asked[probe.name]
        if not answer.done():
            self._hold_until[probe.name] = time.monotonic() + 1.0
            return Finding(State.DOWN, f"No answer within {self._patience:g} s.", probe.advice)
        del self._asked[probe.name]
        self._hold_until[probe.name] = time.monotonic() + probe.holds_seconds
        error = answer.exception()
        return answer.result() if error is None else _told(probe, error)


def _ask(probe: Probe) -> Finding:
    try:
        return probe.ask()
    finally:
        connection.close()


def _told(probe: Probe, error: BaseException) -> Finding:
    match error:
        case DatabaseError() if _lacks_something(error):
            return Finding(State.DOWN, "The database lacks what this release asks it for.", "Run ./pm migrate.")
        case _ if isinstance(error, DATABASE_AWAY):
            return Finding(State.DOWN, "The database is not answering.", DATABASE)
        case RedisError():
            return Finding(State.DOWN, "The broker is not answering.", BROKER)
        case HouseError():
            return Finding(State.DOWN, error.detail, probe.advice)
    log.error("probe failed", part=probe.name, exc_info=error)
    return Finding(
        State.DOWN, f"The question itself failed ({type(error).__name__}); the log tells more.", probe.advice
    )


def _lacks_something(error: DatabaseError) -> bool:
    """Whether it did answer, and has no such table or column; SQLite tells that by a number alone."""
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return isinstance(error, ProgrammingError) or code == sqlite3.SQLITE_ERROR


lookout = Lookout(PROBES)
