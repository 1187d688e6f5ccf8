"""A picture in memory: its pixels and nothing else.

No file format, no metadata, no name. `decode` makes pictures, `encode` turns them into files.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prompt_media.imaging.geometry import Size

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Rows × columns × 3 (red, green, blue) or × 4 (with straight alpha), one byte each, in sRGB."""

    pixels: Pixels

    def __post_init__(self) -> None:
        if self.pixels.dtype != np.uint8 or self.pixels.ndim != 3 or self.pixels.shape[2] not in (3, 4):
            raise ValueError(f"A picture is H × W × 3 or 4 bytes, not {self.pixels.dtype} {self.pixels.shape}.")
        if not self.pixels.flags.c_contiguous:
            raise ValueError("A picture's pixels lie in one piece, row after row.")

    @property
    def size(self) -> Size:
        return Size(self.pixels.shape[1], self.pixels.shape[0])

    @property
    def has_alpha(self) -> bool:
        return int(self.pixels.shape[2]) == 4
