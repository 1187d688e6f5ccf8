"""The Scene: what a prompt asks for, before anyone knows how large a picture is.

Frozen values and their JSON. Reading a prompt makes one; layout turns one into boxes.
"""

from dataclasses import dataclass
from enum import StrEnum

from prompt_media.imaging.geometry import Size

CANVAS = Size(1080, 1080)
FRAMES = 30
FPS = 20


class Role(StrEnum):
    """Which part a layer plays: it decides its size and its place in the pile."""

    BACKGROUND = "background"
    MIDDLE = "middle"
    FRONT = "front"


class Fit(StrEnum):
    """How a background fills the canvas."""

    COVER = "cover"
    CONTAIN = "fit"
    STRETCH = "stretch"


class Kind(StrEnum):
    """The motions a sentence can ask for."""

    SLIDE = "slide"
    ROTATE = "rotate"
    BOUNCE = "bounce"
    FADE = "fade"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a layer stands: `across` and `down` from 0 (left, top) over 0.5 to 1 (right, bottom)."""

    role: Role = Role.MIDDLE
    across: float = 0.5
    down: float = 0.5
    fit: Fit = Fit.COVER

    @property
    def corner(self) -> tuple[float, float]:
        return self.across, self.down


@dataclass(frozen=True, slots=True)
class Motion:
    """One motion of one layer. For a slide, (dx, dy) is its direction: (1, 0) is left to right,
    (0, -1) bottom to top. For a rotation, dx is 1 clockwise and -1 against. For a fade, dx is 1 in, -1 out."""

    kind: Kind
    dx: int = 0
    dy: int = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """One tagged picture in the scene. No motions: it stands still."""

    tag: str
    place: Place = Place()
    motions: tuple[Motion, ...] = ()

    @property
    def moves(self) -> bool:
        return bool(self.motions)


@dataclass(frozen=True, slots=True)
class Scene:
    """Layers from the back to the front, on a canvas of one ground colour."""

    layers: tuple[Layer, ...]
    canvas: Size = CANVAS
    ground: tuple[int, int, int] = (255, 255, 255)
    frames: int = FRAMES
    fps: int = FPS

    @property
    def moves(self) -> bool:
        return any(layer.moves for layer in self.layers)
