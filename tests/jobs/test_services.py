"""A job's life, step by step: whatever happens twice or at the wrong moment changes nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from prompt_media.errors import Conflict, InvalidInput
from prompt_media.jobs import selectors, services
from prompt_media.jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """What would have gone to the broker."""
    sent: list[Job] = []
    monkeypatch.setattr(services, "publish", sent.append)
    return sent


def submit(**changes: object) -> Job:
    return services.submit(**{"kind": "compose", "owner": "house", "title": "A picture", "payload": {}} | changes)


def let_the_lease_end(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_job_is_published_only_when_its_row_is_committed(published, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = submit()
        assert published == []
    assert published == [job]


def test_only_one_of_two_workers_gets_a_job():
    job = submit()
    assert services.claim(job.pk).attempts == 1
    assert services.claim(job.pk) is None


def test_a_job_whose_lease_has_ended_can_be_claimed_again():
    job = submit()
    services.claim(job.pk)
    let_the_lease_end(job)
    assert services.claim(job.pk).attempts == 2


def test_progress_renews_the_lease():
    claimed = services.claim(submit().pk)
    let_the_lease_end(claimed)
    services.advance(claimed, done=3, total=10, note="Painting")
    row = Job.objects.get(pk=claimed.pk)
    assert (row.done, row.total, row.note) == (3, 10, "Painting")
    assert row.lease_until > timezone.now()


def test_a_worker_that_lost_its_lease_can_neither_advance_nor_finish():
    slow = services.claim(submit().pk)
    let_the_lease_end(slow)
    services.claim(slow.pk)
    with pytest.raises(services.Stopped):
        services.advance(slow, done=1, total=2, note="")
    with pytest.raises(services.Stopped):
        services.finish(slow, lambda: pytest.fail("its result must not be written"))


def test_a_finished_job_stays_done(published):
    claimed = services.claim(submit().pk)
    services.finish(claimed, lambda: None)
    assert services.claim(claimed.pk) is None
    assert Job.objects.get(pk=claimed.pk).status == Job.Status.DONE


def test_a_result_that_cannot_be_written_leaves_the_job_running():
    claimed = services.claim(submit().pk)

    def refuse() -> None:
        raise InvalidInput("no")

    with pytest.raises(InvalidInput):
        services.finish(claimed, refuse)
    assert Job.objects.get(pk=claimed.pk).status == Job.Status.RUNNING


def test_a_failure_is_told_in_words():
    claimed = services.claim(submit().pk)
    services.fail(claimed, InvalidInput("Send a prompt.", field="prompt"))
    row = Job.objects.get(pk=claimed.pk)
    assert (row.status, row.error) == (Job.Status.FAILED, "Send a prompt.")
    assert row.problem["errors"] == [{"field": "prompt", "code": "invalid", "message": "Send a prompt."}]


def test_a_cancelled_job_never_starts():
    job = services.cancel(submit())
    assert services.claim(job.pk) is None


def test_a_running_job_hears_of_its_cancelling_at_the_next_step():
    claimed = services.claim(submit().pk)
    services.cancel(claimed)
    with pytest.raises(services.Stopped):
        services.advance(claimed, done=1, total=2, note="")


def test_what_has_ended_cannot_be_cancelled():
    claimed = services.claim(submit().pk)
    services.finish(claimed, lambda: None)
    with pytest.raises(Conflict):
        services.cancel(claimed)


def test_a_failed_job_can_be_retried_with_all_its_attempts():
    claimed = services.claim(submit().pk)
    services.fail(claimed, InvalidInput("no"))
    again = services.retry(Job.objects.get(pk=claimed.pk))
    assert (again.status, again.attempts, again.problem) == (Job.Status.QUEUED, 0, None)


def test_a_living_job_is_not_retried():
    with pytest.raises(Conflict):
        services.retry(submit())


def test_the_sweep_publishes_what_was_never_started(published):
    job = submit()
    Job.objects.update(sent_at=timezone.now() - timedelta(minutes=1))
    services.sweep()
    assert published == [job]
    services.sweep()
    assert published == [job], "published a moment ago, it is not published again at once"


def test_the_sweep_publishes_what_its_worker_left(published):
    claimed = services.claim(submit().pk)
    let_the_lease_end(claimed)
    services.sweep()
    assert published == [claimed]


def test_the_sweep_gives_up_after_three_deaths_and_says_so(published):
    job = submit()
    for _ in range(3):
        services.claim(job.pk)
        let_the_lease_end(job)
    services.sweep()
    job.refresh_from_db()
    assert job.status == Job.Status.FAILED
    assert "3 times" in job.error
    assert published == []


def test_a_place_in_line_is_counted_in_its_own_queue():
    first, other_queue, second = submit(), submit(queue=Job.Queue.BULK), submit()
    assert [selectors.place_in_line(job) for job in (first, second, other_queue)] == [1, 2, 1]
    services.claim(first.pk)
    assert selectors.place_in_line(second) == 1


def test_all_jobs_of_a_subject_end_with_it():
    submit(subject="session:a")
    submit(subject="session:b")
    assert services.cancel_all("session:a") == 1
    assert selectors.live_jobs("session:b").count() == 1
