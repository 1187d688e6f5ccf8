"""The nearest of some colours to each of many others, without comparing every pair.

Colours that lie in the same coarse block share a short list of candidates, found once for the block's middle.
"""

import numpy as np
from numpy.typing import NDArray

_BLOCK = 16  # a block's side, in steps of a channel
_SIDE = 256 // _BLOCK
# The nearest colour to the middle is hardly ever worse than 20th nearest to a corner: a few in ten thousand are missed,
# and those by a colour that is almost as near.
_CANDIDATES = 20
_PIECE = 4096  # colours compared at a time, so that the work stays in the processor's cache

Colours = NDArray[np.float32]


class Neighbourhoods:
    """Colours (n × 3, each channel in 0..255) sorted into blocks; asked again for every new set of candidates."""

    def __init__(self, colours: Colours) -> None:
        self._colours = colours
        block = (colours * (1 / _BLOCK)).astype(np.int32)
        keys = (block[:, 0] * _SIDE + block[:, 1]) * _SIDE + block[:, 2]
        occupied = np.flatnonzero(np.bincount(keys, minlength=_SIDE**3))
        places = np.zeros(_SIDE**3, np.intp)
        places[occupied] = np.arange(len(occupied))
        self._block_of = places[keys]
        self._middles = _middles(occupied)

    def nearest(self, palette: Colours) -> NDArray[np.uint8]:
        """For each colour the index of the palette colour it is nearest to; a palette has at most 256."""
        candidates = self._candidates(palette)
        found = np.empty(len(self._colours), np.uint8)
        half = (palette**2).sum(1) / 2
        reds, greens, blues, halves = (plane[candidates] for plane in (*palette.T, half))
        for start in range(0, len(found), _PIECE):
            block = self._block_of[start : start + _PIECE]
            red, green, blue = self._colours[start : start + _PIECE].T[..., None]
            # |c - p|² / 2 less the part that is the same for every p.
            distance = halves[block] - reds[block] * red - greens[block] * green - blues[block] * blue
            found[start : start + _PIECE] = candidates[block, distance.argmin(1)]
        return found

    def _candidates(self, palette: Colours) -> NDArray[np.intp]:
        """For each block, the palette colours nearest to its middle."""
        # Three products and two sums on purpose: a matrix product of this size wakes a numeric library's threads, and
        # on a busy machine they cost more than the work.
        products = (self._middles[:, channel, None] * palette[:, channel] for channel in range(3))
        distance = (palette**2).sum(1) / 2 - sum(products)
        if len(palette) <= _CANDIDATES:
            return np.broadcast_to(np.arange(len(palette)), distance.shape)
        return np.argpartition(distance, _CANDIDATES - 1, axis=1)[:, :_CANDIDATES]


def _middles(blocks: NDArray[np.intp]) -> Colours:
    channels = np.stack([blocks // _SIDE**2, blocks // _SIDE % _SIDE, blocks % _SIDE], 1)
    return (channels * _BLOCK + _BLOCK / 2).astype(np.float32)
