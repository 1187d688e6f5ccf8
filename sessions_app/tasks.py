"""What the workers do for sessions."""

from celery import shared_task

from prompt_media.jobs import runner
from sessions_app.services import composition, importing, mirrors, retention, sectors, uploads, verification

runner.handles(uploads.KIND)(uploads.carry_out)
runner.handles(composition.KIND)(composition.carry_out)
runner.handles(importing.KIND)(importing.carry_out)
runner.handles(sectors.KIND)(sectors.carry_out)
runner.handles(verification.KIND)(verification.carry_out)


@shared_task(name="sessions.sweep")
def sweep() -> None:
    """Delete the sessions whose idle time is over."""
    retention.sweep()


@shared_task(name="sessions.sweep_files")
def sweep_files() -> None:
    """Remove the files of sessions that are gone."""
    retention.sweep_files()


@shared_task(name="sessions.mirror")
def mirror() -> None:
    """Write the mirrors that whoever changed their rows did not come to write."""
    mirrors.sweep()
