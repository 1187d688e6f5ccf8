"""The gate every call passes: a token stands for its account, and with ACCESS=login nobody comes in without one."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from prompt_media.access import selectors, services
from prompt_media.access.models import Token
from prompt_media.errors import NotAllowed, NotSignedIn
from prompt_media.web import errors, identity, routes
from prompt_media.web.connections import DATABASE_AWAY
from prompt_media.web.pages import CalledRequest

View = Callable[[HttpRequest], HttpResponse]
# Where only a person at a browser has business: a token that leaked must not make itself an operator.
_FOR_PEOPLE = {"admin", "account"}


class Gate:
    """Stands before the session, so that a call with a token never looks at a cookie."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: CalledRequest) -> HttpResponse:
        request.token = None
        secret = _secret(request)
        if secret is not None:
            request.COOKIES = {}
            try:
                request.token = selectors.usable(secret)
            except DATABASE_AWAY as error:
                # What a middleware raises would be taken for a bug of ours.
                return errors.answer(errors.database_away(error), request)
            if request.token is None:
                return errors.problem(NotSignedIn("This token is not known here, or it has ended."), request)
            # Nobody's browser sends this header by itself, so there is nothing to forge.
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # as Django's own test client does
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            # What one person sees is nobody else's to be given, also by a cache on the way.
            response["Cache-Control"] = "private, no-cache"
        return response

    def process_view(self, request: CalledRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        # Here and not above: by now the route is known, and the session has said who sits at the browser.
        token: Token | None = request.token
        if token is not None:
            return _let_in(request, token)
        if settings.ACCESS == "open" or _is_open(request, view):
            return None
        try:
            return None if identity.is_signed_in(request) else _sent_away(request)
        except DATABASE_AWAY as error:
            return errors.answer(errors.database_away(error), request)


def token_of(request: HttpRequest | Request) -> Token | None:
    """The token this call came with."""
    plain: Any = getattr(request, "_request", request)
    return plain.token


def _secret(request: HttpRequest) -> str | None:
    """What stands behind `Bearer`; None when the call carries no such header."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def _let_in(request: CalledRequest, token: Token) -> HttpResponse | None:
    if _app_names(request) & _FOR_PEOPLE:
        return errors.problem(NotAllowed("Tokens are for programs. Sign in with a browser here."), request)
    if request.method not in SAFE_METHODS and not token.may_write:
        told = f"This token may only read, and {request.method} changes things. Use one that may write."
        return errors.problem(NotAllowed(told, code="read_only"), request)
    services.note_use(token)
    request.user = token.user
    request.identity = identity.of_user(token.user)
    return None


def _app_names(request: HttpRequest) -> set[str]:
    return set(request.resolver_match.app_names if request.resolver_match else ())


def _is_open(request: HttpRequest, view: View) -> bool:
    # The admin asks everybody who comes, at a door of its own.
    return getattr(view, "is_open_to_all", False) or "admin" in _app_names(request)


def _sent_away(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back for a person, 401 for a program."""
    refusal = NotSignedIn("This studio asks for an account. Sign in at /login/, or call with a token.")
    if "HX-Request" in request.headers:
        response = errors.problem(refusal, request)
        response["HX-Redirect"] = redirect_to_login(_page_of(request)).headers["Location"]
        return response
    if request.method in SAFE_METHODS and (errors.accepts_html(request) or not routes.is_for_programs(request)):
        return redirect_to_login(request.get_full_path())
    return errors.answer(refusal, request)


def _page_of(request: HttpRequest) -> str:
    """The page of ours whose part HTMX asks for, without its host."""
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    return page.path + (f"?{page.query}" if page.query else "") or "/"
