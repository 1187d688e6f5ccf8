"""Names of files in somebody else's archive. No byte is ever written under one of them; still, what tries a trick is
refused whole."""

import re
import unicodedata

from sessions_app.unpacking.refusals import BadRecording

MANIFEST = "manifest.json"
METADATA = "metadata.json"
ORIGINAL = "metadata.original.json"
RECIPES = "recipes.json"
DOCUMENTS = frozenset({MANIFEST, METADATA, ORIGINAL, RECIPES})
INPUTS = "inputs"

_LONGEST_PART, _LONGEST, _DEEPEST = 255, 1000, 16
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"[A-Za-z]:")
# What systems lay beside people's files: resource forks, thumbnails, views of folders.
_LITTER = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})


def judged(name: str) -> tuple[str, ...]:
    """The parts of a file's path; none for what a system laid there by itself. Raises BadRecording."""
    if not name or not _is_text(name) or len(name) > _LONGEST:
        raise BadRecording(f"The archive has a name that is not allowed: {shown(name)}.")
    if name.startswith("/") or "\\" in name or _DRIVE.match(name):
        raise BadRecording(f"The archive has a path that is not its own to choose: {shown(name)}.")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if ".." in parts or len(parts) > _DEEPEST or any(len(part.encode()) > _LONGEST_PART for part in parts):
        raise BadRecording(f"The archive has a path that leads out of it, or too deep: {shown(name)}.")
    return () if any(_is_litter(part) for part in parts) else parts


def key(parts: tuple[str, ...]) -> str:
    """What two paths share that some system cannot tell apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", "/".join(parts)).casefold())


def shown(name: str) -> str:
    """A name for people, harmless however it was made."""
    return ascii(name[:80])


def _is_text(name: str) -> bool:
    """Whether it can be written down: no controls, no bytes that are no text."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return not _UNSEEN.search(name)


def _is_litter(part: str) -> bool:
    return part in _LITTER or part.startswith("._")
