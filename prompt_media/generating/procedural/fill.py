"""What is there taken away: the surroundings grow together over it."""

import numpy as np

from prompt_media.generating.procedural.fields import Plane, soften
from prompt_media.generating.procedural.outlines import Cover
from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.picture import Pixels

_RIM = 12  # so much of the target's shorter side is looked at around it


def filled(pixels: Pixels, target: Box, hole: Cover) -> Plane:
    """The target with what lies in the hole drawn from its rim and from around: halved until nothing is missing, and
    back."""
    far = max(1, target.size.short_side // _RIM)
    canvas = Size(pixels.shape[1], pixels.shape[0])
    around = Box(target.x - far, target.y - far, target.width + 2 * far, target.height + 2 * far).clipped(canvas)
    there = target.moved(-around.x, -around.y).slices
    known = np.ones((around.height, around.width), np.float32)
    known[there] = hole == 0
    ground = pixels[around.slices][..., :3].astype(np.float32)
    if not known.any():
        return ground[there]
    # What stands on the rim would run into the hole as rays.
    return soften(_grown(ground * known[..., None], known)[there], far // 2)


def _grown(colours: Plane, known: Cover) -> Plane:
    """Colours weighted by what is known of them, filled up; the known ones stay."""
    if known.all():
        return colours
    coarse = _grown(*_halved(colours, known))
    wide = _doubled(coarse, (known.shape[0], known.shape[1]))
    return np.asarray(colours + wide * (1 - known)[..., None], np.float32)


def _halved(colours: Plane, known: Cover) -> tuple[Plane, Cover]:
    """Four pixels in one; it is known as far as any of them was."""
    more = [(0, known.shape[0] % 2), (0, known.shape[1] % 2)]
    weight = _fours(np.pad(known, more, "edge"))
    total = _fours(np.pad(colours, [*more, (0, 0)], "edge"))
    full = np.minimum(weight, np.float32(1))
    scale = np.divide(full, weight, out=np.zeros_like(weight), where=weight > 0)
    return np.asarray(total * scale[..., None], np.float32), full


def _fours(plane: Plane) -> Plane:
    upper, lower = plane[::2], plane[1::2]
    return np.asarray(upper[:, ::2] + upper[:, 1::2] + lower[:, ::2] + lower[:, 1::2], np.float32)


def _doubled(colours: Plane, shape: tuple[int, int]) -> Plane:
    twice = colours.repeat(2, 0).repeat(2, 1)[: shape[0], : shape[1]]
    return soften(twice, 1)
