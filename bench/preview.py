"""What a person waits for while typing: small previews of a 1080 × 1080 scene in a warm process, layers kept."""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from bench import animations
from bench.running import run
from sessions_app.composing import render
from sessions_app.composing.scene import Scene, at_rest

TARGET_MS = 60.0


def main(argv: list[str]) -> int:
    """Measure and print; 1 when a median misses the target."""
    parser = argparse.ArgumentParser(prog="python -m bench preview", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="of each scene; default 40")
    rounds = parser.parse_args(argv).rounds
    scenes = {motion: animations.scene(30, motion) for motion in animations.MOTIONS}
    scenes = {"still": at_rest(scenes["slide"]), **scenes}
    with tempfile.TemporaryDirectory() as name:
        run([sys.executable, "-m", "bench.inputs", name])
        kept = animations.Kept(animations.decoded(Path(name)))
    print(f"{'scene':<8} {'median ms':>10} {'95 % ms':>8} {'bytes':>9}")
    medians = [_measured(title, scene, kept, rounds) for title, scene in scenes.items()]
    return int(max(medians) > TARGET_MS)


def _measured(title: str, scene: Scene, pictures: render.Pictures, rounds: int) -> float:
    size, times = len(render.preview(scene, pictures).data), []
    for _ in range(rounds):
        start = time.perf_counter()
        render.preview(scene, pictures)
        times.append((time.perf_counter() - start) * 1e3)
    print(f"{title:<8} {median(times):10.1f} {quantiles(times, n=20)[-1]:8.1f} {size:9,}")
    return median(times)
