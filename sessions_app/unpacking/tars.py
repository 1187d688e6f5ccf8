"""A tar as a package, packed by gzip or not."""

import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from gzip import BadGzipFile, GzipFile
from typing import Any, BinaryIO, cast

from sessions_app.unpacking.packages import CHUNK, Member, size_of
from sessions_app.unpacking.paths import shown
from sessions_app.unpacking.refusals import BadRecording

# What stands before a file: its name, and what programs add to that. tarfile keeps it in memory, however much it is.
_HEAD_BYTES = 512 * 1024
# What tarfile was seen to raise on damaged files, and what it can raise by its code.
_RAISES = (tarfile.TarError, BadGzipFile, EOFError, zlib.error, ValueError, OverflowError, LookupError, RecursionError)


class Tar:
    """Implements packages.Package over a tar, read from first to last each time."""

    def __init__(self, file: BinaryIO, *, is_gzip: bool) -> None:
        self._file = file
        self._is_gzip = is_gzip
        self.packed = size_of(file)

    def members(self) -> Iterator[Member]:
        self._file.seek(0)
        plain = cast(BinaryIO, GzipFile(fileobj=self._file)) if self._is_gzip else self._file
        source = _Sparing(plain)
        archive = _opened(source)
        while (info := _next(archive, source)) is not None:
            _judge(info)
            yield Member(info.name, info.size, partial(_chunks, archive, source, info), info.isdir())
            if info.isreg():
                _read_on(archive, source, info)


class _Sparing:
    """Bytes on their way to tarfile, only so many at a time: what a header claims of itself is not believed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.left = _HEAD_BYTES

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise BadRecording("The tar has a name, or words about a file, longer than any can be.")
        return data


def _opened(source: _Sparing) -> tarfile.TarFile:
    with _damage_told():
        return tarfile.open(fileobj=cast(BinaryIO, source), mode="r|")


def _next(archive: tarfile.TarFile, source: _Sparing) -> tarfile.TarInfo | None:
    source.left = _HEAD_BYTES
    with _damage_told():
        info = archive.next()
    cast(Any, archive).members.clear()  # kept by tarfile for a look-up that nobody makes
    return info


def _judge(info: tarfile.TarInfo) -> None:
    if not (info.isreg() or info.isdir()) or info.issparse() or info.size < 0:
        raise BadRecording(
            f"{shown(info.name)} is a link, a device or has holes. An archive here has plain files only."
        )


def _chunks(archive: tarfile.TarFile, source: _Sparing, info: tarfile.TarInfo) -> Iterator[bytes]:
    source.left = info.size + _HEAD_BYTES
    with _damage_told():
        file = archive.extractfile(info)
        while file and (chunk := file.read(CHUNK)):
            yield chunk


def _read_on(archive: tarfile.TarFile, source: _Sparing, info: tarfile.TarInfo) -> None:
    """Past what nobody has read of a file, to where the next one begins."""
    source.left = info.size + _HEAD_BYTES
    with _damage_told():
        cast(Any, archive).fileobj.seek(info.offset_data + info.size)


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except BadRecording:
        raise
    except _RAISES as error:
        raise BadRecording(f"The tar is damaged or cut short: {str(error)[:120]}.") from error
