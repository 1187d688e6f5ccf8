"""A Scene becomes a file: the one door for the server, the preview and the shell.

Who asks, where the file goes and how progress is shown is theirs; what it looks like is decided below.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from prompt_media.errors import Unprocessable
from prompt_media.imaging import encode, formats
from prompt_media.imaging.delta import Patch
from prompt_media.imaging.formats import Format
from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.picture import Picture, Pixels
from prompt_media.progress import SILENT, Progress
from sessions_app.composing import animate, layout, paint
from sessions_app.composing.animate import Stage
from sessions_app.composing.layout import Layout, Placed
from sessions_app.composing.pictures import Decoded, Pictures
from sessions_app.composing.scene import OutOfRange, Scene, at_rest

__all__ = ["Decoded", "Pictures", "Rendered", "in_format", "moving", "preview", "still"]

PREVIEW_SIDE = 360
_PREVIEW_FRAMES = 15
_PREVIEW_PIXELS = 1_000_000  # painted in all frames: a background that moves gets fewer frames, not more time
_PREVIEW_ROUNDS = 1


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """A finished file and what it holds. `poster` is what a list shows for it: a moving scene half-way."""

    data: bytes
    media_type: str
    extension: str
    poster: Picture
    frames: int = 1

    @property
    def size(self) -> Size:
        return self.poster.size


def in_format(scene: Scene, name: str | None, pictures: Pictures, progress: Progress = SILENT) -> Rendered:
    """The scene as "png" (a moving one at rest) or "gif"; None leaves it to whether anything moves."""
    if name is None:
        name = "gif" if scene.moves else "png"
    if name == "png":
        return still(scene, pictures)
    if name == "gif":
        return moving(scene, pictures, progress)
    raise Unprocessable(f"{name!r} cannot be written yet; ask for png or gif.", code="format_not_yet", field="format")


def still(scene: Scene, pictures: Pictures) -> Rendered:
    """A PNG of the scene with nothing moving."""
    return _png(paint.still(_arranged(at_rest(scene), pictures), pictures))


def moving(scene: Scene, pictures: Pictures, progress: Progress = SILENT) -> Rendered:
    """A looping GIF of all the scene's frames; of one when nothing moves."""
    stage = animate.stage(_arranged(scene, pictures), pictures, scene.frames if scene.moves else 1)
    return _gif(stage, scene.fps, progress)


def preview(scene: Scene, pictures: Pictures, longest: int = PREVIEW_SIDE, frame: int | None = None) -> Rendered:
    """The scene at most `longest` pixels wide and high, made while a person types.

    A PNG when nothing moves, else a GIF of the same duration with fewer frames. With `frame` (0 is the first) a PNG
    of that frame; one the scene does not have is OutOfRange.
    """
    arranged = _shrunk(_arranged(scene, pictures), longest)
    if frame is not None:
        if not 0 <= frame < scene.frames:
            raise OutOfRange(f"There is no frame {frame}: the scene has 0 to {scene.frames - 1}.", field="frame")
        return _png(animate.whole(animate.stage(arranged, pictures, scene.frames), frame))
    if not scene.moves:
        return _png(paint.still(arranged, pictures))
    count = min(scene.frames, _affordable(arranged))
    stage = animate.stage(arranged, pictures, count)
    return _gif(stage, scene.fps * count / scene.frames, SILENT, _PREVIEW_ROUNDS)


def _arranged(scene: Scene, pictures: Pictures) -> Layout:
    return layout.arrange(scene, {layer.tag: pictures.size(layer.tag) for layer in scene.layers})


def _shrunk(full: Layout, longest: int) -> Layout:
    """The same layout, smaller. Arranging a smaller canvas instead would not do: limits in pixels would move things."""
    scale = min(1.0, longest / full.canvas.long_side)
    placed = tuple(Placed(placed.layer, _scaled(placed.box, scale)) for placed in full.placed)
    return replace(full, canvas=full.canvas.scaled(scale), placed=placed)


def _scaled(box: Box, scale: float) -> Box:
    """Edges are rounded, not sides: boxes that touched the canvas or each other still do."""
    x, y = round(box.x * scale), round(box.y * scale)
    return Box(x, y, max(1, round(box.right * scale) - x), max(1, round(box.bottom * scale) - y))


def _affordable(arranged: Layout) -> int:
    """How many frames of this layout can be painted while a person types."""
    moving = sum(placed.box.clipped(arranged.canvas).pixels for placed in arranged.placed if placed.layer.moves)
    return max(2, min(_PREVIEW_FRAMES, _PREVIEW_PIXELS // max(1, moving)))


def _png(pixels: Pixels) -> Rendered:
    return _rendered(encode.png(pixels), formats.PNG, Picture(pixels))


def _gif(stage: Stage, fps: float, progress: Progress, rounds: int = 8) -> Rendered:
    frames = _told(animate.frames(stage), stage.frames, progress)
    data = encode.gif(frames, animate.samples(stage), stage.size, fps, stage.frames, rounds)
    return _rendered(data, formats.GIF, Picture(animate.whole(stage, stage.frames // 2)), stage.frames)


def _told(frames: Iterator[tuple[Patch, ...]], count: int, progress: Progress) -> Iterator[tuple[Patch, ...]]:
    """The frames as they are, with a word about each one before it is written."""
    for done, frame in enumerate(frames):
        progress.advance(done, count, f"Painting frame {done + 1} of {count}")
        yield frame
    progress.advance(count, count, f"Painted {count} frames" if count > 1 else "Painted")


def _rendered(data: bytes, format_: Format, poster: Picture, frames: int = 1) -> Rendered:
    return Rendered(data, format_.media_type, format_.extension, poster, frames)
