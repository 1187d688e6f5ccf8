"""Where things stand on the canvas.

A Scene and the pictures' sizes in, boxes out. No pixel is touched here, so every rule can be tested with numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from prompt_media.imaging.geometry import Box, Size
from sessions_app.composing.scene import Layer, Scene


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
    raise NotImplementedError
