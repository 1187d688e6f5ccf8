"""Changes of jobs, for every stream of this process: heard with one subscription, looked at with one query.

A thread hears the broker's word, looks at the rows that are watched, and puts what has changed into the watchers'
hands. While the broker is down it only looks, more often. It lives as long as somebody watches.
"""

import asyncio
import hashlib
import json
import threading
import time
from collections import deque
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import connection
from rest_framework.renderers import JSONRenderer

from prompt_media.errors import Unavailable
from prompt_media.jobs import bus, selectors
from prompt_media.jobs.models import Job
from prompt_media.jobs.serializers import JobWithResult
from prompt_media.web import connections
from prompt_media.web.measures import STREAMS

log = structlog.get_logger(__name__)

MOST_STREAMS = 200
"""Of one process. A stream is cheap; what they share is the database's one poller."""
MOST_OF_ONE = 4
"""Of one owner: a browser keeps six connections to a house, and needs some for everything else."""
MOST_OF_A_PLACE = 40
"""Of one address, behind which an office may sit: in an open studio one caller can be as many owners as it likes."""

# So long a word is waited for, and so often all that is watched is looked at, heard of or not.
_LISTEN_SECONDS = 0.25
_LOOK_SECONDS = 0.75


class TooManyStreams(Unavailable):
    """The facts can be had by polling, so nobody is kept from them."""

    code, title = "too_many_streams", "Too many streams are open"


@dataclass(frozen=True, slots=True)
class Facts:
    """A job as its row told it: the JSON of `/api/v1/jobs/<id>/`, and a name for exactly this state of it."""

    state: str
    data: bytes
    is_last: bool


def facts_of(jobs: Iterable[Job]) -> dict[UUID, Facts]:
    """The facts of each job, all told at once."""
    listed = list(jobs)
    context = {"places": selectors.places_in_line(listed)}
    return {job.pk: _facts(job, JobWithResult(job, context=context)) for job in listed}


def _facts(job: Job, told: JobWithResult) -> Facts:
    # What it says to people counts time down; only the rest makes a new state.
    lasting = {name: value for name, value in told.data.items() if name != "says"}
    digest = hashlib.sha256(json.dumps(lasting, sort_keys=True, default=str).encode()).hexdigest()
    return Facts(digest[:16], JSONRenderer().render(told.data), not job.is_live)


GONE = Facts("", b"", is_last=True)
"""The row has been deleted: there is nothing more to tell."""


class Watch:
    """One stream's place: it holds the newest facts that were not taken yet, and wakes whoever waits for them."""

    def __init__(self, job_id: UUID, owner: str | None, place: str | None) -> None:
        self.job_id = job_id
        self.owner = owner
        self.place = place
        self.state: str | None = None
        self._box: deque[Facts] = deque(maxlen=1)
        self._arrived = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def put(self, facts: Facts) -> None:
        """From the hub's thread, and from no other: the newest must be the last."""
        if facts.state == self.state:
            return
        self.state = facts.state
        self._box.append(facts)
        if self._loop:
            # A loop that has ended has nobody left who waits.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._arrived.set)

    async def news(self, seconds: float) -> Facts | None:
        """The newest facts; None when there are none within that time."""
        self._loop = asyncio.get_running_loop()
        if not self._box:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._arrived.wait()
        self._arrived.clear()
        return self._box.popleft() if self._box else None


class Hub:
    """All that is watched in this process."""

    def __init__(self) -> None:
        self._watches: set[Watch] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def open(self, job_id: UUID, owner: str | None, place: str | None = None) -> Watch:
        """One more stream of this owner, at this place; None is not counted. Raises TooManyStreams."""
        with self._lock:
            self._require_room(owner, place)
            watch = Watch(job_id, owner, place)
            self._watches.add(watch)
            STREAMS.set(len(self._watches))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._follow, name="job-changes", daemon=True)
                self._thread.start()
        return watch

    def close(self, watch: Watch) -> None:
        with self._lock:
            self._watches.discard(watch)
            STREAMS.set(len(self._watches))

    def _require_room(self, owner: str | None, place: str | None) -> None:
        if len(self._watches) >= MOST_STREAMS:
            raise TooManyStreams("This server holds no more streams now. Poll the job instead.", retry_after=10)
        if owner is not None and sum(watch.owner == owner for watch in self._watches) >= MOST_OF_ONE:
            raise TooManyStreams(
                f"You have {MOST_OF_ONE} streams open already. Close one, or poll the job instead.", retry_after=10
            )
        if place is not None and sum(watch.place == place for watch in self._watches) >= MOST_OF_A_PLACE:
            raise TooManyStreams(
                f"{MOST_OF_A_PLACE} streams to your address are open already. Poll the job instead.", retry_after=10
            )

    def _follow(self) -> None:
        looked_at = float("-inf")
        with bus.WideEar() as ear:
            while self._is_needed():
                heard = ear.hears(_LISTEN_SECONDS)
                is_due = ear.is_deaf or time.monotonic() - looked_at >= _LOOK_SECONDS
                if is_due:
                    looked_at = time.monotonic()
                self._look(self._wanted(None if is_due else heard))
        connection.close()

    def _is_needed(self) -> bool:
        with self._lock:
            if not self._watches:
                self._thread = None
            return bool(self._watches)

    def _wanted(self, heard: Collection[UUID] | None) -> list[Watch]:
        """Those to look at: newcomers and those of whom was heard; with None all."""
        with self._lock:
            return [one for one in self._watches if heard is None or one.state is None or one.job_id in heard]

    def _look(self, watches: list[Watch]) -> None:
        if not watches:
            return
        try:
            facts = facts_of(Job.objects.filter(pk__in={watch.job_id for watch in watches}))
        except connections.DATABASE_AWAY as error:
            log.warning("watched jobs not looked at", reason=str(error))
            connection.close()
            return
        finally:
            connections.let_go()
        for watch in watches:
            watch.put(facts.get(watch.job_id, GONE))


HUB = Hub()
