"""The two Celery tasks of the house: run a job, sweep the jobs."""

from celery import shared_task

from prompt_media.jobs import runner, services


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
