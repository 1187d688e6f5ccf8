"""Motion at a moment: where a placed layer is at time t in 0..1. No pixel is touched here.

Two clocks run. A slide and a fade end elsewhere than they began: they follow `t`, which is 1 at the last frame.
A rotation and a bounce come round: they follow `phase`, which would be 1 at the frame *after* the last, so that a
repeating animation never shows the same picture twice in a row. `at_frame` sets both clocks.
"""

from dataclasses import dataclass

from prompt_media.imaging.geometry import Size
from sessions_app.composing.layout import Placed, footprint
from sessions_app.composing.scene import Kind, Layer

HOPS = 3
"""How often a bouncing picture leaves the ground in one run of the animation."""
HOP_SHARE = 1 / 4
"""Of the canvas' height: how high it hops, if there is that much room."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How far a layer is from its rest: the centre of its picture in canvas pixels (floats, so that slow motion
    stays smooth; paint rounds), its angle in degrees clockwise, its opacity in 0..1."""

    centre_x: float
    centre_y: float
    angle_deg: float = 0.0
    opacity: float = 1.0


def at_frame(placed: Placed, index: int, frames: int, canvas: Size) -> Pose:
    """The pose in frame `index` of `frames` (0-based): slides and fades arrive in the last, loops close after it."""
    return pose(placed, index / max(1, frames - 1), canvas, phase=index / frames)


def pose(placed: Placed, t: float, canvas: Size, *, phase: float | None = None) -> Pose:
    """The pose of a placed layer at time t, 0 at the first frame and 1 at the last.

    `phase` in 0..1 is the clock of what comes round (rotation, bounce); without it they follow t as well.
    Every pose keeps the picture on the canvas, a turning one with the whole circle it turns in; a picture that
    overhangs the canvas (a covering background) keeps it covered instead, except while it turns.
    """
    phase = t if phase is None else phase
    x, y = _slid(placed, t, canvas)
    return Pose(
        centre_x=x,
        centre_y=_hopped(placed, y, phase, canvas),
        angle_deg=_angle(placed.layer, phase),
        opacity=_opacity(placed.layer, t),
    )


def _slid(placed: Placed, t: float, canvas: Size) -> tuple[float, float]:
    box, slide = placed.box, placed.layer.motion(Kind.SLIDE)
    x, y = box.x + box.width / 2, box.y + box.height / 2
    if slide is None:
        return x, y
    width, height = _room(placed)
    return _along(slide.dx, t, width, canvas.width, x), _along(slide.dy, t, height, canvas.height, y)


def _along(direction: int, t: float, length: float, canvas: int, rest: float) -> float:
    """The centre on one axis: from touching one edge to touching the other, or at rest."""
    if direction == 0:
        return rest
    start, end = _reach(length, canvas)
    return start + (end - start) * (t if direction > 0 else 1 - t)


def _reach(length: float, canvas: int) -> tuple[float, float]:
    """The first and the last centre at which something this long touches, and does not cross, an edge."""
    return min(length / 2, canvas - length / 2), max(length / 2, canvas - length / 2)


def _hopped(placed: Placed, centre_y: float, phase: float, canvas: Size) -> float:
    if placed.layer.motion(Kind.BOUNCE) is None:
        return centre_y
    highest, lowest = _reach(_room(placed)[1], canvas.height)
    height = min(HOP_SHARE * canvas.height, lowest - highest)
    slide = placed.layer.motion(Kind.SLIDE)
    # Near the top there is no room above: the hop then starts lower. A picture that falls or rises hops in its way.
    floor = centre_y if slide and slide.dy else max(centre_y, highest + height)
    return floor - min(height, floor - highest) * _hop(phase)


def _hop(phase: float) -> float:
    """The height of a thrown ball, 0 on the ground and 1 at its highest, HOPS times from phase 0 to 1."""
    moment = phase * HOPS % 1
    return 4 * moment * (1 - moment)


def _angle(layer: Layer, phase: float) -> float:
    rotation = layer.motion(Kind.ROTATE)
    return 0.0 if rotation is None else 360.0 * phase * (-1 if rotation.dx < 0 else 1)


def _opacity(layer: Layer, t: float) -> float:
    fade = layer.motion(Kind.FADE)
    if fade is None:
        return 1.0
    return {1: t, -1: 1 - t}.get(fade.dx, 1 - abs(2 * t - 1))


def _room(placed: Placed) -> tuple[float, float]:
    return footprint(placed.layer, Size(placed.box.width, placed.box.height))
