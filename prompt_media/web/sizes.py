"""How large a request's body may be, by what it says it is and where it goes."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.conf import settings
from rest_framework.views import APIView

from prompt_media.web import routes

View = TypeVar("View", bound=type[APIView])
_MEGABYTE = 1024 * 1024


def with_picture(view: View) -> View:
    """For a view whose JSON holds a picture in base64: it may be as large as a file of UPLOAD_MB makes it."""
    view.takes_picture_in_json = True  # type: ignore[attr-defined]  # read by most_bytes
    return view


def most_bytes(headers: Mapping[str, Any]) -> int:
    """How many bytes are read; a body that announces more is refused before."""
    told = headers.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if told == "multipart/form-data":
        return _MEGABYTE * settings.BODY_MB
    view = routes.view_at(headers.get("PATH_INFO", "")) if headers.get("CONTENT_LENGTH") else None
    # Base64 takes four bytes for three, and many programs that write it begin a new line now and then.
    picture = settings.UPLOAD_MB * 7 / 5 if getattr(view, "takes_picture_in_json", False) else 0
    return int(_MEGABYTE * (settings.JSON_MB + picture))
