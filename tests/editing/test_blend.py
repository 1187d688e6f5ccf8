"""What a backend returned, laid into one sector of the original."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompt_media.imaging.geometry import Box
from prompt_media.imaging.picture import Picture
from sessions_app.editing import blend, difference, sectors
from tests.editing.pictures import noise, noises, plain

GREY, RED = (90, 90, 90), (200, 0, 0)
MIDDLE = Box(30, 30, 30, 30)


def without(pixels, box):
    rest = pixels.copy()
    rest[box.slices] = 0
    return rest


@settings(max_examples=60, deadline=None)
@given(noises(9), noises(), st.sampled_from(sectors.GRID_SIZES), st.data())
def test_outside_the_target_every_byte_stays(original, repainted, grid, data):
    cell = data.draw(st.sampled_from(sectors.cells(grid)))
    target = sectors.box(cell, grid, original.size)

    result = blend.into(original, repainted, target)

    assert result.pixels.shape == original.pixels.shape
    assert without(result.pixels, target).tobytes() == without(original.pixels, target).tobytes()
    assert difference.outside(original, result, target) == 0


@given(noises(9))
def test_a_repainted_picture_that_is_the_original_changes_nothing(original):
    target = sectors.box(sectors.Cell(0, 1), 3, original.size)

    assert blend.into(original, original, target).pixels.tobytes() == original.pixels.tobytes()


def test_the_original_itself_is_left_alone():
    original = plain(90, 90, GREY)
    blend.into(original, plain(90, 90, RED), MIDDLE)

    assert (original.pixels == GREY).all()


def test_the_new_fades_in_from_the_border_of_the_target():
    row = blend.into(plain(90, 90, GREY), plain(90, 90, (190, 90, 90)), MIDDLE).pixels[45, 30:60, 0].astype(int)

    assert row[[0, 1, 2, -2, -1]].tolist() == [124, 157, 190, 157, 124]
    assert (row[2:-2] == 190).all()


def test_the_edge_of_the_picture_is_no_border():
    result = blend.into(plain(90, 90, GREY), plain(90, 90, RED), Box(0, 0, 30, 30)).pixels

    assert result[0, 0].tolist() == list(RED)
    assert result[0, 29].tolist() != list(RED)


def test_a_target_of_one_pixel_is_wholly_new():
    result = blend.into(plain(3, 3, GREY), plain(3, 3, RED), Box(1, 1, 1, 1))

    assert result.pixels[1, 1].tolist() == list(RED)


def test_a_picture_of_another_size_is_brought_to_the_original_as_a_whole():
    halves = np.zeros((200, 20, 3), np.uint8)
    halves[100:] = 255

    result = blend.into(plain(90, 90, GREY), Picture(halves), Box(0, 0, 90, 90)).pixels

    assert (result[:40] == 0).all()
    assert (result[50:] == 255).all()


def test_what_is_clear_in_the_repainted_shows_the_original():
    repainted = plain(90, 90, (*RED, 0))
    repainted.pixels[40:50, 40:50, 3] = 255

    result = blend.into(plain(90, 90, GREY), repainted, MIDDLE).pixels

    assert (result[40:50, 40:50] == RED).all()
    assert (result == RED).all(axis=2).sum() == 100
    assert result[35, 35].tolist() == list(GREY)


def test_the_hidden_colour_of_clear_pixels_does_not_bleed_when_they_are_scaled():
    repainted = plain(45, 45, (0, 255, 0, 0))
    repainted.pixels[:, :22] = (*RED, 255)

    result = blend.into(plain(90, 90, GREY), repainted, Box(0, 0, 90, 90)).pixels

    assert result[..., 1].max() <= GREY[1]


def test_an_original_with_alpha_keeps_its_own_where_the_backend_gave_none():
    result = blend.into(plain(90, 90, (*GREY, 120)), plain(90, 90, RED), MIDDLE).pixels

    assert (result[..., 3] == 120).all()
    assert result[45, 45].tolist() == [*RED, 120]


def test_an_original_with_alpha_takes_the_alpha_of_the_backend():
    result = blend.into(plain(90, 90, (0, 0, 0, 0)), plain(90, 90, (*RED, 200)), MIDDLE).pixels

    assert result[45, 45].tolist() == [*RED, 200]
    assert result[45, 30].tolist() == [*RED, 67], "colours that nobody saw do not darken the edge"


@pytest.mark.parametrize("bands", [3, 4])
def test_the_same_goes_in_and_the_same_comes_out(bands):
    one, other = (blend.into(noise(50, 40, 4), noise(33, 70, bands, seed=1), Box(16, 13, 16, 13)) for _ in "ab")

    assert one.pixels.tobytes() == other.pixels.tobytes()


@pytest.mark.parametrize("bands", [3, 4])
@pytest.mark.parametrize("rows", [1, 7, 30])
def test_a_target_laid_in_bands_is_the_same_as_one_laid_at_once(bands, rows, monkeypatch):
    original, repainted = noise(90, 90, bands), noise(90, 90, 4, seed=1)
    at_once = blend.into(original, repainted, MIDDLE)

    monkeypatch.setattr(blend, "_BAND", rows * MIDDLE.width)

    assert blend.into(original, repainted, MIDDLE).pixels.tobytes() == at_once.pixels.tobytes()
