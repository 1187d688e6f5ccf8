"""Where two pictures differ, and by how much."""

import numpy as np
import pytest
from hypothesis import given

from prompt_media.imaging.geometry import Box
from prompt_media.imaging.picture import Picture
from sessions_app.editing import difference
from tests.editing.pictures import noise, noises, plain

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
TARGET = Box(10, 10, 10, 10)


def touched(picture, *points):
    pixels = picture.pixels.copy()
    for x, y in points:
        pixels[y, x, 0] ^= 1
    return Picture(pixels)


@pytest.mark.parametrize(
    "point",
    [
        pytest.param((15, 9), id="above"),
        pytest.param((15, 20), id="below"),
        pytest.param((9, 15), id="left"),
        pytest.param((20, 15), id="right"),
        pytest.param((0, 0), id="the first pixel"),
        pytest.param((29, 29), id="the last pixel"),
    ],
)
def test_one_bit_of_one_pixel_outside_is_found(point):
    before = noise(30, 30)

    assert difference.outside(before, touched(before, point), TARGET) == 1


def test_what_happens_inside_is_not_counted():
    before = noise(30, 30)

    assert difference.outside(before, touched(before, (10, 10), (19, 19)), TARGET) == 0


def test_every_pixel_outside_is_counted():
    assert difference.outside(plain(30, 30, BLACK), plain(30, 30, WHITE), TARGET) == 30 * 30 - 100


def test_alpha_counts_too():
    before, after = plain(30, 30, (9, 9, 9, 200)), plain(30, 30, (9, 9, 9, 201))

    assert difference.outside(before, after, TARGET) == 800
    assert difference.outside(plain(30, 30, (9, 9, 9)), plain(30, 30, (9, 9, 9, 255)), TARGET) == 0


def test_another_size_proves_nothing():
    assert difference.outside(plain(30, 30, BLACK), plain(31, 30, BLACK), TARGET) == 800


def test_change_goes_from_nothing_to_black_and_white():
    assert difference.change(plain(30, 30, BLACK), plain(30, 30, BLACK), TARGET) == 0
    assert difference.change(plain(30, 30, BLACK), plain(30, 30, WHITE), TARGET) == pytest.approx(1)


def test_change_is_the_mean_over_the_target_alone():
    after = plain(30, 30, BLACK)
    after.pixels[:, :15] = 255

    assert difference.change(plain(30, 30, BLACK), after, TARGET) == pytest.approx(0.5)


def test_change_of_a_large_target_is_measured_on_a_lattice():
    after = plain(1200, 1200, BLACK)
    after.pixels[:600] = 255

    assert difference.change(plain(1200, 1200, BLACK), after, Box(0, 0, 1200, 1200)) == pytest.approx(0.5, abs=0.005)


def test_what_becomes_visible_has_changed():
    clear = plain(30, 30, (255, 255, 255, 0))

    for colour in (WHITE, BLACK):
        assert difference.change(clear, plain(30, 30, (*colour, 255)), TARGET) == pytest.approx(1)
    assert difference.change(clear, plain(30, 30, (0, 0, 0, 0)), TARGET) == 0, "nobody sees the colour of nothing"


@given(noises())
def test_a_picture_does_not_differ_from_itself(picture):
    found = difference.compare(picture, Picture(picture.pixels.copy()))

    assert found == difference.NONE
    assert found.is_none


def test_a_difference_is_told_by_share_change_and_box():
    before = plain(40, 20, BLACK)
    after = plain(40, 20, BLACK)
    after.pixels[5:9, 10:20] = 255

    found = difference.compare(before, after)

    assert (found.share, found.box) == (40 / 800, Box(10, 5, 10, 4))
    assert found.change == pytest.approx(40 / 800)


def test_opaque_alpha_is_no_difference():
    assert difference.compare(plain(9, 9, (7, 7, 7)), plain(9, 9, (7, 7, 7, 255))).is_none


def test_pictures_of_two_sizes_differ_everywhere():
    found = difference.compare(plain(40, 20, BLACK), plain(20, 10, BLACK))

    assert (found.share, found.change, found.box) == (1.0, 0.0, Box(0, 0, 40, 20))


def test_the_picture_of_a_difference_has_ink_where_they_differ_and_nowhere_else():
    before = plain(40, 20, (200, 200, 200))
    seen = difference.shown(before, touched(before, (30, 4))).pixels

    assert seen[4, 30].tolist() == [148, 69, 113], "one bit is seen"
    seen[4, 30] = seen[0, 0]
    assert (seen == 60).all(), "the rest is dark and grey"


def test_a_large_difference_has_full_ink():
    seen = difference.shown(plain(9, 9, BLACK), plain(9, 9, WHITE)).pixels

    assert (seen == (255, 79, 176)).all()


@given(noises(), noises())
def test_any_two_pictures_can_be_compared_and_shown(one, other):
    found = difference.compare(one, other)

    assert 0 <= found.change <= 1
    assert 0 <= found.share <= 1
    assert difference.shown(one, other).size == one.size
    assert np.isfinite(found.change)
