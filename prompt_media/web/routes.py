"""Compat routes answer with and without the last slash, without a redirect: a redirected POST loses its body."""

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

View = Callable[..., HttpResponseBase]


def both(route: str, view: View, name: str) -> list[URLPattern]:
    """`route` with its slash, which is the form we print, and without it."""
    return [path(route, view, name=name), path(route.removesuffix("/"), view, name=f"{name}-bare")]
