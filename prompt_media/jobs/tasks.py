"""The two Celery tasks of the house: run a job, sweep the jobs."""

import signal
import sys
from typing import Any

from celery import shared_task
from celery.signals import worker_process_init

from prompt_media.jobs import runner, services


@worker_process_init.connect
def leave_when_told(**told: Any) -> None:
    """SIGTERM, by which a stopping worker ends what is still at work after its grace, lets the job go first."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit())


@shared_task(name="jobs.run")
def run(job_id: str) -> None:
    """Do the work of one job row."""
    runner.run(job_id)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Mend what a crash left behind."""
    services.sweep()


@shared_task(name="jobs.forget")
def forget() -> None:
    """Delete old rows that belong to nothing any more."""
    services.forget()
