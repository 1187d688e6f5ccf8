"""Wu's colour quantiser: split the box of colours with the largest error, where that helps most.

After Xiaolin Wu, "Efficient Statistical Computations for Optimal Color Quantization" (Graphics Gems II, 1991): with
cumulative moments, the error of any box is a sum of eight numbers.
"""

import heapq
from itertools import count

import numpy as np
from numpy.typing import NDArray

_BITS = 5
_SIDE = 1 << _BITS

Colours = NDArray[np.float32]
Moments = NDArray[np.float64]  # along the last axis: weight, weighted red, green, blue, and square
Range = tuple[int, int]  # from, and up to but without
Ranges = tuple[Range, Range, Range]  # a box of colours: its red, green and blue


def split(weights: Colours, colours: Colours, most: int) -> Colours:
    """The mean colours of at most `most` boxes, n × 3. `colours` is n × 3 in 0..255, `weights` how much each counts."""
    moments = _cumulative(weights, colours)
    along = [moments, moments.transpose(1, 0, 2, 3), moments.transpose(2, 0, 1, 3)]
    whole: Ranges = ((0, _SIDE), (0, _SIDE), (0, _SIDE))
    order = count()  # decides between equal errors, so that the same colours always give the same palette
    boxes = [(-_error(moments[-1, -1, -1]), next(order), whole, moments[-1, -1, -1])]
    settled: list[Moments] = []
    while boxes and len(boxes) + len(settled) < most:
        _, _, box, total = heapq.heappop(boxes)
        halves = _halved(along, box, total)
        if halves is None:
            settled.append(total)
        for ranges, part in halves or ():
            heapq.heappush(boxes, (-_error(part), next(order), ranges, part))
    totals = np.array([*settled, *(total for _, _, _, total in sorted(boxes, key=lambda box: box[:2]))])
    means: Colours = (totals[:, 1:4] / totals[:, :1]).astype(np.float32)
    return means


def _cumulative(weights: Colours, colours: Colours) -> Moments:
    """moments[r, g, b] sums up every colour below r, g and b."""
    grid = colours.astype(np.int32) >> (8 - _BITS)
    places = (grid[:, 0] * _SIDE + grid[:, 1]) * _SIDE + grid[:, 2]
    squares = (colours.astype(np.float64) ** 2).sum(1)
    planes = (weights, *(weights * channel for channel in colours.T), weights * squares)
    sums = np.stack([np.bincount(places, plane, _SIDE**3) for plane in planes], -1)
    moments = np.zeros((_SIDE + 1, _SIDE + 1, _SIDE + 1, 5))
    moments[1:, 1:, 1:] = sums.reshape(_SIDE, _SIDE, _SIDE, 5)
    return moments.cumsum(0).cumsum(1).cumsum(2)


def _error(total: Moments) -> float:
    """How far a box's colours lie from their mean: the weighted sum of squares."""
    return float(total[4] - (total[1:4] ** 2).sum() / total[0]) if total[0] else 0.0


def _halved(along: list[Moments], box: Ranges, total: Moments) -> list[tuple[Ranges, Moments]] | None:
    """The box cut in two where the remaining error is least; None when no cut leaves colours on both sides."""
    red, green, blue = box
    lower = [
        _below(along[0], red, green, blue),
        _below(along[1], green, red, blue),
        _below(along[2], blue, red, green),
    ]
    low = np.concatenate(lower)
    high = total - low
    usable = (low[:, 0] > 0) & (high[:, 0] > 0)
    if not usable.any():
        return None
    best = int(np.where(usable, _gain(low) + _gain(high), -1).argmax())
    axis, cut = _place(best, [len(cuts) for cuts in lower], box)
    below, above = list(box), list(box)
    below[axis], above[axis] = (box[axis][0], cut), (cut, box[axis][1])
    return [(_ranges(below), low[best]), (_ranges(above), high[best])]


def _below(moments: Moments, cut: Range, first: Range, second: Range) -> Moments:
    """The moments of the part of a box below every inner cut; its ranges in the order of the axes of `moments`."""
    slabs = moments[cut[0] : cut[1]]
    (a, b), (c, d) = first, second
    faces = slabs[:, b, d] - slabs[:, a, d] - slabs[:, b, c] + slabs[:, a, c]
    below: Moments = faces[1:] - faces[0]
    return below


def _gain(parts: Moments) -> Moments:
    gain: Moments = (parts[:, 1:4] ** 2).sum(1) / np.maximum(parts[:, 0], 1e-9)
    return gain


def _place(best: int, lengths: list[int], box: Ranges) -> tuple[int, int]:
    """Which axis the best of all cuts crosses, and where."""
    for axis, length in enumerate(lengths):
        if best < length:
            return axis, box[axis][0] + 1 + best
        best -= length
    raise IndexError(best)


def _ranges(sides: list[Range]) -> Ranges:
    red, green, blue = sides
    return red, green, blue
