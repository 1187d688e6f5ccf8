"""Bytes under keys: the few things we do with the storage, the same on a folder and on S3."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import cast

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from prompt_media.errors import NotFound
from prompt_media.files.found import Found, Walkable

_CHUNK = 1024 * 1024
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def put(key: str, data: bytes) -> None:
    """Keep the bytes under the key, whole or not at all."""
    default_storage.save(key, ContentFile(data))


def put_together(files: Mapping[str, bytes]) -> None:
    """Keep several files, all of them or none."""
    with ExitStack() as unless_whole:
        unless_whole.callback(discard, files)
        for key, data in files.items():
            put(key, data)
        unless_whole.pop_all()


def read(key: str) -> bytes:
    """All bytes of a stored file. Raises NotFound when it has gone."""
    with opened(key) as file:
        return file.read()


def opened(key: str) -> File:
    """The stored file, to be closed by the caller. Raises NotFound when it has gone."""
    try:
        return default_storage.open(key)
    except FileNotFoundError as error:
        raise NotFound("The file of this picture is gone from the storage.", code="file_gone") from error


def chunks(key: str) -> Iterator[bytes]:
    """A stored file piece by piece, for files too large for memory."""
    with opened(key) as file:
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
    """Every stored file below a key, one after another. Raises Unavailable when the storage cannot tell."""
    return cast(Walkable, default_storage).walk(prefix)


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
