"""Whether a person sees that something was changed; and a change that is seen, for where there was none."""

from dataclasses import replace

import numpy as np

from prompt_media.generating.procedural.fields import Plane, luma, soften
from prompt_media.generating.procedural.outlines import Cover, cover, oval
from prompt_media.generating.procedural.sketch import Painted
from prompt_media.imaging.geometry import Size
from prompt_media.imaging.picture import Pixels

_STEP = 14  # levels of brightness that are seen when both pictures are looked at in turn; of one colour, twice as many
_PLACE = 600  # one part in so many of the target is a place that is found
_VEIL = np.float32(64)  # levels
_REACH, _FADE = 0.34, 0.07  # how far a veil goes from the middle to each side, and how softly it ends
_ROOM = 28  # levels without which something is as dark, or as light, as it can be
_THIN = np.float32(0.5)  # how much of a veil is seen where the picture was clear
_GRAIN = 96  # what is finer than one part in so many of the shorter side is taken for noise


def is_seen(before: Pixels, after: Painted) -> bool:
    """Whether the target, as it was painted, looks other than before; noise in another order is no other look."""
    was, will_be = _seen(before, None), _seen(before, after)
    radius = max(1, min(before.shape[:2]) // _GRAIN)
    step = np.abs(soften(will_be - was, radius))
    is_step = (step.max(2) >= 2 * _STEP) | (luma(step) >= _STEP)
    return int(is_step.sum()) * _PLACE >= is_step.size


def _seen(before: Pixels, after: Painted | None) -> Plane:
    """Colours as far as they can be seen, and how far that is."""
    colours = before[..., :3].astype(np.float32) if after is None else after.colours
    if before.shape[2] == 3:
        return colours
    alpha = before[..., 3] / np.float32(255)
    alpha = alpha if after is None else np.maximum(alpha, after.covered)
    return np.dstack((colours * alpha[..., None], alpha * np.float32(255)))


def veiled(painted: Painted, strength: float, wished: float) -> Painted:
    """A shade lighter about its middle, or darker where it is light: as `wished`, above or below 1, if that can be."""
    size = Size(painted.kept.shape[1], painted.kept.shape[0])
    mask = _pool(size) * np.float32(strength)
    level = int(np.rint(luma(painted.colours)).astype(np.int64).sum()) / size.pixels
    veil = mask * (_VEIL if _is_to_rise(level, wished) else -_VEIL)
    colours = (painted.colours + veil[..., None]).clip(0, 255)
    return replace(painted, colours=colours, covered=np.maximum(painted.covered, mask * _THIN))


def _pool(size: Size) -> Cover:
    """An oval in the middle, in 0..1, with a soft edge."""
    wide, high = size.width, size.height
    shape = cover(oval(wide / 2, high / 2, wide * _REACH, high * _REACH), size.box)
    return soften(shape * np.float32(255), round(size.short_side * _FADE)) / np.float32(255)


def _is_to_rise(level: float, wished: float) -> bool:
    if wished != 1 and _ROOM <= level <= 255 - _ROOM:
        return wished > 1
    return level < 128
