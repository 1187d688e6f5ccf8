"""A studio on four machines: two that answer, two that work, and three servers that are all they share.

Each machine is an `up` with a folder of its own. They have the addresses of the servers and one secret key in common.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.engine import servers
from tests.engine.running import Engine


@dataclass(frozen=True, slots=True)
class Grown:
    """The machines, and what each of them was told."""

    home: Path
    web: list[Engine]
    workers: list[Engine]
    environment: dict[str, str]

    @property
    def ports(self) -> tuple[int, ...]:
        return tuple(machine.port for machine in self.web)

    @property
    def machines(self) -> list[Engine]:
        return self.web + self.workers

    def stored(self, owner: str) -> set[str]:
        """What lies in the bucket for a session."""
        return {key for key in servers.keys(self.environment) if owner in key}

    def start_again(self, dead: Engine) -> Engine:
        """Another machine in a dead worker's place, with what was on its disk."""
        reborn = Engine(dead.home, "--worker-only", **self.environment)
        self.workers[self.workers.index(dead)] = reborn
        reborn.wait_until_ready()
        return reborn


@contextmanager
def grown(home: Path) -> Iterator[Grown]:
    """All of it, started at once on empty servers, and stopped at the end."""
    with ExitStack() as running:
        given = {"SECRET_KEY": "the one thing the machines have been told of each other, and long enough to keep"}
        for server in (servers.postgres(home / "postgres"), servers.s3(home / "s3"), servers.valkey()):
            given |= running.enter_context(server)
        studio = Grown(home, [], [], given)
        running.callback(_stop, studio)
        for machines, kind in ((studio.web, "web"), (studio.workers, "worker")):
            for number in (1, 2):
                machines.append(Engine(home / f"{kind}-{number}", f"--{kind}-only", **given))
        for machine in studio.machines:
            machine.wait_until_ready()
        yield studio


def _stop(studio: Grown) -> None:
    for machine in studio.machines:
        machine.process.terminate()
    try:
        for machine in studio.machines:
            machine.process.wait(timeout=60)
    finally:
        for machine in studio.machines:
            machine.end()
