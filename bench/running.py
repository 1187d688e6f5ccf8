"""Contenders as processes of their own, run turn by turn, and what the kernel says each of them cost."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

# NumPy's BLAS would otherwise wait with spinning threads, which shows as somebody's CPU time on a small machine.
_ENVIRONMENT = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a whole process: seconds on the clock, seconds of CPU with all its children, and megabytes at its largest.

    `work_s` and `work_cpu_s` are what a contender measured inside, without its start; as the whole when it told none.
    """

    wall_s: float
    cpu_s: float
    rss_mb: float
    work_s: float
    work_cpu_s: float


def turn_by_turn(contenders: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Cost]:
    """Run A B C, A B C, …: a busy minute of the machine then meets all of them. The medians of each."""
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, command in contenders.items():
            costs[name].append(run(command))
    return {name: _median(measured) for name, measured in costs.items()}


def run(command: Sequence[str]) -> Cost:
    """One process. Raises RuntimeError with the end of its words when it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env=_ENVIRONMENT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{err.read().decode(errors='replace')[-800:]}")
        cpu = usage.ru_utime + usage.ru_stime
        told = json.loads(out.read() or "{}")
    return Cost(wall, cpu, usage.ru_maxrss / 1024, told.get("work_s", wall), told.get("work_cpu_s", cpu))


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        wall_s=median(cost.wall_s for cost in costs),
        cpu_s=median(cost.cpu_s for cost in costs),
        rss_mb=median(cost.rss_mb for cost in costs),
        work_s=median(cost.work_s for cost in costs),
        work_cpu_s=median(cost.work_cpu_s for cost in costs),
    )
