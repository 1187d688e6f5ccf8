"""The stories are told to a studio that runs for real, over HTTP alone."""

from collections.abc import Iterator

import pytest

from tests.engine.calling import Caller
from tests.engine.conftest import engine

__all__ = ["engine"]


@pytest.fixture
def stranger(engine) -> Iterator[Caller]:
    """Somebody with an HTTP client, and nothing of ours."""
    caller = Caller(engine.port)
    yield caller
    caller.close()
