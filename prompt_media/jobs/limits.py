"""How many jobs may wait: of one session, of one owner, and in the whole house."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Avg, Count, F, Q, QuerySet

from prompt_media.errors import TooMany
from prompt_media.jobs import selectors
from prompt_media.jobs.models import Job

_LOOKED_BACK_AT = 20
_LONGEST_RETRY = 600


class TooManyJobs(TooMany):
    """A line that is long enough."""

    code, title = "too_many_jobs", "Too many jobs wait"


def require_place(job: Job) -> None:
    """The line bears this job, which stands in it already. Called in the transaction that adds it: a refusal takes it
    out again."""
    line = Job.objects.filter(status=Job.Status.QUEUED)
    of_session, of_owner = Q(subject=job.subject) & ~Q(subject=""), Q(owner=job.owner)
    waiting = line.aggregate(
        session=Count("pk", filter=of_session), owner=Count("pk", filter=of_owner), all=Count("pk")
    )
    if waiting["session"] > settings.SESSION_JOBS:
        raise _refusal(f"{settings.SESSION_JOBS} jobs of this session wait already.", line.filter(of_session))
    if waiting["owner"] > settings.OWNER_JOBS:
        raise _refusal(f"{settings.OWNER_JOBS} jobs of yours wait already.", line.filter(of_owner))
    if waiting["all"] > settings.SERVER_JOBS:
        raise _refusal(f"{settings.SERVER_JOBS} jobs wait already, which is all this studio takes.", line)


def _refusal(found: str, line: QuerySet[Job]) -> TooManyJobs:
    return TooManyJobs(f"{found} Try again when one of them has begun, or cancel one.", retry_after=_begins_in(line))


def _begins_in(line: QuerySet[Job]) -> int:
    """In how many seconds the first of these will begin, if work goes on as it last went."""
    first = line.order_by("created_at", "id")[0]
    workers = settings.BULK_WORKERS if first.queue == Job.Queue.BULK else settings.QUICK_WORKERS
    seconds = selectors.place_in_line(first) * _usual_time(first.queue) / max(1, workers)
    return max(1, min(_LONGEST_RETRY, round(seconds)))


def _usual_time(queue: str) -> float:
    """How many seconds a job of this queue took lately."""
    last = Job.objects.filter(queue=queue, status=Job.Status.DONE).order_by("-created_at", "-id")[:_LOOKED_BACK_AT]
    took: timedelta | None = last.aggregate(took=Avg(F("finished_at") - F("started_at")))["took"]
    return took.total_seconds() if took else 1
