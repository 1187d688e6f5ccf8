"""How much of each pixel an outline covers."""

import numpy as np
import pytest

from prompt_media.generating.procedural import outlines
from prompt_media.generating.procedural.fields import soften
from prompt_media.imaging.geometry import Box

CANVAS = Box(0, 0, 20, 16)


def test_a_rectangle_covers_the_pixels_it_covers_and_halves_of_others():
    covered = outlines.cover(outlines.polygon((2, 3), (6.5, 3), (6.5, 7), (2, 7)), CANVAS)

    assert (covered[3:7, 2:6] == 1).all()
    assert (covered[3:7, 6] == 0.5).all()
    assert covered.sum() == 18


@pytest.mark.parametrize("turn", [0, 0.1, 0.25, 0.7])
def test_an_ellipse_has_its_area_however_it_is_turned(turn):
    covered = outlines.cover(outlines.oval(10, 8, 7, 4, turn), CANVAS)
    assert covered.sum() == pytest.approx(np.pi * 28, rel=0.01)


def test_it_does_not_matter_which_way_round_a_line_runs_nor_whether_it_crosses_itself():
    square = outlines.polygon((2, 2), (9, 2), (9, 9), (2, 9))
    assert np.array_equal(outlines.cover(square, CANVAS), outlines.cover(square[::-1], CANVAS))
    assert outlines.cover(np.concatenate([square, square]), CANVAS).sum() == 49


def test_what_lies_beyond_the_canvas_is_cut_off():
    covered = outlines.cover(outlines.polygon((-50, -50), (90, -50), (90, 90), (-50, 90)), CANVAS)
    assert (covered == 1).all()


def test_softening_keeps_an_even_plane_and_spreads_a_dot():
    even = np.full((9, 9), 77.5, np.float32)
    assert np.array_equal(soften(even, 2), even)

    dot = np.zeros((9, 9), np.float32)
    dot[4, 4] = 225
    assert np.array_equal(np.argwhere(soften(dot, 1, 1)), np.argwhere(np.pad(np.ones((3, 3)), 3)))
