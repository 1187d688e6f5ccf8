"""How far apart two colours look, against the values that others publish."""

import numpy as np
import pytest

from prompt_media.imaging import oklab


def distance(one, other):
    return float(oklab.distances(np.array([one], np.uint8), np.array([other], np.uint8))[0])


# The sides: Oklab of the primaries as published with CSS Color 4 (red 0.628 0.225 0.126, green 0.866 -0.234 0.180,
# blue 0.452 -0.032 -0.312, white 1 0 0).
@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        pytest.param((0, 0, 0), (255, 255, 255), 1.0, id="black and white"),
        pytest.param((255, 0, 0), (0, 255, 0), 0.520, id="red and green"),
        pytest.param((255, 0, 0), (0, 0, 255), 0.537, id="red and blue"),
        pytest.param((0, 0, 255), (255, 255, 255), 0.631, id="blue and white"),
        pytest.param((128, 128, 128), (128, 128, 128), 0.0, id="the same"),
    ],
)
def test_the_distance_is_the_published_one(one, other, apart):
    assert distance(one, other) == pytest.approx(apart, abs=0.002)
    assert distance(one, other) == distance(other, one)


def test_no_two_corners_of_the_colour_cube_are_further_apart_than_black_and_white():
    corners = np.array(np.meshgrid(*[[0, 255]] * 3), np.uint8).reshape(3, -1).T

    assert max(distance(one, other) for one in corners for other in corners) == pytest.approx(1, abs=1e-6)


def test_one_step_of_a_byte_is_hardly_seen():
    assert 0 < distance((128, 128, 128), (129, 128, 128)) < 0.02
