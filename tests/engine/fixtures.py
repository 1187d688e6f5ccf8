"""Studios that run for real. Each is shared by all tests that leave it whole, for a start takes seconds."""

from collections.abc import Iterator

import pytest

from tests.engine import grown as machines
from tests.engine.grown import Grown
from tests.engine.running import Engine, up


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A running engine that heals: a test may kill its children, and must leave it answering."""
    with up(tmp_path_factory.mktemp("engine")) as running:
        yield running


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    """A studio on four machines with PostgreSQL, S3 and Valkey. A test that kills one puts another in its place."""
    with machines.grown(tmp_path_factory.mktemp("grown")) as studio:
        yield studio
