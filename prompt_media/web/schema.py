"""What the OpenAPI schema cannot read off the code: how callers prove who they are, how a call is refused, which
routes belong to one chapter, and that slash forms are one.

A view tells its own refusals (`refusals`); those that any call can meet at the door are added here.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from prompt_media.web.fields import NO, YES

Endpoint = tuple[str, str, str, Callable[..., Any]]
Told = dict[str, Any]

_REFUSALS = "x-refusals"
_TEXT = {"type": "string"}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `detail` is a sentence to act on; `code` never changes.",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": _TEXT,
        "code": _TEXT,
        "instance": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {"field": _TEXT, "code": _TEXT, "message": _TEXT},
            },
        },
    },
}
# What a call can meet before its view is asked, and while it is.
_ANY_CALL = {
    400: "invalid unknown_host",
    401: "not_signed_in",
    411: "length_required",
    413: "too_large",
    429: "rate_limited",
    500: "error",
    503: "unavailable",
}
_UNSAFE_CALL = {403: "csrf origin read_only"}
_WITH_BODY = {
    400: "invalid broken_off",
    408: "too_slow_to_send",
    415: "unsupported_media_type",
    422: "unprocessable unreadable_body",
    503: "too_many_bodies",
    507: "storage_full",
}
_WITH_QUERY = {422: "unprocessable"}
_WITH_PATH = {404: "not_found"}
_WITH_KEY = {409: "idempotency_in_progress told_once", 422: "bad_idempotency_key idempotency_key_reused"}
_PAGED = {404: "bad_cursor", 422: "out_of_range"}
_RETRY_AFTER = {"required": True, "schema": {"type": "integer"}, "description": "Come back in so many seconds."}
_HEADERS: Mapping[int, Told] = {
    401: {"WWW-Authenticate": {"required": True, "schema": _TEXT}},
    416: {"Content-Range": {"required": True, "schema": _TEXT, "description": "The size: `bytes */4711`."}},
    429: {"Retry-After": _RETRY_AFTER},
    503: {"Retry-After": _RETRY_AFTER},
}
_REPLAYED = {"schema": {"type": "string", "enum": ["true"]}, "description": "This was done before, under this key."}
_REQUEST_ID = {"required": True, "schema": _TEXT, "description": "The id under which the log knows this call."}


def refusals(by_status: Mapping[int, str]) -> Told:
    """For `extend_schema(extensions=…)`: the codes this route may answer with, by their status."""
    return {_REFUSALS: by_status}


def header(name: str, description: str, on: list[int] | None = None) -> OpenApiParameter:
    """A header that a call may carry, or, where `on` names statuses, that these answers do."""
    return OpenApiParameter(
        name, str, OpenApiParameter.HEADER, required=on is not None, response=on or False, description=description
    )


def may_say(name: str, description: str) -> OpenApiParameter:
    """A header that a 200 carries where there is something to tell."""
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, response=[200], description=description)


def flag(name: str, description: str) -> OpenApiParameter:
    """A parameter of the address that is asked with `fields.asked`."""
    return OpenApiParameter(name, {"type": "string", "enum": [*YES, *NO], "default": "0"}, description=description)


ACCOUNT_ONLY: Any = [{"token": []}, {"account": []}]
"""For `extend_schema(auth=…)`: calls that no stranger may make, however open the studio is."""


def one_of(*values: str) -> Told:
    """A text that is one of these, or null."""
    return {"type": "string", "enum": [*values, None], "nullable": True}


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255},
    OpenApiParameter.HEADER,
    description="Yours for this request, say a UUID. Sent again within 24 hours it is done once and answered the same.",
)


class ChapteredSchema(AutoSchema):
    """Groups routes by the CHAPTER of the module their view lives in, and calls a list by its view's name."""

    def get_tags(self) -> list[str]:
        return [getattr(sys.modules[type(self.view).__module__], "CHAPTER", "The house")]

    def get_override_parameters(self) -> list[Any]:
        """A route that does once what it is asked twice under one key says so (jobs.once)."""
        told: list[Any] = super().get_override_parameters()
        answers_once = getattr(getattr(self.view, self.method.lower(), None), "takes_key", False)
        return [*told, IDEMPOTENCY_KEY] if answers_once else told

    def get_operation_id(self) -> str:
        return f"list_{type(self.view).__name__.lower()}" if self._is_list_view() else super().get_operation_id()

    def _insert_field_validators(self, field: Any, schema: Told) -> None:
        super()._insert_field_validators(field, schema)
        schema.update(getattr(field, "told", {}))  # what the domain holds, and the field itself does not


class IdentityScheme(OpenApiAuthenticationExtension):
    """Read by drf-spectacular; it finds this class by its target."""

    target_class = "prompt_media.web.identity.IdentityAuthentication"
    name = ["token", "account", "identity"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        return [{name: []} for name in self.name]  # any one of them

    def get_security_definition(self, auto_schema: Any) -> list[Told]:
        return [
            {"type": "http", "scheme": "bearer", "description": "A token: `POST /api/v1/tokens/`."},
            {
                "type": "apiKey",
                "in": "cookie",
                "name": settings.SESSION_COOKIE_NAME,
                "description": "Set by signing in at `/login/`. Unsafe calls with it need X-CSRFToken.",
            },
            {
                "type": "apiKey",
                "in": "cookie",
                "name": settings.IDENTITY_COOKIE,
                "description": "Set by pages. Without any of these, a call is the house's own, or with ACCESS=login "
                "refused. Unsafe calls with it need X-CSRFToken.",
            },
        ]


def one_form_of_each(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Leave out a route without its last slash where the one with it stands: they are the same door."""
    paths = {path for path, *_ in endpoints}
    return [endpoint for endpoint in endpoints if f"{endpoint[0]}/" not in paths]


def tell_refusals(result: Told, **_: Any) -> Told:
    """Under each operation every status it may answer with, the codes that come with it, and the headers of both."""
    components = result["components"]
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    components["headers"] = {"X-Request-ID": _REQUEST_ID}
    components["responses"] = {}
    for path in result["paths"].values():
        for method, operation in path.items():
            _empty_asks_for_nothing(operation)
            _refuse(operation, _codes(method, operation), components["responses"])
            _tell_of_replays(operation)
    for response in (*_answers(result["paths"]), *components["responses"].values()):
        response.setdefault("headers", {})["X-Request-ID"] = {"$ref": "#/components/headers/X-Request-ID"}
    return result


def _tell_of_replays(operation: Told) -> None:
    if IDEMPOTENCY_KEY.name in {one["name"] for one in operation.get("parameters", [])}:
        for response in _answers({"": {"": operation}}):
            response.setdefault("headers", {})["Idempotent-Replayed"] = _REPLAYED


def _empty_asks_for_nothing(operation: Told) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "query":
            parameter["allowEmptyValue"] = True


def _refuse(operation: Told, codes: Mapping[int, set[str]], shared: Told) -> None:
    """Let the operation refer to its refusals, which it shares with others that have the same codes."""
    for status, words in codes.items():
        name = ".".join([str(status), *sorted(words)])
        refusal = _refusal(status, sorted(words))
        if there := operation["responses"].get(str(status)):
            # A status may be an answer too: `/readyz` says 503 in a body of its own.
            there["content"].update(refusal["content"])
        else:
            shared[name] = refusal
            operation["responses"][str(status)] = {"$ref": f"#/components/responses/{name}"}


def _answers(paths: Told) -> Iterator[Told]:
    for path in paths.values():
        for operation in path.values():
            yield from (one for one in operation["responses"].values() if "$ref" not in one)


def _codes(method: str, operation: Told) -> dict[int, set[str]]:
    """All codes of one operation by their status, its own and those of the door."""
    codes: dict[int, set[str]] = {}
    for told in (*_at_the_door(method, operation), operation.pop(_REFUSALS, {})):
        for status, words in told.items():
            codes.setdefault(status, set()).update(words.split())
    return dict(sorted(codes.items()))


def _at_the_door(method: str, operation: Told) -> Iterator[Mapping[int, str]]:
    parameters = {(one["in"], one["name"]) for one in operation.get("parameters", [])}
    places = {place for place, _ in parameters}
    yield _ANY_CALL
    if method not in ("get", "head", "options"):
        yield _UNSAFE_CALL
    if "path" in places:
        yield _WITH_PATH
    if "query" in places:
        yield _WITH_QUERY
    if ("header", IDEMPOTENCY_KEY.name) in parameters:
        yield _WITH_KEY
    if ("query", "cursor") in parameters:
        yield _PAGED
    if "requestBody" in operation:
        yield _WITH_BODY


def _refusal(status: int, codes: list[str]) -> Told:
    told = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": {"code": {"enum": codes}}}]}
    return {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(f'`{code}`' for code in codes)}",
        "content": {"application/problem+json": {"schema": told}},
        "headers": dict(_HEADERS.get(status, {})),
    }
