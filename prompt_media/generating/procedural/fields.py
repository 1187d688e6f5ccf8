"""Numbers for each pixel, softened: whole numbers inside, so that sums are exact."""

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

_FINE = 256  # steps of what is softened: a 256th of a level of colour


def soften(plane: Plane, radius: int, times: int = 2) -> Plane:
    """Each value becomes the mean of its neighbours as far as `radius`; the edge goes on outside.

    Done twice it falls off as a triangle, thrice nearly as a bell. Works on rows × columns, with or without colours.
    """
    if radius < 1:
        return plane
    whole = np.rint(plane * np.float32(_FINE)).astype(np.int32)
    for _ in range(times):
        whole = _mean(_mean(whole, radius, 0), radius, 1)
    return whole.astype(np.float32) / np.float32(_FINE)


def _mean(whole: NDArray[np.int32], radius: int, axis: int) -> NDArray[np.int32]:
    around = [(0, 0)] * whole.ndim
    around[axis] = (radius + 1, radius)
    # A level is 65,280 at most: sums of 32,000 pixels fit.
    sums = np.pad(whole, around, "edge").cumsum(axis, dtype=np.int32)
    side = 2 * radius + 1
    if axis:
        return np.asarray((sums[:, side:] - sums[:, :-side] + radius) // side)
    return np.asarray((sums[side:] - sums[:-side] + radius) // side)


def colour(red: float, green: float, blue: float) -> Plane:
    """One colour, to calculate with."""
    return np.array((red, green, blue), np.float32)


def luma(colours: Plane) -> Plane:
    """How bright each colour looks, 0..255 (Rec. 601)."""
    red, green, blue = colours[..., 0], colours[..., 1], colours[..., 2]
    return np.asarray(red * np.float32(0.299) + green * np.float32(0.587) + blue * np.float32(0.114), np.float32)
