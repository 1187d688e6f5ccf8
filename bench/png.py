"""PNG files of 1080 × 1080: ours against Pillow, on a photo and on flat art, turn by turn in one process."""

import argparse
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

from bench import animations, inputs
from prompt_media.imaging import encode

Encoder = Callable[[Image.Image], bytes]
BASE = "Pillow, level 6"


def main(argv: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench png", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="how often each encoder runs; default 7")
    rounds = parser.parse_args(argv).rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs.make(folder)
        pictures = {"photo with a product": next(animations.true_frames(folder, 2, "slide")), "flat art": _flat(folder)}
    for title, picture in pictures.items():
        _print_table(title, *_measured(picture, rounds))
    return 0


def _flat(folder: Path) -> Image.Image:
    """A plain ground with the product and the logo."""
    canvas = Image.new("RGB", (1080, 1080), (246, 244, 240))
    for file, size, corner in ((inputs.PRODUCT, (360, 540), (360, 270)), (inputs.LOGO, (216, 216), (821, 43))):
        layer = Image.open(folder / file).resize(size, Image.Resampling.LANCZOS)
        canvas.paste(layer, corner, layer)
    return canvas


def _pillow(**options: int) -> Encoder:
    def encoder(image: Image.Image) -> bytes:
        file = BytesIO()
        image.save(file, "PNG", **options)
        return file.getvalue()

    return encoder


ENCODERS: dict[str, Encoder] = {
    BASE: _pillow(),
    "Pillow, level 1": _pillow(compress_level=1),
    "Pillow, RLE, level 1": _pillow(compress_level=1, compress_type=3),
    "ours": lambda image: encode.png(np.asarray(image)),
}


def _measured(image: Image.Image, rounds: int) -> tuple[dict[str, float], dict[str, int]]:
    """The median CPU seconds of each encoder, and the bytes it makes. Every file must hold the picture exactly."""
    times: dict[str, list[float]] = {name: [] for name in ENCODERS}
    sizes: dict[str, int] = {}
    for _ in range(rounds):
        for name, encoder in ENCODERS.items():
            start = time.process_time()
            data = encoder(image)
            times[name].append(time.process_time() - start)
            sizes[name] = len(data)
            assert np.array_equal(np.asarray(Image.open(BytesIO(data))), np.asarray(image)), name
    return {name: median(measured) for name, measured in times.items()}, sizes


def _print_table(title: str, times: dict[str, float], sizes: dict[str, int]) -> None:
    print(f"{title:<24} {'CPU ms':>8} {'times faster':>13} {'bytes':>11} {'of level 6':>11}")
    for name, seconds in times.items():
        faster, share = times[BASE] / seconds, sizes[name] / sizes[BASE]
        print(f"{name:<24} {seconds * 1e3:8.1f} {faster:13.1f} {sizes[name]:11,} {share:11.3f}")
    print()
