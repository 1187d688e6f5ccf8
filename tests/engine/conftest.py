"""Running engines for tests. One is shared by all tests that leave it whole, for a start takes seconds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.running import Engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A running engine that heals: a test may kill its children, and must leave it answering."""
    running = Engine(tmp_path_factory.mktemp("engine"))
    running.wait_until_ready()
    yield running
    running.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """Starts engines of one's own; whatever is left of them at the end is killed."""
    started: list[Engine] = []

    def start(name: str = "home", *options: str, **environment: str) -> Engine:
        started.append(Engine(tmp_path / name, *options, **environment))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()
