"""A file without what we do not read of it, and what was found on the way.

A decoder walks every block of a file, one by one and some of them slowly: 19 MB of empty JPEG segments keep Pillow busy
for 16 s before it has seen a pixel. Here they are walked once, counted, and left out: comments, thumbnails, texts,
profiles too large to be one, all frames but the first. What is damaged stays as it is, for the decoder to judge.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prompt_media.errors import TooLarge
from prompt_media.imaging import formats
from prompt_media.imaging.formats import Format

# Real files stay far below: a 20 MB PNG of small chunks has some 5,000, a photo with a depth map 300 segments.
_CHUNKS, _SEGMENTS, _SUB_BLOCKS = 50_000, 5_000, 1_000_000
_PROFILE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Lean:
    """What a decoder needs of a file, its EXIF block as it stood there, its frames and, of a JPEG, its scans."""

    data: bytes
    exif: bytes = b""
    frames: int = 1
    scans: int = 1


def lean(data: bytes, format_: Format) -> Lean:
    """The first picture of a file. Raises TooLarge (`too_costly`) when it is in more pieces than pictures are."""
    walk = _WALKS.get(format_)
    return walk(data) if walk else Lean(data)


def _png(data: bytes) -> Lean:
    kept, exif, frames, has_pixels = [data[:8]], b"", 1, False
    for kind, start, end in _chunks(data):
        body = data[start + 8 : end - 4]
        if kind in _KEPT_CHUNKS or (kind == b"iCCP" and _is_small_profile(body)):
            kept.append(data[start:end])
        elif kind == b"eXIf" and not has_pixels:
            exif = body
        elif kind == b"acTL":
            frames = max(1, int.from_bytes(body[:4]))
        has_pixels = has_pixels or kind == b"IDAT"
    return Lean(b"".join(kept), exif, frames)


_KEPT_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at, count, kind = 8, 0, b""
    while at + 8 <= len(data) and kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        yield kind, at, end
        at, count = end, count + 1
        if count > _CHUNKS:
            raise _costly(f"in more than {_CHUNKS:,} chunks")


def _is_small_profile(body: bytes) -> bool:
    """Whether a profile unpacks to a size that profiles have: packed, a thousandth of that may arrive."""
    packed = body[body.find(b"\0") + 2 :]
    try:
        return len(zlib.decompressobj().decompress(packed, _PROFILE_BYTES + 1)) <= _PROFILE_BYTES
    except zlib.error:
        return False


def _jpeg(data: bytes) -> Lean:
    kept, exif, scans, pixels, end = [data[:2]], b"", 0, len(data), len(data)
    for marker, start, stop in _segments(data):
        body = data[start + 4 : stop]
        if marker == _END_OF_PICTURE:
            end = stop
        elif marker == _START_OF_SCAN:
            scans, pixels = scans + 1, min(pixels, start)
        elif scans:
            continue
        elif marker < 0xE0 or body.startswith(_NEEDED.get(marker, _NEVER)):
            kept.append(data[start:stop])
        elif marker == 0xE1 and body.startswith(_EXIF) and not exif:
            exif = body[len(_EXIF) :]
    return Lean(b"".join([*kept, data[pixels:end]]), exif, scans=scans)


_START_OF_SCAN, _END_OF_PICTURE = 0xDA, 0xD9
# Besides tables and sizes, what decides about colours.
_NEEDED = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_NEVER = b"\0never"
_EXIF = b"Exif\0\0"


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker after marker up to the end of the first picture: phones append whole videos, which hold any marker."""
    at, count, marker = 2, 0, 0
    while marker != _END_OF_PICTURE and (found := _MARKER.search(data, at)):
        marker, start = found[1][0], found.start()
        is_bare = marker == _END_OF_PICTURE or marker == 0xD8
        at = found.end() + (0 if is_bare else int.from_bytes(data[found.end() : found.end() + 2]))
        yield marker, start, at
        count += 1
        if count > _SEGMENTS:
            raise _costly(f"in more than {_SEGMENTS:,} segments")


# Inside a scan, 0xFF is followed by 0 or by a restart mark; before a marker it may be repeated to fill up.
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])", re.DOTALL)


def _gif(data: bytes) -> Lean:
    head = data[: 13 + _table_bytes(data, 10)]
    control, first, frames = b"", b"", 0
    for kind, start, end in _gif_blocks(data, len(head)):
        if kind == _IMAGE:
            first = first or control + data[start:end] + bytes([_TRAILER])
            frames += 1
        elif data[start + 1 : start + 2] == b"\xf9":
            control = data[start:end]
    return Lean(head + first, frames=max(1, frames))


_IMAGE, _TRAILER = 0x2C, 0x3B


def _gif_blocks(data: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Images and extensions, each with its sub-blocks; what is neither is passed over."""
    left = _SUB_BLOCKS
    while (found := _GIF_BLOCK.search(data, at)) and found[0][0] != _TRAILER:
        start, kind = found.start(), found[0][0]
        at = start + (11 + _table_bytes(data, start + 9) if kind == _IMAGE else 2)
        while at < len(data) and data[at]:
            at += data[at] + 1
            left -= 1
            if not left:
                raise _costly(f"in more than {_SUB_BLOCKS:,} blocks")
        at += 1
        yield kind, start, at


_GIF_BLOCK = re.compile(rb"[!,;]")


def _table_bytes(data: bytes, at: int) -> int:
    """The length of the colour table that the packed byte at `at` announces."""
    packed = data[at] if at < len(data) else 0
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _costly(how: str) -> TooLarge:
    return TooLarge(f"The file is stored {how}, more than any picture needs. Save it anew.", code="too_costly")


_WALKS: dict[Format, Callable[[bytes], Lean]] = {formats.PNG: _png, formats.JPEG: _jpeg, formats.GIF: _gif}
