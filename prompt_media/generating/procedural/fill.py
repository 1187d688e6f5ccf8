"""What is there taken away: the surroundings grow together over it, with their own texture."""

import numpy as np

from prompt_media.generating.procedural.fields import Plane, soften
from prompt_media.generating.procedural.outlines import Cover
from prompt_media.imaging.geometry import Box
from prompt_media.imaging.picture import Pixels

_TEXTURE_RADIUS = 4


def filled(ground: Plane, hole: Cover) -> Plane:
    """The ground with what lies in the hole drawn from its rim: halved until nothing is missing, and back."""
    known = np.float32(1) - (hole > 0)
    return _grown(ground * known[..., None], known.astype(np.float32))


def _grown(colours: Plane, known: Cover) -> Plane:
    """Colours weighted by what is known of them, filled up; the known ones stay."""
    if min(known.shape) == 1 or known.all():
        return np.asarray(colours / np.maximum(known, np.float32(1e-3))[..., None], np.float32)
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


def texture(pixels: Pixels, target: Box) -> Plane:
    """Fine detail for the target, borrowed from the nearest ground of its size beside it."""
    height, width = pixels.shape[:2]
    for x, y in ((-target.width, 0), (target.width, 0), (0, -target.height), (0, target.height)):
        donor = target.moved(x, y)
        if donor.x >= 0 and donor.y >= 0 and donor.right <= width and donor.bottom <= height:
            detail = pixels[donor.slices][..., :3].astype(np.float32)
            return detail - soften(detail, _TEXTURE_RADIUS)
    return np.zeros((target.height, target.width, 3), np.float32)
