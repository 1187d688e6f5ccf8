"""Questions about jobs. Nothing is changed here."""

from uuid import UUID

from django.db.models import Q, QuerySet

from prompt_media.errors import NotFound
from prompt_media.jobs.models import Job


def jobs_of(owner: str) -> QuerySet[Job]:
    """The owner's jobs, newest first."""
    return Job.objects.filter(owner=owner)


def job(job_id: UUID | str) -> Job:
    """One job by its id, which nobody can guess: who knows it may see it."""
    found = Job.objects.filter(pk=job_id).first()
    if found is None:
        raise NotFound("No job has this id. Jobs go with the session they belong to.", code="unknown_job")
    return found


def live_jobs(subject: str) -> QuerySet[Job]:
    """What still waits or runs for a subject, oldest first."""
    return Job.objects.filter(subject=subject, status__in=Job.LIVE).order_by("created_at")


def place_in_line(waiting: Job) -> int:
    """1 for the next to start, counted in its own queue over all owners; 0 when it does not wait."""
    if waiting.status != Job.Status.QUEUED:
        return 0
    ahead = Q(created_at__lt=waiting.created_at) | Q(created_at=waiting.created_at, id__lt=waiting.id)
    return Job.objects.filter(ahead, queue=waiting.queue, status=Job.Status.QUEUED).count() + 1


def matching(jobs: QuerySet[Job], words: str) -> QuerySet[Job]:
    """Those whose title, prompt, kind or id hold the words."""
    return jobs.filter(
        Q(title__icontains=words) | Q(about__icontains=words) | Q(kind__icontains=words) | Q(id__icontains=words)
    )
