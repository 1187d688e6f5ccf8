"""manifest.json: every file of an archive of ours with its size and hash, and the format it is written in."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256

from sessions_app.unpacking import documents
from sessions_app.unpacking.paths import MANIFEST
from sessions_app.unpacking.refusals import BadRecording

FORMAT = 1
_MOST_BYTES = 2**53


@dataclass(frozen=True, slots=True)
class Content:
    """One file: its bytes and their SHA-256."""

    bytes: int
    sha256: str


def content(data: bytes) -> Content:
    """What a manifest says of these bytes."""
    return Content(len(data), sha256(data).hexdigest())


def write(contents: Mapping[str, Content]) -> bytes:
    """The manifest of these files, by their paths below the recording's folder."""
    files = {path: asdict(contents[path]) for path in sorted(contents)}
    return json.dumps({"format": FORMAT, "files": files}, indent=1, ensure_ascii=False).encode()


def read(data: bytes) -> dict[str, Content]:
    """The files it tells. Raises BadRecording."""
    told = documents.parse(data, MANIFEST)
    if told.whole("format", low=1, high=_MOST_BYTES) != FORMAT:
        raise BadRecording("This archive has another format: it was made by a newer Prompt Media.")
    files = told.object("files")
    return {path: _content(files.object(path)) for path in files.items()}


def compare(told: Mapping[str, Content], found: Mapping[str, Content]) -> None:
    """Raises BadRecording where the two differ in anything."""
    wrong = sorted(path for path in told.keys() | found.keys() if told.get(path) != found.get(path))
    if wrong:
        raise BadRecording(
            f"{len(wrong)} of {len(told)} files are not what {MANIFEST} says, the first is {wrong[0][:80]!a}."
        )


def _content(told: documents.Document) -> Content:
    return Content(told.whole("bytes", low=0, high=_MOST_BYTES), told.sha256("sha256"))
