"""What every request passes on its way in: an id for the log, its origin, its size; and on its way out, its errors."""

from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import HttpRequest as Plain

from prompt_media.errors import NotAllowed, TooLarge
from prompt_media.web import errors

View = Callable[[HttpRequest], HttpResponse]
_SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
_MEGABYTE = 1024 * 1024


def request_log(get_response: View) -> View:
    """Give each request an id, in the log, on its errors and in `X-Request-ID`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.request_id = uuid4().hex[:12]  # type: ignore[attr-defined]  # our own attribute
        with structlog.contextvars.bound_contextvars(request=request.request_id):  # type: ignore[attr-defined]
            response = get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response

    return middleware


def same_origin(get_response: View) -> View:
    """Refuse unsafe calls that another site's page sends: a page on the web must not drive a studio on localhost."""

    def middleware(request: HttpRequest) -> HttpResponse:
        origin = request.headers.get("Origin")
        if origin and request.method not in _SAFE and not _is_ours(origin, request):
            return errors.problem(
                NotAllowed(f"Calls from pages of {origin} are not taken. Add it to TRUSTED_ORIGINS.", code="origin"),
                request,
            )
        return get_response(request)

    return middleware


def _is_ours(origin: str, request: Plain) -> bool:
    return origin in settings.TRUSTED_ORIGINS or urlsplit(origin).netloc == request.get_host()


def body_limit(get_response: View) -> View:
    """Refuse a body that is too large by what it announces, before a byte of it is read."""

    def middleware(request: HttpRequest) -> HttpResponse:
        is_upload = request.content_type == "multipart/form-data"
        limit = settings.BODY_MB * _MEGABYTE if is_upload else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            return errors.problem(
                TooLarge(f"The body may have {limit // _MEGABYTE} MB here; this one announces more."), request
            )
        return get_response(request)

    return middleware


class PlainErrors:
    """Turn our own errors, met in an HTML view, into a page or a problem."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        told = errors.from_django(exception)
        return errors.answer(told, request) if told else None
