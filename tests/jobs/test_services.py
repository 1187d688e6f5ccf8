"""A job's life, step by step: whatever happens twice or at the wrong moment changes nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from prompt_media.errors import Conflict, InvalidInput, NotFound, TooLarge
from prompt_media.jobs import bus, selectors, services, waiting
from prompt_media.jobs.models import Job
from prompt_media.jobs.serializers import JobOutput

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


def test_whose_result_it_is_can_be_told_afterwards():
    lost = services.claim(submit().pk)
    let_the_lease_end(lost)
    winner = services.claim(lost.pk)
    services.finish(winner, lambda: None)
    assert services.has_finished(winner)
    assert not services.has_finished(lost)


def test_a_claim_taken_over_at_once_is_no_claim(monkeypatch):
    """Frozen for longer than its lease between taking the job and reading its row."""
    job = submit()
    monkeypatch.setattr(bus, "announce", lambda *told: Job.objects.update(token=uuid4()))
    assert services.claim(job.pk) is None


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


def test_what_was_forgotten_can_neither_be_cancelled_nor_waited_for():
    job = submit()
    Job.objects.all().delete()

    for ask in (services.cancel, lambda gone: waiting.for_end(gone, 0.1)):
        with pytest.raises(NotFound, match="ended long ago"):
            ask(job)


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


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queues for which the broker holds messages; none at first."""
    names: list[str] = []
    monkeypatch.setattr(bus, "empty_queues", lambda queues: [queue for queue in queues if queue not in names])
    return names


def test_the_sweep_leaves_alone_what_only_waits_its_turn(published, held):
    submit()
    Job.objects.update(sent_at=timezone.now() - timedelta(minutes=1))
    held.append("quick")
    services.sweep()
    assert published == []


def test_a_job_put_back_keeps_its_attempts_and_is_not_published_at_once(published, held):
    claimed = services.claim(submit().pk)
    services.put_back(claimed, "Waits")
    services.sweep()
    claimed.refresh_from_db()
    assert (claimed.status, claimed.attempts, published) == ("queued", 0, [])


def test_what_was_refused_for_good_cannot_be_retried():
    claimed = services.claim(submit().pk)
    services.fail(claimed, TooLarge("The file has too many pixels."))
    with pytest.raises(Conflict, match="too many pixels"):
        services.retry(Job.objects.get(pk=claimed.pk))


def test_places_in_a_list_are_counted_in_one_query(django_assert_num_queries):
    jobs = [submit() for _ in range(5)]
    with django_assert_num_queries(1):
        assert list(selectors.places_in_line(jobs).values()) == [1, 2, 3, 4, 5]


def test_the_sweep_publishes_what_was_never_started(published, held):
    job = submit()
    Job.objects.update(sent_at=timezone.now() - timedelta(minutes=1))
    services.sweep()
    assert published == [job]
    services.sweep()
    assert published == [job], "published a moment ago, it is not published again at once"


def test_the_sweep_publishes_a_lost_message_although_others_stand_in_the_line(published, held):
    held.append("quick")
    lost, overtook, waits = submit(), submit(), submit()
    for age, job in ((3, lost), (2, overtook), (1, waits)):
        Job.objects.filter(pk=job.pk).update(sent_at=timezone.now() - timedelta(minutes=age))
    services.sweep()
    assert published == [], "as far as anyone can tell, all wait their turn"
    services.claim(overtook.pk)
    services.sweep()
    assert published == [lost]


def test_the_sweep_finds_what_a_machine_with_a_wrong_clock_has_sent(published, held):
    job = submit()
    Job.objects.update(sent_at=timezone.now() + timedelta(hours=1))
    services.sweep()
    assert published == [job]


def test_the_sweep_puts_what_its_worker_left_back_into_the_line(published, held):
    claimed = services.claim(submit().pk)
    let_the_lease_end(claimed)
    services.sweep()
    services.sweep()
    assert published == [claimed], "once: it waits its turn like any other"
    assert selectors.place_in_line(Job.objects.get()) == 1
    with pytest.raises(services.Stopped):
        services.advance(claimed, done=1, total=2, note="")


def test_the_sweep_mends_the_same_job_as_often_as_it_is_left(published, held):
    job = submit()
    for deaths in (1, 2):
        let_the_lease_end(services.claim(job.pk))
        services.sweep()
        assert len(published) == deaths


def test_the_sweep_gives_up_after_three_deaths_and_says_so(published, held):
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


def test_one_jobs_place_is_that_of_the_list_and_reads_no_line(django_assert_num_queries):
    same = timezone.now()
    jobs = [submit(owner=f"caller {number}") for number in range(5)]
    Job.objects.update(created_at=same)
    jobs = list(Job.objects.order_by("id"))
    assert list(selectors.places_in_line(jobs).values()) == [1, 2, 3, 4, 5]
    for place, job in enumerate(jobs, start=1):
        with django_assert_num_queries(1) as asked:
            assert JobOutput.of(job).data["place_in_line"] == place
        assert "COUNT(*)" in asked.captured_queries[0]["sql"]


def test_all_jobs_of_a_subject_end_with_it_and_keep_none_of_its_words():
    gone = submit(subject="session:a", about="@secret on the left", payload={"files": ["secret.png"]})
    other = submit(subject="session:b")
    services.leave("session:a")
    gone.refresh_from_db()
    assert (gone.status, gone.about, gone.payload) == ("cancelled", "", {})
    assert list(selectors.live_jobs("session:b")) == [other]


def test_what_a_subjects_end_cancels_is_counted_once_it_is_committed(monkeypatch, django_capture_on_commit_callbacks):
    counted = []
    monkeypatch.setattr(services.tally, "ended", lambda *told: counted.append(told))
    submit(subject="session:a", kind="upload")
    services.cancel(submit(subject="session:a", kind="compose"))
    counted.clear()

    with django_capture_on_commit_callbacks(execute=True):
        services.leave("session:a")
        assert counted == []

    assert counted == [("upload", "cancelled")]


def test_the_rows_of_what_is_gone_are_forgotten_after_their_days(settings):
    settings.JOB_DAYS = 30
    for subject in ("session:a", "session:b"):
        services.cancel(submit(subject=subject))
    services.leave("session:a")
    assert services.forget() == 0
    Job.objects.update(finished_at=timezone.now() - timedelta(days=31))
    assert services.forget() == 1
    assert Job.objects.get().subject == "session:b"
