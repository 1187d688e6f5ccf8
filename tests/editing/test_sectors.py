"""A picture cut into sectors, in numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompt_media.errors import Unprocessable
from prompt_media.imaging.geometry import Box, Size
from sessions_app.editing import sectors
from sessions_app.editing.sectors import Cell

GRIDS = st.sampled_from(sectors.GRID_SIZES)


def test_nine_sectors_are_called_by_their_place():
    assert sectors.names(3) == ("TL", "TC", "TR", "ML", "MC", "MR", "BL", "BC", "BR")


def test_sectors_of_other_grids_are_called_by_row_and_column():
    assert sectors.names(2) == ("r0c0", "r0c1", "r1c0", "r1c1")
    assert sectors.name(Cell(8, 4), 9) == "r8c4"


@given(GRIDS)
def test_no_two_sectors_share_a_name(grid):
    assert len(set(sectors.names(grid))) == len(sectors.cells(grid)) == grid * grid


def test_the_last_row_and_column_take_the_remainder():
    size = Size(1000, 500)

    assert sectors.box(Cell(0, 0), 3, size) == Box(0, 0, 333, 166)
    assert sectors.box(Cell(2, 2), 3, size) == Box(666, 332, 334, 168)


@given(GRIDS, st.integers(0, 60), st.integers(0, 60))
def test_sectors_tile_a_picture_without_gap_or_overlap(grid, more_width, more_height):
    size = Size(grid + more_width, grid + more_height)
    boxes = [sectors.box(cell, grid, size) for cell in sectors.cells(grid)]
    covered = [(x, y) for box in boxes for y in range(box.y, box.bottom) for x in range(box.x, box.right)]

    assert not any(box.is_empty for box in boxes)
    assert sorted(covered) == [(x, y) for x in range(size.width) for y in range(size.height)]


@pytest.mark.parametrize(
    ("x", "y", "name"),
    [
        pytest.param(0.0, 0.0, "TL", id="the very corner"),
        pytest.param(1.0, 1.0, "BR", id="1 belongs to the last"),
        pytest.param(0.5, 0.5, "MC", id="the centre"),
        pytest.param(0.9, 0.1, "TR", id="x is across, y is down"),
        pytest.param(1 / 3, 0.0, "TC", id="a border belongs to the sector after it"),
    ],
)
def test_a_focus_lies_in_one_sector(x, y, name):
    assert sectors.name(sectors.at(x, y, 3), 3) == name


@given(st.floats(0, 1), st.floats(0, 1), GRIDS)
def test_every_focus_lies_in_the_grid(x, y, grid):
    assert sectors.at(x, y, grid) in sectors.cells(grid)


@given(GRIDS)
def test_mirroring_twice_comes_back(grid):
    for cell in sectors.cells(grid):
        assert sectors.mirrored(sectors.mirrored(cell, grid), grid) == cell


def test_only_the_centre_is_its_own_mirror_image():
    def own(grid):
        return [cell for cell in sectors.cells(grid) if sectors.mirrored(cell, grid) == cell]

    assert own(3) == [Cell(1, 1)]
    assert own(4) == []


def test_the_corners_are_the_four_that_one_expects():
    assert [sectors.name(cell, 3) for cell in sectors.corners(3)] == ["TL", "TR", "BL", "BR"]
    assert sectors.corners(9)[-1] == Cell(8, 8)


def test_a_picture_smaller_than_its_grid_is_refused():
    sectors.require(3, Size(3, 3))

    with pytest.raises(Unprocessable, match="1 × 1 pixels cannot be cut into 3 × 3") as refused:
        sectors.require(3, Size(1, 1))
    assert refused.value.errors[0].field == "grid_size"
