"""The folder storage on a disk that is full, fails or goes away: a file is there whole, or not at all."""

import errno
import io
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from prompt_media.errors import NotFound, StorageFull, Unavailable
from prompt_media.files import disk, store

KEY = "uploads/somebody/a.png"
OLD, NEW = b"what was there", b"n" * 5000


@pytest.fixture
def root(settings) -> Path:
    return Path(settings.MEDIA_ROOT)


def files_below(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


class Cramped(io.FileIO):
    """A file on a disk that takes a thousand bytes of it and no more."""

    def write(self, data) -> int:
        super().write(data[:1000])
        raise OSError(errno.ENOSPC, "No space left on device")


def at_writing(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr(Path, "open", lambda path, mode: Cramped(path, mode))


def failing(call: str) -> Callable[[pytest.MonkeyPatch, int], None]:
    """A disk that fails when this function of `os` is called."""

    def arrange(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
        def fail(*arguments: object) -> None:
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(os, call, fail)

    return arrange


FULL = [
    pytest.param(at_writing, errno.ENOSPC, id="while it is written"),
    pytest.param(failing("fsync"), errno.ENOSPC, id="when it is put on the disk"),
    pytest.param(failing("fsync"), errno.EDQUOT, id="over the quota"),
    pytest.param(failing("replace"), errno.ENOSPC, id="when it gets its name"),
]


@pytest.mark.parametrize(("full", "code"), FULL)
def test_a_full_disk_is_told_and_leaves_nothing(root, monkeypatch, full, code):
    full(monkeypatch, code)

    with pytest.raises(StorageFull) as told:
        store.put(KEY, NEW)

    assert (told.value.status, told.value.code) == (507, "storage_full")
    assert files_below(root) == []


@pytest.mark.parametrize(("full", "code"), FULL)
def test_a_file_that_cannot_be_replaced_stays_as_it_was(root, monkeypatch, full, code):
    store.put(KEY, OLD)
    with monkeypatch.context() as disk:
        full(disk, code)
        with pytest.raises(StorageFull):
            store.put(KEY, NEW)

    assert files_below(root) == [KEY]
    assert store.read(KEY) == OLD


def test_a_file_that_is_replaced_is_replaced_whole(root):
    store.put(KEY, NEW)
    store.put(KEY, OLD)

    assert files_below(root) == [KEY]
    assert store.read(KEY) == OLD


@pytest.fixture(params=["with links", "without links"])
def disks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every file system knows hard links."""
    if request.param == "without links":
        failing("link")(monkeypatch, errno.EPERM)


def test_a_name_that_is_taken_stays_whose_it_is(root, disks):
    store.put_new(KEY, OLD)

    with pytest.raises(FileExistsError):
        store.put_new(KEY, NEW)

    assert store.read(KEY) == OLD
    assert files_below(root) == [KEY]


def test_of_many_who_want_a_name_at_once_one_gets_it(root, disks, monkeypatch):
    root.mkdir()
    monkeypatch.setattr(Path, "exists", lambda path: False)  # all of them looked before the first was there
    (root / "uploads").mkdir()
    (root / "uploads" / "somebody").mkdir()

    def put(number: int) -> bool:
        try:
            store.put_new(KEY, bytes([number]) * 5000)
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as many:
        got = list(many.map(put, range(8)))

    assert store.read(KEY) == bytes([got.index(True)]) * 5000
    assert (got.count(True), files_below(root)) == (1, [KEY])


def test_a_file_gets_another_name_whatever_had_that_one(root):
    store.put("incoming/x/a", NEW)
    store.put(KEY, OLD)

    store.move("incoming/x/a", KEY)

    assert store.read(KEY) == NEW
    assert files_below(root) == [KEY]


def test_a_file_that_is_gone_gets_no_other_name(root):
    store.put(KEY, OLD)

    with pytest.raises(NotFound):
        store.move("incoming/x/a", KEY)

    assert store.read(KEY) == OLD


def test_a_new_name_on_a_full_disk_is_not_taken(root, monkeypatch):
    failing("link")(monkeypatch, errno.ENOSPC)

    with pytest.raises(StorageFull):
        store.put_new(KEY, NEW)

    assert files_below(root) == []


def test_a_file_is_on_the_disk_before_it_has_its_name_and_the_name_after(root, monkeypatch):
    root.mkdir()
    steps = []
    for call in ("fsync", "replace"):
        real = getattr(os, call)
        monkeypatch.setattr(os, call, lambda *args, call=call, real=real: steps.append(call) or real(*args))

    store.put("loose.png", NEW)

    assert steps == ["fsync", "replace", "fsync"]


def test_a_new_folder_is_on_the_disk_before_its_first_file_is(root, monkeypatch):
    settled = []
    monkeypatch.setattr(disk, "settle", settled.append)

    store.put(KEY, NEW)
    store.put(KEY, OLD)

    new = [root.parent, root, root / "uploads"]
    assert settled == [*new, root / "uploads" / "somebody", root / "uploads" / "somebody"]


def test_many_files_are_put_on_the_disk_together(monkeypatch):
    steps = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: steps.append("fsync"))
    monkeypatch.setattr(os, "sync", lambda: steps.append("sync"))

    with store.settled_together():
        store.put(KEY, NEW)
        store.put("loose.png", NEW)
    assert steps == ["sync"]

    store.put("loose.png", OLD)
    assert steps == ["sync", "fsync", "fsync"]


def test_who_writes_beside_many_files_is_told_when_it_is_on_the_disk(monkeypatch):
    settled = []
    monkeypatch.setattr(os, "sync", lambda: None)
    monkeypatch.setattr(os, "fsync", settled.append)

    with store.settled_together(), ThreadPoolExecutor(1) as another:
        another.submit(store.put, "loose.png", NEW).result()
        assert settled


def test_a_folder_that_goes_away_meanwhile_is_worth_another_try(root, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda descriptor: shutil.rmtree(root / "uploads"))

    with pytest.raises(Unavailable) as told:
        store.put(KEY, NEW)

    assert told.value.retry_after == 1
    assert files_below(root) == []


def test_a_disk_that_fails_is_told_as_a_part_that_is_down(root, monkeypatch):
    failing("fsync")(monkeypatch, errno.EIO)

    with pytest.raises(Unavailable):
        store.put(KEY, NEW)

    assert files_below(root) == []


def test_an_upload_to_a_full_disk_is_answered_and_not_kept(transactional_db, client, root, monkeypatch, picture):
    session = client.post("/session/create/").json()["session_id"]
    failing("fsync")(monkeypatch, errno.ENOSPC)

    refused = client.post(f"/upload/{session}/", {"files": [SimpleUploadedFile("a.png", picture())]})

    assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
    assert files_below(root) == []
    assert client.get(f"/session/{session}/").json()["image_count"] == 0
    assert client.get("/api/v1/jobs/").json()["results"] == []
