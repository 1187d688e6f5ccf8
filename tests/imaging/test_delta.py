"""What changed between two frames."""

import numpy as np
import pytest

from prompt_media.imaging import delta
from prompt_media.imaging.delta import CLEAR, Patch, Screen
from prompt_media.imaging.geometry import Box, Size

CANVAS = Size(40, 30)


def shade(pixels):
    """A palette of greys: the index is the red of the pixel."""
    return pixels[..., 0].copy()


def patch(box, value):
    return Patch(box, np.full((box.height, box.width, 3), value, np.uint8))


@pytest.fixture
def screen():
    screen = Screen(CANVAS, shade)
    screen.show([patch(CANVAS.box, 10)])
    return screen


def test_the_first_frame_covers_the_screen():
    frame = Screen(CANVAS, shade).show([patch(CANVAS.box, 10)])

    assert frame.box == CANVAS.box
    assert (frame.indexes == 10).all()


def test_only_what_changed_is_told(screen):
    pixels = np.full((10, 10, 3), 10, np.uint8)
    pixels[4:6, 3:8] = 200
    pixels[5, 5] = 10

    frame = screen.show([Patch(Box(20, 12, 10, 10), pixels)])

    assert frame.box == Box(23, 16, 5, 2)
    assert frame.indexes.tolist() == [[200] * 5, [200, 200, CLEAR, 200, 200]]


def test_a_frame_without_change_is_one_clear_pixel(screen):
    for patches in ([], [patch(Box(5, 5, 4, 4), 10)]):
        frame = screen.show(patches)

        assert (frame.box.size, frame.indexes.tolist()) == (Size(1, 1), [[CLEAR]])


def test_two_changes_become_one_frame_with_a_clear_gap(screen):
    frame = screen.show([patch(Box(2, 2, 3, 3), 50), patch(Box(30, 20, 3, 3), 60)])

    assert frame.box == Box(2, 2, 31, 21)
    assert [(frame.indexes == value).sum() for value in (50, 60, CLEAR)] == [9, 9, 31 * 21 - 18]


def test_frames_laid_over_each_other_show_what_was_painted(screen):
    """Replaying the sub-frames as a viewer does gives the true pictures, whatever is painted."""
    rng = np.random.default_rng(8)
    true, seen = np.full((30, 40), 10, np.uint8), np.full((30, 40), 10, np.uint8)
    for _ in range(30):
        boxes = [Box(*rng.integers(0, 20, 2).tolist(), *rng.integers(1, 10, 2).tolist()) for _ in range(2)]
        patches = [patch(box, int(rng.integers(0, 4))) for box in delta.merged(boxes)]
        for painted in patches:
            true[painted.box.slices] = painted.pixels[..., 0]
        frame = screen.show(patches)
        np.copyto(seen[frame.box.slices], frame.indexes, where=frame.indexes != CLEAR)

        assert np.array_equal(true, seen)


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        pytest.param([Box(0, 0, 10, 10), Box(2, 0, 10, 10)], [Box(0, 0, 12, 10)], id="overlapping"),
        pytest.param([Box(0, 0, 4, 4), Box(30, 20, 4, 4)], [Box(0, 0, 4, 4), Box(30, 20, 4, 4)], id="far apart"),
        pytest.param([Box(0, 0, 4, 4), Box(1, 1, 0, 3)], [Box(0, 0, 4, 4)], id="an empty one"),
        pytest.param(
            [Box(0, 0, 10, 10), Box(20, 0, 10, 10), Box(9, 0, 12, 10)], [Box(0, 0, 30, 10)], id="joined by a third"
        ),
    ],
)
def test_boxes_are_joined_when_that_is_no_more_work(boxes, expected):
    assert delta.merged(boxes) == expected
