"""What it costs to be watched: /healthz, /readyz and /metrics under many callers, and while the broker hangs.

A hung broker (SIGSTOP) takes connections and answers nothing, which is the worst that a part can do to whoever asks it.
"""

import argparse
import os
import signal
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.engine.calling import Caller
from tests.engine.running import Engine

ADDRESSES = ("/healthz", "/readyz", "/metrics")
LONGEST_TARGET_S = 3.0
"""Two seconds of patience, and one for a machine that is busy with the callers themselves."""


@dataclass(frozen=True, slots=True)
class Answered:
    seconds: float
    status: int


def main(argv: list[str]) -> int:
    """Measure and print; 1 when an answer took longer than any may."""
    parser = argparse.ArgumentParser(prog="python -m bench health", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="for each line of the table; default 5")
    parser.add_argument("--callers", type=int, default=16, help="at once; default 16")
    options = parser.parse_args(argv)
    print("| asked | while | answers a second | median ms | 99 % ms | longest ms | statuses |")
    print("| --- | --- | --: | --: | --: | --: | --- |")
    longest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Path(folder))
        try:
            engine.wait_until_ready()
            for address in ADDRESSES:
                longest = max(longest, _measure(engine, address, "all is well", options))
            with _hung_broker(engine):
                for address in ADDRESSES:
                    longest = max(longest, _measure(engine, address, "the broker hangs", options))
        finally:
            engine.stop()
    return int(longest > LONGEST_TARGET_S)


def _measure(engine: Engine, address: str, state: str, options: argparse.Namespace) -> float:
    until = time.monotonic() + options.seconds
    with ThreadPoolExecutor(options.callers) as callers:
        each = [callers.submit(_ask_until, engine.port, address, until) for _ in range(options.callers)]
        answers = [answer for one in each for answer in one.result()]
    took = sorted(answer.seconds for answer in answers)
    print(
        f"| {address} | {state} | {len(took) / options.seconds:.0f} | {1000 * statistics.median(took):.0f} "
        f"| {1000 * took[int(len(took) * 0.99)]:.0f} | {1000 * took[-1]:.0f} "
        f"| {', '.join(map(str, sorted({answer.status for answer in answers})))} |"
    )
    return took[-1]


def _ask_until(port: int, address: str, until: float) -> list[Answered]:
    answers = []
    with closing(Caller(port)) as caller:
        while (began := time.monotonic()) < until:
            answer = caller.get(address)
            answers.append(Answered(time.monotonic() - began, answer.status))
    return answers


@contextmanager
def _hung_broker(engine: Engine) -> Iterator[None]:
    broker = engine.find("valkey-server")
    assert broker is not None
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(broker.pid, signal.SIGCONT)
