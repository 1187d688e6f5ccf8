"""A bucket whose server does not answer: told as such within seconds, and not as a bug."""

from collections.abc import Callable

import pytest

from prompt_media.errors import Unavailable
from prompt_media.files import store
from tests.engine import servers
from tests.engine.running import free_port


@pytest.fixture(autouse=True)
def nobody_there(settings) -> None:
    """The files are in a bucket at an address where nothing listens."""
    environment = servers.environment(free_port())
    settings.STORAGES = settings.STORAGES | {"default": servers.as_storage(environment)}


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda: store.put("output/a.png", b"bytes"), id="write"),
        pytest.param(lambda: store.read("output/a.png"), id="read"),
        pytest.param(lambda: store.discard(["output/a.png"]), id="delete"),
        pytest.param(lambda: store.folders("output"), id="list"),
        pytest.param(lambda: store.last_change("output"), id="look"),
    ],
)
def test_an_outage_is_told_as_one(ask: Callable[[], object]):
    with pytest.raises(Unavailable) as told:
        ask()

    assert (told.value.status, told.value.retry_after) == (503, 5)
