"""The cache of decoded pictures: whatever happens to it, the stored file decides what is painted."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from prompt_media.files import layers, store
from prompt_media.imaging.geometry import Size
from prompt_media.imaging.picture import Picture

SHA, KEY = "c0ffee", "uploads/somebody/a.png"
RED = np.array((200, 30, 30), np.uint8)


@pytest.fixture
def kept(settings) -> Path:
    """Where the layer of the stored file is, or would be."""
    return settings.CACHE_DIR / "layers" / f"{SHA}.npy"


@pytest.fixture
def stored(picture) -> None:
    store.put(KEY, picture("PNG", (60, 40), tuple(int(value) for value in RED)))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def scribble(path: Path) -> None:
    path.write_bytes(b"not an array" * 100)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(Path.unlink, id="lost"),
        pytest.param(empty, id="empty"),
        pytest.param(cut, id="cut short"),
        pytest.param(scribble, id="something else"),
    ],
)
def test_a_layer_that_is_lost_or_damaged_is_made_again(stored, kept, damage: Callable[[Path], None]):
    layers.layer(SHA, KEY)
    damage(kept)

    assert (layers.layer(SHA, KEY).pixels == RED).all()
    assert (np.load(kept) == RED).all()


def test_a_layer_that_is_kept_needs_no_stored_file(stored):
    layers.layer(SHA, KEY)
    store.discard([KEY])

    assert (layers.layer(SHA, KEY).pixels == RED).all()


def test_nothing_half_written_is_left(stored, kept):
    layers.layer(SHA, KEY)

    assert list(kept.parent.iterdir()) == [kept]


@pytest.mark.parametrize(
    ("size", "kept_size"),
    [
        pytest.param((60, 40), (60, 40), id="small, as it is"),
        pytest.param((4320, 100), (2160, 50), id="wide"),
        pytest.param((100, 4320), (50, 2160), id="tall"),
    ],
)
def test_a_layer_is_no_larger_than_a_canvas_needs(kept, size, kept_size):
    width, height = size
    layers.keep(SHA, Picture(np.zeros((height, width, 3), np.uint8)))

    assert layers.bounds(Size(*size)) == Size(*kept_size)
    assert np.load(kept).shape[:2] == kept_size[::-1]


def test_what_cannot_be_seen_does_not_colour_the_edge_of_what_can():
    pixels = np.zeros((20, 4400, 4), np.uint8)
    pixels[:, :2200] = (0, 200, 0, 255)
    pixels[:, 2200:] = (255, 0, 255, 0)

    layers.keep(SHA, Picture(pixels))

    layer = layers.layer(SHA, KEY).pixels
    seen = layer[layer[..., 3] > 16]
    assert seen[:, 0].max() <= 8


def test_the_layers_used_longest_ago_make_room(settings):
    settings.CACHE_MB = 1
    third_of_a_megabyte = Picture(np.zeros((340, 333, 3), np.uint8))
    a_minute_ago = time.time() - 60
    for age, name in enumerate(("old", "used", "young")):
        layers.keep(name, third_of_a_megabyte)
        os.utime(settings.CACHE_DIR / "layers" / f"{name}.npy", (a_minute_ago + age, a_minute_ago + age))
    layers.layer("old", KEY)
    layers.keep("new", third_of_a_megabyte)

    kept = {path.stem for path in (settings.CACHE_DIR / "layers").iterdir()}
    assert kept == {"old", "young", "new"}


def test_a_layer_nobody_used_for_a_day_goes_with_the_next(settings):
    layers.keep("yesterday's", Picture(np.zeros((4, 4, 3), np.uint8)))
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(settings.CACHE_DIR / "layers" / "yesterday's.npy", (two_days_ago, two_days_ago))

    layers.keep("today's", Picture(np.zeros((4, 4, 3), np.uint8)))

    assert [path.stem for path in (settings.CACHE_DIR / "layers").iterdir()] == ["today's"]


def test_a_forgotten_layer_is_gone_and_may_be_forgotten_twice(stored, kept):
    layers.layer(SHA, KEY)
    layers.drop(SHA)
    layers.drop(SHA)

    assert not kept.exists()


def test_what_a_killed_process_left_half_written_goes_and_what_is_being_written_stays(kept, stored):
    kept.parent.mkdir(parents=True)
    old, young = kept.with_name(f".{'a' * 32}.part"), kept.with_name(f".{'b' * 32}.part")
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, time.time() - layers.CUT_OFF_SECONDS - 60))

    layers.layer(SHA, KEY)

    assert (old.exists(), young.exists(), kept.exists()) == (False, True, True)
