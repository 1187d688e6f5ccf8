"""Each request's id, its line in the log and its place in the counts.

What is told of a request may be told to anyone who reads logs: its route as we wrote it, not its path, which may hold
an id that lets in whoever knows it; and of its caller only the kind.
"""

import re
import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from prompt_media import addresses
from prompt_media.web.measures import REQUESTS
from prompt_media.web.pages import NumberedRequest

log = structlog.get_logger(__name__)
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Whoever makes words up must not make our counts grow.
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def request_log(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[NumberedRequest], HttpResponse]:
    """Give each request an id, in the log, on its errors and in `X-Request-ID`; tell and count how it was answered."""

    def middleware(request: NumberedRequest) -> HttpResponse:
        began = time.perf_counter()
        request.request_id = _given_id(request) or uuid4().hex[:12]
        with structlog.contextvars.bound_contextvars(request=request.request_id):
            response = get_response(request)
            _tell(request, response.status_code, time.perf_counter() - began)
        response["X-Request-ID"] = request.request_id
        return response

    return middleware


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    method = request.method if request.method in _METHODS else "OTHER"
    route = _route(request)
    REQUESTS.labels(method, route, status).observe(seconds)
    log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1), caller=_caller(request))


def _given_id(request: HttpRequest) -> str | None:
    """The id that our own proxy, or a program on this machine, has given it already."""
    given = request.headers.get("X-Request-ID", "")
    is_trusted = settings.BEHIND_PROXY or addresses.is_loopback(request.META.get("REMOTE_ADDR", ""))
    return given if is_trusted and _USABLE_ID.fullmatch(given) else None


def _route(request: HttpRequest) -> str:
    if request.resolver_match:
        return f"/{request.resolver_match.route}"
    return f"{settings.STATIC_URL}…" if request.path.startswith(settings.STATIC_URL) else "none"


def _caller(request: HttpRequest) -> str:
    """user, visitor, house, or token; unknown where nobody needed to know, for asking could mean a query."""
    if getattr(request, "token", None) is not None:
        return "token"
    return getattr(request, "identity", "unknown").partition(":")[0]
