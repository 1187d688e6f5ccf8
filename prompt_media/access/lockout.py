"""Guessing passwords: five wrong ones for one account from one place, and that place waits an hour.

django-axes counts, in the database, so that every process and machine knows. This says whom it counts, and answers.
"""

from datetime import datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from prompt_media.errors import TooMany
from prompt_media.web import errors, rates

_LONGEST_NAME = 255


class TooManyTries(TooMany):
    code, title = "too_many_tries", "Too many wrong passwords"


def name_tried(request: HttpRequest, credentials: dict[str, str] | None) -> str | None:
    """The name that was tried, as far as a row of django-axes holds it, which calls this."""
    name = (credentials or request.POST).get("username")
    return name and name[:_LONGEST_NAME]


def answer(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, str] | None) -> HttpResponse:
    """429, in words, for whoever tried too often. django-axes calls this; it ignores what was going to be answered."""
    seconds = _seconds_left(name_tried(request, credentials), rates.place(request))
    told = (
        f"This name got {settings.AXES_FAILURE_LIMIT} wrong passwords from here. "
        f"Tries count again in {-(-seconds // 60)} minutes; other names and other places are not held up."
    )
    return errors.answer(TooManyTries(told, retry_after=seconds), request)


def _seconds_left(username: str | None, address: str | None) -> int:
    tries = AccessAttempt.objects.filter(username=username, ip_address=address)
    last: datetime | None = tries.aggregate(last=Max("attempt_time"))["last"]
    end = (last or timezone.now()) + settings.AXES_COOLOFF_TIME
    return max(1, round((end - timezone.now()).total_seconds()))
