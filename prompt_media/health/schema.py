"""The routes for whoever watches, as OpenAPI tells them: they stand outside of the API's framework, so that they
answer also when most of it does not."""

from typing import Any

from prompt_media.web.schema import ACCOUNT_ONLY, refusals

CHAPTER = "Watching"

_STATE = {"type": "string", "enum": ["ok", "warning", "down"]}
_ALIVE = {
    "type": "object",
    "required": ["status", "version"],
    "properties": {"status": {"type": "string", "enum": ["ok"]}, "version": {"type": "string"}},
}
_READY = {
    "type": "object",
    "required": ["status"],
    "properties": {
        "status": _STATE,
        "version": {"type": "string"},
        "parts": {
            "type": "object",
            "description": "For staff, and for everybody at a machine that asks for no account.",
            "additionalProperties": {
                "type": "object",
                "required": ["state", "detail"],
                "properties": {"state": _STATE, "detail": {"type": "string"}},
            },
        },
    },
}


def tell(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the routes to the schema."""
    for_staff = [{}, *ACCOUNT_ONLY]
    result["paths"] |= {
        "/healthz": {"get": _operation("healthz", "This process is alive", {"200": _json("It is.", _ALIVE)})},
        "/readyz": {
            "get": _operation(
                "readyz",
                "Every part the studio needs, and how it does",
                {"200": _json("All parts do their work.", _READY), "503": _json("A part is down.", _READY)},
                security=for_staff,
            )
        },
        "/metrics": {
            "get": _operation(
                "metrics",
                "Numbers for Prometheus",
                {"200": {"description": "As text.", "content": {"text/plain": {"schema": {"type": "string"}}}}},
                security=for_staff,
                **refusals({403: "not_allowed"}),
            )
        },
    }
    return result


def _operation(name: str, summary: str, responses: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"operationId": name, "summary": summary, "tags": [CHAPTER], "responses": responses} | more


def _json(description: str, shape: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": shape}}}
