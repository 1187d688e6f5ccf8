"""What can happen to a job. Each step is one conditional UPDATE: its count decides who won.

Leases run on the database's clock, so that no worker's own clock can steal another's work.

Locks are taken from the outside in: first the row of what a job belongs to, then the job's own. So whoever holds the
outer row knows all its jobs: none is added or ended behind its back.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID, uuid4

import celery
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Now
from kombu.exceptions import OperationalError as BrokerDown

from prompt_media.errors import Conflict, HouseError
from prompt_media.jobs import bus, limits, receipts, selectors, tally
from prompt_media.jobs.models import Job
from prompt_media.jobs.receipts import Slip

log = structlog.get_logger(__name__)
_A_DAY = 24 * 3600
# Names the request that asked for a job, so that the worker's lines can be found by it. What the sweep publishes again
# has no request any more; the line "job published" ties the two together for good.
REQUEST_HEADER = "request_id"


class Stopped(Exception):
    """The job is no longer ours: cancelled, or another worker took it over. Stop, and leave nothing behind."""


def submit(
    *,
    kind: str,
    owner: str,
    title: str,
    payload: dict[str, Any],
    subject: str = "",
    about: str = "",
    queue: str = Job.Queue.QUICK,
    slip: Slip | None = None,
) -> Job:
    """Take in a piece of work. From the commit on it is never lost: if publishing fails, the sweep publishes it.

    Raises TooManyJobs when the line is long enough, FiledBefore when the request of this slip has its job already.
    """
    # No savepoint: what is refused here is refused with all that it belongs to.
    with transaction.atomic(savepoint=False):
        job = Job.objects.create(
            kind=kind, owner=owner, title=title, payload=payload, subject=subject, about=about, queue=queue
        )
        if slip:
            receipts.file(slip, job)
        limits.require_place(job)
        _publish_on_commit(job)
    return job


def publish(job: Job) -> None:
    """Hand the job's id to the broker. A broker that is down is logged: the row waits for the sweep."""
    asked_by = structlog.contextvars.get_contextvars().get("request")
    try:
        celery.current_app.send_task(
            "jobs.run", args=[str(job.pk)], queue=job.queue, headers={REQUEST_HEADER: asked_by} if asked_by else None
        )
    except BrokerDown as error:
        log.warning("job not published, the sweep will", job=str(job.pk), reason=str(error))
    else:
        log.info("job published", job=str(job.pk), kind=job.kind, queue=job.queue)


def claim(job_id: UUID | str) -> Job | None:
    """Take a waiting job, or one whose lease has ended. None: someone else has it, or nobody need."""
    free = Q(status=Job.Status.QUEUED) | Q(status=Job.Status.RUNNING, lease_until__lt=Now())
    token = uuid4()
    won = Job.objects.filter(free, pk=job_id, attempts__lt=settings.JOB_ATTEMPTS).update(
        status=Job.Status.RUNNING,
        token=token,
        attempts=F("attempts") + 1,
        lease_until=_in_seconds(settings.JOB_LEASE_SECONDS),
        started_at=Now(),
    )
    if not won:
        return None
    bus.announce(UUID(str(job_id)), Job.Status.RUNNING)
    # By its token too: frozen between these two statements, we would take a successor's claim for ours.
    return Job.objects.filter(pk=job_id, token=token).first()


def keep_alive(job: Job) -> None:
    """Renew the lease of work that is at a long step. Raises Stopped when it is no longer ours."""
    _ours(job, lease_until=_in_seconds(settings.JOB_LEASE_SECONDS))


def advance(job: Job, *, done: int, total: int, note: str) -> None:
    """Write how far it is and renew the lease; both only while the job is ours. Raises Stopped when it is not."""
    _ours(job, done=min(done, total), total=total, note=note[:200], lease_until=_in_seconds(settings.JOB_LEASE_SECONDS))
    bus.announce(job.pk, Job.Status.RUNNING, done, total)


def finish(job: Job, write: Callable[[], object], *, hold: Callable[[], object] = lambda: None) -> None:
    """End it as done, with `write` in the same transaction: the result and the word "done" appear together. `hold`
    locks what it adds to, before the job's own row is."""
    with transaction.atomic():
        hold()
        # The token stays: it tells whose result it is (see `has_finished`).
        _ours(job, status=Job.Status.DONE, done=F("total"), note="", lease_until=None, finished_at=Now())
        write()
    bus.announce(job.pk, Job.Status.DONE)


def has_finished(job: Job) -> bool:
    """Whether this very claim ended the job as done, for one who was interrupted and cannot tell."""
    with transaction.atomic():
        # Under the row's lock: a commit whose answer was lost may still be under way.
        row = Job.objects.select_for_update().filter(pk=job.pk).first()
        return row is not None and row.status == Job.Status.DONE and row.token == job.token


def fail(job: Job, error: HouseError) -> None:
    """End it as failed, in words."""
    _ours(job, status=Job.Status.FAILED, problem=_told(error), note="", token=None, lease_until=None, finished_at=Now())
    bus.announce(job.pk, Job.Status.FAILED)


def put_back(job: Job, note: str) -> None:
    """Back into the line, for a reason that is no fault of its own and costs it no attempt."""
    _ours(
        job,
        status=Job.Status.QUEUED,
        attempts=F("attempts") - 1,
        token=None,
        lease_until=None,
        sent_at=Now(),
        note=note,
    )
    bus.announce(job.pk, Job.Status.QUEUED)


def cancel(job: Job) -> Job:
    """End a live job by hand. A running one stops at its next step. Raises NotFound for one that was forgotten."""
    is_ended_now = _end_as_cancelled(Job.objects.filter(pk=job.pk))
    job = selectors.job(job.pk)
    if not is_ended_now:
        raise Conflict(f"This job is {job.status} already: there is nothing left to cancel.", code="job_ended")
    bus.announce(job.pk, job.status)
    tally.ended(job.kind, job.status)
    return job


def hand_over(*, giver: str, taker: str) -> None:
    """Make all jobs of one owner another's, and what was answered under their keys."""
    jobs = Job.objects.filter(owner=giver)
    hold(jobs)
    jobs.update(owner=taker)
    transaction.on_commit(lambda: receipts.hand_over(giver=giver, taker=taker), robust=True)


def hold(jobs: QuerySet[Job]) -> None:
    """Lock these rows until the transaction ends. Whoever changes several takes them here, in one order, and behind the
    row of what they belong to."""
    list(jobs.order_by("pk").select_for_update().values_list("pk", flat=True))


def leave(subject: str) -> None:
    """The subject goes away, and its row is held: its live jobs end, and its words go from all of them. The bare rows
    stay for a while, so that whoever waits for one is told, and the operator's count is right (see `forget`)."""
    jobs = Job.objects.filter(subject=subject)
    hold(jobs)
    live = list(selectors.live(jobs).values_list("pk", "kind"))
    _end_as_cancelled(jobs)
    receipts.forget_all(jobs, subject)
    jobs.update(subject="", about="", payload={}, note="")

    def tell() -> None:
        for pk, kind in live:
            bus.announce(pk, Job.Status.CANCELLED)
            tally.ended(kind, Job.Status.CANCELLED)

    transaction.on_commit(tell)


def retry(job: Job) -> Job:
    """Start a failed or cancelled job anew, with all its attempts."""
    if not job.can_be_retried:
        raise Conflict(f"This job is {job.status}: it cannot be retried. {job.error}".strip(), code="job_final")
    with transaction.atomic():
        anew = Job.objects.filter(pk=job.pk, status__in=(Job.Status.FAILED, Job.Status.CANCELLED)).update(
            status=Job.Status.QUEUED,
            attempts=0,
            problem=None,
            done=0,
            note="",
            started_at=None,
            finished_at=None,
            sent_at=Now(),
        )
        if not anew:
            raise Conflict("Somebody else has retried this job already.", code="job_live")
        job.refresh_from_db()
        limits.require_place(job)
        _publish_on_commit(job)
    return job


def sweep() -> int:
    """Publish again what was never started or whose worker died; give up on what died too often. Returns how many.

    A waiting job is published again only when its message must be gone: the broker holds none for its queue, or one
    that was sent later has been started. Until then it waits its turn, and a second message would only stand in the
    way of newer work.
    """
    orphaned = Q(status=Job.Status.RUNNING, lease_until__lt=Now())
    stuck = list(Job.objects.filter(_late() & (_unheld() | _overtaken()) | orphaned).order_by("created_at")[:500])
    for job in stuck:
        _mend(job)
    return len(stuck)


def forget() -> int:
    """Delete the rows of jobs whose subject has been gone for JOB_DAYS. Returns how many."""
    with transaction.atomic():
        # But those that somebody has in hand, who retries one: the next time is soon enough.
        doomed = list(forgettable().select_for_update(skip_locked=True).values_list("pk", flat=True))
        return Job.objects.filter(pk__in=doomed).delete()[0]


def forgettable() -> QuerySet[Job]:
    """Bare rows that have been kept long enough."""
    return Job.objects.filter(subject="", finished_at__lt=_in_seconds(-settings.JOB_DAYS * _A_DAY))


def _publish_on_commit(job: Job) -> None:
    # Robust: the row is committed, so whatever the broker's library may raise is no reason to tell of a failure.
    transaction.on_commit(lambda: publish(job), robust=True)


def _late() -> Q:
    """It waits for longer than a sweep; or it was sent by a machine whose clock is ahead, and says nothing."""
    patience = settings.JOB_SWEEP_SECONDS
    sent_wrongly = Q(sent_at__lt=_in_seconds(-patience)) | Q(sent_at__gt=_in_seconds(patience))
    return Q(status=Job.Status.QUEUED) & sent_wrongly


def _unheld() -> Q:
    return Q(queue__in=bus.empty_queues(Job.Queue.values))


def _overtaken() -> Q:
    """Queues are first in, first out: what was sent before a job that has been started is no longer in its queue."""
    fronts = [(queue, sent_at) for queue in Job.Queue.values if (sent_at := selectors.front(queue))]
    return reduce(or_, (Q(queue=queue, sent_at__lt=sent_at) for queue, sent_at in fronts), Q(pk__in=()))


def _mend(job: Job) -> None:
    if job.attempts >= settings.JOB_ATTEMPTS:
        _give_up(job)
    # Not "=": SQLite writes its clock in milliseconds and compares as text, so what we read back never equals it.
    elif Job.objects.filter(pk=job.pk, sent_at__lte=job.sent_at, status=job.status, token=job.token).update(
        # A row that stayed "running" would be published again at every sweep until its turn comes.
        status=Job.Status.QUEUED,
        token=None,
        lease_until=None,
        sent_at=Now(),
    ):
        publish(job)


def _give_up(job: Job) -> None:
    died = HouseError(
        f"It was tried {job.attempts} times and never came to an end: its worker died each time. Retry it, or change "
        "what it was asked.",
        code="gave_up",
    )
    given_up = Job.objects.filter(pk=job.pk, status=job.status, attempts=job.attempts, token=job.token).update(
        status=Job.Status.FAILED, problem=_told(died), token=None, lease_until=None, finished_at=Now()
    )
    if given_up:
        bus.announce(job.pk, Job.Status.FAILED)
        tally.ended(job.kind, Job.Status.FAILED)


def _ours(job: Job, **columns: Any) -> None:
    if not Job.objects.filter(pk=job.pk, token=job.token, status=Job.Status.RUNNING).update(**columns):
        raise Stopped


def _end_as_cancelled(jobs: QuerySet[Job]) -> int:
    return selectors.live(jobs).update(
        status=Job.Status.CANCELLED, token=None, lease_until=None, note="", finished_at=Now()
    )


def _told(error: HouseError) -> dict[str, Any]:
    """An error as the row keeps it, enough to raise its like again at the door (see jobs.waiting)."""
    return {
        "status": error.status,
        "code": error.code,
        "title": error.title,
        "detail": error.detail,
        "errors": [asdict(field) for field in error.errors],
        "retry_after": error.retry_after,
    }


def _in_seconds(seconds: float) -> ExpressionWrapper:
    return ExpressionWrapper(Now() + Value(timedelta(seconds=seconds)), output_field=DateTimeField())
