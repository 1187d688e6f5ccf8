"""The last free room on the disk is not for pictures."""

import shutil
from collections import namedtuple

import pytest

from prompt_media.errors import StorageFull
from prompt_media.files import disk, store

MEGABYTE = 1024 * 1024
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def a_disk(monkeypatch):
    """Lets every disk be of that size, with so much of it free."""

    def of(total_mb: int, *, free_mb: int) -> None:
        usage = Usage(total_mb * MEGABYTE, (total_mb - free_mb) * MEGABYTE, free_mb * MEGABYTE)
        monkeypatch.setattr(shutil, "disk_usage", lambda place: usage)

    return of


@pytest.mark.parametrize(
    ("total", "free", "arriving"),
    [
        pytest.param(1_000_000, 520, 20, id="a large disk keeps FREE_DISK_MB"),
        pytest.param(1000, 40, 20, id="a small disk keeps a fiftieth"),
    ],
)
def test_what_leaves_enough_is_taken_and_one_byte_more_is_not(a_disk, settings, total, free, arriving):
    settings.FREE_DISK_MB = 500
    a_disk(total, free_mb=free)

    disk.require(arriving * MEGABYTE)
    with pytest.raises(StorageFull, match="MB stay free"):
        disk.require(arriving * MEGABYTE + 1)


def test_an_operator_may_keep_nothing_free(a_disk, settings):
    settings.FREE_DISK_MB = 0
    a_disk(1000, free_mb=1)
    disk.require(MEGABYTE)


def test_files_that_do_not_fit_together_are_not_begun(a_disk, settings, tmp_path):
    settings.FREE_DISK_MB = 500
    a_disk(1_000_000, free_mb=500)
    with pytest.raises(StorageFull):
        store.put_together({"a": b"1", "b": b"2"})
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
