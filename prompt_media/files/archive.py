"""ZIP archives, streamed: nothing is packed ahead, and the length is known before the first byte."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from zipstream import ZipStream

from prompt_media.files import store, zipnames

# Where an entry's time stands in its own header and in the archive's directory, four bytes each.
_TIME_IN_HEADER, _TIME_IN_DIRECTORY = slice(10, 14), slice(12, 16)
_DIRECTORY = b"PK\x01\x02"
_FIRST_YEAR, _LAST_YEAR = 1980, 2107


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive: its folder in there, what it is called, where it is stored, how many bytes it has.

    Folder and name may be anybody's words, and are made harmless.
    """

    folder: str
    name: str
    key: str
    size: int

    def chunks(self) -> Iterator[bytes]:
        return store.chunks(self.key)


@dataclass(frozen=True, slots=True)
class Written:
    """A file of an archive that is stored nowhere."""

    folder: str
    name: str
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def chunks(self) -> Iterator[bytes]:
        return iter([self.data])


class Packed:
    """Entries as a ZIP. Pictures are compressed already, so they are stored as they are.

    `dated` is the time that all of them bear, so that the same files make the same bytes; None: when they are packed.
    """

    def __init__(self, entries: Iterable[Entry | Written], *, dated: datetime | None = None) -> None:
        self._archive, names = ZipStream(sized=True), zipnames.Names()
        self._time = None if dated is None else _dos_time(dated)
        for entry in entries:
            self._archive.add(entry.chunks(), names.name(entry.folder, entry.name), size=entry.size)

    def __len__(self) -> int:
        return len(self._archive)

    def __iter__(self) -> Iterator[bytes]:
        if self._time is None:
            return iter(self._archive)
        return self._dated(self._time)

    def _dated(self, time: bytes) -> Iterator[bytes]:
        while head := next(chunks := self._archive.file(), b""):
            yield _with(head, _TIME_IN_HEADER, time)
            yield from chunks
        for record in self._archive.footer():
            yield _with(record, _TIME_IN_DIRECTORY, time) if record.startswith(_DIRECTORY) else record


def stream(entries: Iterable[Entry], *, save_as: str) -> StreamingHttpResponse:
    """The entries as a ZIP on its way to a caller."""
    return sent(Packed(entries), save_as=save_as)


def sent(packed: Packed, *, save_as: str) -> StreamingHttpResponse:
    """The archive on its way to a caller."""
    response = StreamingHttpResponse(packed, content_type="application/zip")
    response["Content-Length"] = str(len(packed))
    response["Content-Disposition"] = content_disposition_header(True, zipnames.safe(save_as))
    response["Cache-Control"] = "private, no-store"
    return response


def _with(record: bytes, place: slice, time: bytes) -> bytes:
    return record[: place.start] + time + record[place.stop :]


def _dos_time(when: datetime) -> bytes:
    """As a ZIP tells a time: in two seconds' steps, of the years it knows."""
    at = when.astimezone(UTC)
    year = min(max(at.year, _FIRST_YEAR), _LAST_YEAR) - _FIRST_YEAR
    return struct.pack("<HH", at.hour << 11 | at.minute << 5 | at.second // 2, year << 9 | at.month << 5 | at.day)
