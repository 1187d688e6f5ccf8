"""What a picture is like about the target: its light, colours, sharpness and noise, as far as drawings must match.

Measured on whole numbers, so that every sum is exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prompt_media.generating.procedural.fields import Plane
from prompt_media.generating.procedural.outlines import Stand
from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.palette import thinned
from prompt_media.imaging.picture import Picture, Pixels

_SAMPLES = 20_000
_EVEN = 6  # levels of brightness between two sides that are taken for an even light

Levels = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`mean`: the mean colour. `dark`, `bright`: where nearly all brightness lies between. `chroma`: how colourful it
    is, 0 for greys. `light`: where the light comes from, x and y in -1..1. `noise`: its deviation in levels. `blur`:
    the radius by which edges are soft, in pixels."""

    mean: tuple[float, float, float]
    dark: float
    bright: float
    chroma: float
    light: tuple[float, float]
    noise: float
    blur: int


def look(picture: Picture, target: Box) -> Surroundings:
    """What is seen in the target and about half its size around it."""
    near = Box(
        target.x - target.width // 2, target.y - target.height // 2, 2 * target.width, 2 * target.height
    ).clipped(picture.size)
    seen = picture.pixels[near.slices][..., :3]
    few = thinned(seen, _SAMPLES).astype(np.int32)
    grey = _grey(few)
    dark, bright = np.percentile(grey, (3, 97), method="nearest")
    deviation, blur = _grain(picture, target)
    mean = few.reshape(-1, 3).sum(0) / (few.shape[0] * few.shape[1])
    return Surroundings(
        mean=(float(mean[0]), float(mean[1]), float(mean[2])),
        dark=float(dark),
        bright=float(bright),
        chroma=int((few.max(2) - few.min(2)).sum()) / grey.size,
        light=_light(_grey(thinned(picture.pixels[..., :3], _SAMPLES).astype(np.int32))),
        noise=deviation,
        blur=blur,
    )


def noise(picture: Picture, target: Box) -> float:
    """The deviation of the target's noise, in levels."""
    return _grain(picture, target)[0]


def under(ground: Plane, stand: Stand) -> tuple[float, float, float]:
    """The mean colour of the ground where something is to stand."""
    size = Size(ground.shape[1], ground.shape[0])
    half = max(1, round(stand.half))
    there = Box(round(stand.x) - half, round(stand.y) - half, 2 * half, 2 * half).clipped(size)
    red, green, blue = np.rint(ground[there.slices]).astype(np.int64).reshape(-1, 3).sum(0) / there.pixels
    return float(red), float(green), float(blue)


def _grey(colours: NDArray[np.int32]) -> Levels:
    return np.asarray((colours[..., 0] * 77 + colours[..., 1] * 150 + colours[..., 2] * 29) >> 8)


def _strip(pixels: Pixels) -> NDArray[np.int32]:
    """Enough whole rows of the pixels, from all heights."""
    rows = max(1, min(len(pixels), 4 * _SAMPLES // pixels.shape[1]))
    return pixels[:: max(1, len(pixels) // rows)].astype(np.int32)


def _light(grey: Levels) -> tuple[float, float]:
    """Where the light comes from: the brighter side of the picture, and from above where that is undecided."""
    across = _surplus(grey[:, : grey.shape[1] // 2], grey[:, grey.shape[1] // 2 :])
    down = _surplus(grey[: grey.shape[0] // 2], grey[grey.shape[0] // 2 :])
    x = 0.0 if abs(across) < _EVEN else max(-0.7, min(0.7, across / 40))
    # Light from below looks wrong even where the floor is the brightest: never let it fall from there.
    return (x or -0.4, -0.8 if down <= 0 else -0.5)


def _surplus(first: Levels, second: Levels) -> float:
    """By how many levels the second is brighter on average."""
    if first.size == 0:
        return 0.0
    return int(second.sum()) / second.size - int(first.sum()) / first.size


def _grain(picture: Picture, target: Box) -> tuple[float, int]:
    """Deviation of the noise, and the radius of the blur."""
    rows = _grey(_strip(picture.pixels[target.slices][..., :3]))
    if rows.shape[1] < 8:
        return 0.0, 0
    bend = np.abs(2 * rows[:, 1:-1] - rows[:, :-2] - rows[:, 2:])
    # Half of all bends are the noise's: its median is 0.6745 deviations of a sum that is 2.45 times as wide.
    noise = int(np.percentile(bend, 40, method="nearest")) / 1.28
    return min(noise, 14.0), _blur(rows, noise)


def _blur(rows: Levels, noise: float) -> int:
    """The steepest places tell: where the lens was sharp, an edge is over in one pixel."""
    one, four = np.abs(rows[:, 1:-3] - rows[:, :-4]), np.abs(rows[:, 4:] - rows[:, :-4])
    steep = four > max(24.0, 5 * noise, float(np.percentile(four, 96, method="nearest")))
    if not steep.any():
        return 1
    rise = int(four[steep].sum()) / max(1, int(np.maximum(one[steep], 1).sum()))
    return 0 if rise < 3 else 1 if rise < 5 else 2
