"""A Layout and its pictures become a canvas.

What stands where was decided by `layout`; how pixels mix is `draw`'s. Here they meet.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from prompt_media.imaging import draw
from prompt_media.imaging.draw import Sprite
from prompt_media.imaging.geometry import Box
from prompt_media.imaging.picture import Pixels
from sessions_app.composing.layout import Layout, Placed
from sessions_app.composing.pictures import Pictures


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A sprite on the canvas, its top left corner at (x, y); it may overhang."""

    sprite: Sprite
    x: int
    y: int

    @property
    def box(self) -> Box:
        return Box(self.x, self.y, self.sprite.size.width, self.sprite.size.height)


def still(layout: Layout, pictures: Pictures) -> Pixels:
    """The canvas with every layer at rest."""
    canvas = draw.ground(layout.canvas, layout.ground)
    lay(canvas, (laid for placed in layout.placed if (laid := at_rest(placed, layout, pictures))))
    return canvas


def at_rest(placed: Placed, layout: Layout, pictures: Pictures) -> Laid | None:
    """A layer where it stands, only the part that the canvas shows; None when it shows nothing of it."""
    seen = placed.box.clipped(layout.canvas)
    if seen.is_empty:
        return None
    crop = seen.moved(-placed.box.x, -placed.box.y)
    return Laid(pictures.sprite(placed.layer.tag, placed.box.size, crop), seen.x, seen.y)


def lay(canvas: Pixels, layers: Iterable[Laid], corner: tuple[int, int] = (0, 0)) -> None:
    """Blend the layers onto the canvas, from the back to the front; `corner` is where the canvas begins."""
    for laid in layers:
        draw.blend(canvas, laid.sprite, laid.x - corner[0], laid.y - corner[1])


def region(plate: Pixels, layers: Iterable[Laid], box: Box) -> Pixels:
    """A box of the canvas: what stands still for ever, and the layers on it."""
    pixels = plate[box.slices].copy()
    lay(pixels, layers, (box.x, box.y))
    return pixels
