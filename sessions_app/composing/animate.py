"""A Layout in motion: its frames, one by one, each told as the patches that may have changed.

What lies below everything that moves is blended once. A frame then costs what its moving boxes cost, however large
the canvas is; layers that stand still above a moving one are blended again only inside those boxes.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from prompt_media.imaging import draw
from prompt_media.imaging.delta import Patch, merged
from prompt_media.imaging.draw import Sprite
from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.palette import thinned
from prompt_media.imaging.picture import Pixels
from sessions_app.composing import motion, paint
from sessions_app.composing.layout import Layout, Placed
from sessions_app.composing.motion import Pose
from sessions_app.composing.paint import Laid
from sessions_app.composing.pictures import Pictures

_CANVAS_SAMPLE, _BOX_SAMPLE = 130_000, 12_000  # pixels: enough to choose 255 colours from, and quickly counted
_SAMPLED_FRAMES = 5


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """A layer that stands still above one that moves."""

    laid: Laid

    def at(self, frame: int, stage: "Stage") -> Laid:
        return self.laid


@dataclass(frozen=True, slots=True, eq=False)
class Mover:
    """A layer that moves, with its whole sprite at rest."""

    placed: Placed
    sprite: Sprite

    def at(self, frame: int, stage: "Stage") -> Laid:
        return _posed(self.sprite, motion.at_frame(self.placed, frame, stage.frames, stage.size))


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What never changes (the plate), the layers from the lowest moving one upwards, and how many frames they play."""

    plate: Pixels
    layers: tuple[Still | Mover, ...]
    frames: int

    @property
    def size(self) -> Size:
        return Size(self.plate.shape[1], self.plate.shape[0])

    def at(self, frame: int) -> tuple[Laid, ...]:
        """Where and how every layer shows in a frame; 0 is the first."""
        return tuple(layer.at(frame, self) for layer in self.layers)


def stage(layout: Layout, pictures: Pictures, frames: int) -> Stage:
    """Blend what stands still below everything that moves, and get the sprites of the rest."""
    below = tuple(takewhile(lambda placed: not placed.layer.moves, layout.placed))
    plate = paint.still(Layout(layout.canvas, layout.ground, below), pictures)
    layers = (_layer(placed, layout, pictures) for placed in layout.placed[len(below) :])
    return Stage(plate, tuple(layer for layer in layers if layer), frames)


def _layer(placed: Placed, layout: Layout, pictures: Pictures) -> Still | Mover | None:
    if placed.layer.moves:
        size = placed.box.size
        return Mover(placed, pictures.sprite(placed.layer.tag, size, size.box))
    laid = paint.at_rest(placed, layout, pictures)
    return Still(laid) if laid else None


def _posed(sprite: Sprite, pose: Pose) -> Laid:
    posed = draw.turned(draw.faded(sprite, pose.opacity), pose.angle_deg)
    x, y = pose.centre_x - posed.size.width / 2, pose.centre_y - posed.size.height / 2
    return Laid(posed, math.floor(x + 0.5), math.floor(y + 0.5))


def whole(stage: Stage, frame: int) -> Pixels:
    """The whole canvas of one frame; 0 is the first."""
    return paint.region(stage.plate, stage.at(frame), stage.size.box)


def frames(stage: Stage) -> Iterator[tuple[Patch, ...]]:
    """The frames in their order. The first is the whole canvas; a later one is empty when nothing moved."""
    yield (Patch(stage.size.box, whole(stage, 0)),)
    before = stage.at(0)
    for frame in range(1, stage.frames):
        now = stage.at(frame)
        yield tuple(Patch(box, paint.region(stage.plate, now, box)) for box in _dirty(stage, before, now))
        before = now


def _dirty(stage: Stage, before: tuple[Laid, ...], now: tuple[Laid, ...]) -> list[Box]:
    """The boxes that may differ: where each layer was and where it is, if it moved."""
    moved = (pair for pair in zip(before, now, strict=True) if not _same(*pair))
    return merged(laid.box.clipped(stage.size) for pair in moved for laid in pair)


def _same(before: Laid, now: Laid) -> bool:
    return before.sprite is now.sprite and (before.x, before.y) == (now.x, now.y)


def samples(stage: Stage) -> Iterator[Pixels]:
    """Pictures that hold the colours of the whole animation: the canvas, and the moving boxes in several frames."""
    yield thinned(whole(stage, 0), _CANVAS_SAMPLE)
    for frame in sorted({round(step * (stage.frames - 1) / (_SAMPLED_FRAMES - 1)) for step in range(_SAMPLED_FRAMES)}):
        layers = stage.at(frame)
        for layer, laid in zip(stage.layers, layers, strict=True):
            box = laid.box.clipped(stage.size)
            if isinstance(layer, Mover) and not box.is_empty:
                yield thinned(paint.region(stage.plate, layers, box), _BOX_SAMPLE)
