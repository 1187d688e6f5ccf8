"""Pixels become files: the one door for every format we write.

What a file format looks like inside lives in `png` and `gif`; what a scene looks like, nowhere near.
"""

from collections.abc import Iterable
from io import BytesIO
from typing import NamedTuple

from PIL import Image

from prompt_media.imaging import formats
from prompt_media.imaging import gif as gif_file
from prompt_media.imaging import png as png_file
from prompt_media.imaging.delta import Patch
from prompt_media.imaging.formats import Format
from prompt_media.imaging.geometry import Size, fit
from prompt_media.imaging.picture import Picture, Pixels


class Encoded(NamedTuple):
    """A finished file and what to call it."""

    data: bytes
    media_type: str
    extension: str


def stored(picture: Picture, *, lossless: bool) -> Encoded:
    """What we keep of an upload: PNG when it is clear in places or came from a lossless format, else JPEG."""
    if lossless or picture.has_alpha:
        return _encoded(png(picture.pixels), formats.PNG)
    return _encoded(jpeg(picture.pixels), formats.JPEG)


def _encoded(data: bytes, format_: Format) -> Encoded:
    return Encoded(data, format_.media_type, format_.extension)


def png(pixels: Pixels) -> bytes:
    """A PNG file of H × W × 3 or 4 bytes."""
    return png_file.encode(pixels)


def png_packer() -> str:
    """What packs a PNG on this machine, and its version: another writes other bytes of the same pixels."""
    return png_file.packer


def jpeg(pixels: Pixels, quality: int = 95) -> bytes:
    """A JPEG file of H × W × 3 bytes. Colour keeps its full resolution: a stored upload is not blurred once more."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling="4:4:4")
    return file.getvalue()


def thumbnail(picture: Picture, side: int = 512) -> bytes:
    """A WebP file that fits into side × side; a small picture keeps its size."""
    size = picture.size
    if size.long_side > side:
        size = fit(size, Size(side, side))
    small = Image.fromarray(picture.pixels).resize((size.width, size.height), Image.Resampling.LANCZOS, reducing_gap=3)
    file = BytesIO()
    small.save(file, "WEBP", quality=82, method=2)
    return file.getvalue()


def gif(
    frames: Iterable[Iterable[Patch]], samples: Iterable[Pixels], size: Size, fps: float, count: int, rounds: int = 8
) -> bytes:
    """A GIF file that loops for ever: `count` frames, the first covering the canvas, each later one telling its change.

    The palette is taken from `samples`; more `rounds` bring it closer to them. Above 50 fps a GIF plays at 50.
    """
    return gif_file.encode(frames, samples, size, gif_file.delays(count, fps), rounds)
