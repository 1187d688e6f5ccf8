"""GIF files, written frame by frame: memory does not grow with their number.

One palette for the whole animation and no dithering: dither would double the bytes and shimmer where nothing moves.
`encode` is the door; nothing else imports this.
"""

import struct
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import BinaryIO

from PIL import Image

from prompt_media.imaging import palette
from prompt_media.imaging.delta import CLEAR, Patch, Screen, SubFrame
from prompt_media.imaging.geometry import Size
from prompt_media.imaging.picture import Pixels

_FOR_EVER = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
_KEEP = 1 << 2  # disposal: the next frame is drawn over this one
_FASTEST = 2  # hundredths of a second; browsers play anything faster at a tenth of a second


def encode(
    frames: Iterable[Iterable[Patch]], samples: Iterable[Pixels], size: Size, delays: Iterable[int], rounds: int
) -> bytes:
    """A looping GIF. The first frame covers the canvas, each later one tells its change.

    `samples` are pictures to take the palette from, `rounds` how often it is improved, `delays` hundredths of a second.
    """
    histogram = palette.count(samples)
    colours = palette.choose(histogram, most=CLEAR, rounds=rounds)
    screen = Screen(size, palette.Mapper(colours, histogram))
    file = BytesIO()
    _write_header(file, size, colours)
    for patches, delay in zip(frames, delays, strict=True):
        _write_frame(file, screen.show(patches), delay)
    file.write(b"\x3b")
    return file.getvalue()


def delays(frames: int, fps: float) -> Iterator[int]:
    """How long each frame stands, in hundredths of a second: whole numbers whose sum is as near as can be."""
    for frame in range(frames):
        yield max(_FASTEST, round((frame + 1) * 100 / fps) - round(frame * 100 / fps))


def _write_header(file: BinaryIO, size: Size, colours: Pixels) -> None:
    file.write(b"GIF89a" + struct.pack("<HHBBB", size.width, size.height, 0xF7, 0, 0))
    file.write(colours.tobytes().ljust(256 * 3, b"\0"))
    file.write(_FOR_EVER)


def _write_frame(file: BinaryIO, frame: SubFrame, delay: int) -> None:
    box = frame.box
    file.write(struct.pack("<BBBBHBB", 0x21, 0xF9, 4, _KEEP | 1, delay, CLEAR, 0))
    file.write(struct.pack("<BHHHHB", 0x2C, box.x, box.y, box.width, box.height, 0))
    # Pillow's own encoder makes the blocks; the length of a first code goes before them and an empty block after.
    file.write(b"\x08" + Image.fromarray(frame.indexes).tobytes("gif", "L") + b"\0")
