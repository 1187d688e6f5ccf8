"""Requests as our middleware leaves them."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class NumberedRequest(HttpRequest):
    """Any request: `request_id` stands in the log and on its errors."""

    request_id: str


class PageRequest(NumberedRequest):
    """A page's: `htmx` is true when HTMX asks, and knows for which element; `identity` is the caller's."""

    htmx: HtmxDetails
    identity: str
