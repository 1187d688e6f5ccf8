"""The one place where a job is run, and the one place that answers for an unexpected error.

An app registers a handler for each kind of work. A handler gets a Ticket, does the work, and returns an Outcome;
its `hold` and `write` run in the transaction that ends the job, its `discard` clears away what no row will point to.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from prompt_media.errors import HouseError, Unavailable
from prompt_media.jobs import heartbeat, services, tally
from prompt_media.jobs.models import Job
from prompt_media.web.connections import DATABASE_AWAY

log = structlog.get_logger(__name__)

# A row is written at most so often: often enough to stop within a second, seldom enough to cost nothing.
_SECONDS_BETWEEN_WRITES = 0.2
# The longest anybody should need to bring a part back. Work that is older than that fails, and may be retried.
_OUTAGE = timedelta(days=7)


def _nothing() -> None:
    """For outcomes that have nothing to write or to clear away."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a handler leaves: rows to write if the job is still ours, files to discard if it is not. Whatever `write`
    adds to is locked by `hold`, which comes before the job's own row is (see jobs.services)."""

    hold: Callable[[], object] = _nothing
    write: Callable[[], object] = _nothing
    discard: Callable[[], object] = _nothing


class Ticket:
    """A claimed job in a handler's hands; it is the Progress that pure code tells of itself to."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._began_at = time.monotonic()
        self._written_at = 0.0
        self._once_failed: list[Callable[[], None]] = []

    @property
    def payload(self) -> dict[str, Any]:
        return self.job.payload

    @property
    def claim(self) -> str:
        """Sets this attempt apart from every other, for names of files: what was taken from us and is being done
        again elsewhere must not meet what we made. A retry counts its attempts anew, so their number would not do."""
        return str(self.job.token)[:8]

    @property
    def seconds(self) -> float:
        """How long it has been in hand."""
        return time.monotonic() - self._began_at

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Tell how far the work is. Raises Stopped when the job was cancelled or taken over."""
        now = time.monotonic()
        if now - self._written_at >= _SECONDS_BETWEEN_WRITES:
            services.advance(self.job, done=done, total=total, note=note)
            self._written_at = now

    def once_failed(self, act: Callable[[], None]) -> None:
        """Do this as soon as the job's row tells why it failed; not if it is stopped or goes back into the line."""
        self._once_failed.append(act)

    def clear_away(self) -> None:
        """The job has failed, and its row tells so."""
        for act in self._once_failed:
            act()


Handler = Callable[[Ticket], Outcome]
_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of a kind of job."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def run(job_id: str) -> None:
    """Claim a job and bring it to its end. Called twice at once, one of the two does nothing."""
    job = services.claim(job_id)
    if job is None:
        return
    with structlog.contextvars.bound_contextvars(job=job_id, kind=job.kind, attempt=job.attempts):
        try:
            with heartbeat.of(job):
                _work(Ticket(job))
        except services.Stopped:
            log.info("job stopped: cancelled or taken over")


def _work(ticket: Ticket) -> None:
    job = ticket.job
    try:
        _finish(job, _handlers[job.kind](ticket))
    except services.Stopped:
        raise
    except (Unavailable, *DATABASE_AWAY) as error:
        _leave_connection()
        _wait_for_the_part(ticket, error)
    except HouseError as error:
        _fail(ticket, error)
    except SoftTimeLimitExceeded:
        _fail(ticket, HouseError("It took longer than any job may. Ask for less at once.", code="too_slow"))
    except SystemExit:
        # Its worker was told to stop (see jobs.tasks).
        _leave_connection()
        # A job that is not ours any more, or a database that is away, is no reason to go on: its lease ends by itself.
        with suppress(services.Stopped, DatabaseError, InterfaceError):
            services.put_back(job, "Goes on when the workers are back")
        raise
    except Exception:
        log.exception("job broke")
        _fail(ticket, HouseError(f"Something broke inside. The log tells more under {job.pk}."))
    else:
        _tell_end(ticket, Job.Status.DONE)


def _wait_for_the_part(ticket: Ticket, error: Exception) -> None:
    """Back into the line, as long as an outage may last: what never works must not go round for ever."""
    if timezone.now() - ticket.job.created_at < _OUTAGE:
        log.warning("job put back", reason=str(error))
        services.put_back(ticket.job, "Waits for a part that is down")
        return
    log.error("job not put back any more", reason=str(error))
    _fail(ticket, Unavailable(f"A part it needs is down, {_OUTAGE.days} days after it was asked for. Retry it later."))


def _leave_connection() -> None:
    """It may be the part that broke, or be left in the middle of a question; the next question opens another. Django
    does so by itself only between requests."""
    if not connection.in_atomic_block:
        connection.close()


def _fail(ticket: Ticket, error: HouseError) -> None:
    services.fail(ticket.job, error)
    _tell_end(ticket, Job.Status.FAILED, code=error.code)
    ticket.clear_away()


def _tell_end(ticket: Ticket, status: Job.Status, **more: str) -> None:
    log.info("job ended", status=status.value, seconds=round(ticket.seconds, 2), **more)
    tally.ended(ticket.job.kind, status.value, ticket.seconds)


def _finish(job: Job, outcome: Outcome) -> None:
    try:
        services.finish(job, outcome.write, hold=outcome.hold)
    except services.Stopped:
        outcome.discard()
        raise
    except BaseException:
        # A time limit, a lost connection: it may have come after the commit, when a row points to the files.
        if not services.has_finished(job):
            outcome.discard()
        raise
