"""The backend of this studio: the one place that knows both the settings and the backends."""

from django.conf import settings

from prompt_media.generating import registry
from prompt_media.generating.protocol import Backend
from prompt_media.shared import MadeOnce


def current() -> Backend:
    """Who makes the pictures, the same object each time. Raises BackendError where GENERATION_URL names nobody."""
    return opened(settings.GENERATION_URL)


@MadeOnce
def opened(address: str) -> Backend:
    return registry.open_backend(address)
