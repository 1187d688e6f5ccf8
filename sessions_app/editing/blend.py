"""What a backend repainted, laid into the picture it was made from: the target sector and nothing else.

Whatever a backend returns, of another size, with or without clear places, repainted to its edges: outside the target
every byte of the original stays. Inside its border the new fades in, so that no seam shows.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.picture import Picture, Pixels

Weights = NDArray[np.uint16]
Shares = NDArray[np.float64]

WHOLE = 256
"""The weight of a pixel that is taken over as it is."""
_FADE_SHARE, _MOST_FADE = 12, 48  # one twelfth of the short side: soft, and most of the sector is wholly new
_BAND = 500_000  # pixels laid at once: what it takes to lay a target stays the same, however large it is


def into(original: Picture, repainted: Picture, target: Box) -> Picture:
    """The original with the repainted inside `target`, which lies in it; the result has the original's bands.

    What is clear in `repainted` leaves an opaque original as it is. An original with alpha takes the alpha that the
    backend gave, and keeps its own where the backend gave none.
    """
    pixels = original.pixels.copy()
    under, part = pixels[target.slices], _part(repainted, original.size, target)
    rows, columns = _weights(target, original.size)
    for band in _bands(target.size):
        weights = _weighed(rows[band], columns)
        if original.has_alpha and repainted.has_alpha:
            under[band] = _mixed(under[band], part[band], weights)
        else:
            _lay(under[band], part[band], weights)
    return Picture(pixels)


def _bands(size: Size) -> Iterator[slice]:
    """The rows, some at a time."""
    high = max(1, _BAND // size.width)
    return (slice(top, top + high) for top in range(0, size.height, high))


def _part(repainted: Picture, size: Size, target: Box) -> Pixels:
    """The target of the repainted, scaled as if the whole had been brought to `size`."""
    if repainted.size == size:
        return repainted.pixels[target.slices]
    across, down = repainted.size.width / size.width, repainted.size.height / size.height
    part = (target.x * across, target.y * down, target.right * across, target.bottom * down)
    # Pillow premultiplies by itself, so that the colour of clear pixels does not bleed into their neighbours.
    image = Image.fromarray(repainted.pixels)
    return np.asarray(image.resize((target.width, target.height), Image.Resampling.LANCZOS, part))


def _weights(target: Box, size: Size) -> tuple[Shares, Shares]:
    """How much of the new each row and each column of the target takes: less towards its borders inside the picture."""
    most = min(_MOST_FADE, target.size.short_side // _FADE_SHARE)
    rows = _ramp(target.height, most, before=target.y > 0, after=target.bottom < size.height)
    columns = _ramp(target.width, most, before=target.x > 0, after=target.right < size.width)
    return rows, columns


def _weighed(rows: Shares, columns: Shares) -> Weights:
    """How much of the new each pixel takes, 1 to WHOLE."""
    weights: Weights = np.ceil(WHOLE * rows[:, None] * columns[None]).astype(np.uint16)
    return weights


def _ramp(length: int, most: int, *, before: bool, after: bool) -> Shares:
    """Rising from `before` and falling to `after` over `most` steps each; the picture's edge has no seam to hide."""
    steps = np.arange(1, length + 1) / (most + 1)
    rising = steps if before else np.ones(length)
    falling = steps[::-1] if after else np.ones(length)
    return np.minimum(1, np.minimum(rising, falling))


def _lay(under: Pixels, part: Pixels, weights: Weights) -> None:
    """Colours over colours, in place; alpha of `part` counts as weight, and the alpha below stays."""
    if part.shape[2] == 4:
        weights = (weights * (part[..., 3] / np.float32(255)) + np.float32(0.5)).astype(np.uint16)
    share = weights.repeat(3, axis=1).reshape(*weights.shape, 3)
    # Whole numbers: where the new equals the old, and where the weight is whole, not a byte is rounded away.
    mixed = under[..., :3] * (np.uint16(WHOLE) - share) + part[..., :3] * share
    under[..., :3] = (mixed + np.uint16(WHOLE // 2)) >> np.uint16(8)


def _mixed(under: Pixels, part: Pixels, weights: Weights) -> Pixels:
    """Both with alpha: each colour counts as much as it can be seen."""
    share = weights[..., None].astype(np.float32) / WHOLE
    old, new = under[..., 3:] * (1 - share), part[..., 3:] * share
    alpha = old + new
    seen = np.where(alpha > 0, alpha, np.float32(1))
    colours = np.where(alpha > 0, (under[..., :3] * old + part[..., :3] * new) / seen, under[..., :3])
    mixed: Pixels = np.rint(np.concatenate((colours, alpha), axis=2)).astype(np.uint8)
    return mixed
