"""Waiting for a job's end: by pub/sub, with the row as the fallback. A waiting request holds no connection."""

import threading
import time

from django.conf import settings

from prompt_media.errors import Conflict, FieldError, HouseError
from prompt_media.jobs import bus, selectors
from prompt_media.jobs.models import Job
from prompt_media.shared import MadeOnce
from prompt_media.web import connections

# Pub/sub is a hint, and a hint can be lost: so often the row is looked at anyway.
_LOOK_EVERY = 0.5
_LOOK_EVERY_WHEN_DEAF = 0.05

_over = threading.Event()


@MadeOnce
def _places() -> threading.BoundedSemaphore:
    """Who waits holds a thread of the web process, and some must be left for everybody else."""
    return threading.BoundedSemaphore(max(1, settings.WEB_THREADS * 3 // 4))


def end_all() -> None:
    """The process ends: let whoever waits, or will, be answered with the job as it stands."""
    _over.set()


def for_end(job: Job, seconds: float) -> Job:
    """Wait until the job has ended, at most so long, and not at all when too many wait already; returns its row as it
    then stands, ended or not. Raises NotFound when it has been forgotten."""
    if not _places().acquire(blocking=False):
        return selectors.job(job.pk)
    try:
        return _wait(job, seconds)
    finally:
        _places().release()


def _wait(job: Job, seconds: float) -> Job:
    until = time.monotonic() + seconds
    with bus.listening(job.pk) as ear:
        while (job := selectors.job(job.pk)).is_live and (left := until - time.monotonic()) > 0:
            if _over.is_set():
                break
            connections.let_go()
            _hear(ear, left)
    return job


def _hear(ear: bus.Ear, left: float) -> None:
    if ear.is_deaf:
        time.sleep(min(left, _LOOK_EVERY_WHEN_DEAF))
    else:
        ear.hears(min(left, _LOOK_EVERY))


def raise_if_failed(job: Job) -> None:
    """Raise at the door what the worker met: the same status, code and words."""
    if job.status == Job.Status.CANCELLED:
        raise Conflict("The job was cancelled before it had a result.", code="cancelled")
    if job.problem:
        raise _retold(job.problem)


def _retold(problem: dict) -> HouseError:
    error = HouseError(
        problem["detail"],
        code=problem["code"],
        errors=[FieldError(**field) for field in problem["errors"]],
        retry_after=problem.get("retry_after"),
    )
    error.status, error.title = problem["status"], problem["title"]
    return error
