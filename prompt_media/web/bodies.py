"""Reading a request's body: all of it, or none. What arrives half is refused, not taken for the whole."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, QueryDict
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import NotAcceptable, ParseError, UnsupportedMediaType
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import DataAndFiles, JSONParser, MultiPartParser
from rest_framework.request import Request

from prompt_media.errors import from_disk


class WholeJSONParser(JSONParser):
    """JSON, also where its nesting is deeper than Python can follow."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("it is nested too deeply.") from error


class WholeMultiPartParser(MultiPartParser):
    """Multipart, every part of it.

    Django's own parser passes over parts that it cannot read and takes the end of the stream for the end of the
    form, so that an upload that broke off would be stored in part.
    """

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> DataAndFiles:
        kind, _, options = (media_type or "").partition(";")
        watched: Any = _Watched(stream, _boundary(media_type or ""))
        try:
            # Django knows the type in small letters only.
            form = super().parse(watched, f"{kind.lower()};{options}", parser_context)
        except ParseError as error:
            raise ParseError(unreadable(error)) from error
        except OSError as error:
            # Files of a form lie in the temporary folder until they are stored.
            raise from_disk(error) from error
        announced = int(parser_context["request"].META["CONTENT_LENGTH"])
        if watched.size < announced or not watched.is_closed:
            raise ParseError(f"it broke off after {watched.size} of {announced} bytes. Nothing was stored.")
        read = sum(len(values) for _, values in [*form.data.lists(), *form.files.lists()])
        if read != watched.parts:
            raise ParseError(f"{watched.parts - read} of its parts have no readable name. Nothing was stored.")
        return form


def unreadable(error: Exception) -> str:
    """Why a form could not be parsed, in words that help."""
    if "header size" in str(error):
        return "what a part says of itself is too long. Shorten its file name."
    return str(error)


class _Watched:
    """A stream that counts what passes: bytes, and the delimiters between parts."""

    def __init__(self, stream: BinaryIO, boundary: bytes) -> None:
        self._stream = stream
        self._delimiter = b"--" + boundary
        self._tail = b""
        self._delimiters = 0
        self.size = 0
        self.is_closed = False
        """Whether the closing delimiter has passed; what may stand behind it (RFC 2046) is nobody's part."""

    @property
    def parts(self) -> int:
        """How many parts stand between the delimiters."""
        return max(0, self._delimiters - 1)

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self.size += len(chunk)
        seen = self._tail + chunk
        self._delimiters += seen.count(self._delimiter) - self._tail.count(self._delimiter)
        self.is_closed = self.is_closed or self._delimiter + b"--" in seen
        # Enough to recognise a delimiter that two chunks share.
        self._tail = seen[-(len(self._delimiter) + 8) :]
        return chunk


class ForgivingNegotiation(DefaultContentNegotiation):
    """Answer in our own type when the caller asked for another: a file's route gives a file, whatever `Accept` says,
    and `?format=gif` is a filter's word."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except (NotAcceptable, Http404):
            return renderers[0], renderers[0].media_type


def fingerprint(request: Request) -> str:
    """A digest of the query and of what the body says: boundaries, spaces and the order of names are no difference."""
    digest = sha256()
    for part in _said(request):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _said(request: Request) -> Iterator[bytes]:
    yield from _form(request.query_params)
    try:
        data = request.data
    except UnsupportedMediaType:
        yield from (b"raw", request._request.body)
        return
    if isinstance(data, QueryDict):
        yield from _form(data)
    else:
        try:
            yield from (b"json", json.dumps(data, sort_keys=True).encode())
        except RecursionError as error:
            raise ParseError("it is nested too deeply.") from error


def _form(form: QueryDict) -> Iterator[bytes]:
    """How many there are stands before them, so that no value is taken for a name, nor a query for a body."""
    yield from (b"form", b"%d" % len(form))
    for name, values in sorted(form.lists()):
        yield from (name.encode(), b"%d" % len(values))
        for value in values:
            yield from _file(value) if isinstance(value, UploadedFile) else (b"text", value.encode())


def _file(file: UploadedFile) -> Iterator[bytes]:
    content = sha256()
    for chunk in file.chunks():
        content.update(chunk)
    file.seek(0)
    yield from (b"file", (file.name or "").encode(), content.digest())


def _boundary(media_type: str) -> bytes:
    _, options = parse_header_parameters(media_type)
    return str(options.get("boundary", "")).encode()
