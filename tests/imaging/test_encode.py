"""Pixels become files."""

import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from prompt_media.imaging import decode, encode, png
from prompt_media.imaging.geometry import Size
from prompt_media.imaging.picture import Picture


def noisy(channels=3, size=(37, 131)):
    return np.random.default_rng(11).integers(0, 256, (size[1], size[0], channels), dtype=np.uint8)


def smooth(size=(320, 240)):
    rows, columns = np.mgrid[0 : size[1], 0 : size[0]]
    grain = np.random.default_rng(5).normal(0, 4, rows.shape)
    planes = [columns * 0.7 + grain, rows * 0.9 + grain, (rows + columns) * 0.4 + grain]
    return np.dstack(planes).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("channels", [3, 4], ids=["RGB", "RGBA"])
@pytest.mark.parametrize("size", [(37, 131), (1, 1), (64, 64)], ids=str)
def test_a_png_holds_the_same_pixels(channels, size):
    pixels = noisy(channels, size)

    read = Image.open(BytesIO(encode.png(pixels)))

    assert np.array_equal(np.asarray(read), pixels)


def test_without_isal_a_png_holds_the_same_pixels(monkeypatch):
    monkeypatch.setattr(png, "deflate", zlib)
    monkeypatch.setattr(png, "level", 1)

    assert np.array_equal(np.asarray(Image.open(BytesIO(encode.png(noisy())))), noisy())


def test_a_photo_as_png_is_no_larger_than_pillow_makes_it():
    usual = BytesIO()
    Image.fromarray(smooth()).save(usual, "PNG")

    assert len(encode.png(smooth())) <= len(usual.getvalue())


def test_part_of_a_larger_array_can_be_saved():
    part = noisy()[10:40, 5:25]

    assert np.array_equal(np.asarray(Image.open(BytesIO(encode.png(part)))), part)


@pytest.mark.parametrize(
    ("picture", "lossless", "media_type", "extension"),
    [
        pytest.param(Picture(smooth()), False, "image/jpeg", "jpg", id="a photo"),
        pytest.param(Picture(smooth()), True, "image/png", "png", id="a drawing"),
        pytest.param(Picture(noisy(4)), False, "image/png", "png", id="clear in places"),
    ],
)
def test_an_upload_is_stored_as_what_suits_it(picture, lossless, media_type, extension):
    kept = encode.stored(picture, lossless=lossless)

    assert (kept.media_type, kept.extension) == (media_type, extension)
    read = decode.picture(kept.data)
    assert read.size == picture.size
    if media_type == "image/png":
        assert np.array_equal(read.pixels, picture.pixels)
    else:
        assert np.abs(read.pixels.astype(int) - picture.pixels).mean() < 3


def test_what_is_stored_carries_no_metadata():
    exif = Image.Exif()
    exif[0x010F] = "A camera that tells"
    file = BytesIO()
    Image.fromarray(smooth()).save(file, "JPEG", exif=exif, comment=b"secret")

    kept = encode.stored(decode.picture(file.getvalue()), lossless=False)

    assert not Image.open(BytesIO(kept.data)).getexif()
    assert b"camera" not in kept.data
    assert b"secret" not in kept.data


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        pytest.param((1200, 600), Size(512, 256), id="wide"),
        pytest.param((300, 900), Size(171, 512), id="tall"),
        pytest.param((80, 60), Size(80, 60), id="small stays small"),
    ],
)
def test_a_thumbnail_fits(size, expected):
    facts = decode.inspect(encode.thumbnail(Picture(smooth(size))))

    assert (facts.media_type, facts.size) == ("image/webp", expected)


def test_a_thumbnail_keeps_what_is_clear():
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:, 32:] = (250, 10, 10, 255)

    small = decode.picture(encode.thumbnail(Picture(pixels), side=32)).pixels

    assert small[16, 4, 3] == 0
    assert small[16, 28, 3] == 255
