"""The `Prefer` header (RFC 7240): wait so long for the result, or answer at once with the job."""

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request


def patience(request: HttpRequest | Request) -> float:
    """How many seconds the caller will wait; 0: answer with the job. As the RFC asks, unknown words are ignored."""
    wishes = dict(_wishes(request.headers.get("Prefer", "")))
    if "respond-async" in wishes and "wait" not in wishes:
        return 0
    wait = wishes.get("wait", "")
    is_number = wait.isascii() and wait.isdigit() and len(wait) < 10
    return min(int(wait), settings.WAIT_SECONDS) if is_number else settings.WAIT_SECONDS


def _wishes(header: str) -> list[tuple[str, str]]:
    pairs = (part.partition(";")[0].partition("=") for part in header.split(","))
    return [(name.strip().lower(), value.strip().strip('"')) for name, _, value in pairs]
