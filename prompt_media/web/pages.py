"""Requests as our middleware leaves them."""

from typing import Any

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class NumberedRequest(HttpRequest):
    """Any request: `request_id` stands in the log and on its errors."""

    request_id: str


class CalledRequest(NumberedRequest):
    """Any request behind the gate: `token` is what it came with, if any, and `identity` the caller's."""

    token: Any
    identity: str


class PageRequest(CalledRequest):
    """A page's: `htmx` is true when HTMX asks, and knows for which element."""

    htmx: HtmxDetails
