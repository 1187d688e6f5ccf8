"""Which colours a picture is told in when it may have only 255.

Colours are counted in cells of 4 × 4 × 4 neighbours, split by Wu's method and then moved to the middle of what they
stand for. Everything after the counting works on cells, so a large canvas costs hardly more than a small one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prompt_media.imaging import wu
from prompt_media.imaging.nearest import Neighbourhoods
from prompt_media.imaging.picture import Pixels

Cells = NDArray[np.int32]
Colours = NDArray[np.float32]

CELLS = 1 << 18  # 6 bits of red, of green and of blue
# Errors in green are seen more and those in blue less: distances are measured in colours stretched by this.
_STRETCH = np.sqrt(np.array([1.0, 1.5, 0.7]) / 1.5).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """The cells that occur, how many pixels fall into each, and the mean colour of those."""

    cells: Cells
    weights: Colours
    colours: Colours


def cells_of(pixels: Pixels) -> Cells:
    """The cell of every pixel, in the shape of the picture."""
    cells = (pixels[..., 0] >> 2).astype(np.int32)
    for channel in (1, 2):
        cells <<= 6
        cells |= pixels[..., channel] >> 2
    return cells


def thinned(pixels: Pixels, most: int) -> Pixels:
    """Every n-th pixel of every n-th row, so that about `most` are left."""
    step = max(1, round((pixels.shape[0] * pixels.shape[1] / most) ** 0.5))
    return pixels[::step, ::step]


def count(samples: Iterable[Pixels]) -> Histogram:
    """What colours occur in these pictures, and how often."""
    pixels = np.concatenate([sample.reshape(-1, 3) for sample in samples])
    cells = cells_of(pixels)
    counts = np.bincount(cells, minlength=CELLS)
    occupied = np.flatnonzero(counts)
    sums = [np.bincount(cells, pixels[:, channel], CELLS)[occupied] for channel in range(3)]
    weights = counts[occupied]
    colours = (np.stack(sums, 1) / weights[:, None]).astype(np.float32)
    return Histogram(occupied.astype(np.int32), weights.astype(np.float32), colours)


def choose(histogram: Histogram, most: int = 255, rounds: int = 8) -> Pixels:
    """At most `most` colours that stand for the counted ones, n × 3. More rounds come closer, each a little less."""
    colours = histogram.colours * _STRETCH
    chosen = wu.split(histogram.weights, colours, most)
    near = Neighbourhoods(colours)
    for _ in range(rounds):
        chosen = _centred(chosen, near.nearest(chosen), histogram.weights, colours)
    palette: Pixels = np.rint(chosen / _STRETCH).clip(0, 255).astype(np.uint8)
    return palette


def _centred(chosen: Colours, nearest: NDArray[np.uint8], weights: Colours, colours: Colours) -> Colours:
    """Each chosen colour moved to the middle of those nearest to it; one that nobody is nearest to stays."""
    total = np.bincount(nearest, weights, len(chosen))
    sums = [np.bincount(nearest, weights * colours[:, channel], len(chosen)) for channel in range(3)]
    middles = np.stack(sums, 1) / np.maximum(total, 1)[:, None]
    return np.where(total[:, None] > 0, middles, chosen).astype(np.float32)


class Mapper:
    """Pixels to palette indexes, by a table of cells that fills up as new colours are met."""

    def __init__(self, palette: Pixels, known: Histogram) -> None:
        self._palette = palette * _STRETCH
        self._table = np.full(CELLS, -1, np.int16)
        self._learn(known.cells, known.colours)

    def __call__(self, pixels: Pixels) -> Pixels:
        """The index of the nearest palette colour for every pixel, H × W."""
        cells = cells_of(pixels)
        indexes = self._table.take(cells)
        if indexes.size and indexes.min() < 0:
            new = np.unique(cells[indexes < 0])
            self._learn(new, _middles(new))
            indexes = self._table.take(cells)
        return indexes.astype(np.uint8)

    def _learn(self, cells: Cells, colours: Colours) -> None:
        self._table[cells] = Neighbourhoods(colours * _STRETCH).nearest(self._palette)


def _middles(cells: Cells) -> Colours:
    channels = np.stack([cells >> 12, cells >> 6 & 63, cells & 63], 1)
    return (channels * 4 + 1.5).astype(np.float32)
