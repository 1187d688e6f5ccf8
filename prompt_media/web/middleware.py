"""What every request passes on its way in: its size and its words; and on its way out, its errors."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from prompt_media.errors import HouseError, InvalidInput, TooLarge
from prompt_media.web import errors, gateway, sizes

View = Callable[[HttpRequest], HttpResponse]
_MEGABYTE = 1024 * 1024
_DIGITS = 15


class LengthRequired(HouseError):
    """A body in chunks, of which nobody knows how long it will be."""

    status, code, title = 411, "length_required", "How long the body is must be said first"


def body_limit(get_response: View) -> View:
    """Refuse a body that is too large by what it announces, before a byte of it is read."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if refusal := request.META.get(gateway.REFUSAL):
            return errors.problem(refusal, request)
        limit = sizes.most_bytes(request.META)
        announced = request.META.get("CONTENT_LENGTH") or ""
        if not announced and "Transfer-Encoding" in request.headers:
            return errors.problem(LengthRequired("Send a Content-Length with the body; chunks are not read."), request)
        if len(announced) > _DIGITS or int(announced or 0) > limit:
            return errors.problem(
                TooLarge(f"The body may have {limit // _MEGABYTE} MB here; this one announces more."), request
            )
        return get_response(request)

    return middleware


def without_nul(get_response: View) -> View:
    """Refuse a NUL in an address, and pass over a cookie that holds one: no text here has any, and PostgreSQL takes it
    for a mistake of ours. In a body each field refuses it by its name."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return errors.answer(InvalidInput("The address holds a NUL (%00), and no text here does."), request)
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in value}
        return get_response(request)

    return middleware


class PlainErrors:
    """Turn our own errors, met in an HTML view, and Django's bare 405 into a page or a problem."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        told = errors.answer(errors.MethodNotAllowed(f"“{request.method}” is not done here."), request)
        told["Allow"] = response["Allow"]
        return told

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        told = errors.from_django(exception)
        return errors.answer(told, request) if told else None
