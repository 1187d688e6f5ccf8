"""A request as ASGI tells it, told again as WSGI does (PEP 3333)."""

import sys
from collections.abc import Iterable
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes

Scope = dict[str, Any]
Environ = dict[str, Any]

# A list in one header; what a client may send twice is joined as the RFC joins it.
_JOINED_BY = {"HTTP_COOKIE": "; "}
_BARE = {"HTTP_CONTENT_TYPE": "CONTENT_TYPE", "HTTP_CONTENT_LENGTH": "CONTENT_LENGTH"}


def of(scope: Scope, body: BinaryIO) -> Environ:
    """The environment in which WSGI answers this request; `body` is all of its body."""
    host, port = scope.get("server") or ("localhost", 80)
    return {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": _path(scope),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("", 0))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **_headers(scope["headers"]),
    }


def _path(scope: Scope) -> str:
    raw: bytes | None = scope.get("raw_path")
    encoded = scope["path"].encode() if raw is None else unquote_to_bytes(raw.partition(b"?")[0])
    # WSGI's text holds bytes, one in each character.
    return str(encoded, "latin-1")


def _headers(headers: Iterable[tuple[bytes, bytes]]) -> Environ:
    told: Environ = {}
    for name, value in headers:
        # With an underscore it would pass for the header with a dash that a proxy vouches for.
        if b"_" in name:
            continue
        key = f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"
        key, text = _BARE.get(key, key), value.decode("latin-1")
        told[key] = f"{told[key]}{_JOINED_BY.get(key, ',')}{text}" if key in told else text
    return told
