"""The pictures every comparison works on, made anew each time from fixed seeds.

A 12-megapixel photo with texture at every scale and a sensor's noise, a soft-edged logo and a cut-out product.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

PHOTO, LOGO, PRODUCT = "photo.jpg", "logo.png", "product.png"
Plane = NDArray[np.float32]


def make(folder: Path) -> None:
    """Write the three pictures into a folder."""
    rng = np.random.default_rng(20261120)
    _photo(4000, 3000, rng).save(folder / PHOTO, quality=90)
    _logo(1200, rng).save(folder / LOGO)
    _product(800, 1200, rng).save(folder / PRODUCT)


def _photo(width: int, height: int, rng: np.random.Generator) -> Image.Image:
    """Smooth light, texture that falls off like nature's (1/f), and noise in each pixel."""
    light = _enlarged(_natural(height // 8, width // 8, 2.2, rng), width, height)
    tints = [_enlarged(_natural(height // 8, width // 8, 2.0, rng), width, height) for _ in range(3)]
    texture = 14 * _natural(height, width, 1.1, rng) + 2.5 * rng.standard_normal((height, width), np.float32)
    planes = [base + 45 * light + 22 * tint + texture for base, tint in zip((150, 120, 95), tints, strict=True)]
    return Image.fromarray(np.dstack(planes).clip(0, 255).astype(np.uint8))


def _natural(height: int, width: int, slope: float, rng: np.random.Generator) -> Plane:
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    frequency[0, 0] = np.inf
    spectrum = rng.standard_normal(frequency.shape) + 1j * rng.standard_normal(frequency.shape)
    plane = np.fft.irfft2(spectrum / frequency**slope, s=(height, width))
    normal: Plane = (plane / plane.std()).astype(np.float32)
    return normal


def _enlarged(plane: Plane, width: int, height: int) -> Plane:
    return np.asarray(Image.fromarray(plane).resize((width, height), Image.Resampling.BICUBIC))


def _logo(side: int, rng: np.random.Generator) -> Image.Image:
    """A disc of changing colour with a ring and five bars, its edge soft."""
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32)
    radius = np.hypot(columns - side / 2, rows - side / 2)
    rgb = np.dstack([40 + 200 * columns / side, 60 + 150 * rows / side, 230 - 160 * columns / side])
    rgb[(radius > 380) & (radius < 450)] = (255, 214, 64)
    for bar in range(5):
        top, left = 420 + 80 * bar, 360 + 40 * (bar % 2)
        rgb[top : top + 44, left : 840 - 60 * (bar % 3)] = 250
    rgb += 1.5 * rng.standard_normal((side, side, 1))
    alpha = ((560 - radius) / 60).clip(0, 1) * 255
    return Image.fromarray(np.dstack([rgb.clip(0, 255), alpha]).astype(np.uint8))


def _product(width: int, height: int, rng: np.random.Generator) -> Image.Image:
    """A bottle with a natural texture and a smooth outline."""
    mask = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(mask)
    pen.rounded_rectangle((150, 380, 650, 1170), 110, fill=255)
    pen.rounded_rectangle((310, 60, 490, 430), 40, fill=255)
    planes = [base + 40 * _natural(height, width, 1.8, rng) for base in (150, 90, 60)]
    grain = 4 * rng.standard_normal((height, width, 1))
    rgb = (np.dstack(planes) + grain).clip(0, 255)
    alpha = np.asarray(mask.filter(ImageFilter.GaussianBlur(2.5)))
    return Image.fromarray(np.dstack([rgb, alpha]).astype(np.uint8))


if __name__ == "__main__":
    # A process of its own: the kernel counts a parent's memory as its children's.
    make(Path(sys.argv[1]))
