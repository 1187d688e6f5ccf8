"""Errors at the door: application/problem+json (RFC 9457) for programs, a page for people, never a traceback."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from rest_framework import exceptions
from rest_framework.request import Request

from prompt_media.errors import (
    FieldError,
    HouseError,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooLarge,
    Unavailable,
    Unprocessable,
)
from prompt_media.web import bodies, routes
from prompt_media.web.connections import DATABASE_AWAY

log = structlog.get_logger(__name__)

# What a caller could have known without knowing our shapes: it is missing, or it is empty.
_KNOWABLE = {"required", "blank", "null", "empty"}


class MethodNotAllowed(HouseError):
    status, code, title = 405, "method_not_allowed", "That is not done here"


class MediaTypeNotRead(HouseError):
    status, code, title = 415, "unsupported_media_type", "A body of this type is not read here"


def as_problem(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """DRF's exception handler: any error it meets, as a problem; None leaves a bug to the 500 handler."""
    told = _house_error(error)
    return problem(told, context["request"]) if told else None


def problem(error: HouseError, request: HttpRequest | Request) -> HttpResponse:
    """One error as application/problem+json."""
    body = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "errors": [asdict(field) for field in error.errors],
        "instance": request.path,
    }
    return JsonResponse(body, status=error.status, content_type="application/problem+json", headers=_headers(error))


def answer(error: HouseError, request: HttpRequest) -> HttpResponse:
    """One error for whoever asked: a page for a person's browser, a problem for everything else."""
    if not wants_page(request):
        return problem(error, request)
    shown = {"error": error, "status": error.status, "title": error.title, "detail": error.detail}
    response = render(request, "error.html", shown, status=error.status)
    for name, value in _headers(error).items():
        response[name] = value
    return response


def _headers(error: HouseError) -> dict[str, str]:
    """What a program reads off an answer before its body."""
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def wants_page(request: HttpRequest) -> bool:
    """Whether a person looks at the answer. HTMX asks in a person's name, but shows the problem in a toast."""
    return accepts_html(request) and "HX-Request" not in request.headers and not routes.is_for_programs(request)


def accepts_html(request: HttpRequest) -> bool:
    return "text/html" in request.headers.get("Accept", "")


def from_django(error: Exception) -> HouseError | None:
    """Django's and the database's own errors in our words; None for a bug."""
    match error:
        case HouseError():
            return error
        case Http404():
            return NotFound("There is nothing at this address. /api/v1/docs/ lists every route.")
        case PermissionDenied():
            return NotAllowed("You may not do that here.")
        case RequestDataTooBig() | TooManyFilesSent() | TooManyFieldsSent():
            return TooLarge("The request is larger than this door takes.")
        case _ if isinstance(error, DATABASE_AWAY):
            return database_away(error)
        case MultiPartParserError():
            return InvalidInput(f"The form cannot be read: {bodies.unreadable(error)}")
        case DisallowedHost():
            return InvalidInput("This host name is not ours. Add it to ALLOWED_HOSTS.", code="unknown_host")
        case SuspiciousOperation():
            return InvalidInput("The request cannot be read.")
    return None


def database_away(error: Exception) -> HouseError:
    log.warning("database not answering", reason=str(error))
    return Unavailable("The database is not answering. Try again in a moment.", retry_after=5)


def _house_error(error: Exception) -> HouseError | None:
    match error:
        case exceptions.ValidationError():
            return _validation(error)
        case exceptions.ParseError():
            return Unprocessable(f"The body cannot be read: {error.detail}", code="unreadable_body")
        case exceptions.MethodNotAllowed():
            return MethodNotAllowed(str(error.detail))
        case exceptions.UnsupportedMediaType():
            return MediaTypeNotRead(str(error.detail))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return NotSignedIn(str(error.detail))
        case exceptions.PermissionDenied():
            return NotAllowed(str(error.detail))
        case exceptions.NotFound():
            return NotFound(str(error.detail))
    return from_django(error)


def _validation(error: exceptions.ValidationError) -> HouseError:
    fields = tuple(_fields(error.detail))
    knowable = all(field.code in _KNOWABLE for field in fields)
    detail = " ".join(f"{field.field}: {field.message}" if field.field else field.message for field in fields)
    return (InvalidInput if knowable else Unprocessable)(detail, errors=fields)


def _fields(detail: Any, path: str = "") -> Iterable[FieldError]:
    """DRF's nested details as a flat list: {"assignments": [{"tag": [...]}]} becomes assignments.0.tag."""
    if isinstance(detail, exceptions.ErrorDetail):
        yield FieldError(path, detail.code or "invalid", str(detail))
    elif isinstance(detail, Mapping):
        for key, inner in detail.items():
            yield from _fields(inner, path if key == "non_field_errors" else f"{path}.{key}".lstrip("."))
    else:
        for place, inner in enumerate(detail):
            is_leaf = isinstance(inner, exceptions.ErrorDetail)
            yield from _fields(inner, path if is_leaf else f"{path}.{place}".lstrip("."))


# What Django calls when no view answers; named in prompt_media/urls.py and settings.


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No route, or nothing behind it."""
    return answer(from_django(Http404()) or NotFound(""), request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself would not read."""
    return answer(from_django(exception) or InvalidInput("The request cannot be read."), request)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Somebody who may not."""
    return answer(NotAllowed("You may not do that here."), request)


def broken(request: HttpRequest) -> HttpResponse:
    """A bug: the log has the traceback under the request's id, the caller gets the id."""
    request_id = getattr(request, "request_id", "")
    return answer(HouseError(f"Something broke inside. The log tells more under {request_id}."), request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token that our own page would have sent."""
    return answer(
        NotAllowed("The form was too old or came from elsewhere. Reload the page and try again.", code="csrf"), request
    )
