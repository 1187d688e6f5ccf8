"""Waiting for a job's end: by pub/sub, with the row as the fallback. A waiting request holds no connection."""

import time

from django.db import connection

from prompt_media.errors import Conflict, FieldError, HouseError
from prompt_media.jobs import bus
from prompt_media.jobs.models import Job

# Pub/sub is a hint, and a hint can be lost: so often the row is looked at anyway.
_LOOK_EVERY = 0.5
_LOOK_EVERY_WHEN_DEAF = 0.05


def for_end(job: Job, seconds: float) -> Job:
    """Wait until the job has ended, at most so long; returns its row as it then stands, ended or not."""
    until = time.monotonic() + seconds
    with bus.listening(job.pk) as ear:
        while (job := Job.objects.get(pk=job.pk)).is_live and (left := until - time.monotonic()) > 0:
            _let_go_of_the_database()
            _hear(ear, left)
    return job


def _hear(ear: bus.Ear, left: float) -> None:
    if ear.is_deaf:
        time.sleep(min(left, _LOOK_EVERY_WHEN_DEAF))
    else:
        ear.hears(min(left, _LOOK_EVERY))


def _let_go_of_the_database() -> None:
    # A pooled connection goes back to the pool; SQLite's is kept, it costs nobody anything.
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()


def raise_if_failed(job: Job) -> None:
    """Raise at the door what the worker met: the same status, code and words."""
    if job.status == Job.Status.CANCELLED:
        raise Conflict("The job was cancelled before it had a result.", code="cancelled")
    if job.problem:
        raise _retold(job.problem)


def _retold(problem: dict) -> HouseError:
    error = HouseError(
        problem["detail"], code=problem["code"], errors=[FieldError(**field) for field in problem["errors"]]
    )
    error.status, error.title = problem["status"], problem["title"]
    return error
