"""Calls the web door itself, in this process, with whatever bytes a test likes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from django.http import HttpResponseBase

from prompt_media.wsgi import application

# What our pages would have sent along with their forms.
CSRF = "c" * 32


def served(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The web door, its answers read to the end and closed as a server would."""
    response: Iterable[bytes] = application(environ, start_response)
    try:
        return [b"".join(response)]
    finally:
        if isinstance(response, HttpResponseBase):
            response.close()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0]


def call(
    method: str, address: str, body: bytes = b"", type: str = "", headers: Mapping[str, str] | None = None
) -> Answer:
    """One call. The address is percent-encoded; header values are what the bytes on the wire are in Latin-1."""
    path, _, query = address.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": type,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
    }
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()}
    heard: list[Any] = []
    [content] = served(environ, lambda status, names, _=None: heard.extend((status, names)))
    return Answer(int(heard[0].split()[0]), dict(heard[1]), content)


def quoted(text: str) -> str:
    """As an address carries it; half a pair of surrogates, which has no UTF-8, as careless programs send it."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def on_the_wire(text: str) -> str:
    """As a header carries it."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")
