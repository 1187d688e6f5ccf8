"""A picture cut into sectors: what they are called, where they lie, which faces which.

Sizes and shares in, cells and boxes out. No pixel is touched here, so every rule can be tested with numbers.
"""

from dataclasses import dataclass
from itertools import product

from prompt_media.errors import Unprocessable
from prompt_media.imaging.geometry import Box, Size

GRID_SIZES = range(2, 9 + 1)
NAMED_GRID = 3
ROWS, COLUMNS = "TMB", "LCR"


@dataclass(frozen=True, slots=True)
class Cell:
    """One sector: its row from the top and its column from the left, both from 0."""

    row: int
    column: int


def name(cell: Cell, grid: int) -> str:
    """TL to BR in a grid of 3 × 3; elsewhere `r0c0`."""
    return ROWS[cell.row] + COLUMNS[cell.column] if grid == NAMED_GRID else f"r{cell.row}c{cell.column}"


def cells(grid: int) -> tuple[Cell, ...]:
    """All of them, row by row."""
    return tuple(Cell(row, column) for row, column in product(range(grid), repeat=2))


def names(grid: int) -> tuple[str, ...]:
    """What all of them are called, row by row."""
    return tuple(name(cell, grid) for cell in cells(grid))


def require(grid: int, size: Size) -> None:
    """Raises Unprocessable when a picture of this size is too small for so many sectors."""
    if grid > size.short_side:
        raise Unprocessable(
            f"A picture of {size.width} × {size.height} pixels cannot be cut into {grid} × {grid} sectors.",
            field="grid_size",
        )


def box(cell: Cell, grid: int, size: Size) -> Box:
    """The pixels of a sector; the last row and column take what division leaves. No side is shorter than the grid."""
    (x, width), (y, height) = _stretch(cell.column, grid, size.width), _stretch(cell.row, grid, size.height)
    return Box(x, y, width, height)


def _stretch(index: int, grid: int, side: int) -> tuple[int, int]:
    """Where the sectors of an index begin along a side, and how long they are."""
    length = side // grid
    return index * length, length + (side % grid if index == grid - 1 else 0)


def at(x: float, y: float, grid: int) -> Cell:
    """The sector looked at, from shares of the width and the height in 0..1; 1 belongs to the last."""
    return Cell(min(int(y * grid), grid - 1), min(int(x * grid), grid - 1))


def mirrored(cell: Cell, grid: int) -> Cell:
    """The sector on the other side of the centre. The centre of an odd grid is its own."""
    return Cell(grid - 1 - cell.row, grid - 1 - cell.column)


def corners(grid: int) -> tuple[Cell, ...]:
    """Top left, top right, bottom left, bottom right."""
    return tuple(Cell(row, column) for row, column in product((0, grid - 1), repeat=2))
