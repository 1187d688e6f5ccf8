"""The backend of this studio: the one place that knows both the settings and the backends."""

import functools

from django.conf import settings

from prompt_media.generating import registry
from prompt_media.generating.protocol import Backend


def current() -> Backend:
    """Who makes the pictures, the same object each time. Raises BackendError where GENERATION_URL names nobody."""
    return opened(settings.GENERATION_URL)


@functools.lru_cache(maxsize=4)
def opened(address: str) -> Backend:
    return registry.open_backend(address)
