"""Wherever an upload breaks, it leaves nothing in the way: the same file is taken at the second try."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError
from redis import RedisError

from prompt_media.errors import StorageFull, Unavailable
from prompt_media.files import disk, layers, sandbox, store
from prompt_media.imaging import encode
from prompt_media.jobs import limits
from prompt_media.jobs import services as jobs
from prompt_media.jobs.models import Job
from sessions_app.models import Image, Session
from sessions_app.services import room, uploads, workspace

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]

# Where it breaks, with what, and at which of its calls.
POINTS = [
    pytest.param(disk, "require", StorageFull("full"), 1, id="the disk is full before a byte is written"),
    pytest.param(default_storage, "save", Unavailable("down"), 1, id="while it is set aside"),
    pytest.param(default_storage, "save", OSError("torn"), 2, id="while its second file is set aside"),
    pytest.param(workspace, "locked", OperationalError("locked"), 1, id="at the session's lock"),
    pytest.param(Job.objects, "create", OperationalError("gone"), 1, id="at the job's row"),
    pytest.param(limits, "require_place", RuntimeError("bug"), 1, id="after the job's row"),
    pytest.param(room, "require", RuntimeError("bug"), 1, id="before the commit"),
    pytest.param(jobs, "publish", RedisError("down"), 1, id="after the commit"),
    pytest.param(store, "read", Unavailable("down"), 1, id="in the worker, while it is read"),
    pytest.param(sandbox, "picture", MemoryError(), 1, id="while it is decoded"),
    pytest.param(encode, "stored", RuntimeError("bug"), 2, id="while the second file is encoded"),
    pytest.param(default_storage, "save", OSError("torn"), 3, id="while its picture is stored"),
    pytest.param(default_storage, "save", StorageFull("full"), 4, id="while its thumbnail is stored"),
    pytest.param(layers, "keep", OSError("torn"), 1, id="while its layer is kept"),
    pytest.param(uploads, "_write_one", OperationalError("gone"), 2, id="while the second row is written"),
    pytest.param(workspace, "touch", RuntimeError("bug"), 2, id="after all rows, before the commit"),
]


@pytest.fixture
def breaks(monkeypatch):
    """Lets the n-th call of a function raise, once."""

    def breaks(owner: object, name: str, error: Exception, at: int) -> list[int]:
        real, calls = getattr(owner, name), []

        def broken(*args, **kwargs):
            calls.append(1)
            if len(calls) == at:
                raise error
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, broken)
        return calls

    return breaks


@pytest.mark.parametrize(("owner", "name", "error", "at"), POINTS)
def test_the_same_files_are_taken_at_the_second_try(
    client, new, upload, picture, settings, breaks, owner, name, error, at
):
    files = [("a.png", picture("PNG", (40, 30), "red")), ("b.png", picture("PNG", (30, 40), "blue"))]
    calls = breaks(owner, name, error, at)
    first = upload(*files, Prefer="wait=0")
    assert len(calls) >= at, "it never came to that point"
    assert first.status_code in (202, 500, 503, 507), first.content
    if not Job.objects.exists():
        assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]

    second = upload(*files)

    assert second.status_code == 201, second.content
    stored = Image.objects.filter(name__in=second.json()["files"])
    assert sorted((image.width, image.height) for image in stored) == [(30, 40), (40, 30)]
    session = Session.objects.get()
    done = Job.objects.filter(subject=session.subject, status="done").count()
    assert Image.objects.filter(session=session).count() == 2 * done
    assert all(default_storage.exists(image.key) for image in Image.objects.all())
