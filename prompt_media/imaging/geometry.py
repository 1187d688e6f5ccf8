"""Sizes and boxes: arithmetic in whole pixels.

No picture is touched here, so every rule built on it can be tested with numbers.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, both at least 1."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"A size is at least 1 × 1, not {self.width} × {self.height}.")

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def short_side(self) -> int:
        return min(self.width, self.height)

    @property
    def long_side(self) -> int:
        return max(self.width, self.height)

    @property
    def box(self) -> "Box":
        """Everything of this size, from the top left corner."""
        return Box(0, 0, self.width, self.height)

    def scaled(self, scale: float) -> "Size":
        """This size times `scale`, rounded, never below one pixel."""
        return Size(max(1, round(self.width * scale)), max(1, round(self.height * scale)))


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a canvas: left and top corner (may be negative), width and height (may be 0)."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def pixels(self) -> int:
        return 0 if self.is_empty else self.width * self.height

    @property
    def size(self) -> Size:
        """Width and height; an empty box has none, which is a ValueError."""
        return Size(self.width, self.height)

    @property
    def slices(self) -> tuple[slice, slice]:
        """The rows and columns of an array that this box covers; the box must lie inside it."""
        return slice(self.y, self.bottom), slice(self.x, self.right)

    @property
    def is_empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    def moved(self, dx: int, dy: int) -> "Box":
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def union(self, other: "Box") -> "Box":
        """The smallest box that holds both; an empty box adds nothing."""
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def clipped(self, canvas: Size) -> "Box":
        """The part of this box that lies on the canvas; empty when none does."""
        return self.shared(canvas.box)

    def shared(self, other: "Box") -> "Box":
        """The part that lies in both boxes; empty when they do not meet."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Box(x, y, max(0, right - x), max(0, bottom - y))


def fit(inner: Size, outer: Size) -> Size:
    """The largest size of inner's shape that still fits inside outer."""
    return inner.scaled(min(outer.width / inner.width, outer.height / inner.height))


def cover(inner: Size, outer: Size) -> Size:
    """The smallest size of inner's shape that leaves no part of outer bare."""
    return inner.scaled(max(outer.width / inner.width, outer.height / inner.height))
