"""How the moving logo's cost grows with the number of frames: time and bytes with what moves, memory not at all."""

import argparse
import sys
import tempfile
from pathlib import Path

from bench.running import Cost, run, turn_by_turn

FRAMES = (15, 30, 60, 120, 240, 480)


def main(argv: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench growth", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each number of frames is made; default 3")
    rounds = parser.parse_args(argv).rounds
    with tempfile.TemporaryDirectory() as name:
        run([sys.executable, "-m", "bench.inputs", name])
        outs = {str(frames): Path(name, f"{frames}.gif") for frames in FRAMES}
        start = (sys.executable, "-m", "bench.animations", "layers-warm", name)
        costs = turn_by_turn({frames: [*start, str(out), frames, "slide"] for frames, out in outs.items()}, rounds)
        sizes = {frames: out.stat().st_size for frames, out in outs.items()}
    _print_table(costs, sizes)
    return 0


def _print_table(costs: dict[str, Cost], sizes: dict[str, int]) -> None:
    print(f"{'frames':>6} {'work CPU ms':>12} {'of 30':>6} {'bytes':>11} {'RSS MB':>7} {'of 15':>6}")
    for frames, cost in costs.items():
        time_share, memory_share = cost.work_cpu_s / costs["30"].work_cpu_s, cost.rss_mb / costs["15"].rss_mb
        print(
            f"{frames:>6} {cost.work_cpu_s * 1e3:12.0f} {time_share:6.2f}"
            f" {sizes[frames]:11,} {cost.rss_mb:7.0f} {memory_share:6.2f}"
        )
