"""Sending stored files: whole blocks, an ETag from their content, and nothing a browser could be talked into."""

from pathlib import PurePosixPath

from django.http import FileResponse, HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import parse_etags

from prompt_media.files import store

_POLICY = "default-src 'none'; sandbox"


class _Blocks(FileResponse):
    # Django's 4 KB blocks cost three times the CPU of one of 1 MB under granian.
    block_size = 1024 * 1024


def send(request: HttpRequest, *, key: str, media_type: str, etag: str, save_as: str | None = None) -> HttpResponseBase:
    """A stored file as it is. `etag` is its SHA-256; `save_as` makes the browser keep it under that name."""
    quoted = f'"{etag}"'
    if {quoted, f"W/{quoted}", "*"} & set(parse_etags(request.headers.get("If-None-Match", ""))):
        return _marked(HttpResponseNotModified(), quoted)
    name = save_as or PurePosixPath(key).name
    response = _Blocks(store.opened(key), as_attachment=bool(save_as), filename=name, content_type=media_type)
    return _marked(response, quoted)


def stamped(name: str) -> str:
    """A download's name: `<stem>_YYYYMMDD_HHMMSS.<ext>`, in the house's time zone."""
    path = PurePosixPath(name)
    return f"{path.stem}_{timezone.localtime():%Y%m%d_%H%M%S}{path.suffix}"


def _marked(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-site"
    return response
