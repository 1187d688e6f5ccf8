"""The Celery tasks of the house: run a job, sweep the jobs, forget the old ones."""

import signal
import sys
from typing import Any

import structlog
from celery import Task, shared_task
from celery.signals import heartbeat_sent, worker_process_init

from prompt_media.jobs import receipts, runner, services, workers

heartbeat_sent.connect(workers.say_so)


@worker_process_init.connect
def leave_when_told(**told: Any) -> None:
    """SIGTERM, by which a stopping worker ends what is still at work after its grace, lets the job go first."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit())


@shared_task(name="jobs.run", bind=True)
def run(task: Task, job_id: str) -> None:
    """Do the work of one job row; its lines in the log name the request that asked for it."""
    asked = (task.request.headers or {}).get(services.REQUEST_HEADER)
    with structlog.contextvars.bound_contextvars(**({"request": asked} if asked else {})):
        runner.run(job_id)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Mend what a crash left behind."""
    services.sweep()


@shared_task(name="jobs.forget")
def forget() -> None:
    """Delete old rows that belong to nothing any more, and receipts nobody will ask for again."""
    services.forget()
    receipts.forget()
