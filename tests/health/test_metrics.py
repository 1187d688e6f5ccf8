"""/metrics: what Prometheus reads, and that nobody who calls can make it grow or stop."""

import pytest
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from redis import ConnectionError as BrokerGone

from prompt_media.health import metrics
from prompt_media.health.findings import Finding, State
from prompt_media.jobs import services, tally, workers
from prompt_media.jobs.models import Job
from sessions_app.models import Deck, Step, Verdict
from sessions_app.services import mirrors
from tests.sessions_app import recorded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_held(monkeypatch):
    """What was read a moment ago, by another test too, would be told again."""
    asks_each_time = metrics.Shared(holds_seconds=0)
    registry = CollectorRegistry()
    registry.register(asks_each_time)
    monkeypatch.setattr(metrics, "_shared", registry)


def read(client):
    told = client.get("/metrics")
    assert told.status_code == 200
    samples = [sample for family in text_string_to_metric_families(told.text) for sample in family.samples]
    return {(sample.name, *sorted(sample.labels.values())): sample.value for sample in samples}


def count(client, *labels):
    return read(client).get(("prompt_media_request_seconds_count", *sorted(labels)), 0)


def test_requests_are_counted_by_route_method_and_status(client):
    before = count(client, "GET", "/jobs/", "200")
    client.get("/jobs/?state=failed")
    assert count(client, "GET", "/jobs/", "200") == before + 1


def test_an_id_in_a_path_is_no_route_of_its_own(client):
    session = client.post("/session/create/").json()["session_id"]
    client.get(f"/session/{session}/")
    assert session not in client.get("/metrics").text


def test_words_a_caller_makes_up_count_together(client):
    client.generic("BREW", "/pot-1")
    told = client.get("/metrics").text
    assert "BREW" not in told
    assert "pot-1" not in told
    assert count(client, "OTHER", "none", "404") >= 1


def test_jobs_are_told_by_state_and_queue_and_how_long_they_wait(client):
    job = Job.objects.create(kind="compose", owner="house", title="x", queue="bulk")
    Job.objects.filter(pk=job.pk).update(sent_at=job.sent_at - services.timedelta(seconds=90))
    told = read(client)
    assert told["prompt_media_jobs", "bulk", "queued"] == 1
    assert told["prompt_media_jobs", "queued", "quick"] == 0
    assert told["prompt_media_queue_oldest_seconds", "bulk"] >= 90


def test_sessions_and_stored_bytes_are_told(client):
    client.post("/session/create/")
    told = read(client)
    assert told["prompt_media_sessions", "studio"] == 1
    assert told["prompt_media_storage_bytes",] == 0


def test_a_part_that_is_known_to_be_down_is_not_asked(client, monkeypatch):
    down = Finding(State.DOWN, "It is down.")
    monkeypatch.setattr(metrics.lookout, "look", lambda: {"database": down, "broker": down})
    told = client.get("/metrics").text
    assert 'prompt_media_part_up{part="database"} 0.0' in told
    assert "prompt_media_jobs{" not in told
    assert "prompt_media_request_seconds_count" in told


def test_a_broker_that_goes_down_meanwhile_takes_only_its_own_numbers_along(client, monkeypatch):
    def down():
        raise BrokerGone

    fine = Finding(State.OK, "It answers.")
    monkeypatch.setattr(metrics.lookout, "look", lambda: {"database": fine, "broker": fine})
    monkeypatch.setattr(workers, "alive", list)
    monkeypatch.setattr(tally, "read", down)
    told = client.get("/metrics").text
    assert "prompt_media_jobs{" in told
    assert "prompt_media_job_seconds_count" not in told


def test_recordings_are_told_by_what_became_of_them(client):
    made = recorded.recording(owner="house", steps=3)
    Step.objects.filter(recording=made, index=2).update(status=Step.Status.FALLBACK)
    Verdict.objects.create(step=made.steps.get(index=0), word=Verdict.Word.DRIFTED, at=timezone.now())
    Deck.objects.create(owner="house", recording=made)
    told = read(client)
    assert (told["prompt_media_steps", "made"], told["prompt_media_steps", "fallback"]) == (2, 1)
    assert told["prompt_media_verdicts", "drifted"] == 1
    assert (told["prompt_media_decks", "recording"], told["prompt_media_decks", "replaying"]) == (1, 0)
    assert told["prompt_media_mirrors_late",] == 1
    mirrors.sweep()
    assert read(client)["prompt_media_mirrors_late",] == 0
