"""Where painting gets its pictures from: by tag, at the size and crop that the scene needs.

A protocol, because there are two sources: files decoded on the spot (here), and a server's kept layers.
"""

from collections.abc import Mapping
from typing import Protocol

from prompt_media.imaging import draw
from prompt_media.imaging.draw import Sprite
from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.picture import Picture


class Pictures(Protocol):
    """The tagged pictures of one scene."""

    def size(self, tag: str) -> Size:
        """The pixels of the picture itself."""
        ...

    def sprite(self, tag: str, size: Size, crop: Box) -> Sprite:
        """The part `crop` of the picture scaled to `size`."""
        ...


class Decoded:
    """Pictures that lie in memory, each under its tag."""

    def __init__(self, pictures: Mapping[str, Picture]) -> None:
        self._pictures = pictures

    def size(self, tag: str) -> Size:
        return self._pictures[tag].size

    def sprite(self, tag: str, size: Size, crop: Box) -> Sprite:
        return draw.sprite(self._pictures[tag], size, crop)
