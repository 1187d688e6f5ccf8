"""The web door: a WSGI application for granian."""

import json
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prompt_media.settings")

_django = get_wsgi_application()
_UNREADABLE = {
    "type": "about:blank",
    "title": "The request cannot be read that way",
    "status": 400,
    "detail": "A header of this request cannot be read.",
    "code": "invalid",
    "errors": [],
}


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Django, and an answer where Django cannot even make a request of what came (a charset that is none)."""
    try:
        return _django(environ, start_response)
    except (LookupError, ValueError):
        start_response(
            "400 Bad Request",
            [("Content-Type", "application/problem+json"), ("X-Content-Type-Options", "nosniff")],
        )
        return [json.dumps(_UNREADABLE).encode()]
