"""Who is calling: a user, a visitor's browser, or the house itself.

An identity is one short text, `user:<id>`, `visitor:<id>` or `house`, and rows carry it as their owner.
HTML pages set the visitor's cookie; API routes never set one. Whether a caller may come in at all is decided before,
at access.middleware.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from prompt_media.errors import NotAllowed
from prompt_media.web.pages import PageRequest

HOUSE = "house"
View = TypeVar("View", bound=Callable[..., HttpResponseBase])
_A_YEAR = 365 * 24 * 3600


def of(request: HttpRequest | Request) -> str:
    """The caller's identity."""
    plain: Any = getattr(request, "_request", request)
    if not hasattr(plain, "identity"):
        plain.identity = _user(plain) or visitor(plain) or HOUSE
    return plain.identity


def account(request: HttpRequest | Request) -> AbstractBaseUser | None:
    """The account that is signed in, by its session or by a token; None for everybody else."""
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def is_signed_in(request: HttpRequest | Request) -> bool:
    return account(request) is not None


def is_staff(request: HttpRequest | Request) -> bool:
    return getattr(account(request), "is_staff", False)


def shelves(request: HttpRequest | Request) -> dict[str, str]:
    """Whose things a page lists, by the words over them. What scripts made is everybody's in an open studio."""
    yours = {"Yours": of(request)}
    return yours | {"From scripts": HOUSE} if settings.ACCESS == "open" else yours


def named_shelves(request: HttpRequest | Request) -> dict[str, str]:
    """The one of them that the address names with `from`; all of them where it names none."""
    whole = shelves(request)
    named = request.GET.get("from", "")
    return {named: whole[named]} if named in whole else whole


def reach(request: HttpRequest | Request) -> frozenset[str] | None:
    """Whose things the caller may open by an id that can be guessed; None: everybody's."""
    return None if is_staff(request) else _around(of(request))


def reaches(who: str, owner: str) -> bool:
    """Whether an identity may open by its id what is this owner's, as things stand now. Of its own, and of what scripts
    made in an open studio, that is known without asking the database."""
    return owner in _around(who) or _is_staff(who)


def open_to_all(view: View) -> View:
    """For doors that answer also to whom `ACCESS=login` would send away."""
    view.is_open_to_all = True  # type: ignore[attr-defined]  # read by access.middleware
    return view


def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For HTML views: see that the browser has an identity and a CSRF token. The first request counts already."""

    @wraps(view)
    def seen(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_new = of(request) == HOUSE
        if is_new:
            request.identity = f"visitor:{uuid4().hex}"
        get_token(request)
        response = view(request, *args, **kwargs)
        if is_new:
            _remember(response, of(request))
        return response

    return seen


class IdentityAuthentication(BaseAuthentication):
    """DRF's door: a call that carries a cookie must prove on unsafe methods that our own page sent it.

    DRF's SessionAuthentication asks that of logged-in users only, and a visitor's cookie is an identity too. A token
    needs no proof: the gate has marked its call.
    """

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        caller = of(request)
        if caller != HOUSE and request.method not in SAFE_METHODS:
            _prove(request)
        return getattr(request._request, "user", AnonymousUser()), None


def _nothing(request: HttpRequest) -> HttpResponse:
    """The view Django's check wants to be asked about; it is never called."""
    return HttpResponse()


def _prove(request: Request) -> None:
    check = CSRFCheck(_nothing)
    check.process_request(request)
    if check.process_view(request, _nothing, (), {}):
        raise NotAllowed(
            "This call carries a cookie but no valid X-CSRFToken header. Send its page's token, or no cookie.",
            code="csrf",
        )


def of_user(user: AbstractBaseUser) -> str:
    """The identity of somebody with an account."""
    return f"user:{user.pk}"


def _around(who: str) -> frozenset[str]:
    return frozenset([who, HOUSE] if settings.ACCESS == "open" else [who])


def _is_staff(who: str) -> bool:
    kind, _, pk = who.partition(":")
    return kind == "user" and get_user_model().objects.filter(pk=pk, is_staff=True, is_active=True).exists()


def _user(request: HttpRequest) -> str | None:
    user = account(request)
    return of_user(user) if user else None


def visitor(request: HttpRequest) -> str | None:
    """Whom the browser's own cookie names, whether somebody has signed in or not."""
    told = request.get_signed_cookie(settings.IDENTITY_COOKIE, default=None, salt="identity", max_age=_A_YEAR)
    return f"visitor:{told}" if told else None


def _remember(response: HttpResponse, identity: str) -> None:
    response.set_signed_cookie(
        settings.IDENTITY_COOKIE,
        identity.removeprefix("visitor:"),
        salt="identity",
        max_age=_A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )
