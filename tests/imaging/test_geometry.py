"""Sizes and boxes."""

import pytest

from prompt_media.imaging.geometry import Box, Size, cover, fit


def test_fit_leaves_nothing_out():
    assert fit(Size(400, 100), Size(200, 200)) == Size(200, 50)


def test_cover_leaves_nothing_bare():
    assert cover(Size(400, 100), Size(200, 200)) == Size(800, 200)


def test_a_size_is_never_empty():
    assert Size(10, 1).scaled(0.01) == Size(1, 1)
    with pytest.raises(ValueError, match="at least 1"):
        Size(0, 4)


def test_the_shared_part_of_two_boxes():
    assert Box(0, 0, 10, 10).shared(Box(6, -2, 10, 6)) == Box(6, 0, 4, 4)
    assert Box(0, 0, 4, 4).shared(Box(8, 8, 2, 2)).is_empty


def test_a_box_is_clipped_to_the_canvas():
    assert Box(-5, 90, 20, 20).clipped(Size(100, 100)) == Box(0, 90, 15, 10)
    assert Box(200, 0, 20, 20).clipped(Size(100, 100)).pixels == 0


def test_an_empty_box_adds_nothing_to_a_union():
    assert Box(2, 2, 3, 3).union(Box(50, 50, 0, 9)) == Box(2, 2, 3, 3)
    assert Box(0, 0, 1, 1).union(Box(4, 5, 1, 1)) == Box(0, 0, 5, 6)


def test_a_box_cuts_its_part_out_of_an_array():
    rows, columns = Box(3, 1, 2, 4).slices

    assert (rows, columns) == (slice(1, 5), slice(3, 5))
    assert Box(3, 1, 2, 4).size == Size(2, 4)
