"""Untrusted bytes become facts, and then a Picture.

Format by content, limits before the first pixel is decoded, one full decode. No file is opened here by name, and
Pillow's registry is never asked: only the four readers named below can ever see a stranger's bytes.
"""

import functools
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from prompt_media.errors import TooLarge, UnsupportedPicture
from prompt_media.imaging import formats
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
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_STRIP = 64  # rows
_LYING = (5, 6, 7, 8)


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
    return _facts(data, limits, _opened(data))


def picture(data: bytes, limits: Limits = DEFAULT, *, enough: Size | None = None) -> Picture:
    """Decode the first frame, upright and in sRGB, without its metadata. Raises as `inspect` does.

    With `enough`, a JPEG that is more than twice as wide and high may come at a half, a quarter or an eighth of its
    size: its decoder does that almost for nothing.
    """
    image = _opened(data)
    facts = _facts(data, limits, image)
    with _our_errors():
        if enough:
            lies = facts.size != Size(*image.size)
            image.draft(None, (enough.height, enough.width) if lies else (enough.width, enough.height))
        pixels = _pixels(_upright(_in_srgb(_plain(image)), _orientation(image)))
    if pixels.shape[2] == 4 and pixels[..., 3].min() == 255:
        pixels = pixels[..., :3]
    return Picture(np.ascontiguousarray(pixels))


def _pixels(image: Image.Image) -> Pixels:
    """The bytes of a picture, strip by strip: NumPy would join one copy of the whole from pieces, at twice the cost."""
    pixels = np.empty((image.height, image.width, len(image.getbands())), np.uint8)
    for top in range(0, image.height, _STRIP):
        bottom = min(top + _STRIP, image.height)
        pixels[top:bottom] = np.asarray(image.crop((0, top, image.width, bottom)))
    return pixels


def _opened(data: bytes) -> ImageFile:
    reader = _READERS[formats.recognise(data)]
    with _our_errors():
        return reader(BytesIO(data))


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except BOMBS as error:
        raise TooLarge("The picture declares more pixels than any picture we take.") from error
    except PILLOW_RAISES as error:
        raise UnsupportedPicture("The picture is damaged or cut off.", code="broken_picture") from error


def _facts(data: bytes, limits: Limits, image: ImageFile) -> Facts:
    format_ = formats.recognise(data)
    _check_size(image, limits)
    frames = _frames(data, image, limits)
    _check_frames(frames, image, limits)
    if format_ is formats.JPEG and (scans := formats.jpeg_scans(data, limits.scans)) > limits.scans:
        raise TooLarge(f"The JPEG is drawn in {scans} scans or more; at most {limits.scans} are taken. Save it anew.")
    width, height = image.size
    with _our_errors():
        size = Size(height, width) if _orientation(image) in _LYING else Size(width, height)
        has_alpha = image.has_transparency_data
    return Facts(
        format=format_.name,
        media_type=format_.media_type,
        extension=format_.extension,
        size=size,
        frames=frames,
        has_alpha=has_alpha,
        is_lossless=format_.is_lossless or (format_ is formats.WEBP and formats.webp_is_lossless(data)),
    )


def _check_size(image: ImageFile, limits: Limits) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise UnsupportedPicture(f"The picture is {width} × {height} pixels: there is nothing in it.")
    if max(width, height) > limits.side:
        raise TooLarge(f"The picture is {width} × {height} pixels; a side may have at most {limits.side}.")
    if width * height > limits.pixels:
        raise TooLarge(
            f"The picture is {width} × {height}, {_millions(width * height)} pixels;"
            f" at most {_millions(limits.pixels)} are taken."
        )


def _frames(data: bytes, image: ImageFile, limits: Limits) -> int:
    """Pillow counts a GIF's frames by parsing all of them, which a hostile file makes slow; ours stops in time."""
    if isinstance(image, GifImageFile):
        return max(1, formats.gif_frames(data, limits.frames))
    return int(getattr(image, "n_frames", 1))


def _check_frames(frames: int, image: ImageFile, limits: Limits) -> None:
    if frames > limits.frames:
        raise TooLarge(f"The animation has {frames} frames or more; at most {limits.frames} are taken.")
    if (pixels := frames * image.width * image.height) > limits.frame_pixels:
        raise TooLarge(
            f"The animation has {frames} frames of {image.width} × {image.height}, {_millions(pixels)} pixels in all;"
            f" at most {_millions(limits.frame_pixels)} are taken."
        )


def _millions(pixels: int) -> str:
    return f"{pixels / 1e6:.4g} million"


def _orientation(image: ImageFile) -> int:
    """How the camera was held, 1 to 8. A damaged EXIF block counts as upright."""
    # Pillow would decode a whole PNG to look for EXIF behind its pixels; only what stands before them counts.
    if isinstance(image, PngImageFile) and "exif" not in image.info:
        return 1
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except PILLOW_RAISES:
        return 1
    return found if isinstance(found, int) else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)


def _plain(image: ImageFile) -> Image.Image:
    """One of the four kinds whose colours can be converted: L, RGB, RGBA, CMYK."""
    if image.mode.startswith("I"):
        return _eight_bit(image)
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "CMYK", "RGB"):
        image.load()
        return image
    return image.convert("RGB")


def _eight_bit(image: ImageFile) -> Image.Image:
    """Sixteen bits of grey, which Pillow's own conversion would cut off above 255 instead of scaling."""
    return Image.fromarray((np.asarray(image) // 257).clip(0, 255).astype(np.uint8))


def _in_srgb(image: Image.Image) -> Image.Image:
    """RGB or RGBA in sRGB. A profile that is damaged or of another colour space than the picture is ignored."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile := image.info.get("icc_profile"):
        try:
            image = _converted(image, ImageCms.ImageCmsProfile(BytesIO(profile)), mode)
        except (ImageCms.PyCMSError, *PILLOW_RAISES):
            pass
    return image if image.mode == mode else image.convert(mode)


def _converted(image: Image.Image, profile: ImageCms.ImageCmsProfile, mode: str) -> Image.Image:
    # Most photos carry sRGB itself: converting them would cost more than decoding and change nothing.
    if ImageCms.getProfileDescription(profile).startswith("sRGB"):
        return image
    return ImageCms.profileToProfile(image, profile, _srgb(), outputMode=mode) or image


@functools.cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
