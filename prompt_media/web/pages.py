"""Requests for pages and for the parts of them that HTMX fetches."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class PageRequest(HttpRequest):
    """A request as the middleware leaves it: `htmx` is true when HTMX asks, and knows for which element."""

    htmx: HtmxDetails
