"""Leases run on the database's clock: a machine whose own clock jumps takes nobody's work, and loses none."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from prompt_media.jobs import services
from prompt_media.jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    sent: list[Job] = []
    monkeypatch.setattr(services, "publish", sent.append)
    monkeypatch.setattr(services.bus, "empty_queues", list)
    return sent


def submit() -> Job:
    return services.submit(kind="compose", owner="house", title="A picture", payload={})


jumps = pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)], ids=["ahead", "behind"])


@jumps
def test_a_worker_whose_clock_jumps_takes_no_living_workers_job(jump, published):
    claimed = services.claim(submit().pk)
    with time_machine.travel(datetime.now(UTC) + jump):
        assert services.claim(claimed.pk) is None
        services.sweep()
    assert published == []
    services.finish(claimed, lambda: None)


@jumps
def test_a_worker_whose_clock_jumps_keeps_what_it_has(jump):
    with time_machine.travel(datetime.now(UTC) + jump):
        claimed = services.claim(submit().pk)
        services.advance(claimed, done=1, total=2, note="")
    assert services.claim(claimed.pk) is None
    services.finish(claimed, lambda: None)


@jumps
def test_what_a_machine_with_a_wrong_clock_took_in_is_published_when_its_message_is_lost(jump, published):
    with time_machine.travel(datetime.now(UTC) + jump):
        job = submit()
    services.sweep()
    assert published == [job]
