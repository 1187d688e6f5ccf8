"""What recording costs beside making, and how fast a replay is beside reading the same frames by their numbers.

The engine is the real one, in a folder of its own. The same request is made unrecorded and recorded, turn by turn; then
the recorded frames are asked for by `next` and by their numbers, turn by turn, by one caller and by several at once.
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

RECORDING_TARGET, REPLAY_TARGET = 1.10, 0.5
"""At most so many times an unrecorded making; at least so many times the rate of frames by number."""
NAME, SIDE, WARM_UP = "bench", 768, 3


def main(argv: list[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench replay", description=__doc__)
    parser.add_argument("--makings", type=int, default=60, help="of each kind; default 60")
    parser.add_argument("--seconds", type=float, default=3.0, help="of calls in each round; default 3")
    parser.add_argument("--rounds", type=int, default=5, help="of each kind of call; default 5")
    parser.add_argument("--callers", type=int, default=4, help="at once; default 4")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, _engine(Path(folder)) as port:
        costs = _recording(port, asked.makings)
        ratios = [_replaying(port, callers, asked) for callers in (1, asked.callers)]
    return int(costs > RECORDING_TARGET or min(ratios) < REPLAY_TARGET)


@contextmanager
def _engine(home: Path) -> Iterator[int]:
    engine = Engine(home)
    try:
        engine.wait_until_ready()
        yield engine.port
    finally:
        engine.stop()


def _recording(port: int, makings: int) -> float:
    """How many times an unrecorded making a recorded one takes."""
    wish = {"image_base64": base64.b64encode(_photo()).decode(), "focus_x": 0.2, "focus_y": 0.2, "prompt": "a ladybug"}
    unrecorded: list[float] = []
    recorded: list[float] = []
    with closing(Caller(port)) as caller:
        for seed in range(WARM_UP + makings):
            caller.post("/session/stop")
            unrecorded.append(_making_ms(caller, {**wish, "seed": seed}))
            caller.post(f"/session/start?session_id={NAME}&resume=true")
            recorded.append(_making_ms(caller, {**wish, "seed": seed}))
    medians = [statistics.median(times[WARM_UP:]) for times in (unrecorded, recorded)]
    print("| making | median ms | times |\n| --- | --: | --: |")
    for name, median in zip(("unrecorded", "recorded"), medians, strict=True):
        print(f"| {name} | {median:.1f} | {median / medians[0]:.2f} |")
    return medians[1] / medians[0]


def _making_ms(caller: Caller, wish: dict[str, object]) -> float:
    start = time.perf_counter()
    made = caller.post("/generate", wish)
    assert made.status == 200, made.data
    return 1000 * (time.perf_counter() - start)


def _replaying(port: int, callers: int, asked: argparse.Namespace) -> float:
    """How many times the rate of frames by their numbers a replay has."""
    with closing(Caller(port)) as caller:
        frames = len(caller.get(f"/session/{NAME}").json["sequence"])
    rates: dict[str, list[float]] = {"frames by number": [], "next": []}
    for _ in range(asked.rounds):
        rates["frames by number"].append(_rate(port, callers, asked.seconds, frames))
        rates["next"].append(_rate(port, callers, asked.seconds, None))
    medians = {kind: statistics.median(measured) for kind, measured in rates.items()}
    print(f"\n| {callers} at once | a second | times |\n| --- | --: | --: |")
    for kind, median in medians.items():
        print(f"| {kind} | {median:.0f} | {median / medians['frames by number']:.2f} |")
    return medians["next"] / medians["frames by number"]


def _rate(port: int, callers: int, seconds: float, frames: int | None) -> float:
    """Frames a second that all callers are sent together. Without a count of frames: by `next`."""
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(callers) as at_once:
        each = [at_once.submit(_ask_until, port, until, frames) for _ in range(callers)]
        return sum(one.result() for one in each) / seconds


def _ask_until(port: int, until: float, frames: int | None) -> int:
    sent = 0
    with closing(Caller(port)) as caller:
        for turn in count():
            path = "/session/replay/next" if frames is None else f"/session/{NAME}/frames/{turn % frames}"
            answer = caller.get(path)
            if time.monotonic() > until:
                break
            if "X-Index" in answer.headers:
                sent += 1
            else:
                # Complete, or not begun: from the start again.
                caller.post(f"/session/replay/{NAME}")
    return sent


def _photo() -> bytes:
    """Some 600 KB, as a screenful of a photo has."""
    coarse = np.random.default_rng(1).integers(0, 256, (SIDE // 6, SIDE // 6, 3), np.uint8)
    file = BytesIO()
    Image.fromarray(coarse).resize((SIDE, SIDE)).save(file, "PNG")
    return file.getvalue()
