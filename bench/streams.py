"""What open streams cost everybody else: calls beside 300 of them, the memory they take, and how late events are.

The engine is the real one, with two web processes, in a folder of its own. Its workers are held, so that the followed
jobs wait; the same calls are made without streams and beside them, turn by turn. Then the workers are let go, and the
end of each job is compared with the moment at which each stream told it.
"""

import argparse
import os
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path

from bench.queue import WISH, picture
from tests.engine.calling import RESPOND_ASYNC, Caller, open_session
from tests.engine.following import Stream
from tests.engine.running import Engine

KEPT_TARGET, P99_TARGET_MS, MEMORY_TARGET_MB, LATE_TARGET_S = 0.8, 200.0, 250.0, 1.0
PATHS = {"a page": "/jobs/", "the API": "/api/v1/jobs/"}
CALLERS, OF_ONE_VISITOR, JOBS = 4, 3, 10


@dataclass(frozen=True, slots=True)
class Speed:
    """Calls a second, and what 99 of 100 took at most."""

    rate: float
    p99_ms: float


class Reader(threading.Thread):
    """One open stream; remembers when it was told the end, and what the row says of that moment."""

    def __init__(self, port: int, job: str, cookie: str) -> None:
        super().__init__(daemon=True)
        self._stream = Stream(port, f"{job}events", Cookie=cookie)
        self.is_open = self._stream.response.status == 200
        self.late_s: float | None = None
        self.start()

    def run(self) -> None:
        for event in self._stream.events():
            if event.job["finished_at"]:
                self.late_s = time.time() - datetime.fromisoformat(event.job["finished_at"]).timestamp()

    def close(self) -> None:
        self._stream.shut()
        self.join()


def main(argv: list[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench streams", description=__doc__)
    parser.add_argument("--streams", type=int, default=300, help="open at once; default 300")
    parser.add_argument("--rounds", type=int, default=4, help="of each measurement; default 4")
    parser.add_argument("--seconds", type=float, default=4.0, help="of calls in each; default 4")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, _engine(Path(folder)) as engine:
        cookies = [_visit(engine.port) for _ in range(-(-asked.streams // OF_ONE_VISITOR))]
        jobs = _waiting_jobs(engine)
        places = list(islice(zip(cycle(jobs), cycle(cookies), strict=False), asked.streams))
        without: list[dict[str, Speed]] = []
        beside: list[dict[str, Speed]] = []
        alone = memory = 0.0
        for _ in range(asked.rounds):
            without.append(_speeds(engine.port, asked.seconds))
            alone = alone or _memory_mb(engine)
            readers = [Reader(engine.port, job, cookie) for job, cookie in places]
            beside.append(_speeds(engine.port, asked.seconds))
            memory = _memory_mb(engine)
            if len(beside) < asked.rounds:
                _close(readers)
        _let_go(engine)
        time.sleep(10)
        return _report(without, beside, (alone, memory), readers)


@contextmanager
def _engine(home: Path) -> Iterator[Engine]:
    engine = Engine(home, WEB_WORKERS="2")
    try:
        engine.wait_until_ready()
        yield engine
    finally:
        engine.stop()


def _visit(port: int) -> str:
    """The cookie of a new visitor: an owner has but a few streams."""
    caller = Caller(port)
    set_by_us = caller.get("/", Accept="text/html").headers.get_all("Set-Cookie") or []
    caller.close()
    return "; ".join(one.partition(";")[0] for one in set_by_us)


def _waiting_jobs(engine: Engine) -> list[str]:
    caller = Caller(engine.port)
    session = open_session(caller, {"night.png": picture()})
    _signal_workers(engine, signal.SIGSTOP)
    making = f"/session/{session}/generate/"
    jobs = [caller.post(making, WISH, **RESPOND_ASYNC).headers["Location"] for _ in range(JOBS)]
    caller.close()
    return jobs


def _let_go(engine: Engine) -> None:
    _signal_workers(engine, signal.SIGCONT)


def _signal_workers(engine: Engine, number: signal.Signals) -> None:
    for process in engine.family().values():
        if "--queues=" in process.command:
            os.kill(process.pid, number)


def _close(readers: Sequence[Reader]) -> None:
    for reader in readers:
        reader.close()


def _speeds(port: int, seconds: float) -> dict[str, Speed]:
    return {name: _speed(port, path, seconds) for name, path in PATHS.items()}


def _speed(port: int, path: str, seconds: float) -> Speed:
    """Some callers, each with a connection of its own, call one after the other for so long."""
    times: list[float] = []
    until = time.perf_counter() + seconds

    def call() -> None:
        caller = Caller(port)
        while (began := time.perf_counter()) < until:
            assert caller.get(path).status == 200
            times.append(time.perf_counter() - began)
        caller.close()

    callers = [threading.Thread(target=call) for _ in range(CALLERS)]
    for one in callers:
        one.start()
    for one in callers:
        one.join()
    return Speed(len(times) / seconds, statistics.quantiles(times, n=100)[-1] * 1000)


def _memory_mb(engine: Engine) -> float:
    """Of the web server's processes, what they share counted once."""
    webs = [one.pid for one in engine.family().values() if "granian" in one.command]
    return sum(_pss_kb(pid) for pid in webs) / 1024


def _pss_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _report(
    without: list[dict[str, Speed]],
    beside: list[dict[str, Speed]],
    memory: tuple[float, float],
    readers: Sequence[Reader],
) -> int:
    opened = sum(reader.is_open for reader in readers)
    late = sorted(reader.late_s for reader in readers if reader.late_s is not None)
    print(f"{'':12}{'without: calls/s':>18}{'beside':>10}{'kept':>8}{'p99 ms without':>16}{'beside':>10}")
    kept, p99 = [], []
    for name in PATHS:
        before, after = _median(without, name), _median(beside, name)
        kept.append(after.rate / before.rate)
        p99.append(after.p99_ms)
        print(f"{name:12}{before.rate:18.0f}{after.rate:10.0f}{kept[-1]:8.2f}{before.p99_ms:16.0f}{after.p99_ms:10.0f}")
    print(f"streams open {opened} of {len(readers)}, told the end {len(late)}")
    print(f"web memory {memory[0]:.0f} MB without, {memory[1]:.0f} MB beside")
    print(f"an end was told after {statistics.median(late):.2f} s (median), {late[-1]:.2f} s at the latest")
    holds = min(kept) >= KEPT_TARGET and max(p99) < P99_TARGET_MS
    holds = holds and memory[1] <= MEMORY_TARGET_MB and late[-1] <= LATE_TARGET_S
    return 0 if holds and opened == len(late) == len(readers) else 1


def _median(rounds: list[dict[str, Speed]], name: str) -> Speed:
    measured = [one[name] for one in rounds]
    return Speed(statistics.median(one.rate for one in measured), statistics.median(one.p99_ms for one in measured))
