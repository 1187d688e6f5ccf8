"""What the OpenAPI schema cannot read off the code: how callers prove who they are, what errors look like, which
routes belong to one chapter, and that slash forms are one."""

import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

Endpoint = tuple[str, str, str, Callable[..., Any]]

_TEXT = {"type": "string"}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `detail` is a sentence to act on; `code` never changes.",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "code": _TEXT,
        "instance": _TEXT,
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"field": _TEXT, "code": _TEXT, "message": _TEXT}},
        },
    },
}


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255},
    OpenApiParameter.HEADER,
    description="Yours for this request, say a UUID. Sent again within 24 hours it is done once and answered the same.",
)


class ChapteredSchema(AutoSchema):
    """Groups routes by the CHAPTER of the module their view lives in."""

    def get_tags(self) -> list[str]:
        return [getattr(sys.modules[type(self.view).__module__], "CHAPTER", "The house")]

    def get_override_parameters(self) -> list[Any]:
        """A route that does once what it is asked twice under one key says so (jobs.once)."""
        told: list[Any] = super().get_override_parameters()
        answers_once = getattr(getattr(self.view, self.method.lower(), None), "takes_key", False)
        return [*told, IDEMPOTENCY_KEY] if answers_once else told


class IdentityScheme(OpenApiAuthenticationExtension):
    """Read by drf-spectacular; it finds this class by its target."""

    target_class = "prompt_media.web.identity.IdentityAuthentication"
    name = "identity"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.IDENTITY_COOKIE,
            "description": "Set by pages. Without it a call is the house's own. Unsafe calls with it need X-CSRFToken.",
        }


def one_form_of_each(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Leave out a route without its last slash where the one with it stands: they are the same door."""
    paths = {path for path, *_ in endpoints}
    return [endpoint for endpoint in endpoints if f"{endpoint[0]}/" not in paths]


def errors_everywhere(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Every route may answer with a problem; the schema says so once and refers to it."""
    result["components"].setdefault("schemas", {})["Problem"] = _PROBLEM
    told = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = {"description": "Whatever went wrong.", "content": told}
    return result
