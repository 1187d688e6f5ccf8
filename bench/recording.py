"""What recording costs: the same /generate recorded and not, turn by turn.

The engine is the real one, started in a folder of its own; the picture goes over HTTP in base64 and comes back as PNG.
"""

import argparse
import statistics
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from prompt_media.imaging import decode, encode
from tests.engine.calling import Caller
from tests.engine.running import Engine

MOST_OVER = 1.10
WARM_UP = 3
ID = "bench"


def main(argv: list[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench recording", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="of each kind; default 40")
    parser.add_argument("--side", type=int, default=1024, help="of the picture, in pixels; default 1024")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, _engine(Path(folder)) as engine:
        caller = Caller(engine.port)
        print(f"decoding and encoding alone: {_alone_ms(_photo(asked.side, 0)):.0f} ms\n")
        ratios = [_compared(caller, name, send, asked.rounds) for name, send in _ways(asked.side).items()]
    return 0 if max(ratios) <= MOST_OVER else 1


@contextmanager
def _engine(home: Path) -> Iterator[Engine]:
    # What a session holds by default would end a long run.
    engine = Engine(home, SESSION_FILES="100000", SESSION_MB="100000")
    try:
        engine.wait_until_ready()
        yield engine
    finally:
        engine.stop()


def _ways(side: int) -> dict[str, Callable[[bytes | None, int], bytes]]:
    """What is sent, by what came back before and how often it was asked for."""
    same = _photo(side, 0)
    return {
        "the same picture": lambda before, number: same,
        "a chain, each frame fed back": lambda before, number: before or same,
        "another picture each time": lambda before, number: _photo(side, number),
    }


def _photo(side: int, seed: int) -> bytes:
    """Soft shapes, and grain as a camera leaves it."""
    chance = np.random.default_rng(seed)
    coarse = Image.fromarray(chance.integers(0, 256, (8, 8, 3), np.uint8)).resize(
        (side, side), Image.Resampling.BICUBIC
    )
    grain = chance.normal(0, 3, (side, side, 3))
    return encode.png(np.clip(np.asarray(coarse) + grain, 0, 255).astype(np.uint8))


def _alone_ms(data: bytes) -> float:
    began = time.perf_counter()
    for _ in range(10):
        encode.png(decode.picture(data).pixels)
    return (time.perf_counter() - began) * 100


def _compared(caller: Caller, name: str, send: Callable[[bytes | None, int], bytes], rounds: int) -> float:
    """The medians of both, printed; what the recorded takes of the other."""
    times: dict[str, list[float]] = {"unrecorded": [], "recorded": []}
    before: dict[str, bytes | None] = dict.fromkeys(times)
    for number in range(WARM_UP + rounds):
        for kind, own in times.items():
            data = send(before[kind], number)
            caller.post(f"/session/start?session_id={ID}&resume=true" if kind == "recorded" else "/session/stop")
            wish = {"image_base64": b64encode(data).decode(), "focus_x": 0.1, "focus_y": 0.1, "seed": number}
            began = time.perf_counter()
            made = caller.post("/generate", wish)
            own.append((time.perf_counter() - began) * 1000)
            assert made.status == 200, made.data
            assert ("X-Index" in made.headers) == (kind == "recorded")
            before[kind] = made.data
    caller.post("/session/stop")
    return _report(name, {kind: own[WARM_UP:] for kind, own in times.items()})


def _report(name: str, times: dict[str, list[float]]) -> float:
    medians = {kind: statistics.median(own) for kind, own in times.items()}
    ratio = medians["recorded"] / medians["unrecorded"]
    for kind, own in times.items():
        print(f"{name:30}{kind:12}{medians[kind]:9.1f} ms{statistics.quantiles(own, n=20)[-1]:9.1f} ms (95 %)")
    print(f"{name:30}{'over it':12}{ratio:9.2f}    {MOST_OVER:9.2f} at most\n")
    return ratio
