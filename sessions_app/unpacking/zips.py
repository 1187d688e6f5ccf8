"""A ZIP as a package."""

import errno
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from sessions_app.unpacking.packages import CHUNK, Member, size_of
from sessions_app.unpacking.paths import shown
from sessions_app.unpacking.refusals import ArchiveTooLarge, BadRecording, Limits

_END, _END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
_LARGE_END, _LARGE_END_BYTES = b"PK\x06\x07", 20
# Of an entry in the directory: its name, and what programs add to that.
_BYTES_AN_ENTRY = 1500
_IS_ENCRYPTED = 0x1 | 0x40
# What zipfile was seen to raise on damaged files, and what it can raise by its code.
_RAISES = (BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, LookupError, struct.error, zlib.error)


class Zip:
    """Implements packages.Package over a ZIP that can be read from anywhere in it."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._file = file
        self.packed = size_of(file)
        _judge_directory(file, self.packed, limits)

    def members(self) -> Iterator[Member]:
        with _damage_told():
            archive = ZipFile(self._file)
        for info in archive.infolist():
            _judge(info)
            # As it was written: zipfile cuts its own at a NUL.
            yield Member(info.orig_filename, info.file_size, partial(_chunks, archive, info), _is_folder(info))


def _judge_directory(file: BinaryIO, size: int, limits: Limits) -> None:
    """Before zipfile reads the directory, which it keeps in memory, entry by entry, however many there are."""
    at = max(0, size - _END_BYTES - _LONGEST_COMMENT - _LARGE_END_BYTES)
    file.seek(at)
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < _END_BYTES:
        raise BadRecording("The ZIP has no end: it was cut short on its way. Send it again.")
    (directory,) = struct.unpack_from("<I", tail, end + 12)
    is_large = tail[max(0, end - _LARGE_END_BYTES) : end].startswith(_LARGE_END)
    if is_large or directory > limits.entries * _BYTES_AN_ENTRY:
        raise ArchiveTooLarge(f"The ZIP has more entries than the {limits.entries} that are taken.")


def _judge(info: ZipInfo) -> None:
    if info.flag_bits & _IS_ENCRYPTED:
        raise BadRecording(f"{shown(info.filename)} is encrypted. Pack the recording without a password.")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadRecording(f"{shown(info.filename)} is packed in a way that is not read here. Pack it as a plain ZIP.")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or (kind == stat.S_IFDIR) > _is_folder(info):
        raise BadRecording(f"{shown(info.filename)} is a link or a device. An archive here has plain files only.")


def _is_folder(info: ZipInfo) -> bool:
    """zipfile's own question breaks at a name without a letter."""
    return info.filename.endswith("/")


def _chunks(archive: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    with _damage_told(), archive.open(info) as file:
        while chunk := file.read(CHUNK):
            yield chunk


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except BadRecording:
        raise
    except _RAISES as error:
        raise BadRecording(f"The ZIP is damaged: {str(error)[:120]}.") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # to be read from before its beginning
            raise
        raise BadRecording("The ZIP is damaged: it points outside of itself.") from error
