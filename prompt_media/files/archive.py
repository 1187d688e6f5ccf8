"""ZIP archives, streamed: nothing is packed ahead, and the length is known before the first byte."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from zipstream import ZipStream

from prompt_media.files import store, zipnames


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive: its folder in there, what it is called, where it is stored, how many bytes it has.

    The folder is a word of ours; the name may be anybody's, and is made harmless.
    """

    folder: str
    name: str
    key: str
    size: int


def stream(entries: Iterable[Entry], *, save_as: str) -> StreamingHttpResponse:
    """The entries as a ZIP. Pictures are compressed already, so they are stored as they are."""
    archive, names = ZipStream(sized=True), zipnames.Names()
    for entry in entries:
        archive.add(store.chunks(entry.key), names.name(entry.folder, entry.name), size=entry.size)
    response = StreamingHttpResponse(archive, content_type="application/zip")
    response["Content-Length"] = str(len(archive))
    response["Content-Disposition"] = content_disposition_header(True, save_as)
    response["Cache-Control"] = "private, no-store"
    return response
