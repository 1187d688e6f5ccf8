"""Sprites on a canvas."""

import numpy as np
import pytest

from prompt_media.imaging import draw
from prompt_media.imaging.draw import Sprite
from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.picture import Picture


def plain(colour, size=(20, 12), alpha=None):
    pixels = np.empty((size[1], size[0], 3 if alpha is None else 4), np.uint8)
    pixels[..., :3] = colour
    if alpha is not None:
        pixels[..., 3] = alpha
    return Picture(pixels)


def whole(picture):
    return draw.sprite(picture, picture.size, picture.size.box)


def textured(channels=3, size=(90, 60)):
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (size[1] // 6, size[0] // 6, channels), dtype=np.uint8)
    return Picture(np.ascontiguousarray(coarse.repeat(6, 0).repeat(6, 1)))


@pytest.mark.parametrize("channels", [3, 4], ids=["opaque", "with alpha"])
def test_a_crop_is_the_same_part_of_the_whole(channels):
    picture, size, crop = textured(channels), Size(40, 27), Box(11, 5, 20, 16)

    part = draw.sprite(picture, size, crop)
    full = draw.sprite(picture, size, size.box)

    assert part.size == crop.size
    assert np.abs(part.rgb.astype(int) - full.rgb[crop.slices]).max() <= 1


def test_an_unscaled_sprite_is_the_picture():
    picture = textured()

    assert np.array_equal(whole(picture).rgb, picture.pixels)


def test_the_colour_of_clear_pixels_does_not_bleed():
    """Shrinking green beside clear red: whoever forgets to premultiply gets a brown edge."""
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[...] = (255, 0, 0, 0)
    pixels[:, :20] = (0, 200, 0, 255)

    small = draw.sprite(Picture(pixels), Size(9, 9), Size(9, 9).box)

    assert small.rgb[..., 0].max() == 0
    assert 0 < small.alpha[4, 4] < 255


@pytest.mark.parametrize("angle_deg", [0, 30])
def test_no_colour_exceeds_its_alpha(angle_deg):
    sprite = draw.turned(draw.sprite(textured(4), Size(130, 87), Size(130, 87).box), angle_deg)

    assert (sprite.rgb <= sprite.alpha[..., None]).all()


def test_an_alpha_that_hides_nothing_is_dropped():
    assert whole(plain((9, 9, 9), alpha=255)).alpha is None


def test_blending_is_exact_at_both_ends():
    canvas = draw.ground(Size(20, 12), (10, 20, 30))

    draw.blend(canvas, whole(plain((200, 100, 50), alpha=0)), 0, 0)
    assert (canvas == (10, 20, 30)).all()
    draw.blend(canvas, whole(plain((200, 100, 50))), 0, 0)
    assert (canvas == (200, 100, 50)).all()


def test_blending_agrees_with_arithmetic_for_every_alpha_and_colour():
    alpha, colour = (grid.astype(np.uint8) for grid in np.mgrid[0:256, 0:256])
    premultiplied = np.rint(colour / 255 * alpha).astype(np.uint8)
    for under in (0, 77, 255):
        canvas = draw.ground(Size(256, 256), (under, under, under))

        draw.blend(canvas, Sprite(np.dstack([premultiplied] * 3), alpha), 0, 0)

        wanted = premultiplied + under * (1 - alpha / 255)
        assert np.abs(canvas[..., 0] - wanted).max() <= 1


@pytest.mark.parametrize(
    ("x", "y", "seen"),
    [
        pytest.param(-15, -8, Box(0, 0, 5, 4), id="over the top left corner"),
        pytest.param(38, 28, Box(38, 28, 2, 2), id="over the bottom right corner"),
        pytest.param(5, 6, Box(5, 6, 20, 12), id="inside"),
        pytest.param(40, 0, Box(40, 0, 0, 0), id="outside"),
    ],
)
def test_what_overhangs_is_cut_off(x, y, seen):
    canvas = draw.ground(Size(40, 30), (0, 0, 0))

    draw.blend(canvas, whole(plain((255, 255, 255))), x, y)

    assert canvas[..., 0].astype(bool).sum() == seen.pixels
    assert canvas[seen.slices].all()


def test_fading_changes_alpha():
    sprite = draw.faded(whole(plain((200, 100, 50))), 0.5)

    assert abs(int(sprite.alpha[0, 0]) - 128) <= 1
    assert abs(int(sprite.rgb[0, 0, 0]) - 100) <= 1
    assert draw.faded(sprite, 0).alpha.max() == 0
    assert draw.faded(sprite, 1) is sprite


def test_a_quarter_turn_goes_clockwise():
    """A sprite with a red top edge has it on the right after a quarter turn."""
    pixels = np.zeros((21, 31, 3), np.uint8)
    pixels[:7] = (250, 0, 0)

    turned = draw.turned(whole(Picture(pixels)), 90)

    middle = turned.size.height // 2
    assert turned.rgb[middle, turned.size.width // 2 + 8, 0] > 240
    assert turned.rgb[middle, turned.size.width // 2 - 8, 0] == 0


def test_a_full_turn_changes_nothing():
    sprite = whole(textured())

    assert draw.turned(sprite, 360) is sprite


@pytest.mark.parametrize("size", [(20, 12), (21, 12), (21, 13)], ids=["even", "mixed", "odd"])
def test_a_turning_sprite_keeps_its_centre(size):
    for angle_deg in range(5, 360, 25):
        turned = draw.turned(whole(plain((255, 255, 255), size)), angle_deg)
        rows, columns = np.mgrid[0 : turned.size.height, 0 : turned.size.width]
        weight = turned.alpha.astype(float)

        assert (turned.size.width - size[0]) % 2 == (turned.size.height - size[1]) % 2 == 0
        assert (columns * weight).sum() / weight.sum() == pytest.approx((turned.size.width - 1) / 2, abs=0.02)
        assert (rows * weight).sum() / weight.sum() == pytest.approx((turned.size.height - 1) / 2, abs=0.02)
        assert weight.sum() / 255 == pytest.approx(size[0] * size[1], rel=0.03)


def test_a_turned_edge_is_soft_and_nothing_is_cut_off():
    turned = draw.turned(whole(plain((255, 255, 255))), 10)

    edge = np.concatenate([turned.alpha[0], turned.alpha[-1], turned.alpha[:, 0], turned.alpha[:, -1]])
    assert edge.max() < 16
    assert ((turned.alpha > 20) & (turned.alpha < 235)).sum() > 20
