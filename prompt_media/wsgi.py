"""The web door: a WSGI application for granian."""

import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from prompt_media.errors import InvalidInput
from prompt_media.web import gateway

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prompt_media.settings")

_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Django, also where it cannot even make a request of what came (a charset that is none): it is asked once more
    without what it stumbled over, and then refuses it as it refuses anything else."""
    try:
        return _django(environ, start_response)
    except (LookupError, ValueError):
        refusal = InvalidInput("The Content-Type of this request cannot be read.")
        return _django(environ | {"CONTENT_TYPE": "", gateway.REFUSAL: refusal}, start_response)
