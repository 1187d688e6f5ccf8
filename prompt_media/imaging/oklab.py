"""How far apart two colours look: Oklab, where equal distances look equally large.

Björn Ottosson, "A perceptual color space for image processing" (2020, bottosson.github.io/posts/oklab); the distance is
deltaEOK of CSS Color Module Level 4, section "Color Difference". Black and white are 1 apart and no two colours of sRGB
are further; a difference below 0.02 is hardly seen.
"""

import numpy as np
from numpy.typing import NDArray

from prompt_media.imaging.picture import Pixels

Plane = NDArray[np.float32]

# Row by column: linear red, green and blue to the response of the eye's long, middle and short cones.
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
_BYTES = np.arange(256) / 255
_LINEAR = np.where(_BYTES <= 0.04045, _BYTES / 12.92, ((_BYTES + 0.055) / 1.055) ** 2.4).astype(np.float32)


def distances(one: Pixels, other: Pixels) -> Plane:
    """How far apart the colours (… × 3 bytes of sRGB) look, pixel by pixel: 0 the same, 1 black and white."""
    return np.minimum(np.linalg.norm(_lab(one) - _lab(other), axis=-1), np.float32(1))


def _lab(pixels: Pixels) -> Plane:
    lab: Plane = np.cbrt(_LINEAR[pixels] @ _CONES.T) @ _LAB.T
    return lab
