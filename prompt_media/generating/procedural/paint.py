"""A thing onto the picture: its parts shaded, brought into the light there, with a shadow, soft edges and grain."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from prompt_media.generating.procedural import fields, light
from prompt_media.generating.procedural.chance import Chance
from prompt_media.generating.procedural.fields import Plane, luma, soften
from prompt_media.generating.procedural.idea import Wanted
from prompt_media.generating.procedural.outlines import Cover, Points, Stand, bounds, cover, oval
from prompt_media.generating.procedural.shapes import Ink, Part
from prompt_media.generating.procedural.surroundings import Surroundings
from prompt_media.generating.procedural.words import Colour, Rest
from prompt_media.imaging.geometry import Box, Size

Inks = dict[Ink, Plane]
Mean = tuple[float, float, float]

_DARK, _LIGHT = (34, 29, 30), (250, 247, 240)
# How much of the ground's texture shows on what is painted over it; of what is more than texture, no more than that.
_DETAIL, _ROUGHEST = np.float32(0.25), np.float32(20)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Colours and how much of them covers each pixel of a box, how much shadow falls beside, and how soft its edges
    are by themselves."""

    box: Box
    colours: Plane
    alpha: Cover
    shadow: Cover
    blur: int


def drawn(wanted: Wanted, stand: Stand, canvas: Size, near: Surroundings, under: Mean, chance: Chance) -> Layer:
    """The thing at its place. `under`: the colour of the ground there, from which it must stand out."""
    parts = wanted.thing.draw()
    outlines = [stand.place(part.outline) for part in parts]
    box = bounds(outlines, canvas, margin=2 + round(stand.half * 0.4))
    inks = _inks(wanted, near, under, chance)
    colours = np.zeros((box.height, box.width, 3), np.float32)
    alpha = np.zeros((box.height, box.width), np.float32)
    for part, outline in zip(parts, outlines, strict=True):
        _lay(colours, alpha, part, outline, inks[part.ink], box, stand, near)
    blur = round(stand.half * wanted.thing.mist)
    return Layer(box, colours, alpha, _shadow(wanted, alpha, outlines, stand.half, box, near), blur)


def _inks(wanted: Wanted, near: Surroundings, under: Mean, chance: Chance) -> Inks:
    main, second = _variant(wanted, under, chance)
    flat = {Ink.MAIN: main, Ink.SECOND: second, Ink.DARK: _DARK, Ink.LIGHT: _LIGHT}
    inks = {ink: fields.colour(*colour) for ink, colour in flat.items()}
    inks[Ink.DEEP] = inks[Ink.MAIN] * np.float32(0.7)
    inks[Ink.PALE] = inks[Ink.MAIN] * np.float32(0.55) + fields.colour(*_LIGHT) * np.float32(0.45)
    toned = {ink: light.toned(colour, wanted.tone) for ink, colour in inks.items()}
    is_asked, shines = wanted.colour is not None, wanted.thing.shines
    here = {ink: light.settled(colour, near, is_asked=is_asked, shines=shines) for ink, colour in toned.items()}
    step = light.step_away(here[Ink.MAIN], fields.colour(*under))
    return {ink: colour + step for ink, colour in here.items()}


def _variant(wanted: Wanted, under: Mean, chance: Chance) -> tuple[Colour, Colour]:
    """The colours asked for, else those that chance picks among the ones that stand out from the ground."""
    variants = wanted.thing.variants
    if wanted.colour:
        return wanted.colour, chance.one_of("second", variants)[1]
    by_contrast = sorted(variants, key=lambda pair: -light.distance(pair[0], under))
    return chance.one_of("variant", by_contrast[: max(1, len(variants) - 1)])


def _lay(
    colours: Plane, alpha: Cover, part: Part, outline: Points, ink: Plane, box: Box, stand: Stand, near: Surroundings
) -> None:
    """One part over what is there already, in place."""
    part_box = bounds([outline], Size(box.right, box.bottom), margin=1)
    part_box = part_box.shared(box)
    if part_box.is_empty:
        return
    shape = cover(outline, part_box)
    there = part_box.moved(-box.x, -box.y).slices
    opaque = shape * np.float32(part.opacity)
    shade = _shade(shape, part.relief, part_box, near)
    over = (ink * shade[..., None]).clip(0, 255)
    colours[there] += (over - colours[there]) * _share(opaque, alpha[there])[..., None]
    alpha[there] += (1 - alpha[there]) * opaque


def _share(opaque: Cover, below: Cover) -> Cover:
    """How much of the mixed colour is the upper one's, both being straight."""
    together = opaque + below * (1 - opaque)
    return np.divide(opaque, together, out=np.zeros_like(opaque), where=together > 0)


def _shade(shape: Cover, relief: float, box: Box, near: Surroundings) -> Plane:
    """Light and shadow on a part as if it were a cushion: bright where it leans towards the light."""
    if relief == 0:
        return np.ones_like(shape)
    radius = max(1, round(min(box.width, box.height) * 0.16))
    height = soften(shape * np.float32(255), radius) / np.float32(255)
    down, across = np.zeros_like(height), np.zeros_like(height)
    down[1:-1] = height[2:] - height[:-2]
    across[:, 1:-1] = height[:, 2:] - height[:, :-2]
    x, y = near.light
    # A slope that rises away from the light is turned towards it.
    lean = (across * np.float32(-x) + down * np.float32(-y)) * np.float32(radius)
    hollow = (height - 1) * np.float32(0.22 * relief)
    return np.asarray(1 + (lean * np.float32(0.55 * relief) + hollow).clip(-0.5, 0.45), np.float32)


def _shadow(
    wanted: Wanted, alpha: Cover, outlines: Sequence[Points], half: float, box: Box, near: Surroundings
) -> Cover:
    """What the thing takes of the light beside it, in 0..1."""
    if wanted.thing.rest is Rest.STANDS:
        return _at_its_foot(np.concatenate(outlines), half, box, near)
    if wanted.thing.shines:
        return np.zeros_like(alpha)
    far, strong = (0.1, 0.5) if wanted.thing.rest is Rest.LIES else (0.22, 0.2)
    x, y = (round(-way * half * far) for way in near.light)
    fallen = _moved(alpha, x, y)
    return soften(fallen * np.float32(255), max(1, round(half * far * 0.7))) * np.float32(strong / 255)


def _at_its_foot(points: Points, half: float, box: Box, near: Surroundings) -> Cover:
    """A flat pool of shadow under the lowest part, drawn out to where the light does not come from."""
    bottom = float(points[:, 1].max())
    foot = points[points[:, 1] > bottom - half * 0.2, 0]
    left, right = float(foot.min()), float(foot.max())
    across = (right - left) / 2 + half * 0.14
    x = (left + right) / 2 - near.light[0] * half * 0.2
    pool = cover(oval(x, bottom - half * 0.03, across, half * 0.11), box)
    return soften(pool * np.float32(255), max(1, round(half * 0.07))) * np.float32(0.55 / 255)


def _moved(plane: Cover, x: int, y: int) -> Cover:
    """The plane moved to the right and down; what comes in is empty."""
    moved = np.zeros_like(plane)
    height, width = plane.shape
    from_x, from_y, to_x, to_y = max(0, -x), max(0, -y), max(0, x), max(0, y)
    high, wide = height - abs(y), width - abs(x)
    if high > 0 and wide > 0:
        moved[to_y : to_y + high, to_x : to_x + wide] = plane[from_y : from_y + high, from_x : from_x + wide]
    return moved


def laid(ground: Plane, layer: Layer, near: Surroundings, chance: Chance, strength: float) -> tuple[Plane, Cover]:
    """The ground with the layer on it, and how much of each pixel the thing covers."""
    colours, alpha = _blurred(layer, max(near.blur, layer.blur))
    alpha = alpha * np.float32(strength)
    fine = (luma(ground) - luma(soften(ground, 3, 1))).clip(-_ROUGHEST, _ROUGHEST)
    grain = chance.grain("grain", Size(layer.box.width, layer.box.height)).astype(np.float32)
    rough = fine * _DETAIL + grain * np.float32(near.noise * 0.9 / 100)
    shaded = ground * (1 - layer.shadow * np.float32(strength))[..., None]
    over = (colours + rough[..., None]).clip(0, 255)
    return shaded + (over - shaded) * alpha[..., None], alpha


def _blurred(layer: Layer, radius: int) -> tuple[Plane, Cover]:
    """Colours and alpha with edges as soft as the lens made those around; what is clear has no colour to give."""
    weight = soften(layer.alpha * np.float32(255), radius, 1) / np.float32(255)
    mixed = soften(layer.colours * layer.alpha[..., None], radius, 1)
    return mixed / np.maximum(weight, np.float32(1e-3))[..., None], weight
