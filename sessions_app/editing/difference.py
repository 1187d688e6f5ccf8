"""Where two pictures differ and by how much: the proof of what an edit left alone, and the measure of what it changed.

A pixel differs when any of its bytes does; how large a difference looks is told by Oklab.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from prompt_media.imaging import delta, oklab
from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.palette import thinned
from prompt_media.imaging.picture import Picture, Pixels

Mask = NDArray[np.bool_]

_MEASURED = 250_000  # pixels: the mean over an even lattice of so many is within a few thousandths of that over all
_INK = np.array((255, 79, 176), np.float32)  # the studio's thread, as it is drawn over pictures
_LEAST_SHOWN, _FULLY_SHOWN = 0.45, 0.25  # the ink of the least difference; the distance from which on it is full
_DIMMED = 0.3


@dataclass(frozen=True, slots=True)
class Difference:
    """The share of pixels that differ, how much (0..1, the mean over the whole) and the smallest box around them.

    No box: not a byte of a pixel differs.
    """

    share: float
    change: float
    box: Box | None

    @property
    def is_none(self) -> bool:
        return self.box is None


NONE = Difference(0.0, 0.0, None)


def outside(before: Picture, after: Picture, target: Box) -> int:
    """How many pixels differ outside the target: 0 is the proof that nothing else was touched."""
    if before.size != after.size:
        return before.size.pixels - target.pixels
    one, other = _alike(before, after)
    frame = _around(target, before.size)
    return sum(_count(one[box.slices], other[box.slices]) for box in frame)


def _around(target: Box, size: Size) -> tuple[Box, ...]:
    """The rest of the picture in four pieces: above, below, and what is left and right between."""
    return (
        Box(0, 0, size.width, target.y),
        Box(0, target.bottom, size.width, size.height - target.bottom),
        Box(0, target.y, target.x, target.height),
        Box(target.right, target.y, size.width - target.right, target.height),
    )


def _count(one: Pixels, other: Pixels) -> int:
    # Rows of bytes are compared several times faster than pixels; the slow count is for what hardly ever happens.
    flat = (one.shape[0], one.shape[1] * one.shape[2])
    if np.array_equal(one.reshape(flat), other.reshape(flat)):
        return 0
    return int(np.count_nonzero(_mask(one, other)))


def change(before: Picture, after: Picture, target: Box) -> float:
    """How much the target changed: the mean distance of its pixels in Oklab, 0 not at all, 1 from black to white.

    With clear pixels both are laid over black and over white, and the larger of the two counts.
    """
    one, other = _alike(before, after)
    return _change(one[target.slices], other[target.slices])


def _change(one: Pixels, other: Pixels) -> float:
    one, other = thinned(one, _MEASURED), thinned(other, _MEASURED)
    differs = _mask(one, other)
    return float(_distances(one[differs], other[differs]).sum(dtype=np.float64) / differs.size)


def _distances(one: Pixels, other: Pixels) -> NDArray[np.float32]:
    """How different rows of pixels look."""
    if one.shape[-1] == 3:
        return oklab.distances(one, other)
    return np.maximum(*(oklab.distances(_over(one, ground), _over(other, ground)) for ground in (0, 255)))


def _over(pixels: Pixels, ground: int) -> Pixels:
    """What is seen of them on a ground of one grey."""
    share = pixels[..., 3:] / np.float32(255)
    seen: Pixels = np.rint(pixels[..., :3] * share + ground * (1 - share)).astype(np.uint8)
    return seen


def compare(a: Picture, b: Picture) -> Difference:
    """How two whole pictures differ. Of two sizes no pixel has a partner: all differ, as much as `b` at `a`'s size."""
    one, other = _alike(a, _fitted(b, a.size))
    if a.size != b.size:
        return Difference(1.0, _change(one, other), a.size.box)
    differs = _mask(one, other)
    around = delta.extent(differs)
    if around is None:
        return NONE
    inside = _change(one[around.slices], other[around.slices])
    return Difference(float(differs.mean()), inside * around.pixels / a.size.pixels, around)


def shown(a: Picture, b: Picture) -> Picture:
    """Where they differ, for people: `a` in dark grey, with ink on every pixel that differs, as strong as it does."""
    one, other = _alike(a, _fitted(b, a.size))
    differs = _mask(one, other)
    picture = _dark(one)
    distances = _distances(one[differs], other[differs])[:, None]
    ink = _LEAST_SHOWN + (1 - _LEAST_SHOWN) * np.minimum(1, distances / _FULLY_SHOWN)
    picture[differs] = np.rint(picture[differs] * (1 - ink) + _INK * ink).astype(np.uint8)
    return Picture(picture)


def _dark(pixels: Pixels) -> Pixels:
    """The picture without colour and light, so that ink stands out on it."""
    seen = _over(pixels, 0) if pixels.shape[2] == 4 else pixels
    grey = np.asarray(Image.fromarray(seen).convert("L"))
    return np.rint(grey * np.float32(_DIMMED)).astype(np.uint8)[..., None].repeat(3, axis=2)


def _fitted(picture: Picture, size: Size) -> Picture:
    if picture.size == size:
        return picture
    resized = Image.fromarray(picture.pixels).resize((size.width, size.height), Image.Resampling.LANCZOS)
    return Picture(np.asarray(resized))


def _alike(a: Picture, b: Picture) -> tuple[Pixels, Pixels]:
    """Both with alpha when one of them has it: a picture without is opaque everywhere."""
    if a.has_alpha == b.has_alpha:
        return a.pixels, b.pixels
    return _with_alpha(a), _with_alpha(b)


def _with_alpha(picture: Picture) -> Pixels:
    if picture.has_alpha:
        return picture.pixels
    opaque = np.full((*picture.pixels.shape[:2], 1), 255, np.uint8)
    return np.concatenate((picture.pixels, opaque), axis=2)


def _mask(one: Pixels, other: Pixels) -> Mask:
    """Which pixels differ in any byte."""
    differs: Mask = one[..., 0] != other[..., 0]
    for band in range(1, one.shape[-1]):
        differs |= one[..., band] != other[..., band]
    return differs
