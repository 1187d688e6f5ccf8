"""A disk that is really full, and a bucket that does not answer: told, nothing half-kept, and over when it is over."""

import io
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from botocore.config import Config
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow

from prompt_media.files import audit, durable, store
from prompt_media.jobs import runner
from prompt_media.jobs.models import Job
from sessions_app.models import Image
from tests.engine import servers
from tests.engine.running import free_port
from tests.sessions_app.calling import post

TWO_MEGABYTES = 2 * 1024 * 1024


def noise(seed: int, side: int = 300) -> bytes:
    """Some 270 KB that no format makes smaller."""
    pixels = np.random.default_rng(seed).integers(0, 255, (side, side, 3), dtype=np.uint8)
    file = io.BytesIO()
    Pillow.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


class Cramped(io.FileIO):
    """A file in a folder that holds two megabytes and no more."""

    root: Path

    def write(self, data) -> int:
        used = sum(path.stat().st_size for path in self.root.rglob("*") if path.is_file())
        room = TWO_MEGABYTES - used
        if len(data) > room:
            super().write(data[: max(0, room)])
            raise OSError(28, "No space left on device")
        return super().write(data)


class OnASmallDisk(type(Path())):
    """What the storage opens for writing is cramped; everybody else's files are not."""

    def open(self, mode: str):
        return Cramped(self, mode)


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A real disk of two megabytes, where this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place))
    done = subprocess.run(mount, capture_output=True, text=True, check=False) if os.getuid() == 0 else None
    if done is None or done.returncode:
        pytest.skip("no disk can be mounted here; the same is tried on one that is only imitated")
    yield place
    subprocess.run(("umount", "--lazy", str(place)), check=True)


@pytest.fixture(params=["mounted", "imitated"])
def small_disk(request: pytest.FixtureRequest, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param == "mounted":
        place = request.getfixturevalue("mounted")
    else:
        place = Cramped.root = tmp_path / "imitated"
        monkeypatch.setattr(durable, "Path", OnASmallDisk)
    settings.FREE_DISK_MB = 0  # the floor would refuse before the disk does
    settings.MEDIA_ROOT = str(place)
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "prompt_media.files.durable.DurableStorage", "OPTIONS": {"location": str(place)}}
    }
    return place


@pytest.fixture
def session(transactional_db, client) -> str:
    return client.post("/session/create/").json()["session_id"]


def upload(client, session: str, *files: bytes):
    named = [SimpleUploadedFile(f"{place}.png", data) for place, data in enumerate(files)]
    return client.post(f"/upload/{session}/", {"files": named})


def stored(place: Path) -> set[str]:
    return {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}


def claimed() -> set[str]:
    return {key for image in Image.objects.all() for key in (image.key, image.thumbnail_key)}


def fill(client, session: str) -> object:
    """Upload until no more fits; the answer that said so."""
    for seed in range(12):
        answer = upload(client, session, noise(seed))
        if answer.status_code != 201:
            return answer
    raise AssertionError("two megabytes held twelve pictures")


def test_an_upload_beyond_the_disk_is_refused_and_leaves_nothing(small_disk, session, client, worker):
    refused = fill(client, session)

    assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
    kept = client.get(f"/session/{session}/").json()["image_count"]
    assert kept >= 2
    waiting = {file["key"] for job in Job.objects.filter(status="failed") for file in job.payload["files"]}
    assert stored(small_disk) - waiting == claimed()
    assert not [name for name in stored(small_disk) if name.endswith(".part")]


def test_an_upload_of_several_is_refused_whole(small_disk, session, client, worker):
    refused = upload(client, session, *(noise(seed) for seed in range(9)))

    assert refused.status_code == 507
    assert stored(small_disk) == set()
    assert not Image.objects.exists()
    assert not Job.objects.exists()


def test_a_making_beyond_the_disk_is_refused_and_leaves_nothing(small_disk, session, client, worker):
    upload(client, session, noise(1))
    name = client.get(f"/session/{session}/").json()["files"][0]["filename"]
    post(client, f"/session/{session}/tag/", {"filename": name, "tag": "noise"})
    before = stored(small_disk)

    wish = {"prompt": "@noise is the background", "width": 1000, "height": 1000}
    refused = post(client, f"/session/{session}/generate/", wish)

    assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
    assert stored(small_disk) == before
    assert Image.objects.count() == 1


def test_room_that_was_used_up_can_be_used_again(small_disk, session, client, worker):
    assert fill(client, session).status_code == 507
    client.delete(f"/session/{session}/")
    assert stored(small_disk) == set()

    again = client.post("/session/create/").json()["session_id"]

    assert upload(client, again, noise(99)).status_code == 201


# A bucket


@dataclass(frozen=True, slots=True)
class Silent:
    port: int
    calls: list[socket.socket]


@pytest.fixture
def silent() -> Iterator["Silent"]:
    """A server that takes every call and answers none."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            try:
                while True:
                    held.append(server.accept()[0])
            except OSError:
                return

        taking = threading.Thread(target=take)
        taking.start()
        yield Silent(server.getsockname()[1], held)
        server.shutdown(socket.SHUT_RDWR)
        taking.join()
        for caller in held:
            caller.close()


def as_shipped(port: int) -> dict:
    """The bucket with the patience that settings.py gives it."""
    from prompt_media import settings as shipped

    entry = servers.as_storage(servers.environment(port))
    entry["OPTIONS"]["client_config"] = shipped._bucket()["client_config"]
    return entry


def test_an_upload_to_a_bucket_that_is_gone_is_told(session, client, picture, settings):
    settings.STORAGES = settings.STORAGES | {"default": as_shipped(free_port())}

    refused = upload(client, session, picture(), picture())

    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert not Job.objects.exists()


def test_an_upload_to_a_silent_bucket_is_told_within_ten_seconds(session, client, picture, settings, silent):
    """The caller's patience is that of two calls, however many files there are; none goes into taking them back."""
    bucket = as_shipped(silent.port)
    shipped = bucket["OPTIONS"]["client_config"]
    # How often it is asked is seen here, with less patience; how long each call may wait is what is shipped.
    bucket["OPTIONS"]["client_config"] = shipped.merge(Config(read_timeout=0.3))
    settings.STORAGES = settings.STORAGES | {"default": bucket}

    refused = upload(client, session, picture(), picture())

    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert not Job.objects.exists()
    waiting_for_leave_to_send, longest_pause = 1, 1
    patience = shipped.read_timeout + waiting_for_leave_to_send
    assert len(silent.calls) * patience + longest_pause < 10


def test_a_making_waits_for_a_storage_that_is_away_and_is_done_when_it_is_back(
    session, client, worker, picture, settings
):
    upload(client, session, picture())
    name = client.get(f"/session/{session}/").json()["files"][0]["filename"]
    post(client, f"/session/{session}/tag/", {"filename": name, "tag": "logo"})
    there = settings.STORAGES
    settings.STORAGES = there | {"default": servers.as_storage(servers.environment(free_port()))}

    wish = {"prompt": "@logo is the background"}
    waits = client.post(
        f"/session/{session}/generate/", wish, content_type="application/json", headers={"Prefer": "respond-async"}
    )

    assert waits.status_code == 202
    assert waits.json()["status"] == "queued"
    settings.STORAGES = there
    runner.run(waits.json()["id"])
    assert client.get(waits["Location"]).json()["status"] == "done"
    assert {found.key for found in store.walk()} == claimed()
    assert not list(audit.findings(fast=False, count_row=lambda: None, count_file=lambda: None))
