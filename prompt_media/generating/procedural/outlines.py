"""Outlines: closed lines of points, x to the right and y down, and how much of each pixel they cover.

Most are drawn in the square -1..1; a `Stand` says where that square comes to lie on the canvas.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prompt_media.imaging.geometry import Box, Size

Points = NDArray[np.float64]
Cover = NDArray[np.float32]

Spot = tuple[float, float]

_ACROSS, _DOWN = 16, 8  # a pixel is looked at in so many steps: 16 × 8 = 128, its whole
_WHOLE = _ACROSS * _DOWN
_TURN = 256
# Rounded to 1/65536: libraries of mathematics differ in the last of 53 bits, never in the sixteenth.
_SINES = np.rint(np.sin(np.arange(_TURN) * (2 * math.pi / _TURN)) * 65536) / 65536


def sine(turn: float) -> float:
    """The sine of so many turns, to 1/256 of one."""
    return float(_SINES[round(turn * _TURN) % _TURN])


def cosine(turn: float) -> float:
    return sine(turn + 0.25)


def oval(x: float, y: float, across: float, down: float, turn: float = 0.0) -> Points:
    """An ellipse about (x, y), `turn` of a full turn clockwise."""
    angles = np.arange(0, _TURN, 4)
    flat = np.stack([_SINES[(angles + _TURN // 4) % _TURN] * across, _SINES[angles] * down], 1)
    return moved(turned(flat, turn), x, y)


def polygon(*spots: Spot) -> Points:
    return np.array(spots, np.float64)


def smooth(*spots: Spot, steps: int = 8) -> Points:
    """A closed curve through all spots (Catmull and Rom's)."""
    here = np.array(spots, np.float64)
    before, after, then = (np.roll(here, shift, 0) for shift in (1, -1, -2))
    t = (np.arange(steps) / steps)[:, None, None]
    curve = 2 * here + (after - before) * t
    curve = curve + (2 * before - 5 * here + 4 * after - then) * (t * t)
    curve = curve + (3 * here - before - 3 * after + then) * (t * t * t)
    return np.ascontiguousarray(curve.transpose(1, 0, 2).reshape(-1, 2)) / 2


def stroke(thick: float, *spots: Spot) -> Points:
    """A line through the spots, `thick` at its start and half as thick at its end."""
    line = np.array(spots, np.float64)
    ahead = np.diff(line, axis=0, append=2 * line[-1:] - line[-2:-1])
    length = np.sqrt(ahead[:, :1] * ahead[:, :1] + ahead[:, 1:] * ahead[:, 1:])
    side = ahead[:, ::-1] * (-1, 1) / length
    half = thick / 2 * (1 - np.arange(len(line)) / (2 * len(line) - 2))[:, None]
    return np.concatenate([line + side * half, (line - side * half)[::-1]])


def turned(points: Points, turn: float) -> Points:
    """Turned clockwise about the middle."""
    sin, cos = sine(turn), cosine(turn)
    x, y = points[:, 0], points[:, 1]
    return np.stack([x * cos - y * sin, x * sin + y * cos], 1)


def moved(points: Points, x: float, y: float) -> Points:
    return points + np.array((x, y))


def mirrored(points: Points) -> Points:
    """Left and right changed over."""
    return points * (-1, 1)


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the square -1..1 comes to lie: its middle on the canvas, half its side in pixels, how it is turned."""

    x: float
    y: float
    half: float
    turn: float = 0.0
    is_mirrored: bool = False

    def place(self, points: Points) -> Points:
        facing = mirrored(points) if self.is_mirrored else points
        return moved(turned(facing, self.turn) * self.half, self.x, self.y)


def bounds(outlines: Sequence[Points], canvas: Size, margin: int) -> Box:
    """The pixels the outlines may touch and `margin` more around them, as far as they lie on the canvas."""
    together = np.concatenate(outlines)
    left, top = (math.floor(value) - margin for value in together.min(0))
    right, bottom = (math.ceil(value) + margin for value in together.max(0))
    return Box(left, top, right - left, bottom - top).clipped(canvas)


def cover(outline: Points, box: Box) -> Cover:
    """How much of each pixel of the box the outline covers, in 0..1.

    Each pixel has 8 lines; where the outline crosses one, all to the right of it turn from outside to inside or back.
    """
    x = np.rint((outline[:, 0] - box.x) * (_ACROSS * 256)).astype(np.int64)
    y = np.rint((outline[:, 1] - box.y) * _DOWN * 2).astype(np.int64)
    next_x, next_y = np.roll(x, -1), np.roll(y, -1)
    middles = np.arange(box.height * _DOWN, dtype=np.int64) * 2 + 1
    falls = (y[:, None] <= middles) & (middles < next_y[:, None])
    climbs = (next_y[:, None] <= middles) & (middles < y[:, None])
    edge, line = np.nonzero(falls | climbs)
    along = (middles[line] - y[edge]) * (next_x[edge] - x[edge]) // (next_y[edge] - y[edge])
    at = ((x[edge] + along) >> 8).clip(0, box.width * _ACROSS)
    return _inside(at, line // _DOWN, np.where(falls[edge, line], 1, -1), box)


def _inside(at: NDArray[np.int64], row: NDArray[np.int64], sign: NDArray[np.int64], box: Box) -> Cover:
    """The crossings summed up from left to right; a part of the first pixel still lies outside."""
    column, part = at // _ACROSS, at % _ACROSS
    wide = box.width + 2
    place = row * wide + column
    # bincount adds in doubles, which hold whole numbers exactly.
    steps = np.bincount(place, sign * (_ACROSS - part), box.height * wide)
    steps += np.bincount(place + 1, sign * part, box.height * wide)
    total = steps.reshape(box.height, wide)[:, : box.width].astype(np.int32).cumsum(1)
    return np.minimum(np.abs(total), _WHOLE).astype(np.float32) / np.float32(_WHOLE)
