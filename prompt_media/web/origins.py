"""Whose page a call comes from: a page on the web must not drive a studio on localhost."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from prompt_media.errors import NotAllowed
from prompt_media.web import errors

View = Callable[[HttpRequest], HttpResponse]


def same_origin(get_response: View) -> View:
    """Refuse unsafe calls that another site's page sends."""

    def middleware(request: HttpRequest) -> HttpResponse:
        origin = request.headers.get("Origin")
        if origin and request.method not in SAFE_METHODS and not _is_ours(origin, request):
            return errors.problem(_foreign(f"pages of {origin}"), request)
        return get_response(request)

    return middleware


def refuse_foreign_pages(request: Request) -> None:
    """For the one GET that changes something: a foreign page's picture or link may point to it, and then browsers send
    no Origin. They do say that it is another site's; a program says nothing."""
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site") == "cross-site" and not (origin and _is_ours(origin, request)):
        raise _foreign("another site's pages")


def _is_ours(origin: str, request: HttpRequest | Request) -> bool:
    own = request.get_host()
    return origin in (*settings.TRUSTED_ORIGINS, f"http://{own}", f"https://{own}")


def _foreign(pages: str) -> NotAllowed:
    return NotAllowed(f"Calls from {pages} are not taken. Add it to TRUSTED_ORIGINS.", code="origin")
