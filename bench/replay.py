"""How fast a replay is beside reading the same frames by their numbers.

The engine is the real one, in a folder of its own. Frames are recorded, and then asked for by `next` and by their
numbers, turn by turn, by one caller and by several at once.
"""

import argparse
import base64
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from io import BytesIO
from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image

from tests.engine.calling import Caller
from tests.engine.running import Engine

TARGET = 0.5
"""At least so many times the rate of frames by number."""
NAME, FRAMES, SIDE = "bench", 40, 768


def main(argv: list[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench replay", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of calls in each round; default 3")
    parser.add_argument("--rounds", type=int, default=5, help="of each kind of call; default 5")
    parser.add_argument("--callers", type=int, default=4, help="at once; default 4")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, _engine(Path(folder)) as port:
        _record(port)
        print("| frames a second | by number | by `next` | times |\n| --- | --: | --: | --: |")
        ratios = [_measured(port, callers, asked) for callers in (1, asked.callers)]
    return int(min(ratios) < TARGET)


@contextmanager
def _engine(home: Path) -> Iterator[int]:
    engine = Engine(home)
    try:
        engine.wait_until_ready()
        yield engine.port
    finally:
        engine.stop()


def _record(port: int) -> None:
    wish = {"image_base64": base64.b64encode(_photo()).decode(), "focus_x": 0.2, "focus_y": 0.2, "prompt": "a ladybug"}
    with closing(Caller(port)) as caller:
        caller.post(f"/session/start?session_id={NAME}")
        for seed in range(FRAMES):
            made = caller.post("/generate", {**wish, "seed": seed})
            assert made.status == 200, made.data
        caller.post("/session/stop")


def _measured(port: int, callers: int, asked: argparse.Namespace) -> float:
    """How many times the rate of frames by their numbers a replay has."""
    by_number, by_next = [], []
    for _ in range(asked.rounds):
        by_number.append(_rate(port, callers, asked.seconds, by_number=True))
        by_next.append(_rate(port, callers, asked.seconds, by_number=False))
    number, following = statistics.median(by_number), statistics.median(by_next)
    print(f"| {callers} at once | {number:.0f} | {following:.0f} | {following / number:.2f} |")
    return following / number


def _rate(port: int, callers: int, seconds: float, *, by_number: bool) -> float:
    """Frames a second that all callers are sent together."""
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(callers) as at_once:
        each = [at_once.submit(_ask_until, port, until, by_number) for _ in range(callers)]
        return sum(one.result() for one in each) / seconds


def _ask_until(port: int, until: float, by_number: bool) -> int:
    sent = 0
    with closing(Caller(port)) as caller:
        for turn in count():
            answer = caller.get(f"/session/{NAME}/frames/{turn % FRAMES}" if by_number else "/session/replay/next")
            if time.monotonic() > until:
                break
            if "X-Index" in answer.headers:
                sent += 1
            else:
                # Complete, or not begun: from the start again.
                caller.post(f"/session/replay/{NAME}")
    return sent


def _photo() -> bytes:
    """Some 1.1 MB, as frames of photos have."""
    coarse = np.random.default_rng(1).integers(0, 256, (SIDE // 6, SIDE // 6, 3), np.uint8)
    file = BytesIO()
    Image.fromarray(coarse).resize((SIDE, SIDE)).save(file, "PNG")
    return file.getvalue()
