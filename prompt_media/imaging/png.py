"""PNG files: one filter for every row, computed on whole bands at once, and a fast deflate.

A general encoder tries five filters a row and asks zlib for its best; on photos that costs ten times as much for one
or two percent of the bytes. `encode` is the door; nothing else imports this.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from types import ModuleType

import numpy as np

from prompt_media.imaging.picture import Pixels

deflate: ModuleType = zlib
level = zlib.Z_BEST_SPEED
packer = f"zlib {zlib.ZLIB_RUNTIME_VERSION}"
with suppress(ImportError):  # no wheel for this processor: zlib writes the same pixels, more slowly
    import isal
    from isal import isal_zlib

    packer = f"isal {isal.__version__}"
    deflate, level = isal_zlib, isal_zlib.ISAL_BEST_COMPRESSION

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPE = {3: 2, 4: 6}  # RGB, RGBA
_AVERAGE = 3
_BAND = 64  # rows: small enough that a band and its work stay in the processor's cache


def encode(pixels: Pixels) -> bytes:
    """A PNG file of H × W × 3 or 4 bytes."""
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPE[channels], 0, 0, 0)
    compressor = deflate.compressobj(level)
    body = b"".join([*map(compressor.compress, _filtered(pixels)), compressor.flush()])
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))


def _filtered(pixels: Pixels) -> Iterator[bytes]:
    """Band after band, each row led by its filter byte: every pixel less the average of its left and upper ones."""
    height, width, channels = pixels.shape
    rows = np.ascontiguousarray(pixels).reshape(height, width * channels)
    above = np.zeros_like(rows[:1])
    for top in range(0, height, _BAND):
        band = rows[top : top + _BAND]
        yield _band(band, np.concatenate((above, band[:-1])), channels)
        above = band[-1:]


def _band(band: Pixels, up: Pixels, channels: int) -> bytes:
    left = np.zeros_like(band)
    left[:, channels:] = band[:, :-channels]
    out = np.empty((band.shape[0], band.shape[1] + 1), np.uint8)
    out[:, 0] = _AVERAGE
    # The average of two bytes without leaving bytes: what they share, and half of where they differ.
    np.subtract(band, (left & up) + ((left ^ up) >> 1), out=out[:, 1:])
    return out.tobytes()
