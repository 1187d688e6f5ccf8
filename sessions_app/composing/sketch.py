"""What a page draws of a scene: where each layer is in every frame, the way it goes, and where its flag stands.

Numbers in canvas pixels and degrees, ready for an SVG whose user units are the canvas's pixels. No pixel is touched:
a browser lays the pictures into these boxes, and the boxes are those the painter uses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import atan2, degrees

from prompt_media.imaging.geometry import Box, Size
from sessions_app.composing import layout, motion
from sessions_app.composing.layout import Placed
from sessions_app.composing.motion import Pose
from sessions_app.composing.scene import Kind, Role, Scene

DRAWN_FOR = 1080
"""The long side of the canvas on which flags and arrows have their own size; others scale them by `Sketch.unit`."""
FLAG_SIDE = 36


@dataclass(frozen=True, slots=True)
class Way:
    """The path a layer's centre goes, as SVG path data, with its ends and the direction at its head (0 is right)."""

    path: str
    start_x: float
    start_y: float
    end_x: float
    end_y: float
    angle_deg: float


@dataclass(frozen=True, slots=True)
class Piece:
    """One layer of the sketch: `box` as the painter places it, `mark` the part of it that lies on the canvas.

    `poses` has one pose for each frame, as "dx dy angle opacity" from the layer's rest, joined by ";".
    """

    number: int
    tag: str
    box: Box
    mark: Box
    covers: bool
    poses: str
    way: Way | None
    flag_x: float
    flag_y: float


@dataclass(frozen=True, slots=True)
class Sketch:
    """The pieces from the back to the front."""

    canvas: Size
    ground: str
    frames: int
    fps: int
    pieces: tuple[Piece, ...]

    @property
    def moves(self) -> bool:
        return self.frames > 1

    @property
    def middle(self) -> int:
        """The frame a resting sketch shows, counted from 1: halfway, where every way can be seen."""
        return (self.frames + 1) // 2

    @property
    def unit(self) -> float:
        """How much larger than on a canvas of DRAWN_FOR its flags and arrows are."""
        return max(self.canvas.width, self.canvas.height) / DRAWN_FOR


def draw(scene: Scene, sizes: Mapping[str, Size], numbers: Mapping[str, int]) -> Sketch:
    """The sketch of a scene. `sizes` and `numbers` hold, for each tag, its picture's pixels and its clause's number."""
    arranged = layout.arrange(scene, sizes)
    frames = scene.frames if scene.moves else 1
    empty = Sketch(scene.canvas, "#{:02x}{:02x}{:02x}".format(*scene.ground), frames, scene.fps, ())
    pieces = tuple(_piece(placed, numbers.get(placed.layer.tag, 0), empty) for placed in arranged.placed)
    return Sketch(empty.canvas, empty.ground, frames, scene.fps, pieces)


def _piece(placed: Placed, number: int, sketch: Sketch) -> Piece:
    poses = [motion.at_frame(placed, index, sketch.frames, sketch.canvas) for index in range(sketch.frames)]
    mark = placed.box.clipped(sketch.canvas)
    flag_x, flag_y = _flag(mark, sketch)
    return Piece(
        number=number,
        tag=placed.layer.tag,
        box=placed.box,
        mark=mark,
        covers=placed.layer.place.role is Role.BACKGROUND,
        poses=";".join(_from_rest(pose, placed.box) for pose in (poses if placed.layer.moves else poses[:1])),
        way=_way(placed, poses, sketch),
        flag_x=flag_x,
        flag_y=flag_y,
    )


def _from_rest(pose: Pose, rest: Box) -> str:
    dx, dy = pose.centre_x - (rest.x + rest.width / 2), pose.centre_y - (rest.y + rest.height / 2)
    return f"{dx:.2f} {dy:.2f} {pose.angle_deg:.2f} {pose.opacity:.3f}"


def _flag(mark: Box, sketch: Sketch) -> tuple[float, float]:
    """Above the box, else below it; inside its upper corner where there is no room for either."""
    side, gap = FLAG_SIDE * sketch.unit, 8 * sketch.unit
    above, below = mark.y - side - gap, mark.bottom + gap
    fits_below = below + side <= sketch.canvas.height
    return float(mark.x), float(above if above >= 0 else below if fits_below else mark.y)


def _way(placed: Placed, poses: list[Pose], sketch: Sketch) -> Way | None:
    """The path of a layer that goes somewhere, drawn beside its box rather than through its picture."""
    slide = placed.layer.motion(Kind.SLIDE)
    if placed.layer.place.role is Role.BACKGROUND or not (slide or placed.layer.motion(Kind.BOUNCE)):
        return None
    aside_x, aside_y = _aside(placed, slide is not None, sketch)
    points = [(pose.centre_x + aside_x, pose.centre_y + aside_y) for pose in poses]
    if slide and not placed.layer.motion(Kind.BOUNCE):
        points = [points[0], points[-1]]
    (before_x, before_y), (end_x, end_y) = points[-2], points[-1]
    return Way(
        path="M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points),
        start_x=points[0][0],
        start_y=points[0][1],
        end_x=end_x,
        end_y=end_y,
        angle_deg=degrees(atan2(end_y - before_y, end_x - before_x)),
    )


def _aside(placed: Placed, slides: bool, sketch: Sketch) -> tuple[float, float]:
    """How far beside the centre the way is drawn: under a box that goes sideways, right of one that goes up or down."""
    slide, gap = placed.layer.motion(Kind.SLIDE), 40 * sketch.unit
    if not slides or slide is None or (slide.dx and slide.dy) or placed.layer.motion(Kind.BOUNCE):
        return 0.0, 0.0
    if slide.dx:
        room = sketch.canvas.height - placed.box.bottom
        return 0.0, (placed.box.height / 2 + gap) * (1 if room > 2 * gap else -1)
    room = sketch.canvas.width - placed.box.right
    return (placed.box.width / 2 + gap) * (1 if room > 2 * gap else -1), 0.0
