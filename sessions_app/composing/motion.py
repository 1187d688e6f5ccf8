"""Motion at a moment: where a placed layer is at time t in 0..1. No pixel is touched here."""

from dataclasses import dataclass

from prompt_media.imaging.geometry import Size
from sessions_app.composing.layout import Placed


@dataclass(frozen=True, slots=True)
class Pose:
    """How far a layer is from its rest: the centre of its picture in canvas pixels (floats, so that slow motion
    stays smooth; paint rounds), its angle in degrees clockwise, its opacity in 0..1."""

    centre_x: float
    centre_y: float
    angle_deg: float = 0.0
    opacity: float = 1.0


def pose(placed: Placed, t: float, canvas: Size) -> Pose:
    """The pose of a placed layer at time t, 0 at the first frame and 1 at the last."""
    raise NotImplementedError
