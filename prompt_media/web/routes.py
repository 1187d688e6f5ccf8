"""How the studio's routes are written, which promise both slash forms, and take ids in whatever case they come.

There is no redirect between the forms: a redirected POST loses its body.
"""

from collections.abc import Callable
from uuid import UUID

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, register_converter

View = Callable[..., HttpResponseBase]


class AnyCaseUUID:
    """A UUID in a path, in small letters (as we print it) or capitals."""

    regex = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

    def to_python(self, text: str) -> UUID:
        return UUID(text)

    def to_url(self, value: UUID | str) -> str:
        return str(value)


class FileName:
    """A stored file's name as we give them: looked up among rows, never joined to a path."""

    regex = "[A-Za-z0-9._-]{1,128}"

    def to_python(self, text: str) -> str:
        return text

    def to_url(self, value: str) -> str:
        return value


register_converter(AnyCaseUUID, "id")
register_converter(FileName, "file")


def both(route: str, view: View, name: str) -> list[URLPattern]:
    """`route` with its slash, which is the form we print, and without it."""
    return [path(route, view, name=name), path(route.removesuffix("/"), view, name=f"{name}-bare")]
