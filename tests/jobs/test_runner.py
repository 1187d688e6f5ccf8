"""Running a job: what its handler returns, raises or leaves behind."""

from contextlib import nullcontext, suppress
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, OperationalError, connection

from prompt_media.errors import InvalidInput, Unavailable
from prompt_media.jobs import runner, services
from prompt_media.jobs.models import Job
from prompt_media.jobs.runner import Outcome, Ticket

pytestmark = pytest.mark.django_db


class Clock:
    """Stands still until it is told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now

    def shift(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def do(monkeypatch: pytest.MonkeyPatch):
    """Submit a job whose handler is the given function, run it, and return its row."""
    monkeypatch.setattr(services, "publish", lambda job: None)

    def do(handler: runner.Handler, payload: dict | None = None) -> Job:
        runner.handles("test")(handler)
        job = services.submit(kind="test", owner="house", title="A test", payload=payload or {})
        runner.run(str(job.pk))
        job.refresh_from_db()
        return job

    return do


def test_a_handlers_result_is_written_as_the_job_ends(do):
    written = []
    assert do(lambda ticket: Outcome(write=lambda: written.append(ticket.payload)), {"a": 1}).status == "done"
    assert written == [{"a": 1}]


def test_a_refusal_is_the_jobs_error(do):
    def refuse(ticket: Ticket) -> Outcome:
        raise InvalidInput("The prompt is empty.")

    job = do(refuse)
    assert (job.status, job.error, job.problem["status"]) == ("failed", "The prompt is empty.", 400)


def test_a_bug_is_told_without_a_traceback(do, caplog):
    def stumble(ticket: Ticket) -> Outcome:
        raise ZeroDivisionError("secret")

    job = do(stumble)
    assert job.status == "failed"
    assert "secret" not in job.error
    assert str(job.pk) in job.error
    assert "ZeroDivisionError" in caplog.text


def test_a_result_that_cannot_be_written_fails_the_job_and_leaves_nothing(do):
    discarded = []

    def clash() -> None:
        raise IntegrityError("UNIQUE constraint failed: secret")

    job = do(lambda ticket: Outcome(write=clash, discard=lambda: discarded.append(True)))
    assert (job.status, discarded) == ("failed", [True])
    assert "secret" not in job.error


def test_a_job_that_takes_too_long_says_so(do):
    def endless(ticket: Ticket) -> Outcome:
        raise SoftTimeLimitExceeded

    assert do(endless).problem["code"] == "too_slow"


def test_a_job_waits_for_a_part_that_is_down(do):
    def no_storage(ticket: Ticket) -> Outcome:
        raise Unavailable("The storage is not answering.")

    assert do(no_storage).status == "queued"


def test_what_is_down_for_a_job_even_after_a_week_fails_it_in_words(do):
    def refuse(ticket: Ticket) -> Outcome:
        ticket.job.created_at -= timedelta(days=8)
        raise OperationalError("disk I/O error")

    job = do(refuse)
    assert (job.status, job.problem["code"], job.can_be_retried) == ("failed", "unavailable", True)
    assert "7 days after it was asked for" in job.error


def test_a_job_cancelled_while_it_works_leaves_nothing(do):
    discarded = []

    def slow(ticket: Ticket) -> Outcome:
        services.cancel(ticket.job)
        return Outcome(write=lambda: pytest.fail("written after all"), discard=lambda: discarded.append(True))

    assert do(slow).status == "cancelled"
    assert discarded == [True]


def test_progress_is_written_and_stops_a_cancelled_job(do, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(runner.time, "monotonic", clock)

    def work(ticket: Ticket) -> Outcome:
        ticket.advance(1, 4, "Step 2 of 4")
        assert Job.objects.get(pk=ticket.job.pk).percent == 25
        services.cancel(ticket.job)
        clock.shift(1)
        ticket.advance(2, 4)
        return Outcome()

    assert do(work).status == "cancelled"


def test_a_job_delivered_twice_is_done_once(do):
    runs = []
    job = do(lambda ticket: runs.append(1) or Outcome())
    runner.run(str(job.pk))
    assert runs == [1]


@pytest.mark.parametrize("interruption", [SoftTimeLimitExceeded, OperationalError, SystemExit])
def test_whatever_comes_after_the_commit_leaves_the_result_alone(do, monkeypatch, interruption):
    discarded = []

    def interrupted(*told: object) -> None:
        if "done" in told:
            raise interruption

    monkeypatch.setattr(services.bus, "announce", interrupted)
    with pytest.raises(SystemExit) if interruption is SystemExit else nullcontext():
        do(lambda ticket: Outcome(discard=lambda: discarded.append(True)))
    assert (Job.objects.get().status, discarded) == ("done", [])


def test_a_worker_that_is_told_to_stop_lets_its_job_go(do):
    def stopped(ticket: Ticket) -> Outcome:
        raise SystemExit

    with pytest.raises(SystemExit):
        do(stopped)
    job = Job.objects.get()
    assert (job.status, job.attempts) == ("queued", 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("interruption", [OperationalError, SystemExit])
def test_a_job_whose_connection_broke_is_put_back_over_another(do, monkeypatch, interruption):
    """As after a restart of PostgreSQL: what holds the dead connection answers nothing until it is closed."""
    broken = []

    def refuse(execute, sql, params, many, context):
        if broken:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    def close() -> None:
        broken.clear()
        real_close()

    real_close = connection.close
    monkeypatch.setattr(connection, "close", close)

    def cut_off(ticket: Ticket) -> Outcome:
        broken.append(True)
        raise interruption

    with connection.execute_wrapper(refuse), suppress(SystemExit):
        do(cut_off)

    job = Job.objects.get()
    assert (job.status, job.attempts) == ("queued", 0)


def test_a_worker_that_is_told_to_stop_stops_also_when_its_job_was_just_cancelled(do):
    def cancelled(ticket: Ticket) -> Outcome:
        services.cancel(ticket.job)
        raise SystemExit

    with pytest.raises(SystemExit):
        do(cancelled)
    assert Job.objects.get().status == "cancelled"


def test_two_attempts_never_bear_the_same_name(do):
    claims = []

    def cancelled_and_retried(ticket: Ticket) -> Outcome:
        claims.append(ticket.claim)
        if len(claims) == 1:
            services.retry(services.cancel(ticket.job))
            runner.run(str(ticket.job.pk))
        return Outcome()

    assert do(cancelled_and_retried).attempts == 1
    assert len(set(claims)) == 2
