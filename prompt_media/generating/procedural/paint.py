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


@dataclass(frozen=True, slots=True, eq=False)
class _Board:
    """Where the parts of a thing are laid one over the other."""

    box: Box
    colours: Plane
    alpha: Cover

    @classmethod
    def empty(cls, box: Box) -> "_Board":
        shape = (box.height, box.width)
        return cls(box, np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32))

    def lay(self, part: Part, outline: Points, ink: Plane, near: Surroundings) -> None:
        """One part over what is there already."""
        box = bounds([outline], Size(self.box.right, self.box.bottom), margin=1).shared(self.box)
        if box.is_empty:
            return
        shape = cover(outline, box)
        colours, alpha = (plane[box.moved(-self.box.x, -self.box.y).slices] for plane in (self.colours, self.alpha))
        opaque = shape * np.float32(part.opacity)
        over = (ink * _shade(shape, part.relief, near)[..., None]).clip(0, 255)
        colours += (over - colours) * _share(opaque, alpha)[..., None]
        alpha += (1 - alpha) * opaque


def drawn(wanted: Wanted, stand: Stand, canvas: Size, near: Surroundings, under: Mean, chance: Chance) -> Layer:
    """The thing at its place. `under`: the colour of the ground there, from which it must stand out."""
    parts = wanted.thing.draw()
    outlines = [stand.place(part.outline) for part in parts]
    board = _Board.empty(bounds(outlines, canvas, margin=2 + round(stand.half * 0.4)))
    inks = _inks(wanted, near, under, chance)
    for part, outline in zip(parts, outlines, strict=True):
        board.lay(part, outline, inks[part.ink], near)
    shadow = _shadow(wanted, board, outlines, stand.half, near)
    return Layer(board.box, board.colours, board.alpha, shadow, blur=round(stand.half * wanted.thing.mist))


def _inks(wanted: Wanted, near: Surroundings, under: Mean, chance: Chance) -> Inks:
    main, second = _variant(wanted, under, chance)
    flat = {Ink.MAIN: main, Ink.SECOND: second, Ink.DARK: _DARK, Ink.LIGHT: _LIGHT}
    inks = {ink: fields.colour(*colour) for ink, colour in flat.items()}
    inks[Ink.DEEP] = inks[Ink.MAIN] * np.float32(0.7)
    inks[Ink.PALE] = inks[Ink.MAIN] * np.float32(0.55) + fields.colour(*_LIGHT) * np.float32(0.45)
    toned = {ink: light.toned(colour, wanted.tone) for ink, colour in inks.items()}
    for accent in wanted.accents:
        colour = fields.colour(*accent.colour) if accent.colour else inks[accent.ink]
        toned[accent.ink] = light.toned(colour, wanted.tone.with_(accent.tone))
    is_asked, shines = bool(wanted.colour or wanted.accents), wanted.thing.shines
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


def _share(opaque: Cover, below: Cover) -> Cover:
    """How much of the mixed colour is the upper one's, both being straight."""
    together = opaque + below * (1 - opaque)
    return np.divide(opaque, together, out=np.zeros_like(opaque), where=together > 0)


def _shade(shape: Cover, relief: float, near: Surroundings) -> Plane:
    """Light and shadow on a part as if it were a cushion: bright where it leans towards the light."""
    if relief == 0:
        return np.ones_like(shape)
    radius = max(1, round(min(shape.shape) * 0.16))
    height = soften(shape * np.float32(255), radius) / np.float32(255)
    down, across = np.zeros_like(height), np.zeros_like(height)
    down[1:-1] = height[2:] - height[:-2]
    across[:, 1:-1] = height[:, 2:] - height[:, :-2]
    x, y = near.light
    # A slope that rises away from the light is turned towards it.
    lean = (across * np.float32(-x) + down * np.float32(-y)) * np.float32(radius)
    hollow = (height - 1) * np.float32(0.22 * relief)
    return np.asarray(1 + (lean * np.float32(0.55 * relief) + hollow).clip(-0.5, 0.45), np.float32)


def _shadow(wanted: Wanted, board: _Board, outlines: Sequence[Points], half: float, near: Surroundings) -> Cover:
    """What the thing takes of the light beside it, in 0..1."""
    if wanted.thing.rest is Rest.STANDS:
        return _at_its_foot(np.concatenate(outlines), half, board.box, near)
    if wanted.thing.shines:
        return np.zeros_like(board.alpha)
    far, strong = (0.1, 0.5) if wanted.thing.rest is Rest.LIES else (0.22, 0.2)
    x, y = (round(-way * half * far) for way in near.light)
    fallen = _moved(board.alpha, x, y)
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
    rough = fine * _DETAIL + chance.grain("grain", layer.box.size, near.noise)
    shaded = ground * (1 - layer.shadow * np.float32(strength))[..., None]
    over = (colours + rough[..., None]).clip(0, 255)
    return shaded + (over - shaded) * alpha[..., None], alpha


def _blurred(layer: Layer, radius: int) -> tuple[Plane, Cover]:
    """Colours and alpha with edges as soft as the lens made those around; what is clear has no colour to give."""
    weight = soften(layer.alpha * np.float32(255), radius, 1) / np.float32(255)
    mixed = soften(layer.colours * layer.alpha[..., None], radius, 1)
    return mixed / np.maximum(weight, np.float32(1e-3))[..., None], weight
