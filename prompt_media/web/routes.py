"""How the studio's routes are written, which promise both slash forms, and take ids in whatever case they come.

There is no redirect between the forms: a redirected POST loses its body. And for whom an address is, which decides how
its errors look: a view of the API is for programs, every other is a page.
"""

from collections.abc import Callable, Iterator
from functools import cache
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import (
    Resolver404,
    URLPattern,
    URLResolver,
    get_resolver,
    path,
    register_converter,
    resolve,
)
from rest_framework.views import APIView

View = Callable[..., HttpResponseBase]


class AnyCaseUUID:
    """A UUID in a path, in small letters (as we print it) or capitals."""

    regex = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

    def to_python(self, text: str) -> UUID:
        return UUID(text)

    def to_url(self, value: UUID | str) -> str:
        return str(value)


class RecordingId:
    """A recording's id, as its maker chose it or the clock did. What looks like a UUID is a session of another kind."""

    regex = f"(?!{AnyCaseUUID.regex}(?:/|$))[A-Za-z0-9][A-Za-z0-9._-]{{0,63}}"

    def to_python(self, text: str) -> str:
        return text

    def to_url(self, value: str) -> str:
        return value


class FileName:
    """A stored file's name as we give them: looked up among rows, never joined to a path."""

    regex = "[A-Za-z0-9._-]{1,128}"

    def to_python(self, text: str) -> str:
        return text

    def to_url(self, value: str) -> str:
        return value


register_converter(AnyCaseUUID, "id")
register_converter(RecordingId, "recording")
register_converter(FileName, "file")


def both(route: str, view: View, name: str) -> list[URLPattern]:
    """`route` with its slash, which is the form we print, and without it."""
    return [path(route, view, name=name), path(route.removesuffix("/"), view, name=f"{name}-bare")]


def view_at(address: str) -> object:
    """The class of the API's view that answers at this address, as WSGI tells it or Django has read it; None for pages
    and for nothing."""
    try:
        return getattr(resolve(_read(address)).func, "cls", None)
    except Resolver404:
        return None


def _read(address: str) -> str:
    """An address as it was meant: WSGI tells its bytes as Latin-1, and what has other letters has been read already."""
    try:
        return address.encode("latin-1").decode(errors="replace")
    except UnicodeEncodeError:
        return address


def is_for_programs(request: HttpRequest) -> bool:
    """Whether this address is one that programs call. Middleware may ask before the route is known."""
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return request.path.startswith(settings.STATIC_URL) or _first_word(request.path) in _words_of_programs()
    return _is_api(match.func)


def _is_api(view: object) -> bool:
    kind = getattr(view, "cls", None)  # as DRF's as_view leaves it
    return isinstance(kind, type) and issubclass(kind, APIView)


def _first_word(address: str) -> str:
    return address.strip("/").partition("/")[0]


@cache
def _words_of_programs() -> set[str]:
    """With what the API's addresses begin and no page's does: where nothing is found there, a program has erred."""
    found = list(_routes(get_resolver()))
    pages = {_first_word(address) for address, view in found if not _is_api(view)}
    return {_first_word(address) for address, view in found if _is_api(view)} - pages


def _routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, object]]:
    for one in resolver.url_patterns:
        address = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from _routes(one, address)
        else:
            yield address, one.callback
