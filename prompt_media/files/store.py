"""Bytes under keys: the few things we do with the storage, the same on a folder and on S3."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from tempfile import TemporaryFile
from typing import BinaryIO, Protocol, cast

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from prompt_media.errors import NotFound, Unavailable, from_disk
from prompt_media.files import disk
from prompt_media.files.found import Found, Walkable

# What the house keeps in the storage for itself: no studio's, so nobody who goes through all files meets it.
OWN = "health/"
_CHUNK = 1024 * 1024
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class StorageAway(Unavailable):
    """Files are on another machine, and it does not answer."""


class FileGone(NotFound):
    """A row points to it, and it is not there any more."""

    code = "file_gone"

    def __init__(self) -> None:
        super().__init__("The file of this picture is gone from the storage.")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a file: from `start` up to but without `stop`."""

    start: int
    stop: int


class Reader(Protocol):
    """Bytes on their way out: so many, read once from first to last, to be closed."""

    size: int

    def read(self, size: int = -1, /) -> bytes: ...

    def close(self) -> None: ...


class Source(Protocol):
    """What our storages can do beyond Django's: give a part of a file without the rest of it, overwrite nothing, and
    give a file another name."""

    def put_new(self, name: str, content: File) -> None:
        """Keep a file under a name that is free. Raises FileExistsError."""
        ...

    def move(self, old: str, new: str) -> None:
        """Give a file another name, whatever had it before. Raises FileNotFoundError."""
        ...

    def reader(self, name: str, span: Span | None) -> Reader:
        """The bytes of a file, or of that part. Raises FileNotFoundError."""
        ...

    def signed_url(self, name: str, *, media_type: str, shown_as: str, seconds: int) -> str:
        """An address that answers with the file for so long, to whoever knows it."""
        ...


def put(key: str, data: bytes) -> None:
    """Keep the bytes under the key, whole or not at all."""
    default_storage.save(key, ContentFile(data))


def put_new(key: str, data: bytes) -> None:
    """Keep the bytes under a key that holds nothing. Raises FileExistsError: what lies there already stays as it is."""
    _source().put_new(key, ContentFile(data))


def put_file(key: str, file: File) -> None:
    """Keep a file under the key, piece by piece, whole or not at all. Raises StorageFull while the disk's last free
    room is at stake."""
    disk.require(file.size)
    default_storage.save(key, file)


def move(old: str, new: str) -> None:
    """Give a stored file another key, whatever lay under that one. Raises NotFound when it has gone."""
    with _loss_told():
        _source().move(old, new)


@contextmanager
def on_disk(key: str) -> Iterator[BinaryIO]:
    """A copy of a stored file that can be read from anywhere in it. Raises NotFound when it has gone."""
    with TemporaryFile() as copy:
        try:
            copy.writelines(chunks(key))
        except OSError as error:
            raise from_disk(error) from error
        yield copy


def put_together(files: Mapping[str, bytes]) -> None:
    """Keep several files, all of them or none. Raises StorageFull while the disk's last free room is at stake."""
    disk.require(sum(map(len, files.values())))
    with taking_back(files) as unless_whole:
        for key, data in files.items():
            put(key, data)
        unless_whole.pop_all()


@contextmanager
def taking_back(keys: Iterable[str]) -> Iterator[ExitStack]:
    """Files that go again unless the yielded stack is emptied. Not from a storage that is away: asking it once more
    would only let the caller wait, and the sweep takes what it kept."""
    with ExitStack() as unless_whole:
        unless_whole.callback(discard, list(keys))
        try:
            yield unless_whole
        except StorageAway:
            unless_whole.pop_all()
            raise


def settled_together() -> AbstractContextManager[None]:
    """For putting many files: a folder puts them on the disk together at the end of the block, ten times as fast."""
    return default_storage.settled_together() if hasattr(default_storage, "settled_together") else nullcontext()


def read(key: str) -> bytes:
    """All bytes of a stored file. Raises NotFound when it has gone."""
    with closing(opened(key)) as file:
        return file.read()


def opened(key: str, span: Span | None = None) -> Reader:
    """A stored file or a part of it, to be closed by the caller. Raises NotFound when it has gone."""
    with _loss_told():
        return _source().reader(key, span)


def signed_url(key: str, *, media_type: str, shown_as: str, seconds: int) -> str:
    """Where the storage itself sends the file for so long. Only a bucket can."""
    return _source().signed_url(key, media_type=media_type, shown_as=shown_as, seconds=seconds)


def chunks(key: str) -> Iterator[bytes]:
    """A stored file piece by piece, for files too large for memory."""
    with closing(opened(key)) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def size(key: str) -> int | None:
    """How many bytes a stored file has; None when it is not there."""
    try:
        return default_storage.size(key)
    except FileNotFoundError:
        return None


def digest(key: str) -> str:
    """The SHA-256 of a stored file, read piece by piece. Raises NotFound when it has gone."""
    hashed = sha256()
    for chunk in chunks(key):
        hashed.update(chunk)
    return hashed.hexdigest()


def walk(prefix: str = "") -> Iterator[Found]:
    """Every stored file below a key, one after another, but for our own. Raises Unavailable when the storage cannot
    tell."""
    return (found for found in cast(Walkable, default_storage).walk(prefix) if not found.key.startswith(OWN))


def _source() -> Source:
    return cast(Source, default_storage)


@contextmanager
def _loss_told() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise FileGone from error


def discard(keys: Iterable[str]) -> None:
    """Remove files now. One that is gone already is what we wanted."""
    for key in filter(None, keys):
        with suppress(FileNotFoundError):
            default_storage.delete(key)


def discard_on_commit(keys: Iterable[str]) -> None:
    """Remove files once their rows are gone for certain: row first, file on commit."""
    doomed = list(keys)
    # Robust: the rows are gone, so a storage that is down must not tell the caller of a failure; a sweep comes later.
    transaction.on_commit(lambda: discard(doomed), robust=True)


def folders(prefix: str) -> list[str]:
    """The names of the folders below a key; none where the key is not there."""
    try:
        return default_storage.listdir(prefix)[0]
    except FileNotFoundError:
        return []


def last_change(prefix: str) -> datetime:
    """When the youngest file anywhere below a key was written; the beginning of time when there is none."""
    try:
        inner, files = default_storage.listdir(prefix)
        times = [default_storage.get_modified_time(f"{prefix}/{name}") for name in files]
    except FileNotFoundError:
        return _BEGINNING
    return max([_BEGINNING, *times, *(last_change(f"{prefix}/{folder}") for folder in inner)])


def discard_folder(prefix: str) -> None:
    """Remove what is left below a key that ended with its session: also the folders, where the storage has any."""
    try:
        folders, files = default_storage.listdir(prefix)
    except FileNotFoundError:
        return
    discard(f"{prefix}/{name}" for name in files)
    for folder in folders:
        discard_folder(f"{prefix}/{folder}")
    with suppress(OSError):
        default_storage.delete(prefix)
