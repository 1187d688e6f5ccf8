"""Guessing passwords: five wrong ones for one account from one place within an hour, and the next waits.

django-axes keeps the tries, in the database, so that every process and machine knows. A try is counted before its
password is looked at: a row of its own in one of five slots, and the insert is the lock, so that of many tries at once
five are judged. One that was right gives its slot back.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from prompt_media.errors import TooMany
from prompt_media.web import errors, rates

_LONGEST_NAME = 255
# No client has these addresses; a row without one would not be unique.
_NOWHERE, ANYWHERE = "0.0.0.0", "255.255.255.255"  # noqa: S104  # nothing is bound to it
# A right password says nothing about the tries beside it: they may be of the same volley.
_VOLLEY = timedelta(minutes=1)


class TooManyTries(TooMany):
    code, title = "too_many_tries", "Too many wrong passwords"


@dataclass(frozen=True, slots=True)
class Try:
    """One password about to be judged, and where it was counted."""

    name: str
    places: tuple[str, ...]
    rows: tuple[int, ...]


def begin(name: str, *places: str) -> Try:
    """Count one more try in each of these places, before its password is judged. Raises TooManyTries."""
    _of(name, places).filter(attempt_time__lte=_hour_ago()).delete()
    rows: list[int] = []
    for place in places:
        row = _take_slot(name, place)
        if row is None:
            AccessAttempt.objects.filter(pk__in=rows).delete()
            raise _refusal(name, places)
        rows.append(row)
    return Try(name, places, tuple(rows))


def was_right(tried: Try) -> None:
    """Give the try back, and forget those before it, save what came at about the same time."""
    long_ago = Q(attempt_time__lt=timezone.now() - _VOLLEY)
    _of(tried.name, tried.places).filter(long_ago | Q(pk__in=tried.rows)).delete()


def was_wrong(tried: Try) -> None:
    """The try stays counted. Raises TooManyTries when it was the last one."""
    if any(_of(tried.name, [place]).count() >= settings.AXES_FAILURE_LIMIT for place in tried.places):
        raise _refusal(tried.name, tried.places)


def place(request: HttpRequest) -> str:
    """Where a try comes from."""
    return rates.place(request) or _NOWHERE


class Handler(AxesDatabaseHandler):
    """What django-axes asks around Django's own `authenticate`."""

    def is_allowed(self, request: Any, credentials: dict[str, str] | None = None) -> bool:
        try:
            request.tried = begin(name_tried(request, credentials) or "", place(request))
        except TooManyTries:
            return False
        return True

    def user_login_failed(self, sender: Any, credentials: dict[str, str], request: Any = None, **_: Any) -> None:
        request.axes_credentials = credentials
        try:
            if not request.axes_locked_out:
                was_wrong(request.tried)
        except TooManyTries:
            request.axes_locked_out = True

    def user_logged_in(self, sender: Any, request: Any, user: AbstractBaseUser, **_: Any) -> None:
        # Without one where a test or a program signs somebody in by force.
        if tried := getattr(request, "tried", None):
            was_right(tried)


def name_tried(request: HttpRequest, credentials: dict[str, str] | None) -> str | None:
    """The name that was tried, as far as a row of django-axes holds it, which calls this."""
    name = (credentials or request.POST).get("username")
    return name and name[:_LONGEST_NAME]


def answer(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, str] | None) -> HttpResponse:
    """429, in words, for whoever tried too often. django-axes calls this; it ignores what was going to be answered."""
    return errors.answer(_refusal(name_tried(request, credentials) or "", [place(request)]), request)


def _take_slot(name: str, place: str) -> int | None:
    """The id of a row in a slot that was free; None when all are taken."""
    taken = set(_of(name, [place]).values_list("user_agent", flat=True))
    for slot in map(str, range(settings.AXES_FAILURE_LIMIT)):
        # django-axes keeps one row for each name, address and browser; the slot stands where the browser would.
        if slot not in taken:
            with suppress(IntegrityError), transaction.atomic():
                row = AccessAttempt(username=name, ip_address=place, user_agent=slot, failures_since_start=1)
                row.save(force_insert=True)
                return int(row.pk)
    return None


def _refusal(name: str, places: Sequence[str]) -> TooManyTries:
    first: datetime | None = _of(name, places).aggregate(first=Min("attempt_time"))["first"]
    end = (first or timezone.now()) + settings.AXES_COOLOFF_TIME
    seconds = max(1, round((end - timezone.now()).total_seconds()))
    minutes = -(-seconds // 60)
    told = (
        f"This name got {settings.AXES_FAILURE_LIMIT} wrong passwords. Tries count again in {minutes} minutes; "
        "at the sign-in, other names and other places are not held up."
    )
    return TooManyTries(told, retry_after=seconds)


def _of(name: str, places: Sequence[str]) -> QuerySet[AccessAttempt]:
    return AccessAttempt.objects.filter(username=name, ip_address__in=places)


def _hour_ago() -> datetime:
    return timezone.now() - settings.AXES_COOLOFF_TIME
