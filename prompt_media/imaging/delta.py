"""What changed between two frames: the heart of cheap animation.

A frame is told as patches, true-colour parts of the canvas that may differ from the frame before. A Screen turns them
into the smallest sub-frame that shows the change, with everything else left clear.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.picture import Pixels

CLEAR = 255  # the palette index that leaves what is on the screen


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """New pixels (H × W × 3) for a box of the canvas."""

    box: Box
    pixels: Pixels


@dataclass(frozen=True, slots=True, eq=False)
class SubFrame:
    """Palette indexes (H × W) for a box of the screen."""

    box: Box
    indexes: Pixels


def merged(boxes: Iterable[Box]) -> list[Box]:
    """Boxes that cover the same pixels, joined wherever painting one larger box is no more work than two."""
    separate: list[Box] = []
    for box in boxes:
        if box.is_empty:
            continue
        while partner := _partner(box, separate):
            separate.remove(partner)
            box = box.union(partner)
        separate.append(box)
    return separate


def _partner(box: Box, others: Sequence[Box]) -> Box | None:
    return next((other for other in others if box.union(other).pixels <= box.pixels + other.pixels), None)


class Screen:
    """What the viewer sees: palette indexes, one frame after the other."""

    def __init__(self, size: Size, mapper: Callable[[Pixels], Pixels]) -> None:
        self._shown = np.full((size.height, size.width), CLEAR, np.uint8)
        self._mapper = mapper

    def show(self, patches: Iterable[Patch]) -> SubFrame:
        """Paint the patches and tell what changed; one clear pixel when nothing did."""
        changes = [change for patch in patches if (change := self._changed(patch))]
        if len(changes) == 1:
            return changes[0]
        return _joined(changes)

    def _changed(self, patch: Patch) -> SubFrame | None:
        shown, new = self._shown[patch.box.slices], self._mapper(patch.pixels)
        differs = shown != new
        inner = extent(differs)
        if inner is None:
            return None
        shown[:] = new
        indexes = np.where(differs[inner.slices], new[inner.slices], np.uint8(CLEAR))
        return SubFrame(inner.moved(patch.box.x, patch.box.y), indexes)


def extent(differs: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> Box | None:
    """The smallest box around everything that is true."""
    rows = np.flatnonzero(differs.any(1))
    if not len(rows):
        return None
    columns = np.flatnonzero(differs.any(0))
    x, y = int(columns[0]), int(rows[0])
    return Box(x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y)


def _joined(changes: Sequence[SubFrame]) -> SubFrame:
    """One sub-frame for all. A GIF could tell them one by one with no delay between, but many viewers add one."""
    around = Box(0, 0, 0, 0)
    for change in changes:
        around = around.union(change.box)
    if around.is_empty:
        around = Box(0, 0, 1, 1)
    indexes = np.full((around.height, around.width), CLEAR, np.uint8)
    for change in changes:
        part = indexes[change.box.moved(-around.x, -around.y).slices]
        np.copyto(part, change.indexes, where=change.indexes != CLEAR)
    return SubFrame(around, indexes)
