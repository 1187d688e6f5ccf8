"""A disk that fills up while a picture is made: the job says so, nothing half-made stays, and a retry makes it."""

import errno
import os
from pathlib import Path

import pytest

from prompt_media.jobs import services
from prompt_media.jobs.models import Job
from sessions_app.models import Image

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("at", [pytest.param(1, id="at the picture"), pytest.param(2, id="at its thumbnail")])
def test_a_making_that_finds_the_disk_full_fails_in_words_and_can_be_retried(client, studio, settings, monkeypatch, at):
    with monkeypatch.context() as disk:
        disk.setattr(os, "replace", fills_up(at, os.replace))
        refused = client.post(f"{studio}generate/", {"prompt": "@BG and @logo"}, content_type="application/json")

    assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
    job = Job.objects.get(kind="compose")
    assert (job.status, job.problem["code"], job.attempts) == ("failed", "storage_full", 1)
    assert outputs(settings.MEDIA_ROOT) == []

    services.retry(job)
    job.refresh_from_db()
    assert job.status == "done"
    assert Image.objects.filter(made_by__job=job).count() == 1
    assert len(outputs(settings.MEDIA_ROOT)) == 2


def fills_up(at: int, real):
    """A disk with room for fewer than this many files of what is made."""
    calls = []

    def replace(source, target) -> None:
        if "output" in Path(target).parts:
            calls.append(target)
            if len(calls) >= at:
                raise OSError(errno.ENOSPC, "No space left on device")
        real(source, target)

    return replace


def outputs(media: str) -> list[Path]:
    return [path for path in (Path(media) / "output").rglob("*") if path.is_file()]
