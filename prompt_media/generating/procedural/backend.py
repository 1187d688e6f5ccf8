"""The backend itself: from a wish to a picture."""

from dataclasses import replace

import numpy as np

from prompt_media.generating.procedural import change, fill, idea, paint, places, sight, sketch, surroundings
from prompt_media.generating.procedural.chance import Chance
from prompt_media.generating.procedural.fields import Plane
from prompt_media.generating.procedural.idea import Act, Idea
from prompt_media.generating.procedural.outlines import Cover
from prompt_media.generating.procedural.sketch import Painted
from prompt_media.generating.protocol import BackendError, Capabilities, Inpaint, Result, Verb
from prompt_media.imaging.geometry import Size
from prompt_media.imaging.picture import Picture, Pixels
from prompt_media.progress import Progress

_ROWS = 256  # so many rows have noise of their own; what repeats further apart is not seen
_DITHER = 0.7  # levels of noise without which a smooth place shows its steps

_LARGER = (1.0, 1.5, 2.25)  # how much larger things are drawn until they are seen


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
    target, by = pixels[wish.target.slices], sketch.factor(wish.target.size)
    if by == 1:
        _lay(target, _seen(wish, wanted))
    else:
        small = sketch.smaller(wish, by)
        sketch.bring_up(_seen(small, wanted), _ground(small), target, by, _fine_grain(wish))
    return Picture(pixels)


def _lay(target: Pixels, painted: Painted) -> None:
    target[..., :3] = np.rint(painted.colours).astype(np.uint8)
    sketch.cover(target, painted.covered)


def _fine_grain(wish: Inpaint) -> Cover:
    """Noise for some rows of the target: that of a picture made smaller would be too coarse."""
    size = Size(wish.target.width, min(_ROWS, wish.target.height))
    return Chance(wish.seed).grain("fine grain", size, surroundings.noise(wish.picture, wish.target))


def _seen(wish: Inpaint, wanted: Idea) -> Painted:
    """The target with the idea carried out so that a person sees it: small things larger, the rest with a veil."""
    before = wish.picture.pixels[wish.target.slices]
    for larger in _LARGER if wanted.act is Act.ADD else _LARGER[:1]:
        painted = _ACTS[wanted.act](wish, wanted.grown(larger), _ground(wish))
        painted = replace(painted, colours=painted.colours.clip(0, 255))
        if sight.is_seen(before, painted):
            return painted
    return sight.veiled(painted, _opacity(wish.strength), wanted.tone.light)


def _ground(wish: Inpaint) -> Plane:
    return wish.picture.pixels[wish.target.slices][..., :3].astype(np.float32)


def _opacity(strength: float) -> float:
    """At the usual 0.75 a thing is nearly solid, at 0.25 about half; 1 and 0 are what they say."""
    left = 1 - strength
    return 1 - left * left * left


def _add(wish: Inpaint, wanted: Idea, ground: Plane) -> Painted:
    size, chance, strength = _size(ground), Chance(wish.seed).about(wish.prompt), _opacity(wish.strength)
    near = surroundings.look(wish.picture, wish.target)
    kept, covered = np.ones(ground.shape[:2], np.float32), np.zeros(ground.shape[:2], np.float32)
    for number, (one, stand) in enumerate(places.stands(wanted.things, size, chance, wish.strength)):
        own = chance.about(f"look {number}")
        layer = paint.drawn(one, stand, size, near, surroundings.under(ground, stand), own)
        there = layer.box.slices
        ground[there], alpha = paint.laid(ground[there], layer, near, own, strength)
        covered[there] = np.maximum(covered[there], alpha)
        kept[there] *= (1 - layer.shadow * np.float32(strength)) * (1 - alpha)
    return Painted(ground, kept, covered)


def _change(wish: Inpaint, wanted: Idea, ground: Plane) -> Painted:
    mask = change.inner(_size(ground), 0.24) * np.float32(_opacity(wish.strength))
    changed = _mixed(ground, change.changed(ground, wanted.colour, wanted.tone), mask)
    return Painted(changed, np.ones_like(mask), np.zeros_like(mask))


def _remove(wish: Inpaint, wanted: Idea, ground: Plane) -> Painted:
    hole = change.inner(_size(ground), 0.2)
    near = surroundings.look(wish.picture, wish.target)
    grain = Chance(wish.seed).grain("grain", _size(ground), max(near.noise, _DITHER))
    smooth = fill.filled(wish.picture.pixels, wish.target, hole) + grain[..., None]
    gone = hole * np.float32(_absence(wish.strength))
    return Painted(_mixed(ground, smooth, gone), 1 - gone, np.zeros_like(hole))


def _absence(strength: float) -> float:
    """From the usual 0.75 on what is removed is gone: the last hundredth of it would stand there as an emboss."""
    return min(1.0, _opacity(strength) / _opacity(0.75))


def _mixed(below: Plane, above: Plane, share: Cover) -> Plane:
    return np.asarray(below + (above - below) * share[..., None], np.float32)


def _size(ground: Plane) -> Size:
    return Size(ground.shape[1], ground.shape[0])


_ACTS = {Act.ADD: _add, Act.CHANGE: _change, Act.REMOVE: _remove}
