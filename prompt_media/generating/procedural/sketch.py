"""A large target is painted small, and only what changes is brought up to size: time and memory stay bounded.

What shows through keeps every detail it had, because it never was made smaller.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from prompt_media.generating.procedural.fields import Plane
from prompt_media.generating.procedural.outlines import Cover
from prompt_media.generating.protocol import Inpaint
from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.picture import Picture, Pixels

Places = NDArray[np.int64]

_MOST = 1_500_000  # pixels of a target that are painted one by one
_ROWS = 256  # so many rows are made smaller, or brought up to size, at once


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """A target as it was painted. `kept`: how much of what was there shows in each pixel. `covered`: how far it can be
    seen though the picture was clear there."""

    colours: Plane
    kept: Cover
    covered: Cover


def factor(target: Size) -> int:
    """By how much a target is made smaller to be painted; mostly 1, not at all."""
    return math.ceil(math.sqrt(target.pixels / _MOST))


def smaller(wish: Inpaint, by: int) -> Inpaint:
    """The wish for a smaller picture, cut so that the target begins with one of its pixels."""
    target, high = wish.target, _ROWS * by
    pixels = wish.picture.pixels[target.y % by :, target.x % by :]
    bands = (np.ascontiguousarray(pixels[top : top + high]) for top in range(0, len(pixels), high))
    small = np.concatenate([np.asarray(Image.fromarray(band).reduce(by)) for band in bands])
    box = Box(target.x // by, target.y // by, -(-target.width // by), -(-target.height // by))
    return replace(wish, picture=Picture(small), target=box)


def bring_up(painted: Painted, ground: Plane, target: Pixels, by: int, grain: Cover) -> None:
    """What was painted on the small `ground`, into the large target. What is new gets `grain`, which is repeated."""
    change = np.dstack((painted.colours - ground * painted.kept[..., None], painted.kept, painted.covered))
    upper, lower, share = _between(len(target), by, len(change))
    across = _between(target.shape[1], by, change.shape[1])
    for top in range(0, len(target), len(grain)):
        rows = slice(top, top + len(grain))
        part = _mixed(change, upper[rows], lower[rows], share[rows, None, None], axis=0)
        _lay(target[rows], _mixed(part, *across[:2], across[2][:, None], axis=1), grain[: len(part)])


def _mixed(small: Plane, first: Places, second: Places, share: Cover, axis: int) -> Plane:
    """Between the first and the second of each line; in place from there on, because these planes are the largest."""
    start = small.take(first, axis)
    step = small.take(second, axis)
    step -= start
    step *= share
    step += start
    return step


def _lay(target: Pixels, change: Plane, grain: Cover) -> None:
    kept = change[..., 3:4]
    colours = target[..., :3] * kept
    colours += change[..., :3]
    colours += grain[..., None] * (1 - kept)
    target[..., :3] = np.rint(colours, out=colours).clip(0, 255, out=colours)
    cover(target, change[..., 4])


def cover(target: Pixels, covered: Cover) -> None:
    """Where something was painted on what could be seen through, it can be seen."""
    if target.shape[2] == 4:
        target[..., 3] = np.maximum(target[..., 3], np.rint(covered * np.float32(255)).astype(np.uint8))


def _between(length: int, by: int, count: int) -> tuple[Places, Places, Cover]:
    """For each pixel of a line the two of the small line it lies between, and how near it is to the second."""
    steps = 2 * np.arange(length) + 1 - by
    first = steps // (2 * by)
    share = (steps % (2 * by)).astype(np.float32) / np.float32(2 * by)
    return first.clip(0), (first + 1).clip(max=count - 1), share
