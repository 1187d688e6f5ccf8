"""Django's folder storage, made to survive a power cut and a full disk.

Django's own writes under the final name: a full disk leaves half a file there. Here a file appears under its name
only when all of it is on the disk.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from prompt_media.errors import Unavailable, from_disk
from prompt_media.files import disk
from prompt_media.files.found import Found
from prompt_media.files.store import Span

# What a file system without hard links says of one.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS)

_settles_each: ContextVar[bool] = ContextVar("settles_each", default=True)


class DurableStorage(FileSystemStorage):
    """Write aside, fsync, rename, fsync the folder, and whatever folder above it is new."""

    @contextmanager
    def settled_together(self) -> Iterator[None]:
        """Many files at once: they are all on the disk at the end of the block, and nobody needs one before. Others
        who write meanwhile are told of theirs when it is on the disk."""
        before = _settles_each.set(False)
        try:
            yield
            os.sync()
        finally:
            _settles_each.reset(before)

    def _save(self, name: str, content: File) -> str:
        self._put(name, content, os.replace)
        return name

    def put_new(self, name: str, content: File) -> None:
        """As any other file, but a name that is taken stays whose it is. Raises FileExistsError."""
        if Path(self.path(name)).exists():
            raise FileExistsError(name)
        self._put(name, content, _take_name)

    def _put(self, name: str, content: File, give_name: Callable[[Path, Path], None]) -> None:
        path = Path(self.path(name))
        aside = path.with_name(f".{uuid4().hex}.part")
        try:
            _write(aside, content, settle=_settles_each.get())
            give_name(aside, path)
            if _settles_each.get():
                disk.settle(path.parent)
        except FileNotFoundError as error:
            raise Unavailable("The folder went away while a file was written into it.", retry_after=1) from error
        except _NameTaken as error:
            aside.unlink(missing_ok=True)
            raise FileExistsError(name) from error
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise from_disk(error) from error

    def move(self, old: str, new: str) -> None:
        source, target = Path(self.path(old)), Path(self.path(new))
        try:
            _make(target.parent, settle=_settles_each.get())
            os.replace(source, target)
            if _settles_each.get():
                disk.settle(target.parent)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise from_disk(error) from error

    def reader(self, name: str, span: Span | None) -> "FilePart":
        return FilePart(Path(self.path(name)), span)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Keys are ours and unguessable: a file written again under its key is the same file."""
        return name

    def walk(self, prefix: str) -> Iterator[Found]:
        """Every file below a key, folder by folder. Links are not followed: none is ours."""
        return _walk(Path(self.location) / prefix, prefix)


def _walk(folder: Path, prefix: str) -> Iterator[Found]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        key = f"{prefix}/{entry.name}" if prefix else entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry), key)
        elif entry.is_file(follow_symlinks=False) and (found := _found(entry, key)):
            yield found


def _found(entry: os.DirEntry[str], key: str) -> Found | None:
    """What the folder tells of a file; None when it has gone since it was listed."""
    try:
        facts = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return Found(key, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))


class FilePart:
    """A file, or a part of it, read once from first to last."""

    def __init__(self, path: Path, span: Span | None) -> None:
        self._file: BufferedReader = path.open("rb")
        whole = Span(0, os.fstat(self._file.fileno()).st_size)
        span = span or whole
        self._file.seek(span.start)
        self.size = self._left = min(span.stop, whole.stop) - span.start

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()


class _NameTaken(Exception):
    """Somebody was quicker."""


def _take_name(aside: Path, path: Path) -> None:
    """Give the file the name, unless another has it."""
    try:
        _link(aside, path)
    except FileExistsError as error:
        raise _NameTaken from error


def _link(aside: Path, path: Path) -> None:
    try:
        os.link(aside, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # The name is taken first, and for a moment there is nothing in the file.
        path.touch(exist_ok=False)
        os.replace(aside, path)
    else:
        aside.unlink()


def _write(path: Path, content: File, *, settle: bool) -> None:
    _make(path.parent, settle=settle)
    with path.open("wb") as file:
        for chunk in content.chunks():
            file.write(chunk)
        if settle:
            file.flush()
            os.fsync(file.fileno())


def _make(folder: Path, *, settle: bool) -> None:
    """The folder and those above it. A new one is on the disk before a file in it is told to be."""
    if folder.is_dir():
        return
    _make(folder.parent, settle=settle)
    folder.mkdir(exist_ok=True)
    if settle:
        disk.settle(folder.parent)
