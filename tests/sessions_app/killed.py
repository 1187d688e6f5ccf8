"""Uploads, makings and recordings killed with SIGKILL between each two of their steps, one after another in one studio.

`python -m tests.sessions_app.killed upload`, or `making`, or `recording`, forks a child for each point, lets it die
there, forks another that does what workers and sweeps do afterwards, and prints what that one found as a line of JSON.
The points exist here alone.
"""

import io
import json
import os
import signal
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prompt_media.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models.functions import Now  # noqa: E402
from django.test import Client  # noqa: E402
from PIL import Image as Pillow  # noqa: E402

import sessions_app.tasks  # noqa: E402, F401  # tells the runner who does what
from prompt_media.files import audit, durable, layers, store  # noqa: E402
from prompt_media.jobs import runner, services  # noqa: E402
from prompt_media.jobs.models import Job  # noqa: E402
from sessions_app.models import Image, Session, Step  # noqa: E402
from sessions_app.services import (  # noqa: E402
    generations,
    mirrors,
    recordings,
    retention,
    sectors,
    uploads,
    workspace,
)

BEFORE, AFTER = "before", "after"
Point = tuple[ModuleType, str, str, int]


@dataclass(frozen=True, slots=True)
class Points:
    """Those before the commit, where nothing was accepted, and those behind it, where nothing may be lost."""

    before: Mapping[str, Point]
    behind: Mapping[str, Point]


# Where, and at which of its calls: an upload of one file puts three, the first aside for the worker.
UPLOAD = Points(
    before={
        "nothing written yet": (durable, "_write", BEFORE, 1),
        "written aside, not yet named": (os, "replace", BEFORE, 1),
        "named, its folder not yet on the disk": (os, "replace", AFTER, 1),
        "set aside, no row yet": (store, "put_together", AFTER, 1),
        "job row written, not committed": (services, "submit", AFTER, 1),
    },
    behind={
        "committed, not published": (services, "publish", BEFORE, 1),
        "claimed": (services, "claim", AFTER, 1),
        "decoded, nothing stored": (store, "put_together", BEFORE, 2),
        "picture written aside": (os, "replace", BEFORE, 2),
        "picture stored, thumbnail not": (store, "put", AFTER, 2),
        "both stored, no layer": (layers, "keep", BEFORE, 1),
        "all stored, no row": (uploads, "_write", BEFORE, 1),
        "rows written, not committed": (uploads, "_write", AFTER, 1),
        "committed, what was set aside still there": (store, "discard", BEFORE, 1),
        "all done, not yet answered": (store, "discard", AFTER, 1),
    },
)
MAKING = Points(
    before={"row written, not committed": (services, "submit", AFTER, 1)},
    behind={
        "committed, not published": (services, "publish", BEFORE, 1),
        "claimed": (services, "claim", AFTER, 1),
        "painted, nothing stored": (store, "put_together", BEFORE, 1),
        "picture written aside": (os, "replace", BEFORE, 1),
        "picture stored, thumbnail not": (store, "put", AFTER, 1),
        "both stored, no row": (generations, "_write", BEFORE, 1),
        "row written, not committed to": (generations, "_write", AFTER, 1),
    },
)


# One frame is recorded before. The child makes the second, puts what was sent aside, and a worker puts the frame itself
# under its final name (which a folder does with a link) and its thumbnail.
RECORDING = Points(
    before={
        "picture written aside": (os, "replace", BEFORE, 1),
        "set aside, no row yet": (store, "put_together", AFTER, 1),
        "turn taken, no row yet": (generations, "begin", BEFORE, 1),
        "rows written, not committed": (generations, "begin", AFTER, 1),
    },
    behind={
        "committed, not published": (services, "publish", BEFORE, 1),
        "claimed": (services, "claim", AFTER, 1),
        "painted, nothing stored": (recordings, "append", BEFORE, 1),
        "frame stored, no thumbnail": (store, "put_new", AFTER, 1),
        "both stored, no row": (store, "put", AFTER, 2),
        "step written, its recipe not": (recordings, "append", AFTER, 1),
        "all written, not committed": (sectors, "_write", AFTER, 1),
        "committed, what was sent still there": (store, "discard", BEFORE, 1),
        "all done, not yet answered": (store, "discard", AFTER, 1),
    },
)


def picture() -> bytes:
    file = io.BytesIO()
    Pillow.new("RGB", (60, 40), "navy").save(file, "PNG")
    return file.getvalue()


def die_at(point: Point) -> None:
    module, name, when, call = point
    real, calls = getattr(module, name), [0]

    def fatal(*arguments: object, **options: object) -> object:
        calls[0] += 1
        if calls[0] == call and when == BEFORE:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **options)
        if calls[0] == call and when == AFTER:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(module, name, fatal)


def upload(session: str) -> int:
    return Client().post(f"/upload/{session}/", {"files": [SimpleUploadedFile("a.png", picture())]}).status_code


def make(session: str) -> int:
    wish = json.dumps({"prompt": "@logo is the background", "width": 60, "height": 60})
    return Client().post(f"/session/{session}/generate/", wish, content_type="application/json").status_code


def generate(session: str) -> int:
    """A frame of the recording that is running, which is this one."""
    wish = json.dumps({"image_base64": b64encode(picture()).decode(), "focus_x": 0.1, "focus_y": 0.1})
    return Client().post("/generate", wish, content_type="application/json").status_code


def in_a_child(act: Callable[[], object]) -> int:
    """How it ended: minus the signal that killed it, else its exit code."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            act()
            os._exit(0)
        except BaseException as error:  # noqa: BLE001  # whatever it is, the parent hears of it
            print(repr(error), file=sys.stderr, flush=True)  # noqa: T201
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def faults() -> list[str]:
    ignore = lambda: None  # noqa: E731
    found = audit.findings(fast=False, count_row=ignore, count_file=ignore)
    return sorted(f"{one.fault.value}: {one.key}" for one in found)


def recover(name: str, session: str, act: Callable[[str], int], *, is_accepted: bool) -> None:
    """What workers and sweeps do once the lease has ended; then the same again, by the caller who got no answer."""
    left = faults()
    Job.objects.filter(status=Job.Status.RUNNING).update(lease_until=Now() - timedelta(seconds=1))
    for job in Job.objects.filter(status__in=Job.LIVE):
        runner.run(str(job.pk))
    subject = Session.objects.get(public_id=session).subject
    jobs = sorted(Job.objects.filter(subject=subject).values_list("kind", "status", "attempts"))
    images = Image.objects.filter(session__public_id=session).count()
    second = act(session)
    retention.sweep_files()
    mirrors.sweep()
    report = {
        "point": name,
        "accepted": is_accepted,
        "left": left,
        "jobs": jobs,
        "images": images,
        "second_try": second,
        "images_after": Image.objects.filter(session__public_id=session).count(),
        "after": faults(),
        "files": len([found for found in store.walk() if session in found.key]),
        "steps": list(Step.objects.filter(recording__public_id=session).values_list("index", "image__name")),
    }
    print(json.dumps(report), flush=True)  # noqa: T201


def recording_with_a_frame() -> str:
    recording = recordings.start(owner="house")
    assert generate(recording.public_id) == 200
    return recording.public_id


def session_with_a_picture() -> str:
    session = workspace.open_session(owner="house")
    uploads.take_in(session=session, arrivals=[uploads.Arrival("logo.png", picture())], tags=["logo"])
    return session.public_id


call_command("migrate", verbosity=0)
settings.ALLOWED_HOSTS = ["testserver"]
audit.SETTLED_AFTER, audit._DELETED_WITHIN_SECONDS = timedelta(minutes=-1), 0
services.publish = lambda job: runner.run(str(job.pk))
# Written by a thread, which a fork would meet in the middle of a question; here the sweep writes them.
mirrors._soon.write = lambda pk: None
points, act, prepare = {
    "upload": (UPLOAD, upload, session_with_a_picture),
    "making": (MAKING, make, session_with_a_picture),
    "recording": (RECORDING, generate, recording_with_a_frame),
}[sys.argv[1]]
for name, point in {**points.before, **points.behind}.items():
    session = prepare()

    def killed(point: Point = point, session: str = session) -> None:
        die_at(point)
        act(session)

    assert in_a_child(killed) == -signal.SIGKILL, f"{name} was never reached"
    assert in_a_child(lambda: recover(name, session, act, is_accepted=name in points.behind)) == 0, name  # noqa: B023
Session.objects.all().delete()
