"""Engines of a test's own; those that many tests share are in fixtures.py."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.running import Engine


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """Starts engines of one's own; whatever is left of them at the end is killed."""
    started: list[Engine] = []

    def start(name: str = "home", *options: str, **environment: str) -> Engine:
        started.append(Engine(tmp_path / name, *options, **environment))
        return started[-1]

    yield start
    for running in started:
        running.end()
