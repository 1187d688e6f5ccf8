"""A thing onto the picture: its parts shaded, brought into the light there, with a shadow, soft edges and grain."""

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
_DETAIL = np.float32(0.22)  # how much of the ground's texture shows on what is painted over it


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Colours and how much of them covers each pixel of a box, and how much shadow falls beside."""

    box: Box
    colours: Plane
    alpha: Cover
    shadow: Cover


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
    return Layer(box, colours, alpha, _shadow(wanted, alpha, stand, box, near))


def _inks(wanted: Wanted, near: Surroundings, under: Mean, chance: Chance) -> Inks:
    main, second = _variant(wanted, under, chance)
    flat = {Ink.MAIN: main, Ink.SECOND: second, Ink.DARK: _DARK, Ink.LIGHT: _LIGHT}
    inks = {ink: fields.colour(*colour) for ink, colour in flat.items()}
    inks[Ink.DEEP] = inks[Ink.MAIN] * np.float32(0.7)
    inks[Ink.PALE] = inks[Ink.MAIN] * np.float32(0.55) + fields.colour(*_LIGHT) * np.float32(0.45)
    toned = {ink: light.toned(colour, wanted.tone) for ink, colour in inks.items()}
    is_asked, shines = wanted.colour is not None, wanted.thing.shines
    return {ink: light.settled(colour, near, is_asked=is_asked, shines=shines) for ink, colour in toned.items()}


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
    lean = (across * np.float32(-x) + down * np.float32(-y)) * np.float32(-radius)
    hollow = (height - 1) * np.float32(0.22 * relief)
    return np.asarray(1 + (lean * np.float32(0.55 * relief) + hollow).clip(-0.5, 0.45), np.float32)


def _shadow(wanted: Wanted, alpha: Cover, stand: Stand, box: Box, near: Surroundings) -> Cover:
    """What the thing takes of the light beside it, in 0..1."""
    if wanted.thing.rest is Rest.STANDS:
        return _at_its_foot(stand, box, near)
    if wanted.thing.shines:
        return np.zeros_like(alpha)
    far, strong = (0.1, 0.5) if wanted.thing.rest is Rest.LIES else (0.22, 0.2)
    x, y = (round(-way * stand.half * far) for way in near.light)
    fallen = _moved(alpha, x, y)
    return soften(fallen * np.float32(255), max(1, round(stand.half * far * 0.7))) * np.float32(strong / 255)


def _at_its_foot(stand: Stand, box: Box, near: Surroundings) -> Cover:
    x, y = stand.x - near.light[0] * stand.half * 0.25, stand.y + stand.half * 0.93
    foot = cover(oval(x, y, stand.half * 0.8, stand.half * 0.16), box)
    return soften(foot * np.float32(255), max(1, round(stand.half * 0.08))) * np.float32(0.5 / 255)


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
    colours, alpha = _blurred(layer, near.blur)
    alpha = alpha * np.float32(strength)
    fine = luma(ground) - luma(soften(ground, 3, 1))
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
