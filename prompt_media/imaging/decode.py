"""Untrusted bytes become facts, and then a Picture.

Format by content, limits before the first pixel is decoded, one full decode. No file is opened here by name, and
Pillow's registry is never asked: only the four readers named below can ever see a stranger's bytes.
"""

import functools
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from itertools import chain

import numpy as np
from PIL import Image, ImageCms, ImageSequence
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from prompt_media.errors import TooLarge, UnsupportedPicture
from prompt_media.imaging import formats, lean, orientation
from prompt_media.imaging.formats import Format
from prompt_media.imaging.geometry import Size
from prompt_media.imaging.picture import Picture, Pixels

# What Pillow was seen to raise on damaged files, and what its readers can raise by their code.
PILLOW_RAISES = (
    OSError,
    EOFError,
    ValueError,
    SyntaxError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    struct.error,
    zlib.error,
)
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)

_READERS: dict[Format, type[ImageFile]] = {
    formats.PNG: PngImageFile,
    formats.JPEG: JpegImageFile,  # of a multi-picture JPEG (MPO) it sees the first, which is the one we want
    formats.WEBP: WebPImageFile,
    formats.GIF: GifImageFile,
}
_STRIP = 64  # rows


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is taken: pixels of one picture, pixels of a side, frames, pixels of all frames, JPEG scans."""

    pixels: int = 40_000_000
    side: int = 12_000
    frames: int = 600
    frame_pixels: int = 400_000_000
    scans: int = 100


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says of itself before it is decoded. `size` is the upright one, as a viewer shows it."""

    format: str
    media_type: str
    extension: str
    size: Size
    frames: int
    has_alpha: bool
    is_lossless: bool


DEFAULT = Limits()


def inspect(data: bytes, limits: Limits = DEFAULT) -> Facts:
    """Read the headers only. Raises UnsupportedPicture for what is no picture of ours, TooLarge beyond the limits."""
    return _Opened(data, limits).facts


def picture(data: bytes, limits: Limits = DEFAULT, *, enough: Size | None = None) -> Picture:
    """Decode the first frame, upright and in sRGB, without its metadata. Raises as `inspect` does.

    With `enough`, a JPEG that is more than twice as wide and high may come at a half, a quarter or an eighth of its
    size: its decoder does that almost for nothing.
    """
    # What was opened is gone when its pixels are here: a large picture is never in memory three times.
    pixels = _decoded(_Opened(data, limits), enough)
    if pixels.shape[2] == 4 and pixels[..., 3].min() == 255:
        pixels = pixels[..., :3]
    return Picture(np.ascontiguousarray(pixels))


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What an animation shows for a time, in milliseconds."""

    picture: Picture
    stands: int


def frames(data: bytes, limits: Limits = DEFAULT) -> Iterator[Frame]:
    """A GIF's frames as a viewer shows them, each laid over the one before; of any other file its picture.

    Raises as `inspect` does, also in the middle.
    """
    if inspect(data, limits).format != formats.GIF.name:
        yield Frame(picture(data, limits), 0)
        return
    with _our_errors():
        for image in ImageSequence.Iterator(GifImageFile(BytesIO(data))):
            yield Frame(Picture(np.asarray(image.convert("RGBA"))), image.info.get("duration", 0))


class _Opened:
    """A file whose header has been read and judged."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        format_ = formats.recognise(data)
        walked = lean.lean(data, format_)
        with _our_errors():
            self.image = _READERS[format_](BytesIO(walked.data))
            exif = walked.exif or self.image.info.get("exif", b"")
            self.orientation = orientation.read(exif)
            has_alpha = self.image.has_transparency_data
        width, height = self.image.size
        frames = getattr(self.image, "n_frames", 1) if format_ is formats.WEBP else walked.frames
        _check_size(self.image, limits)
        _check_frames(frames, self.image, limits)
        _check_scans(walked.scans, self.image, limits)
        self.facts = Facts(
            format=format_.name,
            media_type=format_.media_type,
            extension=format_.extension,
            size=Size(height, width) if self.orientation in orientation.LYING else Size(width, height),
            frames=frames,
            has_alpha=has_alpha,
            is_lossless=format_.is_lossless or (format_ is formats.WEBP and formats.webp_is_lossless(data)),
        )


def _decoded(opened: _Opened, enough: Size | None) -> Pixels:
    image = opened.image
    with _our_errors():
        if enough:
            lies = opened.orientation in orientation.LYING
            image.draft(None, (enough.height, enough.width) if lies else (enough.width, enough.height))
        strips = _webp_strips(image) if isinstance(image, WebPImageFile) else _strips(image)
        return _laid(strips, image, opened.orientation)


def _laid(strips: Iterator[Image.Image], image: ImageFile, held: int) -> Pixels:
    """The bytes of a picture, upright and in sRGB, strip by strip: whole copies of it would cost more than decoding."""
    first = next(strips)
    in_srgb = _conversion(image, first)
    bands = len(in_srgb(first).getbands())
    width, height = image.size
    pixels = np.empty((width, height, bands) if held in orientation.LYING else (height, width, bands), np.uint8)
    lying, top = orientation.as_held(pixels, held), 0
    for strip in chain([first], strips):
        lying[top : top + strip.height] = np.asarray(in_srgb(strip))
        top += strip.height
    return pixels


def _strips(image: ImageFile) -> Iterator[Image.Image]:
    image.load()
    for top in range(0, image.height, _STRIP):
        yield _plain(image.crop((0, top, image.width, min(top + _STRIP, image.height))))


def _webp_strips(image: WebPImageFile) -> Iterator[Image.Image]:
    # Past Pillow's own picture: with it a large WebP is in memory four times.
    data = image._decoder.get_next()[0]
    image._decoder = None
    row = 4 * image.width
    for top in range(0, image.height, _STRIP):
        height = min(_STRIP, image.height - top)
        strip = Image.frombytes("RGBA", (image.width, height), data[top * row : (top + height) * row])
        yield strip if image.mode == "RGBA" else strip.convert("RGB")


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except MemoryError as error:
        raise TooLarge("The picture needs more memory to decode than there is for one.", code="too_costly") from error
    except BOMBS as error:
        raise TooLarge("The picture declares more pixels than any picture we take.") from error
    except PILLOW_RAISES as error:
        raise UnsupportedPicture("The picture is damaged or cut off.", code="broken_picture") from error


def _check_size(image: ImageFile, limits: Limits) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise UnsupportedPicture(f"The picture is {width} × {height} pixels: there is nothing in it.")
    if max(width, height) > limits.side:
        raise TooLarge(f"The picture is {width} × {height} pixels; a side may have at most {limits.side}.")
    # A fourth colour takes a third more memory, and the decoder of WebP keeps a picture three times.
    is_heavy = image.mode == "CMYK" or isinstance(image, WebPImageFile)
    most = limits.pixels * 3 // 4 if is_heavy else limits.pixels
    if width * height > most:
        raise TooLarge(
            f"The picture is {width} × {height}, {_millions(width * height)} pixels;"
            f" at most {_millions(most)} are taken{' of its kind' if is_heavy else ''}."
        )


def _check_frames(frames: int, image: ImageFile, limits: Limits) -> None:
    if frames > limits.frames:
        raise TooLarge(f"The animation has {frames} frames; at most {limits.frames} are taken.")
    if (pixels := frames * image.width * image.height) > limits.frame_pixels:
        raise TooLarge(
            f"The animation has {frames} frames of {image.width} × {image.height}, {_millions(pixels)} pixels in all;"
            f" at most {_millions(limits.frame_pixels)} are taken."
        )


def _check_scans(scans: int, image: ImageFile, limits: Limits) -> None:
    """Each scan goes over the whole picture again. Encoders that mean well draw in ten."""
    most = limits.scans if image.width * image.height * scans <= limits.frame_pixels else limits.scans // 5
    if scans > most:
        raise TooLarge(f"The JPEG is drawn in {scans} scans; at most {most} are taken of its size. Save it anew.")


def _millions(pixels: int) -> str:
    return f"{pixels / 1e6:.4g} million"


def _plain(strip: Image.Image) -> Image.Image:
    """One of the four kinds whose colours can be converted: L, RGB, RGBA, CMYK."""
    if strip.mode.startswith("I"):
        return _eight_bit(strip)
    if strip.has_transparency_data:
        return _with_alpha(strip)
    return strip if strip.mode in ("L", "CMYK", "RGB") else strip.convert("RGB")


def _eight_bit(strip: Image.Image) -> Image.Image:
    """Sixteen bits of grey, which Pillow's own conversion would cut off above 255 instead of scaling."""
    deep = np.asarray(strip)
    grey = Image.fromarray((deep // 257).clip(0, 255).astype(np.uint8))
    if (clear := strip.info.get("transparency")) is None:
        return grey
    grey.putalpha(Image.fromarray(np.where(deep == clear, 0, 255).astype(np.uint8)))
    return grey.convert("RGBA")


def _with_alpha(strip: Image.Image) -> Image.Image:
    clear = strip.info.get("transparency")
    if strip.mode == "RGB" and isinstance(clear, tuple) and max(clear) > 255:
        # Of sixteen bits a channel only the upper eight are left, and so of the colour that stands for clear.
        strip.info["transparency"] = tuple(value >> 8 for value in clear)
    return strip.convert("RGBA")


def _conversion(image: ImageFile, strip: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """How strips like this one become RGB or RGBA in sRGB.

    A profile that is damaged or of another colour space than the picture is ignored.
    """
    mode = "RGBA" if strip.mode == "RGBA" else "RGB"
    if profile := image.info.get("icc_profile"):
        with suppress(ImageCms.PyCMSError, *PILLOW_RAISES):
            return _converter(ImageCms.ImageCmsProfile(BytesIO(profile)), strip.mode, mode)
    return lambda strip: strip if strip.mode == mode else strip.convert(mode)


def _converter(profile: ImageCms.ImageCmsProfile, from_: str, to: str) -> Callable[[Image.Image], Image.Image]:
    # Most photos carry sRGB itself: converting them would cost more than decoding and change nothing.
    if from_ == to and ImageCms.getProfileDescription(profile).startswith("sRGB"):
        return lambda strip: strip
    transform = ImageCms.buildTransform(profile, _srgb(), from_, to)
    return lambda strip: ImageCms.applyTransform(strip, transform) or strip


@functools.cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
