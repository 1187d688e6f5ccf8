"""The Scene: what a prompt asks for, before anyone knows how large a picture is.

Frozen values, their limits and their JSON. Reading a prompt makes one; layout turns one into boxes; wording says it
to people.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from prompt_media.errors import Unprocessable
from prompt_media.imaging.geometry import Size
from sessions_app.composing import notation, tags

CANVAS = Size(1080, 1080)
FRAMES = 30
FPS = 20

SIDES = range(16, 4096 + 1)
MOST_PIXELS = 16_000_000
FRAME_COUNTS = range(2, 600 + 1)
RATES = range(1, 50 + 1)
"""Frames per second. A GIF counts time in hundredths of a second, and viewers slow down frames shorter than two."""
MOST_LAYERS = 200


class OutOfRange(Unprocessable):
    """A number of the scene is outside what the studio makes."""

    code = "out_of_range"


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
    """Where a layer stands: `across` and `down` from 0 (left, top) over 0.5 to 1 (right, bottom).

    `scale` in 0..1 is how long the picture may be, as a share of the canvas' short side; None: by role and motion.
    """

    role: Role = Role.MIDDLE
    across: float = 0.5
    down: float = 0.5
    fit: Fit = Fit.COVER
    scale: float | None = None

    @property
    def corner(self) -> tuple[float, float]:
        return self.across, self.down


@dataclass(frozen=True, slots=True)
class Motion:
    """One motion of one layer. For a slide, (dx, dy) is its direction: (1, 0) is left to right,
    (0, -1) bottom to top. For a rotation, dx is 1 clockwise and -1 against. For a fade, dx is 1 in, -1 out
    and 0 in and then out again."""

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

    def motion(self, kind: Kind) -> Motion | None:
        """The motion of this kind, if the layer has one; it has at most one of each."""
        return next((motion for motion in self.motions if motion.kind is kind), None)


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


def at_rest(scene: Scene) -> Scene:
    """The same picture with nothing moving: every layer stands at its place."""
    return replace(scene, layers=tuple(replace(layer, motions=()) for layer in scene.layers))


def with_values(
    scene: Scene, width: int | None = None, height: int | None = None, frames: int | None = None, fps: int | None = None
) -> Scene:
    """The scene with these values instead of its own; None keeps the scene's.

    Raises OutOfRange: a side is 16 to 4096 pixels and both make at most 16 million, frames are 2 to 600, fps 1 to 50.
    """
    width = _checked("width", scene.canvas.width if width is None else width, SIDES)
    height = _checked("height", scene.canvas.height if height is None else height, SIDES)
    if width * height > MOST_PIXELS:
        raise OutOfRange(f"{width} × {height} is more than 16 million pixels.", field="width")
    return replace(
        scene,
        canvas=Size(width, height),
        frames=_checked("frames", scene.frames if frames is None else frames, FRAME_COUNTS),
        fps=_checked("fps", scene.fps if fps is None else fps, RATES),
    )


def _checked(field: str, value: int, allowed: range) -> int:
    if value not in allowed:
        reason = " A GIF counts time in hundredths of a second." if allowed is RATES else ""
        raise OutOfRange(f"{field} is {value}; it can be {allowed[0]} to {allowed[-1]}.{reason}", field=field)
    return value


def to_json(scene: Scene) -> dict[str, object]:
    """The scene in plain objects, lists, texts and numbers; `from_json` gives back an equal one."""
    return {
        "canvas": {"width": scene.canvas.width, "height": scene.canvas.height},
        "ground": "#{:02x}{:02x}{:02x}".format(*scene.ground),
        "frames": scene.frames,
        "fps": scene.fps,
        "layers": [
            {"tag": layer.tag, "place": asdict(layer.place), "motions": [asdict(motion) for motion in layer.motions]}
            for layer in scene.layers
        ],
    }


def from_json(data: object, known: Collection[str] | None = None) -> Scene:
    """The scene written in `data`. Only `layers` and each layer's `tag` must be there.

    `known`: the session's tags; a layer gets the session's own spelling. Raises BadScene, OutOfRange, UnknownTag.
    """
    fields = notation.fields(data, "scene", {"canvas", "ground", "frames", "fps", "layers"})
    canvas = notation.fields(fields.get("canvas", {}), "canvas", {"width", "height"})
    return with_values(
        Scene(_layers(fields.get("layers"), known), ground=notation.colour(fields.get("ground", "#ffffff"), "ground")),
        width=notation.whole(canvas.get("width", CANVAS.width), "canvas.width"),
        height=notation.whole(canvas.get("height", CANVAS.height), "canvas.height"),
        frames=notation.whole(fields.get("frames", FRAMES), "frames"),
        fps=notation.whole(fields.get("fps", FPS), "fps"),
    )


def _layers(data: object, known: Collection[str] | None) -> tuple[Layer, ...]:
    if data in (None, []):
        raise notation.BadScene("layers", data, "a list of at least one layer")
    own = None if known is None else tags.spellings(known)
    layers: dict[str, Layer] = {}
    for index, entry in enumerate(notation.entries(data, "layers", most=MOST_LAYERS)):
        layer = _layer(entry, f"layers[{index}]", own)
        if layers.setdefault(tags.key(layer.tag), layer) is not layer:
            raise notation.BadScene(f"layers[{index}].tag", layer.tag, "a tag that no other layer has")
    return tuple(layers.values())


def _layer(data: object, path: str, own: Mapping[str, str] | None) -> Layer:
    fields = notation.fields(data, path, {"tag", "place", "motions"})
    return Layer(
        tag=_tag(notation.text(fields.get("tag"), f"{path}.tag", "a tag"), own),
        place=_place(fields.get("place", {}), f"{path}.place"),
        motions=_motions(fields.get("motions", []), f"{path}.motions"),
    )


def _tag(name: str, own: Mapping[str, str] | None) -> str:
    if own is None:
        return name
    if tags.key(name) not in own:
        raise tags.UnknownTag(name, list(own.values()))
    return own[tags.key(name)]


def _place(data: object, path: str) -> Place:
    fields = notation.fields(data, path, {"role", "across", "down", "fit", "scale"})
    scale = fields.get("scale")
    return Place(
        role=notation.word(fields.get("role", Role.MIDDLE), f"{path}.role", Role),
        across=notation.share(fields.get("across", 0.5), f"{path}.across"),
        down=notation.share(fields.get("down", 0.5), f"{path}.down"),
        fit=notation.word(fields.get("fit", Fit.COVER), f"{path}.fit", Fit),
        scale=None if scale is None else notation.share(scale, f"{path}.scale", least=0.01),
    )


def _motions(data: object, path: str) -> tuple[Motion, ...]:
    entries = notation.entries(data, path, most=len(Kind))
    motions = tuple(_motion(entry, f"{path}[{index}]") for index, entry in enumerate(entries))
    if len({motion.kind for motion in motions}) < len(motions):
        raise notation.BadScene(path, data, "a list with at most one motion of each kind")
    return motions


def _motion(data: object, path: str) -> Motion:
    fields = notation.fields(data, path, {"kind", "dx", "dy"})
    kind = notation.word(fields.get("kind"), f"{path}.kind", Kind)
    dx, dy = (notation.step(fields.get(axis, 0), f"{path}.{axis}") for axis in ("dx", "dy"))
    if kind is Kind.SLIDE and (dx, dy) == (0, 0):
        raise notation.BadScene(f"{path}.dx", 0, "-1 or 1 (or dy should be): a slide has a direction")
    return Motion(kind, dx, dy)
