"""Sprites, and how they come onto a canvas: scaled, turned, faded and blended.

A sprite is premultiplied (its colours are already weighted by their alpha), so that scaling and turning never drag
the colour of invisible pixels in, and blending is one multiplication of whole numbers. Where a sprite stands is not
known here.
"""

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.picture import Picture, Pixels

Whole = TypeVar("Whole", np.uint8, np.uint16)
# Pillow first averages whole pixels down to this many times the wanted size, and sharpens from there. On a photo the
# result is within 49 dB of sharpening every pixel, and takes less than half the time.
_SHARP_ENOUGH = 1.3


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """H × W × 3 premultiplied colours, none above its alpha, and H × W alpha; None: opaque everywhere."""

    rgb: Pixels
    alpha: Pixels | None

    @property
    def size(self) -> Size:
        return Size(self.rgb.shape[1], self.rgb.shape[0])


def ground(size: Size, colour: tuple[int, int, int]) -> Pixels:
    """A canvas of one colour."""
    row = np.full((size.width, 3), colour, np.uint8)
    return np.repeat(row[None], size.height, axis=0)


def sprite(picture: Picture, size: Size, crop: Box) -> Sprite:
    """The part `crop` of the picture scaled to `size`; only that part is computed."""
    image = Image.fromarray(picture.pixels)
    if picture.has_alpha:
        image = image.convert("RGBa")  # Pillow's name for premultiplied
    across, down = picture.size.width / size.width, picture.size.height / size.height
    part = (crop.x * across, crop.y * down, crop.right * across, crop.bottom * down)
    frame = (crop.width, crop.height)
    return _sprite(image.resize(frame, Image.Resampling.LANCZOS, part, reducing_gap=_SHARP_ENOUGH))


def turned(sprite: Sprite, angle_deg: float) -> Sprite:
    """The sprite turned clockwise about its centre, with room for its corners and soft edges.

    The sides grow by an even number of pixels, so that a sprite turned frame by frame never shakes by half a pixel.
    """
    if angle_deg % 360 == 0:
        return sprite
    angle = math.radians(angle_deg)
    cos, sin = math.cos(angle), math.sin(angle)
    size, turned_size = sprite.size, _turned_size(sprite.size, abs(cos), abs(sin))
    # Pillow asks, for each pixel of the result, where it comes from: turn back about the two centres.
    x, y = turned_size.width / 2, turned_size.height / 2
    back = (cos, sin, size.width / 2 - cos * x - sin * y + 1, -sin, cos, size.height / 2 + sin * x - cos * y + 1)
    frame = (turned_size.width, turned_size.height)
    return _sprite(_bordered(sprite).transform(frame, Image.Transform.AFFINE, back, Image.Resampling.BICUBIC))


def _turned_size(size: Size, cos: float, sin: float) -> Size:
    width, height = size.width * cos + size.height * sin, size.width * sin + size.height * cos
    return Size(_grown(size.width, width), _grown(size.height, height))


def _grown(side: int, needed: float) -> int:
    """The smallest side with a soft edge around what is needed that differs from `side` by an even number."""
    # A hair less, so that a quarter turn's rounding error does not count as a pixel.
    whole = math.ceil(needed - 1e-6) + 2
    return whole + (whole - side) % 2


def _bordered(sprite: Sprite) -> Image.Image:
    """The sprite with one clear pixel around it: without it, a turned edge would be a staircase."""
    height, width = sprite.rgb.shape[:2]
    framed = np.zeros((height + 2, width + 2, 4), np.uint8)
    framed[1:-1, 1:-1, :3] = sprite.rgb
    framed[1:-1, 1:-1, 3] = 255 if sprite.alpha is None else sprite.alpha
    return Image.frombuffer("RGBa", (width + 2, height + 2), framed.tobytes(), "raw", "RGBa", 0, 1)


def _sprite(image: Image.Image) -> Sprite:
    """A sprite from Pillow's RGB or premultiplied RGBa."""
    pixels = np.asarray(image)
    if pixels.shape[2] == 3:
        return Sprite(pixels, None)
    alpha = np.ascontiguousarray(pixels[..., 3])
    if alpha.min() == 255:
        return Sprite(np.ascontiguousarray(pixels[..., :3]), None)
    # Sharpening filters overshoot: a colour above its alpha would be brighter than white.
    return Sprite(np.minimum(pixels[..., :3], _each_channel(alpha)), alpha)


def faded(sprite: Sprite, opacity: float) -> Sprite:
    """The sprite at `opacity` in 0..1: its alpha really changes."""
    if opacity >= 1:
        return sprite
    share = np.uint16(round(max(0.0, opacity) * 256))
    height, width = sprite.rgb.shape[:2]
    alpha = np.full((height, width), 255, np.uint8) if sprite.alpha is None else sprite.alpha
    return Sprite(_share(sprite.rgb, share), _share(alpha, share))


def _share(values: Pixels, share: np.uint16) -> Pixels:
    # Rounded down: a colour then never comes out above its alpha.
    return ((values * share) >> np.uint16(8)).astype(np.uint8)


def blend(canvas: Pixels, sprite: Sprite, x: int, y: int) -> None:
    """Lay the sprite onto the canvas, in place, its top left corner at (x, y); what overhangs is cut off."""
    size = Size(canvas.shape[1], canvas.shape[0])
    seen = Box(x, y, sprite.size.width, sprite.size.height).clipped(size)
    if seen.is_empty:
        return
    under, part = canvas[seen.slices], seen.moved(-x, -y).slices
    if sprite.alpha is None:
        under[:] = sprite.rgb[part]
    else:
        _over(under, sprite.rgb[part], sprite.alpha[part])


def _over(under: Pixels, rgb: Pixels, alpha: Pixels) -> None:
    """Add the colours to what their alpha leaves of `under`: never above 255, as no colour exceeds its alpha."""
    kept = np.uint16(256) - alpha - (alpha >> 7)  # 256 where clear, 0 where opaque
    rest = under * _each_channel(kept)
    rest += 128
    rest >>= 8
    np.add(rgb, rest, out=under, casting="unsafe")


def _each_channel(plane: NDArray[Whole]) -> NDArray[Whole]:
    """The plane once for every colour. NumPy would spread it by itself, at three times the cost."""
    return plane.repeat(3, axis=1).reshape(*plane.shape, 3)
