"""Sending stored files: whole or in part, marked, and nothing a browser could be talked into.

With `S3_SIGNED_URLS` a bucket sends them itself: whoever may have a file is sent to an address that holds for minutes.
"""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header, parse_etags

from prompt_media.errors import HouseError
from prompt_media.files import store
from prompt_media.files.store import Reader, Span
from prompt_media.web import errors

_POLICY = "default-src 'none'; sandbox"
_SIGNED_SECONDS = 300
# One range, in ASCII digits; more of them than any file has bytes are no number to us.
_RANGE = re.compile(r"bytes=\s*([0-9]{0,20})\s*-\s*([0-9]{0,20})\s*", re.IGNORECASE)


class NoSuchPart(HouseError):
    """A part that begins behind the end of the file."""

    status, code, title = 416, "out_of_file", "The file has no such part"


class _Blocks(FileResponse):
    # Django's 4 KB blocks cost three times the CPU of one of 1 MB under granian.
    block_size = 1024 * 1024


def send(
    request: HttpRequest, *, key: str, media_type: str, etag: str, save_as: str | None = None, is_small: bool = False
) -> HttpResponseBase:
    """A stored file as it is. `etag` is its SHA-256; `save_as` makes the browser keep it under that name.

    A small one always comes from here: pages read the pixels of thumbnails, and may not read another origin's.
    """
    quoted = f'"{etag}"'
    if _is_had(request, quoted):
        return _marked(HttpResponseNotModified(), quoted)
    shown_as = content_disposition_header(bool(save_as), save_as or PurePosixPath(key).name) or "inline"
    if settings.S3_SIGNED_URLS and request.method == "GET" and not is_small:
        return _elsewhere(store.signed_url(key, media_type=media_type, shown_as=shown_as, seconds=_SIGNED_SECONDS))
    response = _marked(_answered(request, key, quoted), quoted)
    if response.status_code != NoSuchPart.status:
        response["Content-Type"] = media_type
        response["Content-Disposition"] = shown_as
    return response


def hand_out(file: Reader, *, name: str, media_type: str, etag: str) -> HttpResponseBase:
    """An opened file for this one call: whole, whatever part or condition it names, and kept by no cache."""
    response = _marked(_Blocks(file), f'"{etag}"')
    response["Content-Length"] = str(file.size)
    response["Content-Type"] = media_type
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    response["Cache-Control"] = "no-store"
    del response["Accept-Ranges"]
    return response


def made(request: HttpRequest, make: Callable[[], bytes], *, media_type: str, etag: str) -> HttpResponseBase:
    """A file that is made for this answer and not stored, unless the caller has it. The same `etag`, the same bytes."""
    quoted = f'"{etag}"'
    answer = HttpResponseNotModified() if _is_had(request, quoted) else HttpResponse(make(), content_type=media_type)
    response = _marked(answer, quoted)
    del response["Accept-Ranges"]
    return response


def stamped(name: str) -> str:
    """A download's name: `<stem>_YYYYMMDD_HHMMSS.<ext>`, in the house's time zone."""
    path = PurePosixPath(name)
    return f"{path.stem}_{timezone.localtime():%Y%m%d_%H%M%S}{path.suffix}"


def _answered(request: HttpRequest, key: str, quoted: str) -> HttpResponseBase:
    asked = request.headers.get("Range", "")
    # A part is only of use to whoever has the rest of the same file. Dates are not compared: we send none.
    is_theirs = request.headers.get("If-Range", quoted) == quoted
    if request.method == "HEAD":
        return _head(key)
    if is_theirs and (found := _RANGE.fullmatch(asked)) and _is_range(*found.groups()):
        return _part(request, key, *found.groups())
    return _whole(key)


def _is_had(request: HttpRequest, quoted: str) -> bool:
    """Whether the caller says that it has this very file."""
    return bool({quoted, f"W/{quoted}", "*"} & set(parse_etags(request.headers.get("If-None-Match", ""))))


def _is_range(first: str, last: str) -> bool:
    """Whether both ends make sense together; what makes none is no range, and the whole file is sent."""
    return int(first) <= int(last) if first and last else bool(first or last)


def _head(key: str) -> HttpResponse:
    response = HttpResponse()
    response["Content-Length"] = str(_size(key))
    return response


def _whole(key: str) -> HttpResponseBase:
    file = store.opened(key)
    response = _Blocks(file)
    response["Content-Length"] = str(file.size)
    return response


def _part(request: HttpRequest, key: str, first: str, last: str) -> HttpResponseBase:
    size = _size(key)
    span = _span(size, first, last)
    if span is None:
        refusal = errors.problem(NoSuchPart(f"The file has {size} bytes; the part asked for begins behind."), request)
        refusal["Content-Range"] = f"bytes */{size}"
        return refusal
    response = _Blocks(store.opened(key, span), status=206)
    response["Content-Length"] = str(span.stop - span.start)
    response["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    return response


def _size(key: str) -> int:
    size = store.size(key)
    if size is None:
        raise store.FileGone
    return size


def _span(size: int, first: str, last: str) -> Span | None:
    """The bytes that `first-last` means: `-500` are the last 500. None when there are none of them."""
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    return Span(start, stop) if start < stop else None


def _elsewhere(url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    # Shorter than the address holds, so that no browser goes to a dead one.
    response["Cache-Control"] = f"private, max-age={_SIGNED_SECONDS // 2}"
    return response


def _marked(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-site"
    return response
