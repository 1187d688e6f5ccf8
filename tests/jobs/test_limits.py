"""Lines of waiting jobs are only so long: a session's, an owner's, the house's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from prompt_media.errors import TooMany
from prompt_media.jobs import services
from prompt_media.jobs.models import Job

# A refusal ends the whole transaction it came in.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def never_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "publish", lambda job: None)


def submit(**changes: object) -> Job:
    return services.submit(**{"kind": "compose", "owner": "house", "title": "A picture", "payload": {}} | changes)


@pytest.mark.parametrize(
    ("limit", "theirs", "others"),
    [
        pytest.param("SESSION_JOBS", {"subject": "session:a"}, {"subject": "session:b"}, id="of a session"),
        pytest.param("OWNER_JOBS", {"owner": "user:1"}, {"owner": "user:2"}, id="of an owner"),
    ],
)
def test_a_full_line_takes_no_more_and_others_have_their_own(settings, limit, theirs, others):
    setattr(settings, limit, 2)
    submit(**theirs)
    submit(**theirs)

    with pytest.raises(TooMany, match=r"2 jobs .* wait already"):
        submit(**theirs)

    submit(**others)
    assert Job.objects.count() == 3


def test_the_line_of_the_house_is_everybodys(settings):
    settings.SERVER_JOBS = 2
    submit(owner="user:1")
    submit(owner="user:2")
    with pytest.raises(TooMany, match="all this studio takes"):
        submit(owner="user:3")


def test_a_job_that_began_or_ended_waits_no_more(settings):
    settings.SESSION_JOBS = 1
    services.claim(submit(subject="session:a").pk)
    services.cancel(submit(subject="session:a"))
    submit(subject="session:a")


def test_a_retry_waits_in_the_same_line(settings):
    settings.SESSION_JOBS = 1
    cancelled = services.cancel(submit(subject="session:a"))
    submit(subject="session:a")

    with pytest.raises(TooMany):
        services.retry(cancelled)

    cancelled.refresh_from_db()
    assert cancelled.status == "cancelled"


def done_in(seconds: float) -> None:
    job = services.claim(submit(owner="someone").pk)
    services.finish(job, lambda: None)
    ended = timezone.now()
    Job.objects.filter(pk=job.pk).update(started_at=ended - timedelta(seconds=seconds), finished_at=ended)


def test_when_to_come_back_follows_from_how_long_jobs_took_and_who_is_before(settings):
    settings.SESSION_JOBS, settings.QUICK_WORKERS = 1, 2
    for seconds in (10, 20, 30):
        done_in(seconds)
    for _ in range(3):
        submit(owner="before us")
    submit(subject="session:a")

    with pytest.raises(TooMany) as refused:
        submit(subject="session:a")

    # Fourth in line, two at a time, 20 s each.
    assert refused.value.retry_after == 40


def test_a_house_that_has_done_nothing_yet_says_a_second(settings):
    settings.SERVER_JOBS = 0
    with pytest.raises(TooMany) as refused:
        submit()
    assert refused.value.retry_after == 1
