"""What streams are told of a job's row, and how many there may be."""

from threading import Thread
from uuid import uuid4

import pytest

from prompt_media.jobs import changes, services, streams
from prompt_media.jobs.changes import Hub, TooManyStreams
from prompt_media.jobs.models import Job
from prompt_media.web import gateway


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


@pytest.fixture
def follow(hub, job, client, monkeypatch):
    """How a call to follow the job is answered; its stream stays open until the test ends."""
    monkeypatch.setattr(changes, "HUB", hub)
    monkeypatch.setattr(streams, "HUB", hub)
    opened = []

    def follow(**meta: str) -> int:
        opened.append(client.get(f"/api/v1/jobs/{job.pk}/events", **{gateway.STREAMS: True}, **meta))
        return opened[-1].status_code

    yield follow
    for answer in opened:
        answer.close()


def test_scripts_without_a_name_share_no_four_streams_at_home(follow):
    assert {follow() for _ in range(6)} == {200}


def test_scripts_without_a_name_have_four_streams_from_each_place(follow, settings):
    settings.HOST, settings.RATE_READS = "0.0.0.0", 0
    assert [follow(REMOTE_ADDR="192.0.2.9") for _ in range(5)] == [200] * 4 + [503]
    assert follow(REMOTE_ADDR="192.0.2.10") == 200


def test_a_process_has_two_hundred(hub):
    for number in range(200):
        hub.open(uuid4(), f"visitor:{number}")
    with pytest.raises(TooManyStreams):
        hub.open(uuid4(), "visitor:late")


def test_a_server_that_cannot_stream_says_so(client, job):
    refused = client.get(f"/api/v1/jobs/{job.pk}/events")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")


def test_one_place_takes_no_more_than_a_fifth_of_all_streams_under_however_many_names(hub):
    for number in range(changes.MOST_STREAMS // 5):
        hub.open(uuid4(), f"visitor:{number}", "192.0.2.1")
    with pytest.raises(TooManyStreams, match="your address"):
        hub.open(uuid4(), "visitor:another", "192.0.2.1")
    hub.open(uuid4(), "visitor:neighbour", "192.0.2.2")


def test_callers_with_a_new_cookie_each_time_are_one_place(follow, settings, client, monkeypatch):
    settings.HOST = "0.0.0.0"
    monkeypatch.setattr(changes, "MOST_OF_A_PLACE", 3)

    def as_somebody_new(address: str) -> int:
        client.cookies.clear()
        client.get("/", REMOTE_ADDR=address)
        return follow(REMOTE_ADDR=address)

    assert [as_somebody_new("192.0.2.1") for _ in range(4)] == [200, 200, 200, 503]
    assert as_somebody_new("192.0.2.2") == 200
