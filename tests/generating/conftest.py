import pytest

from prompt_media import backends
from prompt_media.generating import registry


@pytest.fixture(autouse=True)
def no_plug_in_stays():
    """What a test installs is gone after it."""
    yield
    registry.plug_ins.cache_clear()
    backends.opened.cache_clear()
