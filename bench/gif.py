"""A logo that moves over a photo, 30 frames of 1080 × 1080: ours against plain Pillow and ffmpeg, in one run."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench import animations
from bench.running import Cost, run, turn_by_turn

OURS = {"ours, whole process": "files", "ours, warm": "files-warm", "ours, warm, kept layers": "layers-warm"}
PILLOW, FFMPEG = "Pillow as usual", "ffmpeg"
HEADER = (
    "contender",
    "wall ms",
    "CPU ms",
    "RSS MB",
    "work ms",
    "work CPU",
    "bytes",
    "PSNR dB",
    "CPU: Pillow/",
    "ffmpeg/",
)


def main(argv: list[str]) -> int:
    """Measure and print. Without ffmpeg on the machine its row says so."""
    parser = argparse.ArgumentParser(prog="python -m bench gif", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each contender runs; default 3")
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--motion", choices=sorted(animations.MOTIONS), default="slide")
    wish = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run([sys.executable, "-m", "bench.inputs", name])
        costs = turn_by_turn(_commands(folder, wish.frames, wish.motion), wish.rounds)
        truth = [np.asarray(image) for image in animations.true_frames(folder, wish.frames, wish.motion)]
        facts = {contender: _facts(_out(folder, contender), truth) for contender in costs}
    print(f"{wish.frames} frames, {wish.motion}, medians of {wish.rounds} rounds\n")
    _print_table(costs, facts)
    if FFMPEG not in costs:
        print("\nffmpeg: MISSING on this machine, not measured. Debian: apt-get install ffmpeg", file=sys.stderr)
    return 0


def _commands(folder: Path, frames: int, motion: str) -> dict[str, list[str]]:
    start = (sys.executable, "-m", "bench.animations")
    commands = {
        contender: [*start, name, str(folder), str(_out(folder, contender)), str(frames), motion]
        for contender, name in {PILLOW: "pillow", **OURS}.items()
    }
    if shutil.which("ffmpeg"):
        commands[FFMPEG] = animations.ffmpeg(folder, _out(folder, FFMPEG), frames, motion)
    return commands


def _out(folder: Path, contender: str) -> Path:
    return folder / f"{contender}.gif"


def _facts(file: Path, truth: list[NDArray[np.uint8]]) -> tuple[int, float]:
    """Bytes, and the mean over all frames of the signal to noise ratio against true colour."""
    ratios = [_psnr(shown, true) for shown, true in zip(_shown(file), truth, strict=True)]
    return file.stat().st_size, float(np.mean(ratios))


def _shown(file: Path) -> Iterator[NDArray[np.uint8]]:
    with Image.open(file) as image:
        for frame in range(getattr(image, "n_frames", 1)):
            image.seek(frame)
            yield np.asarray(image.convert("RGB"))


def _psnr(shown: NDArray[np.uint8], true: NDArray[np.uint8]) -> float:
    error = ((shown.astype(np.float32) - true) ** 2).mean()
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def _print_table(costs: dict[str, Cost], facts: dict[str, tuple[int, float]]) -> None:
    print("{:<24} {:>8} {:>8} {:>7} {:>8} {:>9} {:>11} {:>8} {:>14} {:>8}".format(*HEADER))
    for contender, cost in costs.items():
        size, psnr = facts[contender]
        against = f"{costs[PILLOW].work_cpu_s / cost.work_cpu_s:14.1f}"
        against += f" {costs[FFMPEG].work_cpu_s / cost.work_cpu_s:8.1f}" if FFMPEG in costs else f" {'missing':>8}"
        print(
            f"{contender:<24} {cost.wall_s * 1e3:8.0f} {cost.cpu_s * 1e3:8.0f} {cost.rss_mb:7.0f}"
            f" {cost.work_s * 1e3:8.0f} {cost.work_cpu_s * 1e3:9.0f} {size:11,} {psnr:8.2f} {against}"
        )
