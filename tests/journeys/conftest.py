"""The stories are told to a studio that runs for real, over HTTP alone: on one machine, and again on four."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.engine.calling import Caller
from tests.engine.grown import Grown
from tests.engine.running import Engine

LAYOUTS = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ("engine", "grown")]


@pytest.fixture(params=LAYOUTS)
def studio(request: pytest.FixtureRequest) -> Engine | Grown:
    return request.getfixturevalue(request.param)


@pytest.fixture
def stranger(studio: Engine | Grown) -> Iterator[Caller]:
    """Somebody with an HTTP client, and nothing of ours. On four machines each call reaches another one."""
    with closing(Caller(*studio.ports)) as caller:
        yield caller
