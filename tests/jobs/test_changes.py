"""What streams are told of a job's row, and how many there may be."""

from threading import Thread
from uuid import uuid4

import pytest

from prompt_media.jobs import changes, services
from prompt_media.jobs.changes import Hub, TooManyStreams
from prompt_media.jobs.models import Job


@pytest.fixture
def hub(monkeypatch) -> Hub:
    """One whose thread does not run."""
    monkeypatch.setattr(Thread, "start", lambda self: None)
    return Hub()


@pytest.fixture
def job(db, monkeypatch) -> Job:
    monkeypatch.setattr(services, "publish", lambda job: None)
    return services.submit(kind="test", owner="house", title="A picture", payload={})


def state(job: Job) -> str:
    return changes.facts_of(Job.objects.filter(pk=job.pk))[job.pk].state


def test_the_facts_are_the_jobs_own_json(client, job):
    [facts] = changes.facts_of([job]).values()
    assert facts.data == client.get(f"/api/v1/jobs/{job.pk}/").content


def test_a_change_of_the_row_makes_a_new_state_and_time_alone_does_not(job):
    waiting = state(job)
    assert state(job) == waiting
    claimed = services.claim(job.pk)
    assert state(job) != waiting
    services.advance(claimed, done=1, total=4, note="Painting")
    started = state(job)
    Job.objects.update(lease_until=None)
    assert state(job) == started


def test_an_owner_has_four_streams(hub):
    watches = [hub.open(uuid4(), "visitor:a") for _ in range(4)]
    with pytest.raises(TooManyStreams):
        hub.open(uuid4(), "visitor:a")
    hub.open(uuid4(), "visitor:b")
    hub.close(watches[0])
    hub.open(uuid4(), "visitor:a")


def test_a_process_has_two_hundred(hub):
    for number in range(200):
        hub.open(uuid4(), f"visitor:{number}")
    with pytest.raises(TooManyStreams):
        hub.open(uuid4(), "visitor:late")


def test_a_server_that_cannot_stream_says_so(client, job):
    refused = client.get(f"/api/v1/jobs/{job.pk}/events")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
