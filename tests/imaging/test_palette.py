"""Which colours stand for a picture, and which of them for a pixel."""

import numpy as np
import pytest
from PIL import Image

from prompt_media.imaging import palette, wu
from prompt_media.imaging.nearest import Neighbourhoods
from prompt_media.imaging.palette import Mapper


def noise(size=(120, 90), low=0, high=256):
    return np.random.default_rng(2).integers(low, high, (size[1], size[0], 3), dtype=np.uint8)


def photo(size=(200, 150)):
    rows, columns = np.mgrid[0 : size[1], 0 : size[0]]
    grain = np.random.default_rng(9).normal(0, 5, rows.shape)
    planes = [columns * 1.1 + grain, rows * 1.5 - grain, 120 + 90 * np.sin(rows / 21 + columns / 34)]
    return np.dstack(planes).clip(0, 255).astype(np.uint8)


def mapped(pixels, most=255):
    histogram = palette.count([pixels])
    colours = palette.choose(histogram, most)
    return colours[Mapper(colours, histogram)(pixels)]


def error(pixels, others):
    return float(((pixels.astype(float) - others) ** 2).mean())


def test_a_histogram_counts_every_pixel_and_keeps_the_mean():
    pixels = noise()

    histogram = palette.count([pixels[:40], pixels[40:]])

    assert histogram.weights.sum() == pixels.shape[0] * pixels.shape[1]
    mean = (histogram.colours * histogram.weights[:, None]).sum(0) / histogram.weights.sum()
    assert mean == pytest.approx(pixels.reshape(-1, 3).mean(0), abs=0.01)


def test_few_colours_are_kept_exactly():
    swatches = np.array([(255, 255, 255), (255, 0, 0), (12, 34, 56), (0, 0, 0), (250, 214, 64)], np.uint8)
    pixels = swatches[np.random.default_rng(4).integers(0, 5, (30, 40))]

    assert np.array_equal(mapped(pixels), pixels)


def test_a_white_ground_stays_white():
    pixels = photo()
    pixels[:100] = 255

    assert (mapped(pixels)[:100] == 255).all()


def test_more_colours_come_closer():
    errors = [error(photo(), mapped(photo(), most)) for most in (8, 32, 255)]

    assert errors[0] > 2 * errors[1] > 4 * errors[2]


def test_the_palette_is_closer_than_median_cut():
    usual = np.asarray(Image.fromarray(photo()).quantize(255, dither=Image.Dither.NONE).convert("RGB"))

    assert error(photo(), mapped(photo())) < 0.9 * error(photo(), usual)


def test_the_same_colours_give_the_same_palette():
    assert np.array_equal(palette.choose(palette.count([photo()])), palette.choose(palette.count([photo()])))


def test_no_more_colours_than_asked_for():
    histogram = palette.count([noise()])

    assert len(wu.split(histogram.weights, histogram.colours, 17)) == 17


def test_the_nearest_colour_is_found_among_all():
    rng = np.random.default_rng(6)
    colours, chosen = (
        rng.uniform(0, 255, (3000, 3)).astype(np.float32),
        rng.uniform(0, 255, (255, 3)).astype(np.float32),
    )

    found = Neighbourhoods(colours).nearest(chosen)

    distances = ((colours[:, None] - chosen) ** 2).sum(2)
    assert (found == distances.argmin(1)).mean() > 0.995
    assert (distances[np.arange(3000), found] <= 1.5 * distances.min(1) + 1).all()


def test_colours_never_seen_before_are_mapped_too():
    """A palette from dark pixels only still answers for light ones: with its lightest."""
    dark = noise(high=60)
    histogram = palette.count([dark])
    colours = palette.choose(histogram)

    index = Mapper(colours, histogram)(np.full((1, 1, 3), 250, np.uint8))[0, 0]

    assert colours[index].sum() >= np.percentile(colours.sum(1), 95)


@pytest.mark.parametrize(
    ("size", "left"),
    [
        pytest.param((7, 3), (7, 3), id="small stays"),
        pytest.param((640, 480), (36, 27), id="large is thinned"),
    ],
)
def test_thinning_leaves_about_a_thousand(size, left):
    width, height = left

    assert palette.thinned(noise(size), 1000).shape == (height, width, 3)
