"""What the OpenAPI schema cannot read off the code: how callers prove who they are, and that slash forms are one."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

Endpoint = tuple[str, str, str, Callable[..., Any]]


class IdentityScheme(OpenApiAuthenticationExtension):
    """Read by drf-spectacular; it finds this class by its target."""

    target_class = "prompt_media.web.identity.IdentityAuthentication"
    name = "identity"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "identity",
            "description": "Set by pages. Without it a call is the house's own. Unsafe calls with it need X-CSRFToken.",
        }


def one_form_of_each(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Leave out a route without its last slash where the one with it stands: they are the same door."""
    paths = {path for path, *_ in endpoints}
    return [endpoint for endpoint in endpoints if f"{endpoint[0]}/" not in paths]
