"""A lease lasts as long as its worker lives, and no longer."""

from datetime import timedelta
from time import monotonic, sleep

import pytest
from django.utils import timezone

from prompt_media.jobs import heartbeat, services
from prompt_media.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def claimed(monkeypatch, settings) -> Job:
    monkeypatch.setattr(services, "publish", lambda job: None)
    settings.JOB_LEASE_SECONDS = 0.2
    return services.claim(services.submit(kind="test", owner="house", title="A long step", payload={}).pk)


def lease(job: Job):
    return Job.objects.values_list("lease_until", flat=True).get(pk=job.pk)


def test_one_long_step_keeps_its_lease(claimed):
    first = lease(claimed)
    with heartbeat.of(claimed):
        until = monotonic() + 20
        while lease(claimed) <= first + timedelta(seconds=0.4) and monotonic() < until:
            sleep(0.02)
    assert lease(claimed) > first + timedelta(seconds=0.4)


def test_a_job_that_was_taken_over_is_not_kept_alive(claimed):
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    taken_over = services.claim(claimed.pk)
    theirs = lease(taken_over)
    with heartbeat.of(claimed):
        sleep(0.2)
    assert lease(taken_over) == theirs
