"""granian's own command line, with more patience for workers that were killed.

granian gives up, and the healthy workers with it, when one is gone again within 5.5 s of its start. Whatever kills a
process for its memory kills twice in that time. Tied to a private method: a new release of granian is read first.
"""

import time
from collections import deque
from typing import Any

from granian import cli
from granian.server import MPServer

DEATHS = 10
WITHIN_SECONDS = 20.0


class PatientServer(MPServer):
    """Starts a worker again however soon it died, unless many do: then granian's own rule holds, and the engine's."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._deaths: deque[float] = deque(maxlen=DEATHS)

    def _respawn_workers(self, workers: list[int], *args: Any, **options: Any) -> None:
        super()._respawn_workers(workers, *args, **options)
        now = time.monotonic()
        self._deaths.extend(now for _ in workers)
        if len(self._deaths) < DEATHS or self._deaths[0] < now - WITHIN_SECONDS:
            self.respawned_wrks.clear()


if __name__ == "__main__":
    cli.Server = PatientServer  # type: ignore[attr-defined]  # the name it is started by
    cli.entrypoint()
