"""The backend that draws by itself: a change that is seen, that is steered, and that comes out the same again."""

import numpy as np
import pytest

from prompt_media.generating.procedural.backend import Procedural
from prompt_media.generating.procedural.words import THINGS
from prompt_media.generating.protocol import Inpaint
from prompt_media.imaging.geometry import Box
from prompt_media.imaging.picture import Picture
from prompt_media.progress import SILENT

TARGET = Box(48, 40, 48, 40)


def scene(size=(96, 80), channels=3):
    """A sky over a meadow, with some noise."""
    rng = np.random.default_rng(7)
    pixels = np.empty((size[1], size[0], channels), np.uint8)
    pixels[: size[1] // 2, :, :3], pixels[size[1] // 2 :, :, :3] = (140, 170, 210), (96, 118, 70)
    pixels[..., :3] += rng.integers(0, 8, (size[1], size[0], 3), dtype=np.uint8)
    if channels == 4:
        pixels[..., 3] = 255
    return Picture(pixels)


def painted(prompt="a ladybug", *, picture=None, target=TARGET, seed=1, strength=0.75):
    wish = Inpaint(picture or scene(), target, prompt, seed, strength)
    return Procedural().inpaint(wish, SILENT).picture.pixels


def changed(pixels, picture=None):
    """How many pixels are clearly another."""
    before = (picture or scene()).pixels.astype(int)
    return int((np.abs(pixels.astype(int) - before).max(2) > 24).sum())


@pytest.mark.parametrize("name", THINGS)
def test_each_thing_is_seen_and_stays_inside_the_target(name):
    pixels = painted(f"add a {name}")

    outside = np.ones(pixels.shape[:2], bool)
    outside[TARGET.slices] = False
    assert np.array_equal(pixels[outside], scene().pixels[outside])
    assert changed(pixels) > TARGET.pixels * 0.03


@pytest.mark.parametrize(
    "prompt", ["", "   ", "ein kleiner Marienkäfer", "🦄🦄", "%s {} \x00", "a " * 5000, "make something of it", "zqx"]
)
def test_any_text_at_all_changes_something_that_is_seen(prompt):
    assert changed(painted(prompt)) > TARGET.pixels * 0.03
