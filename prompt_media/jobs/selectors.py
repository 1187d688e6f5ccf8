"""Questions about jobs. Nothing is changed here."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import Now

from prompt_media.errors import NotFound
from prompt_media.jobs.models import Job


def jobs_of(owner: str) -> QuerySet[Job]:
    """The owner's jobs, newest first."""
    return Job.objects.filter(owner=owner)


def job(job_id: UUID | str) -> Job:
    """One job by its id, which nobody can guess: who knows it may see it."""
    found = Job.objects.filter(pk=job_id).first()
    if found is None:
        raise NotFound("No job has this id, or it ended long ago.", code="unknown_job")
    return found


def live(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Those of the jobs that wait or run."""
    return jobs.filter(status__in=Job.LIVE)


def at_work(jobs: QuerySet[Job]) -> tuple[int, Job | None]:
    """How many of the jobs wait or run, and the one that is the next to end. One question: what was counted and is not
    followed would stay on a page."""
    # "running" before "queued", the oldest first.
    counted = live(jobs).annotate(count=Window(Count("pk"))).order_by("-status", "created_at")
    first = counted.first()
    return (first.count, first) if first else (0, None)


def live_jobs(subject: str) -> QuerySet[Job]:
    """What still waits or runs for a subject, oldest first."""
    return live(Job.objects.filter(subject=subject)).order_by("created_at")


def ended_in_vain(since: datetime) -> QuerySet[Job]:
    """What has failed or was cancelled since then."""
    return Job.objects.filter(status__in=(Job.Status.FAILED, Job.Status.CANCELLED), finished_at__gt=since)


def places_in_line(jobs: Iterable[Job]) -> dict[UUID, int]:
    """For each job that waits: 1 for the next to start, counted in its own queue over all owners."""
    waiting = [job for job in jobs if job.status == Job.Status.QUEUED]
    if len(waiting) < 2:
        return {job.pk: _place(job) for job in waiting}
    # Those asked for stand in it although they may have begun meanwhile: no two of them get one place.
    asked_for = Q(pk__in=[job.pk for job in waiting])
    line = Job.objects.filter(Q(status=Job.Status.QUEUED, queue__in={job.queue for job in waiting}) | asked_for)
    places: dict[UUID, int] = {}
    passed: Counter[str] = Counter()
    for pk, queue in line.order_by("created_at", "id").values_list("pk", "queue"):
        passed[queue] += 1
        places[pk] = passed[queue]
    return {job.pk: places.get(job.pk, 1) for job in waiting}


def place_in_line(job: Job) -> int:
    """The place of one job; 0 when it does not wait."""
    return places_in_line([job]).get(job.pk, 0)


def _place(job: Job) -> int:
    """Counted by the database: a line of thousands is not read for one of them."""
    before = Q(created_at__lt=job.created_at) | Q(created_at=job.created_at, id__lt=job.pk)
    return Job.objects.filter(before, status=Job.Status.QUEUED, queue=job.queue).count() + 1


def front(queue: str) -> datetime | None:
    """When the newest job of a queue that has been started was sent; None while none has."""
    started = Job.objects.filter(queue=queue, started_at__gt=F("sent_at"))
    return started.order_by("-created_at", "-id").values_list("sent_at", flat=True).first()


def longest_wait(queue: str) -> timedelta:
    """How long the first in a queue's line has waited, by the database's clock; nothing when nobody waits."""
    line = Job.objects.filter(status=Job.Status.QUEUED, queue=queue).order_by("sent_at").annotate(now=Now())
    first = line.values_list("sent_at", "now").first()
    # A machine whose clock is ahead may have sent it in the future.
    return max(timedelta(0), first[1] - first[0]) if first else timedelta(0)


def matching(jobs: QuerySet[Job], words: str) -> QuerySet[Job]:
    """Those whose title, prompt, kind or id hold the words."""
    return jobs.filter(
        Q(title__icontains=words) | Q(about__icontains=words) | Q(kind__icontains=words) | Q(id__icontains=words)
    )
