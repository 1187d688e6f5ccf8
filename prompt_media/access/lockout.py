"""Guessing passwords: five wrong ones for one account from one place, and that place waits an hour.

django-axes counts, in the database, so that every process and machine knows. This says whom it counts, and answers.
"""

import ipaddress
from datetime import datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from prompt_media.errors import HouseError
from prompt_media.web import errors


class TooManyTries(HouseError):
    status, code, title = 429, "too_many_tries", "Too many wrong passwords"


def place(request: HttpRequest) -> str | None:
    """The network address that tries. One IPv6 host has a whole /64 of them, so that is one place."""
    told = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # What our own proxy added stands last; everything before it the caller may have made up.
        told = request.headers.get("X-Forwarded-For", told).rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return None
    return str(address if address.version == 4 else ipaddress.ip_network((address, 64), strict=False).network_address)


def answer(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, str] | None) -> HttpResponse:
    """429, in words, for whoever tried too often. django-axes calls this; it ignores what was going to be answered."""
    seconds = _seconds_left((credentials or {}).get("username"), place(request))
    told = (
        f"{settings.AXES_FAILURE_LIMIT} wrong passwords for this name came from here. "
        f"The next try counts in {-(-seconds // 60)} minutes; other names and other places are not held up."
    )
    return errors.answer(TooManyTries(told, retry_after=seconds), request)


def _seconds_left(username: str | None, address: str | None) -> int:
    tries = AccessAttempt.objects.filter(username=username, ip_address=address)
    last: datetime | None = tries.aggregate(last=Max("attempt_time"))["last"]
    end = (last or timezone.now()) + settings.AXES_COOLOFF_TIME
    return max(1, round((end - timezone.now()).total_seconds()))
