"""A lease that lasts as long as its worker lives, however long one step of the work takes.

A thread renews it. It stands still when its process is frozen or killed, and then the lease ends, as it should.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import structlog
from django.conf import settings
from django.db import connection

from prompt_media.jobs import services
from prompt_media.jobs.models import Job
from prompt_media.web.connections import DATABASE_AWAY

log = structlog.get_logger(__name__)

_BEATS_PER_LEASE = 4


@contextmanager
def of(job: Job) -> Iterator[None]:
    """Keep the job's lease alive during the block. Most jobs end before the first beat, and cost no query."""
    ended = Event()
    thread = Thread(target=_beat, args=(job, ended), name=f"heartbeat of {job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat(job: Job, ended: Event) -> None:
    try:
        while not ended.wait(settings.JOB_LEASE_SECONDS / _BEATS_PER_LEASE):
            _renew(job)
    except services.Stopped:
        log.info("lease lost", job=str(job.pk))
    finally:
        connection.close()


def _renew(job: Job) -> None:
    try:
        services.keep_alive(job)
    except DATABASE_AWAY as error:
        # The next beat may find the database back; if none does, the lease ends.
        log.warning("lease not renewed", job=str(job.pk), reason=str(error))
        connection.close()
