"""The `Prefer` header (RFC 7240): wait so long for the result, or answer at once with the job."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request


@dataclass(frozen=True, slots=True)
class Preference:
    """How long the caller wants to wait, in seconds; 0 means: answer with the job."""

    seconds: float


def of(request: HttpRequest | Request) -> Preference:
    """What the caller prefers; words we do not know are ignored, as the RFC asks."""
    wishes = dict(_wishes(request.headers.get("Prefer", "")))
    if "respond-async" in wishes and "wait" not in wishes:
        return Preference(0)
    wait = wishes.get("wait", "")
    is_number = wait.isascii() and wait.isdigit() and len(wait) < 10
    return Preference(min(int(wait), settings.WAIT_SECONDS) if is_number else settings.WAIT_SECONDS)


def _wishes(header: str) -> list[tuple[str, str]]:
    pairs = (part.partition(";")[0].partition("=") for part in header.split(","))
    return [(name.strip().lower(), value.strip().strip('"')) for name, _, value in pairs]
