"""Where things stand on the canvas.

A Scene and the pictures' sizes in, boxes out. No pixel is touched here, so every rule can be tested with numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot

from prompt_media.imaging.geometry import Box, Size, cover, fit
from sessions_app.composing.scene import Fit, Kind, Layer, Role, Scene

CENTRE_SHARE = 1 / 2
"""Of the canvas' short side: a picture in the centre or in front is at most this long."""
PLACED_SHARE = 1 / 3
"""The same for a picture at any other place, and for whatever moves."""
MARGIN_SHARE = 0.04
"""Of the canvas' short side: the distance a resting picture keeps from the edges."""
MOST_ENLARGED = 4.0
"""No picture but a background is scaled up further than this."""
PAN_ROOM = 1.25
"""A covering background that travels is this much longer than the canvas, so that it never leaves a gap."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A layer at rest: `box` is the whole picture on the canvas, scaled; it may overhang (a covering background)."""

    layer: Layer
    box: Box


@dataclass(frozen=True, slots=True)
class Layout:
    """The placed layers from the back to the front."""

    canvas: Size
    ground: tuple[int, int, int]
    placed: tuple[Placed, ...]


def arrange(scene: Scene, sizes: Mapping[str, Size]) -> Layout:
    """Give every layer its box. `sizes` holds the pixel size of each tag's picture."""
    placed = tuple(Placed(layer, _box(layer, sizes[layer.tag], scene.canvas)) for layer in scene.layers)
    return Layout(scene.canvas, scene.ground, placed)


def footprint(layer: Layer, size: Size) -> tuple[float, float]:
    """The room a picture of this size takes: a turning one takes the circle it turns in."""
    if layer.motion(Kind.ROTATE) and layer.place.role is not Role.BACKGROUND:
        return (hypot(size.width, size.height),) * 2
    return size.width, size.height


def _box(layer: Layer, picture: Size, canvas: Size) -> Box:
    sized = _background if layer.place.role is Role.BACKGROUND else _sprite
    size = sized(layer, picture, canvas)
    margin = MARGIN_SHARE * canvas.short_side
    width, height = footprint(layer, size)
    centre_x = _centre(layer.place.across, width, canvas.width, margin)
    centre_y = _centre(layer.place.down, height, canvas.height, margin)
    return Box(round(centre_x - size.width / 2), round(centre_y - size.height / 2), size.width, size.height)


def _centre(share: float, length: float, canvas: int, margin: float) -> float:
    """The middle of something `length` long that lies `share` of the way along, between the margins.

    What overhangs slides the same way, so that a cropped background shows the side it was asked for.
    """
    free = canvas - length
    inset = min(margin, free / 2) if free >= 0 else 0.0
    return inset + share * (free - 2 * inset) + length / 2


def _background(layer: Layer, picture: Size, canvas: Size) -> Size:
    match layer.place.fit:
        case Fit.STRETCH:
            return canvas
        case Fit.CONTAIN:
            return fit(picture, canvas)
        case Fit.COVER:
            return _not_smaller(cover(picture, _pannable(layer, canvas)), canvas)


def _pannable(layer: Layer, canvas: Size) -> Size:
    """The canvas, longer along every axis on which the background travels."""
    slide, hops = layer.motion(Kind.SLIDE), layer.motion(Kind.BOUNCE) is not None
    wider, higher = bool(slide and slide.dx), hops or bool(slide and slide.dy)
    return Size(
        round(canvas.width * PAN_ROOM) if wider else canvas.width,
        round(canvas.height * PAN_ROOM) if higher else canvas.height,
    )


def _not_smaller(size: Size, least: Size) -> Size:
    # Rounding must not leave a bare line of one pixel at an edge.
    return Size(max(size.width, least.width), max(size.height, least.height))


def _sprite(layer: Layer, picture: Size, canvas: Size) -> Size:
    side = _share(layer) * canvas.short_side
    scale = min(side / picture.width, side / picture.height, MOST_ENLARGED)
    if layer.motion(Kind.ROTATE):
        scale = min(scale, canvas.short_side / hypot(picture.width, picture.height))
    return _inside(picture, scale)


def _share(layer: Layer) -> float:
    """How long this picture may be at most, as a share of the canvas' short side."""
    place = layer.place
    if place.scale is not None:
        return place.scale
    at_centre = place.corner == (0.5, 0.5)
    return CENTRE_SHARE if at_centre and not layer.moves else PLACED_SHARE


def _inside(picture: Size, scale: float) -> Size:
    """Scaled and rounded down, so that "at most" holds to the pixel."""
    return Size(max(1, int(picture.width * scale + 1e-6)), max(1, int(picture.height * scale + 1e-6)))
