"""The backend itself: from a wish to a picture."""

import numpy as np

from prompt_media.generating.procedural import change, fill, idea, paint, places, surroundings
from prompt_media.generating.procedural.chance import Chance
from prompt_media.generating.procedural.fields import Plane
from prompt_media.generating.procedural.idea import Act, Idea
from prompt_media.generating.procedural.outlines import Cover
from prompt_media.generating.protocol import BackendError, Capabilities, Inpaint, Result, Verb
from prompt_media.imaging.geometry import Size
from prompt_media.imaging.picture import Picture, Pixels
from prompt_media.progress import Progress


class Procedural:
    """Draws what the prompt's words name; needs nothing but itself."""

    name = "procedural"
    version = "2"
    capabilities = Capabilities(verbs=frozenset({Verb.INPAINT}), is_deterministic=True)

    def __init__(self, address: str = "procedural:") -> None:
        if address.partition(":")[2]:
            raise BackendError("The procedural backend takes nothing after its colon.", permanent=True)

    def inpaint(self, wish: Inpaint, progress: Progress) -> Result:
        wanted = idea.read(wish.prompt)
        told = {"act": wanted.act.name.lower(), "things": ", ".join(one.name for one in wanted.things)}
        if wish.strength == 0:
            return Result(wish.picture, told)
        progress.advance(0, 1, "Painting")
        return Result(_painted(wish, wanted), told)


def _painted(wish: Inpaint, wanted: Idea) -> Picture:
    pixels = wish.picture.pixels.copy()
    target = pixels[wish.target.slices]
    ground = target[..., :3].astype(np.float32)
    painted, covered = _ACTS[wanted.act](wish, wanted, ground)
    target[..., :3] = np.rint(painted).clip(0, 255).astype(np.uint8)
    if wish.picture.has_alpha:
        target[..., 3] = _covered(target[..., 3], covered)
    return Picture(pixels)


def _covered(alpha: Pixels, covered: Cover) -> Pixels:
    """Where something was painted on what could be seen through, it can be seen."""
    return np.maximum(alpha, np.rint(covered * np.float32(255)).astype(np.uint8))


def _opacity(strength: float) -> float:
    """At the usual 0.75 a thing is nearly solid, at 0.25 about half; 1 and 0 are what they say."""
    left = 1 - strength
    return 1 - left * left * left


def _add(wish: Inpaint, wanted: Idea, ground: Plane) -> tuple[Plane, Cover]:
    size, chance = _size(ground), Chance(wish.seed).about(wish.prompt)
    near = surroundings.look(wish.picture, wish.target)
    covered = np.zeros(ground.shape[:2], np.float32)
    for number, (one, stand) in enumerate(places.stands(wanted.things, size, chance, wish.strength)):
        own = chance.about(f"look {number}")
        layer = paint.drawn(one, stand, size, near, surroundings.under(ground, stand), own)
        there = layer.box.slices
        ground[there], alpha = paint.laid(ground[there], layer, near, own, _opacity(wish.strength))
        covered[there] = np.maximum(covered[there], alpha)
    return ground, covered


def _change(wish: Inpaint, wanted: Idea, ground: Plane) -> tuple[Plane, Cover]:
    mask = change.inner(_size(ground), 0.24) * np.float32(_opacity(wish.strength))
    return _mixed(ground, change.changed(ground, wanted.colour, wanted.tone), mask), np.zeros_like(mask)


def _remove(wish: Inpaint, wanted: Idea, ground: Plane) -> tuple[Plane, Cover]:
    hole = change.inner(_size(ground), 0.2)
    near = surroundings.look(wish.picture, wish.target)
    grain = Chance(wish.seed).grain("grain", _size(ground), near.noise)
    smooth = fill.filled(wish.picture.pixels, wish.target, hole) + grain[..., None]
    return _mixed(ground, smooth, hole * np.float32(_opacity(wish.strength))), np.zeros_like(hole)


def _mixed(below: Plane, above: Plane, share: Cover) -> Plane:
    return np.asarray(below + (above - below) * share[..., None], np.float32)


def _size(ground: Plane) -> Size:
    return Size(ground.shape[1], ground.shape[0])


_ACTS = {Act.ADD: _add, Act.CHANGE: _change, Act.REMOVE: _remove}
