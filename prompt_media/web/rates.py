"""So many calls a minute, for each address and each caller, where strangers can come in.

Counted in the broker, which all web processes share. While it is down nobody is counted: a studio that answers too
many is worth more than one that answers none.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import redis
import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from prompt_media.addresses import is_loopback, one_place
from prompt_media.errors import TooMany
from prompt_media.shared import MadeOnce
from prompt_media.web import errors, identity
from prompt_media.web.connections import DATABASE_AWAY

log = structlog.get_logger(__name__)
View = TypeVar("View", bound=Callable[..., HttpResponseBase])
_MINUTE, _HOUR = 60, 3600
_PATIENCE = 0.5
# A broker that does not answer would cost each call that patience, so for this long it is not asked again.
_PAUSE = 5


class RateLimited(TooMany):
    code, title = "rate_limited", "Too many calls"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many of a kind in so many seconds; `limit` 0: as many as you like."""

    kind: str
    limit: int
    seconds: int
    words: str


def reading(view: View) -> View:
    """For POSTs that change nothing: they count among the reads."""
    view.rate = _reads  # type: ignore[attr-defined]  # read by _rate
    return view


def uncounted(view: View) -> View:
    """For doors that must answer whatever happens."""
    view.rate = _none  # type: ignore[attr-defined]  # read by _rate
    return view


def by_address(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: count each call by where it comes from, before anything is asked about who it is."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not apply():
            return get_response(request)
        return _refused(request, _rate(request, _view(request)), place(request)) or get_response(request)

    return middleware


class ByCaller:
    """Middleware: count each call by who it is, once that is known. The house is everybody, and counted by address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        rate = _rate(request, view)
        if not apply() or not rate.limit:
            return None
        try:
            caller = identity.of(request)
        except DATABASE_AWAY:
            # What a middleware raises would be taken for a bug; the view will meet it too, and tell.
            return None
        return None if caller == identity.HOUSE else _refused(request, rate, caller)


def require_another_session(request: HttpRequest | Request) -> None:
    """Whoever opens sessions opens so many an hour from one place. Raises RateLimited."""
    rate = Rate("sessions", settings.SESSIONS_AN_HOUR, _HOUR, "sessions were opened from your address within the hour")
    if apply() and (seconds := _wait(rate, place(request))):
        raise _refusal(rate, seconds)


def apply() -> bool:
    """Not where everybody who can call sits at this machine."""
    return settings.ACCESS == "login" or settings.BEHIND_PROXY or not is_loopback(settings.HOST)


def place(request: HttpRequest | Request) -> str | None:
    """The network address a call comes from, as far as that can be believed; None where there is none (a socket)."""
    told = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # What our own proxy added stands last; everything before it the caller may have made up.
        told = request.headers.get("X-Forwarded-For", told).rpartition(",")[2].strip()
    return one_place(told)


def _reads() -> Rate:
    return Rate("reads", settings.RATE_READS, _MINUTE, "calls came within a minute")


def _writes() -> Rate:
    return Rate("writes", settings.RATE_WRITES, _MINUTE, "calls that change something came within a minute")


def _none() -> Rate:
    return Rate("none", 0, _MINUTE, "")


def _rate(request: HttpRequest, view: object) -> Rate:
    usual = _reads if request.method in SAFE_METHODS else _writes
    return getattr(view, "rate", usual)()


def _view(request: HttpRequest) -> object:
    try:
        return resolve(request.path_info).func
    except Resolver404:
        return None


def _refused(request: HttpRequest, rate: Rate, who: str | None) -> HttpResponse | None:
    seconds = _wait(rate, who)
    return errors.answer(_refusal(rate, seconds), request) if seconds else None


def _refusal(rate: Rate, seconds: int) -> RateLimited:
    when = f"{seconds} seconds" if seconds < 2 * _MINUTE else f"{-(-seconds // _MINUTE)} minutes"
    return RateLimited(f"{rate.limit} {rate.words}, and no more are taken. Come back in {when}.", retry_after=seconds)


def _wait(rate: Rate, who: str | None) -> int:
    """Count one more; returns in how many seconds it would be taken, 0 for now."""
    if not rate.limit:
        return 0
    key = f"rate:{rate.kind}:{who}"
    # The window opens with its first call and ends with its key, so the time that is left is the key's.
    answers = _ask([("SET", key, 0, "EX", rate.seconds, "NX"), ("INCR", key), ("PTTL", key)])
    if answers is None:
        return 0
    _, count, left_ms = answers
    return max(1, math.ceil(left_ms / 1000)) if count > rate.limit else 0


def _ask(commands: Sequence[Sequence[Any]]) -> list[Any] | None:
    """What the broker answers to these, all at one moment; None while it is down."""
    counter = _counter()
    if time.monotonic() < counter.silent_until:
        return None
    try:
        with counter.broker.pipeline() as asked:
            for command in commands:
                asked.execute_command(*command)
            return asked.execute()
    except redis.RedisError as error:
        counter.silent_until = time.monotonic() + _PAUSE
        log.warning("rates not counted, everybody may call", reason=str(error))
        return None


@dataclass(slots=True)
class _Counter:
    broker: redis.Redis
    silent_until: float = 0


@MadeOnce
def _counter() -> _Counter:
    return _Counter(
        redis.Redis.from_url(settings.BROKER_URL, socket_connect_timeout=_PATIENCE, socket_timeout=_PATIENCE)
    )
